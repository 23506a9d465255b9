/** What `redo.json` of a packed data set says. */

import {isSplit, type Split} from './dataset.js';
import type {Resampling} from './source.js';

const FORMAT = 'redo-dataset';
const VERSION = 1;

export interface Manifest {
  name: string;
  /** Height and width of every image, in pixels. */
  size: number;
  /** In the order of their greys in the masks, the background first. */
  regionNames: readonly string[];
  /** How the images were brought to their size, and will be to another. */
  resampling: Resampling;
  /** The split that holds every image, if there is one. */
  wholeSplit?: Split;
  /** What was left out, in sentences for people. */
  notes: readonly string[];
  /** Of `splits.json`, and of each list of checksums. */
  splitsSha256: string;
  sumsSha256: readonly string[];
}

export function formatManifest(manifest: Manifest): string {
  return `${JSON.stringify({format: FORMAT, version: VERSION, ...manifest}, null, 1)}\n`;
}

/** @throws Error if it is no manifest, or of a newer form. */
export function parseManifest(text: string, archive: string): Manifest {
  const where = `images: redo.json in ${archive}`;
  let value: Partial<Manifest & {format: unknown; version: unknown}>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch (cause) {
    throw new Error(`${where} must be JSON; ${(cause as Error).message}`, {cause});
  }
  if (value?.format !== FORMAT) {
    throw new Error(
      `${where} must have the format ${FORMAT}; got ${JSON.stringify(value?.format)}`
    );
  }
  if (value.version !== VERSION) {
    throw new Error(
      `${where} must be of version ${VERSION}; got ${JSON.stringify(value.version)}. Update redo-viewer, or prepare the set anew`
    );
  }
  const {name, size, regionNames, resampling, wholeSplit, notes, splitsSha256, sumsSha256} = value;
  const isTexts = (list: unknown): boolean =>
    Array.isArray(list) && list.every(each => typeof each === 'string');
  if (
    typeof name !== 'string' ||
    !Number.isInteger(size) ||
    size! < 1 ||
    !isTexts(regionNames) ||
    regionNames!.length < 2 ||
    regionNames!.length > 256 ||
    (resampling !== 'nearest' && resampling !== 'smooth') ||
    (wholeSplit !== undefined && !isSplit(wholeSplit)) ||
    !isTexts(notes) ||
    typeof splitsSha256 !== 'string' ||
    !isTexts(sumsSha256)
  ) {
    throw new Error(
      `${where} must have name, size, regionNames, resampling, notes, splitsSha256 and sumsSha256; got ${text.slice(0, 200)}`
    );
  }
  return {
    name,
    size: size!,
    regionNames: regionNames!,
    resampling,
    ...(wholeSplit && {wholeSplit}),
    notes: notes!,
    splitsSha256,
    sumsSha256: sumsSha256!,
  };
}
