/** How fast a backend is on this machine, found out by trying. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {conv2d} from '../kernels/conv2d.js';

/** Of a convolution in the middle of the published generator: 0.3 GFLOP. */
const SIDE = 32;
const CHANNELS = 128;

/** Convolutions in a row, so that waiting for the answer does not count for much. */
const LENGTH = 2;

/**
 * A backend that takes no longer than this has won: it makes 75 GFLOP/s, and WebAssembly on one
 * thread 30 to 50. So where there is a real GPU, no WebAssembly is loaded to lose against it.
 */
export const UNBEATEN_MS = 8;

/** Milliseconds of some convolutions on the backend at work, seen from the processor. */
export async function measureBackend(): Promise<number> {
  const x = tf.fill<tf.Rank.R4>([1, SIDE, SIDE, CHANNELS], 1);
  // Such that values stay as large as they are.
  const w = tf.fill<tf.Rank.R4>([3, 3, CHANNELS, CHANNELS], 1 / (9 * CHANNELS));
  try {
    // Compiles.
    await convolved(x, w, 1);
    const startMs = performance.now();
    await convolved(x, w, LENGTH);
    return performance.now() - startMs;
  } finally {
    tf.dispose([x, w]);
  }
}

/** Waits for one value of the last of `length` convolutions. */
async function convolved(x: Tensor4D, w: Tensor4D, length: number): Promise<void> {
  const value = tf.tidy(() => {
    let y = x;
    for (let i = 0; i < length; i++) y = conv2d(y, w, {pad: 1});
    return tf.slice(y, [0, 0, 0, 0], [1, 1, 1, 1]);
  });
  await value.data();
  value.dispose();
}
