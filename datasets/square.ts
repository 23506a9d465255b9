/**
 * Brings an image to a square: its short side to `size`, then the centre cut out (`Resize` and
 * `CenterCrop` of torchvision, which the published code uses).
 */

import type {Resampling} from './source.js';

/** Decoded pixels. */
export interface Pixels {
  width: number;
  height: number;
  /** `[height, width, 4]`, RGBA, not premultiplied. */
  data: Uint8Array | Uint8ClampedArray;
}

/** One axis of the crop: source pixel = (cropped pixel + offset) · scale. */
interface Axis {
  offset: number;
  scale: number;
  length: number;
}

/** @returns Colours `[size, size, 3]`; transparency lies over white, as a page shows it. */
export function toSquare(pixels: Pixels, size: number, resampling: Resampling): Uint8Array {
  return resampling === 'nearest' ? pick(pixels, size) : average(pixels, size);
}

/**
 * The pixel that each pixel of the square is taken from, by NEAREST as PIL computes it.
 *
 * @returns `[size, size]`, row · width + column.
 */
export function nearestPixels(width: number, height: number, size: number): Int32Array {
  const columns = nearest(axisOf(width, height, size), size);
  const rows = nearest(axisOf(height, width, size), size);
  const pixels = new Int32Array(size * size);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = rows[Math.floor(i / size)]! * width + columns[i % size]!;
  }
  return pixels;
}

/**
 * The pixel of a mask that belongs to each pixel of an image's square; a mask of another size is
 * stretched over the whole image first.
 */
export function nearestMaskPixels(
  image: {width: number; height: number},
  mask: {width: number; height: number},
  size: number
): Int32Array {
  const pixels = nearestPixels(image.width, image.height, size);
  if (mask.width === image.width && mask.height === image.height) return pixels;
  const stretch = (from: number, to: number): number[] =>
    nearest({offset: 0, scale: from / to, length: from}, to);
  const rows = stretch(mask.height, image.height);
  const columns = stretch(mask.width, image.width);
  return pixels.map(
    pixel => rows[Math.floor(pixel / image.width)]! * mask.width + columns[pixel % image.width]!
  );
}

/** @param length Of this axis; `other` of the other one. */
function axisOf(length: number, other: number, size: number): Axis {
  const scaled = length <= other ? size : Math.trunc((size * length) / other);
  return {offset: roundHalfEven((scaled - size) / 2), scale: length / scaled, length};
}

function nearest({offset, scale, length}: Axis, size: number): number[] {
  // PIL adds up the steps one by one, and so do we: at the rim of a pixel the last bit decides.
  let at = scale * 0.5;
  const picked: number[] = [];
  for (let i = 0; i < offset + size; i++) {
    if (i >= offset) picked.push(Math.min(Math.floor(at), length - 1));
    at += scale;
  }
  return picked;
}

function pick({width, height, data}: Pixels, size: number): Uint8Array {
  const square = new Uint8Array(size * size * 3);
  nearestPixels(width, height, size).forEach((pixel, i) => {
    const alpha = data[pixel * 4 + 3]! / 255;
    for (let c = 0; c < 3; c++) {
      square[i * 3 + c] = Math.round(data[pixel * 4 + c]! * alpha + 255 * (1 - alpha));
    }
  });
  return square;
}

/** Source pixels of one pixel of the square, from `first` on, and what each weighs. */
interface Footprint {
  first: number;
  weights: Float64Array;
}

/** A triangle as wide as the pixel's reach: bilinear where the image grows, an average where it shrinks. */
function footprints({offset, scale, length}: Axis, size: number): Footprint[] {
  const reach = Math.max(1, scale);
  return Array.from({length: size}, (_, i) => {
    const centre = (i + offset + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - reach));
    const last = Math.min(length, Math.ceil(centre + reach));
    const weights = Float64Array.from({length: last - first}, (_, j) =>
      Math.max(0, 1 - Math.abs(first + j + 0.5 - centre) / reach)
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return {first, weights: weights.map(weight => weight / sum)};
  });
}

function average({width, height, data}: Pixels, size: number): Uint8Array {
  const columns = footprints(axisOf(width, height, size), size);
  const rows = footprints(axisOf(height, width, size), size);
  const top = rows[0]!.first;
  const bottom = rows.at(-1)!.first + rows.at(-1)!.weights.length;
  const lines = new Float32Array((bottom - top) * size * 3); // [rows in reach, size, 3]
  for (let row = top; row < bottom; row++) {
    columns.forEach(({first, weights}, x) => {
      const to = ((row - top) * size + x) * 3;
      for (let j = 0; j < weights.length; j++) {
        const from = (row * width + first + j) * 4;
        const alpha = data[from + 3]! / 255;
        for (let c = 0; c < 3; c++) {
          lines[to + c]! += weights[j]! * (data[from + c]! * alpha + 255 * (1 - alpha));
        }
      }
    });
  }
  const square = new Uint8Array(size * size * 3);
  rows.forEach(({first, weights}, y) => {
    for (let x = 0; x < size * 3; x++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) {
        sum += weights[j]! * lines[(first - top + j) * size * 3 + x]!;
      }
      square[y * size * 3 + x] = Math.round(sum);
    }
  });
  return square;
}

/** Python's `round`. */
function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}
