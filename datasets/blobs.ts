/**
 * Blobs: one smooth plain-coloured object on a plain background, for a first look at learning.
 *
 * Not in the paper. The object covers a fair part of the image at every size, and its colours come
 * from another distribution than the background's; nothing has to be downloaded.
 */

import type {Dataset} from './dataset.js';
import type {Random} from './random.js';
import {createSynthetic, fill, paint} from './synthetic.js';
import type {Canvas, Color, SyntheticOptions} from './synthetic.js';

type Range = readonly [low: number, high: number];

/** Share of the image that the object covers; less where it reaches over the edge. */
const AREA: Range = [0.15, 0.4];
/** Centre of the object, as a share of the image's width and height. */
const CENTRE: Range = [0.35, 0.65];
/** Waves on the outline: a wave with k crests has an amplitude of at most `WAVE_HEIGHT / (k - 1)`. */
const WAVE_CRESTS = [2, 3, 4] as const;
const WAVE_HEIGHT = 0.25;
const BACKGROUND_COLOR: readonly [Range, Range, Range] = [
  [0, 0.4],
  [0.2, 0.6],
  [0.4, 1],
];
const OBJECT_COLOR: readonly [Range, Range, Range] = [
  [0.6, 1],
  [0.2, 0.7],
  [0, 0.4],
];
const SIZES: Range = [16, 256];

/** One wave of the outline: `height · cos(crests · angle + phase)`. */
export interface Wave {
  crests: number;
  height: number;
  phase: number;
}

/**
 * All that an image is made of. Lengths are shares of the image's width.
 *
 * The outline in polar coordinates about the centre is r(t) = r0 · (1 + Σ_k a_k cos(kt + p_k)),
 * and π r0² (1 + Σ_k a_k² / 2) is the area inside.
 */
export interface Blob {
  background: Color;
  color: Color;
  x: number;
  y: number;
  /** r0. */
  radius: number;
  waves: readonly Wave[];
}

/**
 * Opens the set: label 0 is the background, 1 the object.
 *
 * With the same seed, all sizes show the same objects.
 *
 * @param options.size An integer from 16 to 256.
 * @throws RangeError if the size is another.
 */
export function createBlobs({size, seed}: SyntheticOptions): Dataset {
  if (!Number.isInteger(size) || size < SIZES[0] || size > SIZES[1]) {
    throw new RangeError(
      `createBlobs: size must be an integer from ${SIZES[0]} to ${SIZES[1]}; got ${size}`
    );
  }
  return createSynthetic({
    name: 'blobs',
    size,
    seed,
    regionNames: ['background', 'object'],
    draw: (random, _split, canvas) => drawBlob(sampleBlob(random), canvas),
  });
}

/** Draws the shape, the place and the colours of an object. */
export function sampleBlob(random: Random): Blob {
  const area = random.uniform(...AREA);
  const x = random.uniform(...CENTRE);
  const y = random.uniform(...CENTRE);
  const waves = WAVE_CRESTS.map(crests => ({
    crests,
    height: random.uniform(0, WAVE_HEIGHT / (crests - 1)),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  const excess = waves.reduce((sum, {height}) => sum + height ** 2 / 2, 0);
  return {
    x,
    y,
    waves,
    radius: Math.sqrt(area / (Math.PI * (1 + excess))),
    background: sampleColor(BACKGROUND_COLOR, random),
    color: sampleColor(OBJECT_COLOR, random),
  };
}

/** Paints a pixel with the object's colour if its centre is inside the outline. */
export function drawBlob({background, color, x, y, radius, waves}: Blob, canvas: Canvas): void {
  const {size} = canvas;
  const reach = radius * waves.reduce((sum, {height}) => sum + height, 1);
  fill(canvas, background, 0);
  for (let row = 0; row < size; row++) {
    const dy = (row + 0.5) / size - y;
    for (let column = 0; column < size; column++) {
      const dx = (column + 0.5) / size - x;
      const distance = Math.hypot(dx, dy);
      if (distance > reach) {
        continue;
      }
      const angle = Math.atan2(dy, dx);
      let bulge = 1;
      for (const {crests, height, phase} of waves) {
        bulge += height * Math.cos(crests * angle + phase);
      }
      if (distance <= radius * bulge) {
        paint(canvas, row * size + column, color, 1);
      }
    }
  }
}

function sampleColor([red, green, blue]: readonly [Range, Range, Range], random: Random): Color {
  return [random.uniform(...red), random.uniform(...green), random.uniform(...blue)];
}
