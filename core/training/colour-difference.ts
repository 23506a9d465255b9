/** How f could tell the pixels of a region apart by their colour, for a split of it. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {solvePositive} from '../linear/cholesky.js';
import {symmetricEigen} from '../linear/symmetric-eigen.js';
import {LAST_KERNEL, maskFeatures, masksOf} from '../model/mask-network.js';
import type {ModelState} from '../model/state.js';

/**
 * Weights a `[7, 7, channels]` and bias b of f's last convolution, such that the map a ∗ h + b of what it
 * reads has deviation 1 over a region's pixels, and is near 0 over all others.
 */
export interface ColourDifference {
  weights: Float64Array<ArrayBuffer>;
  bias: number;
}

/** Of the regression, in mean squares of what f's last convolution reads. */
const RIDGE = 1e-3;

/** Deviation of the regression, in units of colour, below which it is rounding. */
const SMALLEST_DEVIATION = 1e-6;

/** Entries of a row before the patch: 1, and the pixel's colour. */
const COLOUR = 1;
const PATCH = 4;

/**
 * A ridge regression on what f's last convolution reads: of the first principal component of the
 * region's colours in its pixels, and of 0 in about as many others, evenly spread.
 *
 * @param images Batches of I `[batch, size, size, 3]`.
 * @returns Undefined if the region has no pixel, or nothing tells them apart.
 */
export async function colourDifference(
  state: ModelState,
  images: readonly Tensor4D[],
  region: number
): Promise<ColourDifference | undefined> {
  const {own, others} = await moments(state, images, region);
  if (own.count === 0 || others.count === 0) return undefined;
  const [inside, outside] = [own.mean(), others.mean()];
  const all = own.length;

  const at = (i: number, j: number): number => inside[Math.min(i, j) * all + Math.max(i, j)]!;
  const covariance = [0, 1, 2].flatMap(i =>
    [0, 1, 2].map(j => at(COLOUR + i, COLOUR + j) - at(0, COLOUR + i) * at(0, COLOUR + j))
  );
  const component = symmetricEigen(covariance, 3).vectors[0]!;
  /** The component of the colours that go with an entry of the rows. */
  const along = (i: number): number =>
    component.reduce((sum, share, k) => sum + share * at(i, COLOUR + k), 0);

  // The intercept, and the patch.
  const read = [0, ...Array.from({length: all - PATCH}, (_, i) => PATCH + i)];
  const gram = Float64Array.from({length: read.length ** 2}, (_, n) => {
    const [i, j] = [read[Math.floor(n / read.length)]!, read[n % read.length]!];
    const place = Math.min(i, j) * all + Math.max(i, j);
    return inside[place]! + outside[place]!;
  });
  const diagonal = read.map((_, i) => gram[i * (read.length + 1)]!);
  const ridge = (RIDGE * diagonal.slice(1).reduce((a, b) => a + b, 0)) / (read.length - 1);
  for (let i = 1; i < read.length; i++) gram[i * (read.length + 1)]! += ridge;
  // Where all is 0 there is nothing to read.
  if (!(ridge > 0)) return undefined;
  const mean = along(0);
  const found = solvePositive(
    gram,
    read.map(i => along(i) - at(0, i) * mean)
  );

  const square = found.reduce(
    (sum, a, i) => sum + a * found.reduce((row, b, j) => row + b * at(read[i]!, read[j]!), 0),
    0
  );
  const middle = found.reduce((sum, a, i) => sum + a * at(0, read[i]!), 0);
  const deviation = Math.sqrt(Math.max(0, square - middle ** 2));
  if (!(deviation > SMALLEST_DEVIATION)) return undefined;
  return {weights: found.slice(1).map(a => a / deviation), bias: found[0]! / deviation};
}

/** The sums of the rows (1, colour, patch) of a region's pixels, and of about as many others. */
async function moments(
  state: ModelState,
  images: readonly Tensor4D[],
  region: number
): Promise<{own: Gram; others: Gram}> {
  const {size} = state.config;
  const padded = size + LAST_KERNEL - 1;
  let sums: {own: Gram; others: Gram} | undefined;
  for (const batch of images) {
    const {features, owners} = tf.tidy(() => {
      const weights = state.weights('mask');
      const read = maskFeatures(weights, batch, state.config);
      return {features: read, owners: tf.argMax(masksOf(weights, read, state.config), 3)};
    });
    const channels = features.shape[3];
    const [h, owner, colours] = await Promise.all([features.data(), owners.data(), batch.data()]);
    tf.dispose([features, owners]);
    const length = PATCH + LAST_KERNEL ** 2 * channels;
    sums ??= {own: new Gram(length), others: new Gram(length)};
    const row = new Float64Array(length);
    for (let image = 0; image < batch.shape[0]; image++) {
      const add = (gram: Gram, pixel: number): void => {
        row[0] = 1;
        const place = image * size ** 2 + pixel;
        row.set(colours.subarray(3 * place, 3 * place + 3), COLOUR);
        const [y, x] = [Math.floor(pixel / size), pixel % size];
        for (let ky = 0; ky < LAST_KERNEL; ky++) {
          const start = ((image * padded + y + ky) * padded + x) * channels;
          const line = h.subarray(start, start + LAST_KERNEL * channels);
          row.set(line, PATCH + ky * LAST_KERNEL * channels);
        }
        gram.add(row);
      };
      const pixels = Array.from({length: size ** 2}, (_, pixel) => pixel);
      const isOwn = (pixel: number): boolean => owner[image * size ** 2 + pixel] === region;
      const inside = pixels.filter(isOwn);
      if (inside.length === 0) continue;
      for (const pixel of inside) add(sums.own, pixel);
      const outside = pixels.filter(pixel => !isOwn(pixel));
      const step = Math.max(1, Math.floor(outside.length / inside.length));
      for (let i = 0; i < outside.length; i += step) add(sums.others, outside[i]!);
    }
  }
  return sums ?? {own: new Gram(PATCH), others: new Gram(PATCH)};
}

/** Sums of products of the entries of rows; the upper half of a symmetric matrix. */
class Gram {
  count = 0;
  readonly length: number;
  private readonly sums: Float64Array;

  constructor(length: number) {
    this.length = length;
    this.sums = new Float64Array(length ** 2);
  }

  add(row: Float64Array): void {
    this.count++;
    for (let i = 0; i < this.length; i++) {
      const one = row[i]!;
      // After a ReLU many are.
      if (one === 0) continue;
      for (let j = i; j < this.length; j++) this.sums[i * this.length + j]! += one * row[j]!;
    }
  }

  mean(): Float64Array {
    return this.sums.map(each => each / this.count);
  }
}
