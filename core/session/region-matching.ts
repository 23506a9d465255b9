/** Which region of a model stands for which true region: the model's order means nothing. */

import type {Masks} from '../engine/protocol.js';

/** How well masks agree with the truth on one image, under the best assignment. */
export interface Agreement {
  /** Region of the model that stands for each true region `[regions]`. */
  regionOf: number[];
  /** Share of pixels in the right region, in [0, 1]. */
  accuracy: number;
  /** The objects that the image has, each with the region that `regionOf` gives it. */
  objects: ObjectMatch[];
  /** Mean IoU of the objects under the assignment that is best for it; undefined where there are none. */
  objectIou: number | undefined;
}

/** A true object and the region that stands for it. */
export interface ObjectMatch {
  /** True region, from 1: region 0 is the background. */
  label: number;
  /** Region of the model. */
  region: number;
  /** Intersection over union, in [0, 1]. */
  iou: number;
}

/** The region whose mask is largest at each pixel `[height, width]`; the first of equals. */
export function largestRegions({regions, values}: Masks): Uint8Array<ArrayBuffer> {
  const pixels = values.length / regions;
  const largest = new Uint8Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    let most = values[pixel]!;
    for (let region = 1; region < regions; region++) {
      const value = values[region * pixels + pixel]!;
      if (value > most) {
        most = value;
        largest[pixel] = region;
      }
    }
  }
  return largest;
}

/**
 * Assigns the model's regions to the true ones so that most pixels agree, each pixel counting for
 * the region whose mask is largest. For the objects' mean IoU alone, as the published evaluation
 * does, the assignment is taken that is best for it.
 *
 * @param labels True region of each pixel `[height, width]`, each less than the number of regions.
 * @throws RangeError if the sizes differ or a label has no region.
 */
export function matchRegions(masks: Masks, labels: Uint8Array): Agreement {
  const {regions} = masks;
  const pixels = masks.width * masks.height;
  if (labels.length !== pixels) {
    throw new RangeError(`matchRegions: labels must be ${pixels} pixels; got ${labels.length}`);
  }
  const counts = countOverlap(largestRegions(masks), labels, regions);
  const {regionOf, total} = assign(counts);
  const iou = objectIous(counts);
  const present = iou.flatMap((row, label) => (row ? [label] : []));
  return {
    regionOf,
    accuracy: total / pixels,
    objects: present.map(label => {
      const region = regionOf[label]!;
      return {label, region, iou: iou[label]![region]!};
    }),
    objectIou: present.length
      ? assign(iou.map(row => row ?? new Array<number>(regions).fill(0))).total / present.length
      : undefined,
  };
}

/** Pixels of each true region `[true region]` in each region of the model `[region]`. */
function countOverlap(found: Uint8Array, labels: Uint8Array, regions: number): number[][] {
  const counts = Array.from({length: regions}, () => new Array<number>(regions).fill(0));
  for (let pixel = 0; pixel < labels.length; pixel++) {
    const row = counts[labels[pixel]!];
    if (!row) {
      throw new RangeError(
        `matchRegions: each label must be less than ${regions}; got ${labels[pixel]}`
      );
    }
    row[found[pixel]!]! += 1;
  }
  return counts;
}

/** IoU of each true region with each region; undefined for the background and what the image lacks. */
function objectIous(counts: readonly number[][]): (number[] | undefined)[] {
  const found = counts.map((_, region) => counts.reduce((sum, row) => sum + row[region]!, 0));
  return counts.map((row, label) => {
    const real = row.reduce((sum, count) => sum + count, 0);
    if (label === 0 || real === 0) return undefined;
    return row.map((both, region) => both / (real + found[region]! - both));
  });
}

/** Best assignment of columns to rows, by the largest sum: dynamic programming over column sets. */
function assign(scores: readonly number[][]): {regionOf: number[]; total: number} {
  let best = new Map([[0, {regionOf: [] as number[], total: 0}]]);
  for (const row of scores) {
    const next: typeof best = new Map();
    for (const [used, {regionOf, total}] of best) {
      row.forEach((score, region) => {
        const set = used | (1 << region);
        if (set === used) return;
        const known = next.get(set);
        if (!known || total + score > known.total) {
          next.set(set, {regionOf: [...regionOf, region], total: total + score});
        }
      });
    }
    best = next;
  }
  return [...best.values()][0]!;
}
