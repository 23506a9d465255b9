/** The shelf of codes as text, and back: what is read has been written by nobody knows whom. */

import type {Picture} from '../engine/protocol.js';
import type {ModelConfig} from '../model/config.js';

/** A code that was kept, and where it was found. */
export interface ShelfEntry {
  /** When it was kept, in milliseconds since 1970, made unique. */
  readonly id: number;
  readonly name: string;
  /** Region whose code it was, from 0. */
  readonly region: number;
  /** z `[codeSize]`. */
  readonly code: Float32Array;
  /** Index of the held-out image that it was kept at. */
  readonly image: number;
  /** The model that it was kept at. */
  readonly model: {readonly config: ModelConfig; readonly iteration: number};
  /** The region redrawn from it, small; absent until it is drawn, and where it could not be. */
  readonly picture?: Picture;
}

/** What a code must be like to be of use. */
export interface CodeShape {
  regions: number;
  codeSize: number;
}

const VERSION = 1;

export function formatEntries(entries: readonly ShelfEntry[]): string {
  return JSON.stringify({
    version: VERSION,
    entries: entries.map(({code, picture, ...plain}) => ({
      ...plain,
      code: [...code],
      picture: picture && {...picture, pixels: toBase64(picture.pixels)},
    })),
  });
}

/**
 * What can be read of a text.
 *
 * @returns The good entries, and why there are not more; a picture that is no good is left out.
 */
export function parseEntries(
  text: string,
  shape: CodeShape
): {entries: ShelfEntry[]; problem?: string} {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    return {entries: [], problem: `shelf: must be JSON; ${(error as Error).message}`};
  }
  if (!isRecord(file) || file.version !== VERSION || !Array.isArray(file.entries)) {
    const problem = `shelf: must be entries of version ${VERSION}; got ${text.slice(0, 40)}`;
    return {entries: [], problem};
  }
  const read = file.entries.map(each => parseEntry(each, shape));
  const entries = read.filter(each => each !== undefined);
  if (entries.length === read.length) return {entries};
  const problem = `shelf: must be codes of ${shape.codeSize} numbers; got ${read.length - entries.length} of ${read.length} that are not`;
  return {entries, problem};
}

function parseEntry(each: unknown, {regions, codeSize}: CodeShape): ShelfEntry | undefined {
  if (!isRecord(each)) return undefined;
  const {id, name, region, code, image, model} = each;
  if (!isCount(id) || typeof name !== 'string' || !isCount(image)) return undefined;
  if (!isCount(region) || region >= regions || !isModel(model)) return undefined;
  if (!Array.isArray(code) || code.length !== codeSize || !code.every(Number.isFinite)) {
    return undefined;
  }
  const picture = parsePicture(each.picture);
  const values = Float32Array.from(code as number[]);
  return {...{id, name, region, image, model}, code: values, ...(picture && {picture})};
}

function parsePicture(picture: unknown): Picture | undefined {
  if (!isRecord(picture) || typeof picture.pixels !== 'string') return undefined;
  const {width, height} = picture;
  if (!isCount(width) || !isCount(height)) return undefined;
  try {
    const pixels = Uint8ClampedArray.from(atob(picture.pixels), each => each.charCodeAt(0));
    return pixels.length > 0 && pixels.length === 4 * width * height
      ? {width, height, pixels}
      : undefined;
  } catch {
    // A code without its picture is of use; `atob` says no more than that it is none.
    return undefined;
  }
}

function toBase64(bytes: Uint8ClampedArray): string {
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isModel(value: unknown): value is ShelfEntry['model'] {
  if (!isRecord(value) || !isCount(value.iteration)) return false;
  return isRecord(value.config) && isCount(value.config.size);
}
