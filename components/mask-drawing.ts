/** Masks as pixels. */

import type {Masks, Picture} from '../core/engine/protocol.js';
import {largestRegions} from '../core/session/region-matching.js';
import {regionColour} from './palette.js';

/** How masks are read before they are drawn. */
export interface MaskReading {
  /** Gives each pixel whole to the region whose mask is largest there. */
  hard?: boolean;
  /** The region to draw alone; all if absent. */
  only?: number;
}

/** A wrong pixel of an error map: a magenta that is also darker than the washed-out image about it. */
const WRONG = [196, 0, 102] as const;

/** How far the image under an error map is washed out, in [0, 1]. */
const WASH = 0.65;

/**
 * Each region in its colour, weighted by its mask; transparent where the regions drawn have
 * nothing.
 */
export function paintRegions(masks: Masks, reading: MaskReading = {}): Picture {
  const {width, height} = masks;
  const mixed = mix(masks, reading);
  const pixels = new Uint8ClampedArray(mixed.length);
  for (let i = 0; i < mixed.length; i += 4) {
    const share = mixed[i + 3]!;
    const scale = share > 0 ? 1 / share : 0;
    for (let c = 0; c < 3; c++) pixels[i + c] = scale * mixed[i + c]!;
    pixels[i + 3] = 255 * share;
  }
  return {width, height, pixels};
}

/**
 * The regions' colours laid over an image, whose own colours are dulled so that they do not mix.
 *
 * @param opacity Of the colours, in [0, 1].
 * @throws RangeError if image and masks differ in size.
 */
export function paintOverlay(
  masks: Masks,
  image: Picture,
  opacity: number,
  reading: MaskReading = {}
): Picture {
  const {width, height} = masks;
  if (image.width !== width || image.height !== height) {
    throw new RangeError(
      `paintOverlay: image must be ${width}×${height} like its masks; got ${image.width}×${image.height}`
    );
  }
  const mixed = mix(masks, reading);
  const pixels = new Uint8ClampedArray(mixed.length);
  for (let i = 0; i < mixed.length; i += 4) {
    const cover = opacity * mixed[i + 3]!;
    const grey = luminance(image, i);
    for (let c = 0; c < 3; c++) {
      const dulled = (1 - cover) * image.pixels[i + c]! + cover * grey;
      pixels[i + c] = (1 - cover) * dulled + opacity * mixed[i + c]!;
    }
    pixels[i + 3] = 255;
  }
  return {width, height, pixels};
}

/** One mask M_k as grey levels: 0 black, 1 white. */
export function paintMask(masks: Masks, region: number, hard = false): Picture {
  const {width, height, values} = masks;
  const size = width * height;
  const pixels = new Uint8ClampedArray(4 * size);
  // A word a pixel, opaque: a stroke draws this anew for each region.
  const words = new Uint32Array(pixels.buffer);
  const largest = hard ? largestRegions(masks) : undefined;
  for (let pixel = 0; pixel < size; pixel++) {
    const share = largest ? Number(largest[pixel] === region) : values[region * size + pixel]!;
    words[pixel] = 0xff000000 | (Math.round(255 * share) * 0x010101);
  }
  return {width, height, pixels};
}

/**
 * Pixels whose largest mask is not that of their true region, on a pale grey image.
 *
 * @param labels True region of each pixel `[height, width]`.
 * @param regionOf Region of the model that stands for each true region.
 * @throws RangeError if image and masks differ in size.
 */
export function paintErrors(
  masks: Masks,
  labels: Uint8Array,
  regionOf: readonly number[],
  image: Picture
): Picture {
  const {width, height} = masks;
  if (image.width !== width || image.height !== height) {
    throw new RangeError(
      `paintErrors: image must be ${width}×${height} like its masks; got ${image.width}×${image.height}`
    );
  }
  const found = largestRegions(masks);
  const pixels = new Uint8ClampedArray(4 * found.length).fill(255);
  for (let pixel = 0; pixel < found.length; pixel++) {
    const i = 4 * pixel;
    const wrong = found[pixel] !== regionOf[labels[pixel]!];
    const pale = (1 - WASH) * luminance(image, i) + WASH * 255;
    for (let c = 0; c < 3; c++) pixels[i + c] = wrong ? WRONG[c]! : pale;
  }
  return {width, height, pixels};
}

/** The region whose mask is largest at a pixel. */
export function regionAt({width, height, regions, values}: Masks, x: number, y: number): number {
  let largest = 0;
  const at = (region: number) => values[region * width * height + y * width + x]!;
  for (let region = 1; region < regions; region++) {
    if (at(region) > at(largest)) largest = region;
  }
  return largest;
}

/**
 * True labels as masks of 0 and 1, so that they can be drawn beside a model's.
 *
 * @param regionOf Region of the model that stands for each true region.
 */
export function masksOfLabels(
  labels: Uint8Array,
  width: number,
  regionOf: readonly number[]
): Masks {
  const regions = regionOf.length;
  const values = new Float32Array(regions * labels.length);
  labels.forEach((label, pixel) => (values[regionOf[label]! * labels.length + pixel] = 1));
  return {width, height: labels.length / width, regions, values};
}

/**
 * Adds up colours of regions by their masks.
 *
 * @returns Red, green and blue times the share of the regions drawn, and that share `[pixels, 4]`.
 */
function mix(masks: Masks, {hard, only}: MaskReading): Float32Array {
  const {regions, values} = masks;
  const size = masks.width * masks.height;
  const mixed = new Float32Array(4 * size);
  const largest = hard ? largestRegions(masks) : undefined;
  const colours = Float32Array.from(
    Array.from({length: regions}, (_, k) => regionColour(k)).flat()
  );
  const [first, last] = only === undefined ? [0, regions - 1] : [only, only];
  for (let pixel = 0; pixel < size; pixel++) {
    for (let region = first; region <= last; region++) {
      const share = largest ? Number(largest[pixel] === region) : values[region * size + pixel]!;
      for (let c = 0; c < 3; c++) mixed[4 * pixel + c]! += share * colours[3 * region + c]!;
      mixed[4 * pixel + 3]! += share;
    }
  }
  return mixed;
}

/** Brightness of the pixel that begins at a byte. */
function luminance({pixels}: Picture, i: number): number {
  return 0.2126 * pixels[i]! + 0.7152 * pixels[i + 1]! + 0.0722 * pixels[i + 2]!;
}
