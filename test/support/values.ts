/** Tensors as plain float64 arrays, for references that share no code with what they check. */

import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {Random} from '../../datasets/random.js';

/** Numbers in row-major order with their shape. */
export interface Values {
  shape: readonly number[];
  data: Float64Array;
}

export function zeros(shape: readonly number[]): Values {
  return {shape, data: new Float64Array(shape.reduce((product, n) => product * n, 1))};
}

export function values(shape: readonly number[], data: Iterable<number>): Values {
  return {shape, data: Float64Array.from(data)};
}

/** Standard normal numbers, as float32 has them. */
export function normals(shape: readonly number[], ...keys: (string | number)[]): Values {
  const size = zeros(shape).data.length;
  return {shape, data: Float64Array.from(new Random(...keys).normals(size))};
}

/** Values by their place in row-major order. */
export function build(
  shape: readonly number[],
  value: (place: readonly number[]) => number
): Values {
  const result = zeros(shape);
  const place = shape.map(() => 0);
  for (let i = 0; i < result.data.length; i++) {
    result.data[i] = value(place);
    for (let axis = shape.length - 1; axis >= 0 && ++place[axis]! === shape[axis]; axis--) {
      place[axis] = 0;
    }
  }
  return result;
}

/** The value at a place, which must be inside. */
export function at({shape, data}: Values, ...place: readonly number[]): number {
  const index = place.reduce((sum, p, axis) => sum * shape[axis]! + p, 0);
  return data[index]!;
}

/** The caller owns the tensor. */
export function toTensor<T extends tf.Tensor>({shape, data}: Values): T {
  return tf.tensor(Float32Array.from(data), [...shape], 'float32') as T;
}

export async function toValues(tensor: tf.Tensor): Promise<Values> {
  return {shape: tensor.shape, data: Float64Array.from(await tensor.data())};
}

/** `‖actual − wanted‖ / ‖wanted‖`. */
export function relativeError(actual: Iterable<number>, wanted: Iterable<number>): number {
  const [a, b] = [Float64Array.from(actual), Float64Array.from(wanted)];
  if (a.length !== b.length) return Infinity;
  return norm(a.map((value, i) => value - b[i]!)) / norm(b);
}

export function norm(data: Iterable<number>): number {
  return Math.sqrt(Float64Array.from(data).reduce((sum, value) => sum + value * value, 0));
}

/** Fails unless the shapes are equal and the relative error is at most `tolerance`. */
export function expectClose(
  actual: Values,
  wanted: Values,
  tolerance: number,
  what = 'values'
): void {
  expect(actual.shape, `shape of ${what}`).to.deep.equal(wanted.shape);
  expect(relativeError(actual.data, wanted.data), `relative error of ${what}`).to.be.at.most(
    tolerance
  );
}

/** Runs `compute`, compares its result, and disposes of it. */
export async function expectTensor(
  compute: () => tf.Tensor,
  wanted: Values,
  tolerance: number,
  what?: string
): Promise<void> {
  const tensor = tf.tidy(compute);
  const actual = await toValues(tensor);
  tensor.dispose();
  expectClose(actual, wanted, tolerance, what);
}
