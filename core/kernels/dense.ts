/**
 * A dense layer on a few rows: what reads scales and shifts off a code, and the last layer of D and δ.
 *
 * On WebGL stock tfjs compiles a product a shape, adds the bias by a second launch, and sums its gradient
 * up by several; here each is one launch of a program for all shapes.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor2D} from '@tensorflow/tfjs-core';

import * as webgl from './dense-webgl.js';
import {defineKernel} from './kernel.js';

const run = defineKernel<{x: Tensor2D; w: Tensor2D; bias: Tensor1D}>({
  name: 'RedoDense',
  composed: ({x, w, bias}) => tf.add(tf.matMul(x, w), bias),
  programs: {webgl: webgl.dense},
  saves: {inputs: ['x', 'w']},
  gradient: (given, saved) => {
    const dy = given as Tensor2D;
    const [x, w] = saved as [Tensor2D, Tensor2D];
    return {
      x: () => runInputGradient({dy, w}, {}) as Tensor,
      w: () => runWeightGradient({dy, x}, {}) as Tensor,
      bias: () => runBiasGradient({dy}, {}) as Tensor,
    };
  },
});

const runInputGradient = defineKernel<{dy: Tensor2D; w: Tensor2D}>({
  name: 'RedoDenseInputGrad',
  composed: ({dy, w}) => tf.matMul(dy, w, false, true),
  programs: {webgl: webgl.inputGradient},
});

const runWeightGradient = defineKernel<{dy: Tensor2D; x: Tensor2D}>({
  name: 'RedoDenseWeightGrad',
  composed: ({dy, x}) => tf.matMul(x, dy, true),
  programs: {webgl: webgl.weightGradient},
});

const runBiasGradient = defineKernel<{dy: Tensor2D}>({
  name: 'RedoDenseBiasGrad',
  composed: ({dy}) => tf.sum(dy, 0),
  programs: {webgl: webgl.biasGradient},
});

/**
 * `x W + b`.
 *
 * @param x `[rows, in]`. @param w `[in, out]`. @param bias `[out]`.
 * @returns `[rows, out]`.
 */
export function dense(x: Tensor2D, w: Tensor2D, bias: Tensor1D): Tensor2D {
  tf.util.assert(
    x.shape[1] === w.shape[0] && bias.shape[0] === w.shape[1],
    () =>
      `dense: x, w and bias must be [rows, in], [in, out] and [out]; got [${x.shape}], [${w.shape}] and [${bias.shape}]`
  );
  return run({x, w, bias}, {}) as Tensor2D;
}
