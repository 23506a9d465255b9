/**
 * Products of matrices, one for each of a batch: those of self-attention.
 *
 * tfjs's wasm backend multiplies on one thread, without fused multiply-adds, and is 20 times slower
 * where a factor is to be turned, as each gradient wants it. Our convolutions do the same at twice the
 * speed, in every direction and on all threads.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D} from '@tensorflow/tfjs-core';

import {defineKernel} from './kernel.js';
import * as wasm from './mat-mul-wasm.js';

const run = defineKernel<{a: Tensor3D; b: Tensor3D}>({
  name: 'RedoMatMul',
  composed: ({a, b}) => tf.matMul(a, b),
  programs: {wasm: wasm.product},
  saves: {inputs: ['a', 'b']},
  gradient: (given, saved) => {
    const dy = given as Tensor3D;
    const [a, b] = saved as [Tensor3D, Tensor3D];
    return {
      a: () => runFirstGradient({dy, b}, {}) as Tensor3D,
      b: () => runSecondGradient({dy, a}, {}) as Tensor3D,
    };
  },
});

const runFirstGradient = defineKernel<{dy: Tensor3D; b: Tensor3D}>({
  name: 'RedoMatMulFirstGrad',
  composed: ({dy, b}) => tf.matMul(dy, b, false, true),
  programs: {wasm: wasm.firstGradient},
});

const runSecondGradient = defineKernel<{dy: Tensor3D; a: Tensor3D}>({
  name: 'RedoMatMulSecondGrad',
  composed: ({dy, a}) => tf.matMul(a, dy, true),
  programs: {wasm: wasm.secondGradient},
});

/**
 * @param a `[batch, rows, inner]`.
 * @param b `[batch, inner, columns]`.
 * @returns `[batch, rows, columns]`.
 */
export function matMul(a: Tensor3D, b: Tensor3D): Tensor3D {
  tf.util.assert(
    a.shape[0] === b.shape[0] && a.shape[2] === b.shape[1],
    () => `matMul: a and b must agree on batch and inner; got a=[${a.shape}] b=[${b.shape}]`
  );
  return run({a, b}, {}) as Tensor3D;
}
