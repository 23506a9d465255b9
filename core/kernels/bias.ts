/**
 * The gradient of a bias a channel, which convolutions add.
 *
 * That of stock `tf.add` sums over batch and space by reductions that transpose first; here the sum is
 * one pass, and in float64 on wasm, for a bias sums up to a million values.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D, TensorInfo} from '@tensorflow/tfjs-core';

import {sumPixels} from './bias-webgl.js';
import {defineKernel} from './kernel.js';
import {wasmProgram} from './wasm.js';

const runGradient = defineKernel<{dy: Tensor4D}>({
  name: 'RedoBiasGrad',
  composed: ({dy}) => tf.sum(dy, [0, 1, 2]),
  programs: {
    wasm: wasmProgram(({dy}: Record<'dy', TensorInfo>, _, {kernels, at, output, scratch}) => {
      const channels = dy.shape[3]!;
      const sums = output([channels]);
      const rows = dy.shape[0]! * dy.shape[1]! * dy.shape[2]!;
      kernels.sumRows(at(dy), at(sums), scratch(2 * channels), rows, channels);
      return sums;
    }),
    webgl: sumPixels,
  },
});

/** The gradient of a bias. @param dy `[batch, height, width, channels]`. @returns `[channels]`. */
export function biasGradient(dy: Tensor4D): Tensor1D {
  return runGradient({dy}, {}) as Tensor1D;
}
