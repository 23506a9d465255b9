/**
 * Nearest upsampling by two and the 3×3 convolution that follows it, as one operation.
 *
 * Three of four products of the two in a row are with a value that another product has already read:
 * on the small image, with weights summed up beforehand, there are 2.25 times fewer, and the large
 * image of many channels is never made. Measured figures: `docs/performance.md`.
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
import {defineKernel} from './kernel.js';
import {sumPool, upsampleNearest} from './resample.js';
import * as wasm from './upsample-conv2d-wasm.js';
import * as webgl from './upsample-conv2d-webgl.js';

/** The convolution of 3×3 keeps the size. */
const SAME = {stride: 1, pad: 1} as const;

const run = defineKernel<ConvInputs>({
  name: 'RedoUpsampleConv2D',
  composed: ({x, w, bias}) => conv2d(upsampleNearest(x), w, SAME, bias),
  programs: {wasm: wasm.upsampleConvolve, webgl: webgl.upsampleConvolve},
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
  name: 'RedoUpsampleConv2DInputGrad',
  composed: ({dy, w}) => {
    const [batch, height, width] = dy.shape;
    return sumPool(conv2dInputGradient(dy, w, [batch, height, width, w.shape[2]], SAME));
  },
  programs: {wasm: wasm.upsampleConvolveInputGradient, webgl: webgl.upsampleConvolveInputGradient},
});

const runFilterGradient = defineKernel<{dy: Tensor4D; x: Tensor4D}>({
  name: 'RedoUpsampleConv2DFilterGrad',
  composed: ({dy, x}) =>
    conv2dFilterGradient(dy, upsampleNearest(x), [3, 3, x.shape[3], dy.shape[3]], SAME),
  programs: {
    wasm: wasm.upsampleConvolveFilterGradient,
    webgl: webgl.upsampleConvolveFilterGradient,
  },
});

/**
 * `conv2d(upsampleNearest(x), w, {pad: 1})`.
 *
 * @param x `[batch, height, width, inChannels]`.
 * @param w `[3, 3, inChannels, outChannels]`.
 * @param bias `[outChannels]`; none if absent.
 * @returns `[batch, 2 · height, 2 · width, outChannels]`.
 */
export function upsampleConv2d(x: Tensor4D, w: Tensor4D, bias?: Tensor1D): Tensor4D {
  tf.util.assert(
    w.shape[0] === 3 && w.shape[1] === 3 && w.shape[2] === x.shape[3],
    () =>
      `upsampleConv2d: w must be [3, 3, inChannels, outChannels]; got w=[${w.shape}] for x=[${x.shape}]`
  );
  checkBias(bias, w);
  return run(bias ? {x, w, bias} : {x, w}, {}) as Tensor4D;
}
