/** Which region of a model stands for which true region: the model's order means nothing. */

import type {Masks} from '../engine/protocol.js';

/** How well masks agree with the truth on one image, under the best assignment. */
export interface Agreement {
  /** Region of the model that stands for each true region `[regions]`. */
  regionOf: number[];
  /** Share of pixels in the right region, in [0, 1]. */
  accuracy: number;
}

/**
 * Assigns the model's regions to the true ones so that most pixels agree, each pixel counting for
 * the region whose mask is largest.
 *
 * @param labels True region of each pixel `[height, width]`, each less than the number of regions.
 * @throws RangeError if the sizes differ or a label has no region.
 */
export function matchRegions(masks: Masks, labels: Uint8Array): Agreement {
  const {regions, values} = masks;
  const pixels = masks.width * masks.height;
  if (labels.length !== pixels) {
    throw new RangeError(`matchRegions: labels must be ${pixels} pixels; got ${labels.length}`);
  }
  // [true region][region of the model]
  const counts = Array.from({length: regions}, () => new Array<number>(regions).fill(0));
  for (let pixel = 0; pixel < pixels; pixel++) {
    let largest = 0;
    for (let region = 1; region < regions; region++) {
      if (values[region * pixels + pixel]! > values[largest * pixels + pixel]!) largest = region;
    }
    const row = counts[labels[pixel]!];
    if (!row) {
      throw new RangeError(
        `matchRegions: each label must be less than ${regions}; got ${labels[pixel]}`
      );
    }
    row[largest]! += 1;
  }
  const {regionOf, agreeing} = assign(counts);
  return {regionOf, accuracy: agreeing / pixels};
}

/** Best assignment of columns to rows, by the largest sum: dynamic programming over column sets. */
function assign(counts: readonly number[][]): {regionOf: number[]; agreeing: number} {
  let best = new Map([[0, {regionOf: [] as number[], agreeing: 0}]]);
  for (const row of counts) {
    const next: typeof best = new Map();
    for (const [used, {regionOf, agreeing}] of best) {
      row.forEach((count, region) => {
        const set = used | (1 << region);
        if (set === used) return;
        const known = next.get(set);
        if (!known || agreeing + count > known.agreeing) {
          next.set(set, {regionOf: [...regionOf, region], agreeing: agreeing + count});
        }
      });
    }
    best = next;
  }
  return [...best.values()][0]!;
}
