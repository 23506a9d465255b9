/**
 * One region drawn from many codes, and how its pixels depend on them.
 *
 * Codes pass through the generator a batch at a time; between batches an abort comes in. Tensors
 * that are handed in stay the caller's.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {averagePool} from '../kernels/resample.js';
import {toPicture} from './pictures.js';
import type {Picture, RequestOptions} from './protocol.js';

/** Codes drawn at a time at images of 64 pixels, and at most: bounds memory, and the wait for an abort. */
const BATCH = 16;

/** The region to look at. */
export interface Subject {
  /** V_k `[batch, size, size, 3]`, in [-1, 1], of codes `[batch, codeSize]`; M_k is `mask` if absent. */
  paint: (codes: Tensor2D, mask?: Tensor4D) => Tensor4D;
  /** M_k `[1, size, size, 1]`. */
  mask: Tensor4D;
  /** I `[1, size, size, 3]`. */
  image: Tensor4D;
}

/**
 * V_k of each code, transparent outside its mask.
 *
 * @param side Height and width of the pictures; divides those of the mask.
 */
export async function drawEach(
  {paint, mask}: Subject,
  codes: readonly Float32Array[],
  side: number,
  options: RequestOptions
): Promise<Picture[]> {
  const factor = mask.shape[1] / side;
  const shrink = (x: Tensor4D): Tensor4D => (factor === 1 ? tf.clone(x) : averagePool(x, factor));
  const alpha = await read(tf.tidy(() => shrink(mask)));
  const pictures: Picture[] = [];
  await inBatches(codes.length, mask.shape[1], options, async (from, to) => {
    const values = await read(tf.tidy(() => shrink(paint(stack(codes, from, to)))));
    const length = 3 * side * side;
    for (let i = 0; i < to - from; i++) {
      pictures.push(toPicture(values.subarray(i * length, (i + 1) * length), side, alpha));
    }
  });
  return pictures;
}

/**
 * Σ_p M_k |V_k(a) − V_k(b)| / Σ_p M_k over pixels p, meaned over the channels, of each code a and
 * the code b in the same place of the other list.
 *
 * @returns `[codes]`, each in [0, 2]; 0 where the mask is empty.
 */
export async function contrastEach(
  {paint, mask}: Subject,
  codes: readonly Float32Array[],
  others: readonly Float32Array[],
  options: RequestOptions
): Promise<Float32Array<ArrayBuffer>> {
  const weights = tf.tidy(() => pixelWeights(mask));
  const contrasts = new Float32Array(codes.length);
  try {
    await inBatches(codes.length, mask.shape[1], options, async (from, to) => {
      const each = tf.tidy(() => {
        const a = paint(stack(codes, from, to));
        const b = paint(stack(others, from, to));
        return tf.sum(tf.mul(tf.abs(tf.sub(a, b)), weights), [1, 2, 3]); // [batch]
      });
      contrasts.set(await read(each), from);
    });
  } finally {
    weights.dispose();
  }
  return contrasts;
}

/**
 * Covariance of the region between codes: of codes a and b, Σ_p M_k (V_k(a) − V̄)(V_k(b) − V̄) / Σ_p M_k,
 * meaned over the channels, where V̄ is the mean over the codes.
 *
 * @returns `[codes, codes]`, symmetric; 0 where the mask is empty.
 */
export async function covariance(
  {paint, mask}: Subject,
  codes: readonly Float32Array[],
  options: RequestOptions
): Promise<Float32Array<ArrayBuffer>> {
  const weights = tf.tidy(() => tf.sqrt(pixelWeights(mask)));
  const drawn: Tensor2D[] = [];
  try {
    await inBatches(codes.length, mask.shape[1], options, async (from, to) => {
      const rows = tf.tidy(
        () =>
          tf.reshape(tf.mul(paint(stack(codes, from, to)), weights), [to - from, -1]) as Tensor2D
      );
      drawn.push(rows);
      // Nothing is read of a batch, but its abort is to come in before the next.
      await new Promise(resolve => setTimeout(resolve));
    });
    return await read(
      tf.tidy(() => {
        const all = drawn.length === 1 ? drawn[0]! : tf.concat2d(drawn, 0); // [codes, size · size · 3]
        const centred = tf.sub(all, tf.mean(all, 0, true));
        return tf.matMul(centred, centred, false, true);
      })
    );
  } finally {
    weights.dispose();
    tf.dispose(drawn);
  }
}

/** Weights of pixels and channels `[1, size, size, 3]` that sum to 1, or to 0 where the mask is empty. */
function pixelWeights(mask: Tensor4D): Tensor4D {
  const total = tf.mul(tf.maximum(tf.sum(mask), 1e-8), 3);
  return tf.tile(tf.div(mask, total), [1, 1, 1, 3]);
}

/** Codes `[to - from, codeSize]`. */
export function stack(codes: readonly Float32Array[], from: number, to: number): Tensor2D {
  const codeSize = codes[from]!.length;
  const values = new Float32Array((to - from) * codeSize);
  for (let i = from; i < to; i++) values.set(codes[i]!, (i - from) * codeSize);
  return tf.tensor2d(values, [to - from, codeSize]);
}

/**
 * Works through a list a batch at a time.
 *
 * @param size Height and width of the images: the larger, the shorter a batch.
 */
export async function inBatches(
  count: number,
  size: number,
  {signal, onProgress}: RequestOptions,
  work: (from: number, to: number) => Promise<void>
): Promise<void> {
  const batch = Math.min(Math.max(Math.floor(BATCH * (64 / size) ** 2), 1), BATCH);
  for (let from = 0; from < count; from += batch) {
    signal?.throwIfAborted();
    onProgress?.({stage: 'survey', done: from, total: count});
    await work(from, Math.min(from + batch, count));
  }
  onProgress?.({stage: 'survey', done: count, total: count});
}

/** The values of a tensor, which is disposed of. */
export async function read(tensor: tf.Tensor): Promise<Float32Array<ArrayBuffer>> {
  const values = (await tensor.data()) as Float32Array<ArrayBuffer>;
  tensor.dispose();
  return values;
}
