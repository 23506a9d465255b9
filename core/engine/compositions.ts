/** One image with one region redrawn from many codes. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import {averagePool} from '../kernels/resample.js';
import {compose} from '../model/redo.js';
import {toPicture} from './pictures.js';
import type {Compositions, RequestOptions} from './protocol.js';
import {inBatches, read, stack, type Subject} from './survey.js';

/**
 * Î_k of each code, and D's score of it.
 *
 * @param score D `[batch]` of images `[batch, size, size, 3]`.
 * @param side Height and width of the pictures; divides those of the image.
 */
export async function composeEach(
  {paint, mask, image}: Subject,
  score: (images: Tensor4D) => Tensor1D,
  codes: readonly Float32Array[],
  side: number,
  options: RequestOptions
): Promise<Compositions> {
  const size = image.shape[1];
  const pictures: Compositions['pictures'] = [];
  const scores = new Float32Array(codes.length);
  await inBatches(codes.length, size, options, async (from, to) => {
    const {small, each} = tf.tidy(() => {
      const painted = paint(stack(codes, from, to));
      const composed = compose(tf.mul(painted, mask), mask, image); // [batch, size, size, 3]
      const small = size === side ? composed : averagePool(composed, size / side);
      return {small, each: score(composed)};
    });
    const [values, some] = await Promise.all([read(small), read(each)]);
    const length = 3 * side * side;
    for (let i = 0; i < to - from; i++) {
      pictures.push(toPicture(values.subarray(i * length, (i + 1) * length), side));
    }
    scores.set(some, from);
  });
  return {pictures, scores};
}
