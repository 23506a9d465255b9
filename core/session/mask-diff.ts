/** Edited masks as what they change in f's, small enough for a link. */

import type {Masks} from '../engine/protocol.js';
import {fromBase64, toBase64} from './base64.js';

/** Pixels with other masks than f's, and their masks. */
export interface MaskDiff {
  width: number;
  height: number;
  regions: number;
  /** Pixels in row-major order, from the first: so many as they are, so many changed, and so on. */
  runs: number[];
  /** Base64url of 32-bit floats `[changed pixels, regions]`. */
  values: string;
}

/** Masks of a pixel sum to 1 within this. */
const ROUNDING = 1e-3;

/** @throws RangeError if the masks are of different shapes. */
export function diffMasks(edited: Masks, own: Masks): MaskDiff {
  const {width, height, regions} = edited;
  if (own.width !== width || own.height !== height || own.regions !== regions) {
    throw new RangeError(
      `masks: must be of one shape; got ${width}×${height}×${regions} and ${own.width}×${own.height}×${own.regions}`
    );
  }
  const pixels = width * height;
  const runs: number[] = [0];
  const changed: number[] = [];
  for (let p = 0; p < pixels; p++) {
    let isChanged = false;
    for (let k = 0; k < regions; k++) {
      isChanged ||= edited.values[k * pixels + p] !== own.values[k * pixels + p];
    }
    // Runs take turns: the first, third … are unchanged.
    if (isChanged !== (runs.length % 2 === 0)) runs.push(0);
    runs[runs.length - 1]! += 1;
    if (isChanged) for (let k = 0; k < regions; k++) changed.push(edited.values[k * pixels + p]!);
  }
  const bytes = new DataView(new ArrayBuffer(changed.length * 4));
  changed.forEach((value, i) => bytes.setFloat32(i * 4, value, true));
  return {width, height, regions, runs, values: toBase64(new Uint8Array(bytes.buffer))};
}

/** Whether something read from outside is a sound difference. */
export function isMaskDiff(value: unknown): value is MaskDiff {
  if (typeof value !== 'object' || value === null) return false;
  const {width, height, regions, runs, values} = value as Partial<Record<keyof MaskDiff, unknown>>;
  if (![width, height, regions].every(isCount) || !Array.isArray(runs) || !runs.every(isCount)) {
    return false;
  }
  const counts = runs;
  const total = counts.reduce((sum, run) => sum + run, 0);
  const changed = counts.reduce((sum, run, i) => sum + (i % 2 ? run : 0), 0);
  if (total !== (width as number) * (height as number) || typeof values !== 'string') return false;
  try {
    const floats = floatsOf(values);
    const depth = regions as number;
    if (floats.length !== changed * depth) return false;
    const isMask = (values: Float32Array): boolean =>
      values.every(each => each >= 0 && each <= 1) &&
      Math.abs(values.reduce((sum, each) => sum + each, 0) - 1) < ROUNDING;
    return Array.from({length: changed}, (_, i) => i * depth).every(at =>
      isMask(floats.subarray(at, at + depth))
    );
  } catch {
    return false;
  }
}

/**
 * f's masks with the changes laid on them.
 *
 * @throws RangeError if the changes are of masks of another shape.
 */
export function applyMaskDiff(diff: MaskDiff, own: Masks): Masks {
  const {width, height, regions, runs} = diff;
  if (own.width !== width || own.height !== height || own.regions !== regions) {
    throw new RangeError(
      `view: its masks must be of the model's shape ${own.width}×${own.height}×${own.regions}; got ${width}×${height}×${regions}`
    );
  }
  const pixels = width * height;
  const values = own.values.slice();
  const floats = floatsOf(diff.values);
  let pixel = 0;
  let at = 0;
  runs.forEach((run, i) => {
    for (const end = pixel + run; pixel < end; pixel++) {
      if (i % 2 === 0) continue;
      for (let k = 0; k < regions; k++) values[k * pixels + pixel] = floats[at++]!;
    }
  });
  return {width, height, regions, values};
}

function floatsOf(text: string): Float32Array {
  const bytes = fromBase64(text);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({length: bytes.length >> 2}, (_, i) => view.getFloat32(i * 4, true));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
