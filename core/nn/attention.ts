/**
 * Self-attention over the pixels of a feature map (SAGAN, Zhang et al. 2018; `SelfAttention` in
 * `models.py`): `x + γ · o(h · softmax(gᵀ f))`, keys g and values h max-pooled by 2.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import {conv2d} from '../kernels/conv2d.js';
import {matMul} from '../kernels/mat-mul.js';
import {maxPool2} from '../kernels/max-pool.js';
import {softmax} from '../kernels/softmax.js';
import {tell} from './observer.js';
import type {Layer, Tensors} from './parameters.js';

/** @param channels Channels of the map that it attends over. */
export function attentionLayers(name: string, channels: number): Layer[] {
  const conv = (part: string, inChannels: number, out: number): Layer => ({
    kind: 'conv',
    name: `${name}.${part}`,
    kernel: 1,
    in: inChannels,
    out,
    bias: false,
    spectral: true,
  });
  const keys = Math.max(Math.floor(channels / 8), 1);
  const values = Math.floor(channels / 2);
  return [
    {kind: 'gate', name: `${name}.gamma`},
    conv('f', channels, keys),
    conv('g', channels, keys),
    conv('h', channels, values),
    conv('o', values, channels),
  ];
}

/**
 * @param x `[batch, height, width, channels]`, height and width even.
 * @returns Shaped as `x`.
 */
export function attention(weights: Tensors, name: string, x: Tensor4D): Tensor4D {
  const [batch, height, width] = x.shape;
  const project = (part: string, input: Tensor4D): Tensor4D =>
    tell(`${name}.${part}`, conv2d(input, weights[`${name}.${part}.weight`] as Tensor4D));
  const flat = (map: Tensor4D): Tensor3D => tf.reshape(map, [batch, -1, map.shape[3]]);

  const queries = flat(project('f', x)); // [batch, pixels, keys]
  const keys = tf.transpose(flat(maxPool2(project('g', x))), [0, 2, 1]) as Tensor3D; // [batch, keys, pixels / 4]
  const values = flat(maxPool2(project('h', x))); // [batch, pixels / 4, values]
  const shares = softmax(matMul(queries, keys)); // [batch, pixels, pixels / 4]
  const mixed = matMul(shares, values); // [batch, pixels, values]
  const out = project('o', tf.reshape(mixed, [batch, height, width, -1]));
  return tell(name, tf.add(x, tf.mul(out, weights[`${name}.gamma`]!)));
}
