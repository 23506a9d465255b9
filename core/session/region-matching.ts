/** Which region of a model stands for which true region: the model's order means nothing. */

import type {Masks} from '../engine/protocol.js';

/** How well masks agree with the truth on one image, under the best assignment. */
export interface Agreement {
  /** Region of the model that stands for each true region `[regions]`. */
  regionOf: number[];
  /** Share of pixels in the right region, in [0, 1]. */
  accuracy: number;
  /** The objects that the image has, under the assignment that is best for their IoU. */
  objects: ObjectMatch[];
  /** Mean IoU of the objects; undefined where the image has none. */
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
 * Assigns the model's regions to the true ones, each pixel counting for the region whose mask is
 * largest: for accuracy so that most pixels agree, for IoU so that the objects' is best. This is
 * the published rule of evaluation on one image.
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
  const objects = matchObjects(counts);
  return {
    regionOf,
    accuracy: total / pixels,
    objects,
    objectIou: objects.length
      ? objects.reduce((sum, {iou}) => sum + iou, 0) / objects.length
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

/** The background and what the image lacks count in no mean: any region may stand for them. */
function matchObjects(counts: readonly number[][]): ObjectMatch[] {
  const found = counts.map((_, region) => counts.reduce((sum, row) => sum + row[region]!, 0));
  const iou = counts.map((row, label) => {
    const real = row.reduce((sum, count) => sum + count, 0);
    return row.map((both, region) =>
      label === 0 || real === 0 ? 0 : both / (real + found[region]! - both)
    );
  });
  const {regionOf} = assign(iou);
  return regionOf
    .map((region, label) => ({label, region, iou: iou[label]![region]!}))
    .filter(({label}) => label > 0 && counts[label]!.some(count => count > 0));
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
