/** The building blocks out of stock tfjs operations, as a good engineer would write them. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import type {Tensors} from '../../core/nn/parameters.js';

const EPSILON = 1e-5;

export function convolve(
  weights: Tensors,
  name: string,
  x: Tensor4D,
  {stride = 1, pad}: {stride?: number; pad?: number} = {}
): Tensor4D {
  const w = weights[`${name}.weight`] as Tensor4D;
  const p = pad ?? (w.shape[0] - 1) / 2;
  const border: [number, number] = [p, p];
  const padding = p === 0 ? 'valid' : ([[0, 0], border, border, [0, 0]] as const);
  const y = tf.conv2d(x, w, stride, padding as tf.backend_util.ExplicitPadding);
  const bias = weights[`${name}.bias`];
  return bias ? tf.add(y, bias as Tensor1D) : y;
}

export function dense(weights: Tensors, name: string, x: Tensor2D): Tensor2D {
  return tf.add(tf.matMul(x, weights[`${name}.weight`] as Tensor2D), weights[`${name}.bias`]!);
}

/** @param scale `[batch or 1, 1, 1, channels]`. @param shift Shaped as `scale`. */
export function instanceNormRelu(x: Tensor4D, scale: Tensor, shift: Tensor): Tensor4D {
  const {mean, variance} = tf.moments(x, [1, 2], true);
  const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, EPSILON)));
  return tf.relu(tf.add(tf.mul(normalized, scale), shift));
}

export function affineNormRelu(weights: Tensors, name: string, x: Tensor4D): Tensor4D {
  return instanceNormRelu(x, weights[`${name}.weight`]!, weights[`${name}.bias`]!);
}

export function upsample(x: Tensor4D): Tensor4D {
  return tf.image.resizeNearestNeighbor(x, [2 * x.shape[1], 2 * x.shape[2]]);
}

export function pool(x: Tensor4D, factor = 2): Tensor4D {
  return factor === 1 ? x : tf.avgPool(x, factor, factor, 'valid');
}

/** `tf.mirrorPad`, whose own gradient is wrong: here the borders are added back onto what they mirror. */
export const reflectPad = (x: Tensor4D, pad: number): Tensor4D =>
  tf.customGrad(input => {
    const border: [number, number] = [pad, pad];
    const value = tf.mirrorPad(input as Tensor, [[0, 0], border, border, [0, 0]], 'reflect');
    const gradFunc = (dy: Tensor): Tensor => fold(fold(dy, 1, pad), 2, pad);
    return {value, gradFunc};
  })(x) as Tensor4D;

function fold(dy: Tensor, axis: 1 | 2, pad: number): Tensor {
  const size = dy.shape[axis]! - 2 * pad;
  const part = (begin: number, length: number): Tensor => {
    const [start, extent] = [
      [0, 0, 0, 0],
      [-1, -1, -1, -1],
    ];
    start[axis] = begin;
    extent[axis] = length;
    return tf.slice(dy, start, extent);
  };
  const place = (border: Tensor, begin: number): Tensor => {
    const margins: [number, number][] = [0, 1, 2, 3].map(() => [0, 0]);
    margins[axis] = [begin, size - pad - begin];
    return tf.pad(tf.reverse(border, axis), margins);
  };
  return tf.addN([
    part(pad, size),
    place(part(0, pad), 1),
    place(part(pad + size, pad), size - 1 - pad),
  ]);
}

export function attention(weights: Tensors, name: string, x: Tensor4D): Tensor4D {
  const [batch, height, width] = x.shape;
  const flat = (map: Tensor4D): Tensor3D => tf.reshape(map, [batch, -1, map.shape[3]]);
  const project = (part: string): Tensor4D => convolve(weights, `${name}.${part}`, x);
  const queries = flat(project('f'));
  const keys = flat(tf.maxPool(project('g'), 2, 2, 'valid'));
  const values = flat(tf.maxPool(project('h'), 2, 2, 'valid'));
  const mixed = tf.matMul(tf.softmax(tf.matMul(queries, keys, false, true)), values);
  const out = convolve(weights, `${name}.o`, tf.reshape(mixed, [batch, height, width, -1]));
  return tf.add(x, tf.mul(out, weights[`${name}.gamma`]!));
}
