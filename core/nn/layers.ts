/** The plain layers: a name, the weights, an input in; the output out. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {conv2d} from '../kernels/conv2d.js';
import {conv2dPool} from '../kernels/conv2d-pool.js';
import {dense as weightedSums} from '../kernels/dense.js';
import {instanceNormRelu} from '../kernels/instance-norm.js';
import {relu} from '../kernels/relu.js';
import {averagePool} from '../kernels/resample.js';
import {upsampleConv2d} from '../kernels/upsample-conv2d.js';
import {isObserved, tell} from './observer.js';
import type {Layer, Tensors} from './parameters.js';

interface ConvOptions {
  bias?: boolean;
  spectral?: boolean;
}

export function convLayer(
  name: string,
  kernel: number,
  inChannels: number,
  out: number,
  {bias = true, spectral = false}: ConvOptions = {}
): Layer {
  return {kind: 'conv', name, kernel, in: inChannels, out, bias, spectral};
}

/** Convolution, plus the bias if the layer has one. `pad` keeps the size unless told. */
export function convolve(
  weights: Tensors,
  name: string,
  x: Tensor4D,
  {stride = 1, pad}: {stride?: 1 | 2; pad?: number} = {}
): Tensor4D {
  const w = weights[`${name}.weight`] as Tensor4D;
  const attrs = {stride, pad: pad ?? (w.shape[0] - 1) / 2};
  return tell(name, conv2d(x, w, attrs, biasOf(weights, name)));
}

/** A 3×3 convolution as by `convolve`, then the mean over 2×2 pixels. */
export function convolvePool(weights: Tensors, name: string, x: Tensor4D): Tensor4D {
  if (isObserved()) return averagePool(convolve(weights, name, x));
  return conv2dPool(x, weights[`${name}.weight`] as Tensor4D, biasOf(weights, name));
}

/** Nearest upsampling by two, then a 3×3 convolution as by `convolve`. */
export function upsampleConvolve(weights: Tensors, name: string, x: Tensor4D): Tensor4D {
  const w = weights[`${name}.weight`] as Tensor4D;
  return tell(name, upsampleConv2d(x, w, biasOf(weights, name)));
}

function biasOf(weights: Tensors, name: string): Tensor1D | undefined {
  return weights[`${name}.bias`] as Tensor1D | undefined;
}

/**
 * Tells no observer: who calls knows whether the output is a vector or a map.
 *
 * @param x `[batch, in]`.
 * @returns `[batch, out]`.
 */
export function dense(weights: Tensors, name: string, x: Tensor2D): Tensor2D {
  return weightedSums(
    x,
    weights[`${name}.weight`] as Tensor2D,
    weights[`${name}.bias`] as Tensor1D
  );
}

/** ReLU, under the name that it has in the published modules. */
export function rectify(name: string, x: Tensor4D): Tensor4D {
  return tell(name, relu(x), 'relu');
}

/** Instance norm with a learnt scale and shift a channel, then ReLU. */
export function affineNormRelu(weights: Tensors, name: string, x: Tensor4D): Tensor4D {
  const row = (part: string): Tensor2D => tf.reshape(weights[`${name}.${part}`]!, [1, -1]);
  return tell(name, instanceNormRelu(x, row('weight'), row('bias')), 'relu');
}
