/** What the values of masks mean where nothing says so. */

import {decodeMask, type Decoded} from './decode.js';
import type {ImageItem, LabelRule} from './image-set.js';
import type {Notes} from './notes.js';

/** Masks that tell which values there are. */
const SAMPLED_MASKS = 8;

/**
 * What the masks' values mean, by a sample of them. No more values than the model has regions are a
 * map of labels, in the order of their values, the lowest the background; otherwise what is brighter
 * than half is the object. `values` are those that the sample has, at most one more than the regions.
 */
export async function learnRule(
  items: readonly ImageItem[],
  maxRegions: number,
  notes: Notes
): Promise<{rule: LabelRule; regionNames: string[]; values: ReadonlySet<number>}> {
  const labelled = items.filter(item => item.mask);
  const values = new Set<number>();
  const step = Math.max(1, labelled.length / SAMPLED_MASKS);
  for (let i = 0; i < labelled.length && values.size <= maxRegions; i += step) {
    const item = labelled[Math.floor(i)]!;
    const mask = item.mask!;
    try {
      const decoded = await decodeMask(await mask.read(), mask.path);
      let last = NaN;
      for (let p = 0; p < decoded.width * decoded.height; p++) {
        const value = valueAt(decoded, p);
        if (value !== last) values.add(value);
        last = value;
      }
    } catch (error) {
      notes.add('mask', `Not used: ${(error as Error).message.replace(/^images: /, '')}`);
      delete item.mask;
    }
  }
  const regionNames = (count: number): string[] =>
    count === 2
      ? ['background', 'object']
      : ['background', ...Array.from({length: count - 1}, (_, i) => `object ${i + 1}`)];
  if (values.size <= 2 || values.size > maxRegions) {
    const half = values.size === 2 ? [...values].reduce((a, b) => a + b) / 2 : undefined;
    const rule: LabelRule =
      half === undefined
        ? ({data}, p) => (data[p * 4]! + data[p * 4 + 1]! + data[p * 4 + 2]! > 382.5 ? 1 : 0)
        : (mask, p) => (valueAt(mask, p) > half ? 1 : 0);
    return {rule, regionNames: regionNames(2), values};
  }
  const labels = new Map([...values].sort((a, b) => a - b).map((value, label) => [value, label]));
  // A value that no sampled mask has is nobody's region.
  return {
    rule: (mask, p) => labels.get(valueAt(mask, p)) ?? 0,
    regionNames: regionNames(values.size),
    values,
  };
}

/** One number a pixel: the palette's index, or the colour, which for greys rises with the grey. */
function valueAt({indices, data}: Decoded, pixel: number): number {
  if (indices) return indices[pixel]!;
  const at = pixel * 4;
  return (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
}
