/**
 * The two operations of spectral normalisation, each as one kernel.
 *
 * Out of stock operations they are a dozen launches a layer, and a model has a hundred such layers.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, TensorInfo} from '@tensorflow/tfjs-core';

import {defineKernel} from './kernel.js';
import * as webgl from './spectral-norm-webgl.js';
import {wasmProgram} from './wasm.js';

/** Norms below this count as this (`eps` of `torch.nn.utils.spectral_norm`). */
const EPSILON = 1e-12;

type Matrices = Record<'w' | 'u' | 'v', TensorInfo>;

const runPowerIteration = defineKernel<{w: Tensor; u: Tensor2D}>({
  name: 'RedoPowerIteration',
  composed: ({w, u}) => {
    const matrix = asMatrix(w);
    const v = normalized(tf.matMul(u, matrix, false, true));
    return [normalized(tf.matMul(v, matrix)), v];
  },
  programs: {
    wasm: wasmProgram(({w, u}: Omit<Matrices, 'v'>, _, {kernels, at, output, scratch}) => {
      const [rows, columns] = matrixShape(w.shape);
      const [nextU, v] = [output([1, columns]), output([1, rows])];
      kernels.normalizedProductOfRows(at(w), at(u), at(v), rows, columns);
      const sums = scratch(2 * columns);
      kernels.normalizedProductOfColumns(at(w), at(v), at(nextU), sums, rows, columns);
      return [nextU, v];
    }),
    webgl: webgl.powerIteration,
  },
});

const runDivideBySigma = defineKernel<{w: Tensor; u: Tensor2D; v: Tensor2D}>({
  name: 'RedoDivideBySigma',
  composed: ({w, u, v}) => tf.div(w, sigma(asMatrix(w), u, v)),
  programs: {
    wasm: wasmProgram(({w, u, v}: Matrices, _, {kernels, at, output}) => {
      const [rows, columns] = matrixShape(w.shape);
      const y = output(w.shape);
      const norm = kernels.bilinearForm(at(v), at(w), at(u), rows, columns) as number;
      kernels.scale(at(w), at(y), rows * columns, 1 / norm);
      return y;
    }),
    webgl: webgl.divideBySigma,
  },
  saves: {inputs: ['w', 'u', 'v']},
  gradient: (dy, saved) => {
    const [w, u, v] = saved as [Tensor, Tensor2D, Tensor2D];
    return {w: () => runDivideBySigmaGradient({dy, w, u, v}, {}) as Tensor};
  },
});

const runDivideBySigmaGradient = defineKernel<{dy: Tensor; w: Tensor; u: Tensor2D; v: Tensor2D}>({
  name: 'RedoDivideBySigmaGrad',
  composed: ({dy, w, u, v}) => {
    const norm = sigma(asMatrix(w), u, v);
    const along = tf.div(tf.sum(tf.mul(dy, w)), tf.square(norm));
    const outer = tf.reshape(tf.matMul(v, u, true), w.shape);
    return tf.sub(tf.div(dy, norm), tf.mul(along, outer));
  },
  programs: {
    wasm: wasmProgram(({dy, w, u, v}: Matrices & {dy: TensorInfo}, _, {kernels, at, output}) => {
      const [rows, columns] = matrixShape(w.shape);
      const dw = output(w.shape);
      kernels.divideBySigmaGradient(at(dy), at(w), at(u), at(v), at(dw), rows, columns);
      return dw;
    }),
    webgl: webgl.divideBySigmaGradient,
  },
});

/**
 * `v ← W u / ‖W u‖, u ← Wᵀ v / ‖Wᵀ v‖`, W `[kernel² · in, out]`.
 *
 * @param w A weight `[…, out]`. @param u `[1, out]`.
 * @returns The new u `[1, out]` and v `[1, kernel² · in]`; the caller owns them.
 */
export function powerIteration(w: Tensor, u: Tensor2D): [u: Tensor2D, v: Tensor2D] {
  return runPowerIteration({w, u}, {}) as [Tensor2D, Tensor2D];
}

/** `W / σ`, σ = vᵀ W u; in its gradient u and v are constants. Shapes as in `powerIteration`. */
export function divideBySigma(w: Tensor, u: Tensor2D, v: Tensor2D): Tensor {
  return runDivideBySigma({w, u, v}, {}) as Tensor;
}

function sigma(matrix: Tensor2D, u: Tensor2D, v: Tensor2D): Tensor {
  return tf.sum(tf.mul(tf.matMul(v, matrix), u));
}

function normalized(x: Tensor): Tensor {
  return tf.div(x, tf.maximum(tf.norm(x), EPSILON));
}

function asMatrix(w: Tensor): Tensor2D {
  return tf.reshape(w, matrixShape(w.shape));
}

function matrixShape(shape: number[]): [number, number] {
  const columns = shape.at(-1)!;
  return [tf.util.sizeFromShape(shape) / columns, columns];
}
