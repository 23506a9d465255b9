/** Masks as pixels. */

import type {Masks, Picture} from '../core/engine/protocol.js';
import {regionColour} from './palette.js';

/** Each region in its colour, weighted by its mask. */
export function paintRegions({width, height, regions, values}: Masks): Picture {
  const size = width * height;
  const pixels = new Uint8ClampedArray(4 * size).fill(255);
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < size; pixel++) {
      let level = 0;
      for (let region = 0; region < regions; region++) {
        level += values[region * size + pixel]! * regionColour(region)[channel]!;
      }
      pixels[4 * pixel + channel] = level;
    }
  }
  return {width, height, pixels};
}

/**
 * The regions' colours laid over an image, whose own colours are dulled so that they do not mix.
 *
 * @param opacity Of the colours, in [0, 1].
 * @throws RangeError if image and masks differ in size.
 */
export function paintOverlay(masks: Masks, image: Picture, opacity: number): Picture {
  if (image.width !== masks.width || image.height !== masks.height) {
    throw new RangeError(
      `paintOverlay: image must be ${masks.width}×${masks.height} like its masks; got ${image.width}×${image.height}`
    );
  }
  const painted = paintRegions(masks);
  const {pixels} = painted;
  for (let i = 0; i < pixels.length; i += 4) {
    const [red, green, blue] = [image.pixels[i]!, image.pixels[i + 1]!, image.pixels[i + 2]!];
    const grey = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    [red, green, blue].forEach((level, channel) => {
      const dulled = (1 - opacity) * level + opacity * grey;
      pixels[i + channel] = (1 - opacity) * dulled + opacity * pixels[i + channel]!;
    });
  }
  return painted;
}

/** One mask M_k as grey levels: 0 black, 1 white. */
export function paintMask({width, height, values}: Masks, region: number): Picture {
  const size = width * height;
  const pixels = new Uint8ClampedArray(4 * size).fill(255);
  for (let pixel = 0; pixel < size; pixel++) {
    pixels.fill(255 * values[region * size + pixel]!, 4 * pixel, 4 * pixel + 3);
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
