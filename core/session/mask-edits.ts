/**
 * What a brush does to masks.
 *
 * An edit has two halves: where it reaches, as a coverage in [0, 1] a pixel (of a stroke, of a
 * flood), and what it does there to the share of one region. Masks stay in [0, 1] and sum to 1 over
 * regions. A coverage gathers a whole stroke and is laid on the masks from before it, so that going
 * over a pixel twice does no more than going over it once, however often the pointer is read.
 */

import type {Masks} from '../engine/protocol.js';
import {largestRegions} from './region-matching.js';

/** A pixel of the masks, from the upper left one at (0, 0). */
export interface Point {
  x: number;
  y: number;
}

export interface Brush {
  /** Diameter in pixels of the masks, at least 1. */
  size: number;
  /** In [0, 1]: 1 has a crisp edge, 0 falls off from the middle. */
  hardness: number;
}

/** How far an edit reaches each pixel. */
export interface Coverage {
  width: number;
  height: number;
  /** `[height, width]`, each in [0, 1]. */
  values: Float32Array<ArrayBuffer>;
}

/** Shares of all other regions together below this are none: nothing to be in proportion to. */
const NOTHING = 1e-6;

/** A coverage that reaches nothing. */
export function emptyCoverage({width, height}: Pick<Masks, 'width' | 'height'>): Coverage {
  return {width, height, values: new Float32Array(width * height)};
}

/**
 * Adds to a coverage, in place, what a brush reaches on the straight way between two pixels.
 *
 * @returns Whether any pixel is reached further than before.
 */
export function coverSegment(coverage: Coverage, from: Point, to: Point, brush: Brush): boolean {
  const {width, height, values} = coverage;
  const radius = Math.max(brush.size, 1) / 2;
  // A pixel wide at least: the edge is smooth at any hardness.
  const edge = 1 + radius * (1 - brush.hardness);
  const reach = radius + 0.5;
  const [left, right] = span(from.x, to.x, reach, width);
  const [top, bottom] = span(from.y, to.y, reach, height);
  let grew = false;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const share = (reach - distance(x, y, from, to)) / edge;
      const value = Math.min(Math.max(share, 0), 1);
      // Compared as it is stored, lest a rounding count as growth.
      if (Math.fround(value) <= values[y * width + x]!) continue;
      values[y * width + x] = value;
      grew = true;
    }
  }
  return grew;
}

/** The connected pixels, by their sides, that have the largest mask in common with the one pointed at. */
export function floodCoverage(masks: Masks, {x, y}: Point): Coverage {
  const {width, height} = masks;
  const coverage = emptyCoverage(masks);
  const regions = largestRegions(masks);
  const start = y * width + x;
  const waiting = [start];
  coverage.values[start] = 1;
  const visit = (pixel: number): void => {
    if (coverage.values[pixel] || regions[pixel] !== regions[start]) return;
    coverage.values[pixel] = 1;
    waiting.push(pixel);
  };
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
    const column = pixel % width;
    if (column > 0) visit(pixel - 1);
    if (column < width - 1) visit(pixel + 1);
    if (pixel >= width) visit(pixel - width);
    if (pixel < width * (height - 1)) visit(pixel + width);
  }
  return coverage;
}

/**
 * Gives pixels to region k: M_k ← (1 − a) M_k + a, and M_j ← (1 − a) M_j of the others.
 *
 * @returns New masks; the same where nothing changes.
 * @throws RangeError if there is no such region, or the sizes differ.
 */
export function paintRegion(masks: Masks, region: number, coverage: Coverage): Masks {
  check('paintRegion', masks, region, coverage);
  const {regions} = masks;
  const values = masks.values.slice();
  const pixels = values.length / regions;
  let changed = false;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const share = coverage.values[pixel]!;
    if (share === 0 || values[region * pixels + pixel] === 1) continue;
    for (let k = 0; k < regions; k++) {
      const at = k * pixels + pixel;
      values[at] = (1 - share) * values[at]! + (k === region ? share : 0);
    }
    changed = true;
  }
  return changed ? {...masks, values} : masks;
}

/**
 * Takes pixels from region k: M_k ← (1 − a) M_k. What is taken goes to the others in proportion to
 * what they have there, and where they have nothing to the one of them that is largest on the image,
 * which as a rule is the background. Of a single region nothing can be taken.
 *
 * @returns New masks; the same where nothing changes.
 * @throws RangeError if there is no such region, or the sizes differ.
 */
export function eraseRegion(masks: Masks, region: number, coverage: Coverage): Masks {
  check('eraseRegion', masks, region, coverage);
  const {regions} = masks;
  if (regions === 1) return masks;
  const values = masks.values.slice();
  const pixels = values.length / regions;
  const heir = largestOther(masks, region);
  let changed = false;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const own = region * pixels + pixel;
    const taken = coverage.values[pixel]! * values[own]!;
    if (taken === 0) continue;
    changed = true;
    let others = 0;
    for (let k = 0; k < regions; k++) if (k !== region) others += values[k * pixels + pixel]!;
    values[own] = values[own]! - taken;
    if (others < NOTHING) {
      values[heir * pixels + pixel] = values[heir * pixels + pixel]! + taken;
      continue;
    }
    for (let k = 0; k < regions; k++) {
      if (k === region) continue;
      const at = k * pixels + pixel;
      values[at] = Math.min(values[at]! * (1 + taken / others), 1);
    }
  }
  return changed ? {...masks, values} : masks;
}

/** Gives each of two regions the other's mask. @throws RangeError if there is no such region. */
export function swapRegions(masks: Masks, first: number, second: number): Masks {
  check('swapRegions', masks, first);
  check('swapRegions', masks, second);
  const pixels = masks.width * masks.height;
  const plane = (region: number) => masks.values.subarray(region * pixels, (region + 1) * pixels);
  const values = masks.values.slice();
  values.set(plane(second), first * pixels);
  values.set(plane(first), second * pixels);
  return {...masks, values};
}

function check(where: string, masks: Masks, region: number, coverage: Coverage | Masks = masks) {
  if (!Number.isInteger(region) || region < 0 || region >= masks.regions) {
    throw new RangeError(
      `${where}: region must be at least 0 and less than ${masks.regions}; got ${region}`
    );
  }
  if (coverage.width !== masks.width || coverage.height !== masks.height) {
    throw new RangeError(
      `${where}: coverage must be ${masks.width}×${masks.height} like the masks; got ${coverage.width}×${coverage.height}`
    );
  }
}

/** First and last pixel of a side that are within reach of a way from `a` to `b`. */
function span(a: number, b: number, reach: number, length: number): [number, number] {
  return [
    Math.max(Math.floor(Math.min(a, b) - reach), 0),
    Math.min(Math.ceil(Math.max(a, b) + reach), length - 1),
  ];
}

/** Distance of a pixel from the straight way between two others. */
function distance(x: number, y: number, from: Point, to: Point): number {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / length;
  const share = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - from.x - share * dx, y - from.y - share * dy);
}

/** The region that has most of the image, one left out. */
function largestOther({regions, values}: Masks, region: number): number {
  const pixels = values.length / regions;
  let largest = -1;
  let most = -1;
  for (let k = 0; k < regions; k++) {
    if (k === region) continue;
    let area = 0;
    for (let i = k * pixels; i < (k + 1) * pixels; i++) area += values[i]!;
    if (area > most) [largest, most] = [k, area];
  }
  return largest;
}
