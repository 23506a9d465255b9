/**
 * Maximum over 2×2 windows.
 *
 * tfjs's wasm backend computes a wrong gradient for `tf.maxPool` (measured: 68 % off in the values
 * of self-attention, against PyTorch and against tfjs's own cpu backend). Here it is the maximum of
 * slices, whose gradient goes to the first of equal maxima, row by row, as PyTorch's does: flat
 * patches of a feature map do have equal values.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

/**
 * @param x `[batch, height, width, channels]`, height and width even.
 * @returns `[batch, height / 2, width / 2, channels]`.
 */
export function maxPool2(x: Tensor4D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  return tf.tidy(() => {
    const pairs = maximumOfPairs(tf.reshape(x, [(batch * height * width) / 2, 2, channels]));
    const rows = maximumOfPairs(tf.reshape(pairs, [(batch * height) / 2, 2, -1]));
    return tf.reshape(rows, [batch, height / 2, width / 2, channels]);
  });
}

/** @param x `[count, 2, length]`. @returns `[count, 1, length]`. */
function maximumOfPairs(x: Tensor3D): Tensor3D {
  return tf.maximum(tf.slice(x, [0, 0, 0], [-1, 1, -1]), tf.slice(x, [0, 1, 0], [-1, 1, -1]));
}
