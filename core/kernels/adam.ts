/**
 * One step of Adam for one parameter, as one operation.
 *
 * A model has some 300 parameters; out of stock operations each costs a dozen launches an update.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, TensorInfo} from '@tensorflow/tfjs-core';

import * as webgl from './adam-webgl.js';
import {defineKernel} from './kernel.js';
import {wasmProgram} from './wasm.js';

export interface AdamRates {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** L2 penalty, added to the gradient as `torch.optim.Adam` does. */
  weightDecay: number;
  /** Number of this step, from 1. */
  step: number;
}

type Inputs = {parameter: Tensor; gradient: Tensor; mean: Tensor; square: Tensor};

const run = defineKernel<Inputs, AdamRates>({
  name: 'RedoAdam',
  composed: ({parameter, gradient, mean, square}, rates) => {
    const {learningRate, beta1, beta2, epsilon, weightDecay, step} = rates;
    const g = weightDecay ? tf.add(gradient, tf.mul(parameter, weightDecay)) : gradient;
    const nextMean = beta1 ? tf.add(tf.mul(mean, beta1), tf.mul(g, 1 - beta1)) : tf.clone(g);
    const nextSquare = tf.add(tf.mul(square, beta2), tf.mul(tf.square(g), 1 - beta2));
    const root = tf.div(tf.sqrt(nextSquare), Math.sqrt(1 - beta2 ** step));
    const change = tf.div(nextMean, tf.add(root, epsilon));
    const rate = learningRate / (1 - beta1 ** step);
    return [tf.sub(parameter, tf.mul(change, rate)), nextMean, nextSquare];
  },
  programs: {
    wasm: wasmProgram(
      (
        {parameter, gradient, mean, square}: Record<keyof Inputs, TensorInfo>,
        {learningRate, beta1, beta2, epsilon, weightDecay, step}: AdamRates,
        {kernels, at, output}
      ) => {
        const {shape} = parameter;
        const next = [output(shape), output(shape), output(shape)];
        kernels.adam(
          ...[at(parameter), at(gradient), at(mean), at(square), ...next.map(at)],
          ...[tf.util.sizeFromShape(shape), learningRate / (1 - beta1 ** step)],
          ...[1 / Math.sqrt(1 - beta2 ** step), beta1, beta2, epsilon, weightDecay]
        );
        return next;
      }
    ),
    webgl: webgl.adamStep,
  },
});

/**
 * `g ← g + λ p;  m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
 * p ← p − η m̂ / (√v̂ + ε)` (Kingma and Ba 2014; `torch.optim.Adam`). The inputs are left as they
 * are; the caller owns the three results, shaped as `parameter`.
 *
 * @param mean First moment m. @param square Second moment v.
 */
export function adamStep(
  parameter: Tensor,
  gradient: Tensor,
  mean: Tensor,
  square: Tensor,
  rates: AdamRates
): [parameter: Tensor, mean: Tensor, square: Tensor] {
  return run({parameter, gradient, mean, square}, rates) as [Tensor, Tensor, Tensor];
}
