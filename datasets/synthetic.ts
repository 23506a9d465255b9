/** Data sets that are drawn when they are read: no end of images, every one with its true regions. */

import type {Dataset, Samples, Split} from './dataset.js';
import {Random} from './random.js';

/** Red, green and blue, each in [0, 1]. */
export type Color = readonly [red: number, green: number, blue: number];

/** Pixels of one image under way. */
export interface Canvas {
  /** Height and width, in pixels. */
  readonly size: number;
  /** `[size, size, 3]`, each in [-1, 1]. */
  readonly image: Float32Array;
  /** True region of each pixel `[size, size]`. */
  readonly labels: Uint8Array;
}

/** What the caller of a generated set chooses. */
export interface SyntheticOptions {
  /** Height and width of the images, in pixels. */
  size: number;
  /** Images of different seeds have nothing in common but their distribution. */
  seed: number;
}

/** What makes one generated set different from another. */
export interface SyntheticSpec extends SyntheticOptions {
  name: string;
  regionNames: readonly string[];
  /** Draws the whole of one image; the random stream is that image's own. */
  draw: (random: Random, split: Split, canvas: Canvas) => void;
}

/** Training images without an end in practice; as many others as the published code evaluates on. */
const COUNTS: Readonly<Record<Split, number>> = {train: 1_000_000, val: 1_000, test: 1_000};

/** A data set whose image (split, index) is a function of (name, seed, split, index) alone. */
export function createSynthetic({name, size, seed, regionNames, draw}: SyntheticSpec): Dataset {
  const read = async (split: Split, indices: readonly number[]): Promise<Samples> => {
    for (const index of indices) {
      if (!Number.isInteger(index) || index < 0 || index >= COUNTS[split]) {
        throw new RangeError(
          `${name}.read: indices of ${split} must be integers from 0 to ${COUNTS[split] - 1}; got ${index}`
        );
      }
    }
    const pixels = size * size;
    const images = new Float32Array(indices.length * pixels * 3);
    const labels = new Uint8Array(indices.length * pixels);
    indices.forEach((index, i) => {
      draw(new Random(seed, name, split, index), split, {
        size,
        image: images.subarray(i * pixels * 3, (i + 1) * pixels * 3),
        labels: labels.subarray(i * pixels, (i + 1) * pixels),
      });
    });
    return {count: indices.length, size, images, labels};
  };
  return {name, size, regionNames, counts: COUNTS, read};
}

/** Colours one pixel, given by its place in row-major order, and says whose it is. */
export function paint({image, labels}: Canvas, pixel: number, color: Color, region: number): void {
  for (let channel = 0; channel < 3; channel++) {
    image[pixel * 3 + channel] = 2 * color[channel]! - 1;
  }
  labels[pixel] = region;
}

/** Colours every pixel. */
export function fill(canvas: Canvas, color: Color, region: number): void {
  for (let pixel = 0; pixel < canvas.size ** 2; pixel++) {
    paint(canvas, pixel, color, region);
  }
}
