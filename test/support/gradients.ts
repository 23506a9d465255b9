/** Gradients of an operation, checked against a reference that knows nothing of tensors. */

import * as tf from '@tensorflow/tfjs-core';

import {expectClose, normals, toTensor, toValues, type Values, zeros} from './values.js';

/** An operation out of plain loops. */
export type Reference = (...inputs: Values[]) => Values;

/**
 * Gradients of `Σ r · op(inputs)`, r random, with respect to each input.
 *
 * @param r As many numbers as `op` gives.
 */
export async function gradientsOf(
  op: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly Values[],
  r: Values
): Promise<Values[]> {
  const tensors = inputs.map(input => toTensor(input));
  const weights = toTensor(r);
  const gradients = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(op(...xs), weights)))(tensors);
  const result = await Promise.all(gradients.map(toValues));
  tf.dispose([...tensors, weights, ...gradients]);
  return result;
}

/**
 * Central differences of `Σ r · reference(inputs)`, in float64: exact to some nine digits where the
 * reference is smooth.
 */
export function differences(reference: Reference, inputs: readonly Values[], r: Values): Values[] {
  const step = 1e-5;
  const loss = (): number =>
    reference(...inputs).data.reduce((sum, value, i) => sum + value * r.data[i]!, 0);
  return inputs.map(({shape, data}) => {
    const gradient = zeros(shape);
    for (let i = 0; i < data.length; i++) {
      const before = data[i]!;
      data[i] = before + step;
      const above = loss();
      data[i] = before - step;
      gradient.data[i] = (above - loss()) / (2 * step);
      data[i] = before;
    }
    return gradient;
  });
}

/** Fails unless the gradient of `op` with respect to each input equals the reference's differences. */
export async function expectGradients(
  op: (...inputs: tf.Tensor[]) => tf.Tensor,
  reference: Reference,
  inputs: readonly Values[],
  tolerance: number
): Promise<void> {
  const r = normals(reference(...inputs).shape, 'cotangent');
  const wanted = differences(reference, inputs, r);
  const actual = await gradientsOf(op, inputs, r);
  actual.forEach((gradient, i) =>
    expectClose(gradient, wanted[i]!, tolerance, `gradient of input ${i}`)
  );
}
