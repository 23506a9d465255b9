/**
 * A 3×3 convolution and the mean over 2×2 pixels that follows it, as one operation: D and δ do little else.
 *
 * The four results that are averaged read the same pixels again and again: together they are a 4×4
 * convolution of stride 2, with weights summed up beforehand. That makes 2.25 times fewer products, and
 * the large image of many channels is never made. Measured figures: `docs/performance.md`.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import {biasGradient} from './bias.js';
import {
  checkBias,
  conv2d,
  conv2dFilterGradient,
  conv2dInputGradient,
  type ConvInputs,
} from './conv2d.js';
import * as wasm from './conv2d-pool-wasm.js';
import * as webgl from './conv2d-pool-webgl.js';
import {defineKernel} from './kernel.js';
import {averagePool, upsampleNearest} from './resample.js';

/** The convolution of 3×3 keeps the size. */
const SAME = {stride: 1, pad: 1} as const;

/** Fewest pixels of all results together that repay the larger filter. */
const LEAST_PIXELS = 64;

const run = defineKernel<ConvInputs>({
  name: 'RedoConv2DPool',
  composed: ({x, w, bias}) => averagePool(conv2d(x, w, SAME, bias)),
  programs: {wasm: wasm.convolvePool, webgl: webgl.convolvePool},
  saves: {inputs: ['x', 'w']},
  gradient: (dy, saved) => {
    const [x, w] = saved as [Tensor4D, Tensor4D];
    return {
      x: () => runInputGradient({dy: dy as Tensor4D, w}, {}) as Tensor,
      w: () => runFilterGradient({dy: dy as Tensor4D, x}, {}) as Tensor,
      bias: () => biasGradient(dy as Tensor4D),
    };
  },
});

const runInputGradient = defineKernel<{dy: Tensor4D; w: Tensor4D}>({
  name: 'RedoConv2DPoolInputGrad',
  composed: ({dy, w}) => {
    const [batch, height, width] = dy.shape;
    return conv2dInputGradient(spread(dy), w, [batch, 2 * height, 2 * width, w.shape[2]], SAME);
  },
  programs: {wasm: wasm.convolvePoolInputGradient, webgl: webgl.convolvePoolInputGradient},
});

const runFilterGradient = defineKernel<{dy: Tensor4D; x: Tensor4D}>({
  name: 'RedoConv2DPoolFilterGrad',
  composed: ({dy, x}) => conv2dFilterGradient(spread(dy), x, [3, 3, x.shape[3], dy.shape[3]], SAME),
  programs: {wasm: wasm.convolvePoolFilterGradient, webgl: webgl.convolvePoolFilterGradient},
});

/**
 * `averagePool(conv2d(x, w, {pad: 1}, bias))`.
 *
 * @param x `[batch, height, width, inChannels]`, height and width even.
 * @param w `[3, 3, inChannels, outChannels]`.
 * @param bias `[outChannels]`; none if absent.
 * @returns `[batch, height / 2, width / 2, outChannels]`.
 */
export function conv2dPool(x: Tensor4D, w: Tensor4D, bias?: Tensor1D): Tensor4D {
  const [batch, height, width] = x.shape;
  tf.util.assert(
    w.shape[0] === 3 && w.shape[1] === 3 && w.shape[2] === x.shape[3],
    () =>
      `conv2dPool: w must be [3, 3, inChannels, outChannels]; got w=[${w.shape}] for x=[${x.shape}]`
  );
  tf.util.assert(
    height % 2 === 0 && width % 2 === 0,
    () => `conv2dPool: height and width must be even; got x=[${x.shape}]`
  );
  if ((batch * height * width) / 4 < LEAST_PIXELS) return averagePool(conv2d(x, w, SAME, bias));
  checkBias(bias, w);
  return run(bias ? {x, w, bias} : {x, w}, {}) as Tensor4D;
}

/** The gradient behind the mean: a quarter for each of its pixels. */
function spread(dy: Tensor4D): Tensor4D {
  return tf.mul(upsampleNearest(dy), 0.25);
}
