/** A data set of image files, decoded when they are read and then kept, as far as memory is given. */

import type {Dataset, Samples, Split} from './dataset.js';
import {type Decoded, decodeImage, decodeMask} from './decode.js';
import type {TreeFile} from './file-tree.js';
import {inLanes} from './lanes.js';
import type {Resampling} from './source.js';
import {nearestMaskPixels, toSquare} from './square.js';
import {readThumbnail} from './thumbnail.js';

/** True region of one pixel of a mask, row · width + column. */
export type LabelRule = (mask: Decoded, pixel: number) => number;

export interface ImageItem {
  image: TreeFile;
  mask?: TreeFile;
}

/** Which files make a data set, and how they are read. */
export interface ImagePlan {
  name: string;
  regionNames: readonly string[];
  splits: Readonly<Record<Split, readonly ImageItem[]>>;
  rule: LabelRule;
  resampling: Resampling;
  /** What was left out, in sentences for people. */
  notes: readonly string[];
  /** The split that holds every image, if there is one. */
  wholeSplit?: Split;
}

/** Bytes of decoded images that are kept. */
const KEPT_BYTES = 2 ** 28;
/** What a photograph may be reduced to by the browser before it is averaged, in sides of the model's. */
const REDUCTION = 4;
/** Images decoded at a time: a large photograph takes 100 MB meanwhile. */
const LANES = 4;
/** Images that are made small at a time: mostly straight to that size. */
const THUMBNAIL_LANES = 8;

/** An image at the model's size. */
export interface Square {
  /** `[size, size, 3]`. */
  colors: Uint8Array;
  /** `[size, size]`. */
  labels?: Uint8Array;
}

/** Opens what a plan names. Nothing is read before it is asked for. */
export function createImageSet(plan: ImagePlan, size: number): Dataset {
  const kept = new Map<ImageItem, Promise<Square>>();
  const keptCount = Math.max(1, Math.floor(KEPT_BYTES / (size * size * 4)));
  const squareOf = (item: ImageItem): Promise<Square> => {
    const square = kept.get(item) ?? readSquare(plan, item, size);
    // Put last, so that the first is the one that was not asked for the longest.
    kept.delete(item);
    kept.set(item, square);
    square.catch(() => kept.delete(item));
    if (kept.size > keptCount) kept.delete(kept.keys().next().value!);
    return square;
  };
  const {name, regionNames, splits, notes, wholeSplit} = plan;
  const counts = {
    train: splits.train.length,
    val: splits.val.length,
    test: splits.test.length,
  };
  const all = [...splits.train, ...splits.val, ...splits.test];
  const indicesOf = (split: Split): number[] =>
    splits[split].flatMap((item, index) => (item.mask ? [index] : []));
  const labelled = all.every(item => item.mask)
    ? undefined
    : {train: indicesOf('train'), val: indicesOf('val'), test: indicesOf('test')};
  const itemsOf = (split: Split, indices: readonly number[]): ImageItem[] =>
    indices.map(index => {
      if (!Number.isInteger(index) || index < 0 || index >= counts[split]) {
        throw new RangeError(
          `${name}.read: indices of ${split} must be integers from 0 to ${counts[split] - 1}; got ${index}`
        );
      }
      return splits[split][index]!;
    });
  const read = async (split: Split, indices: readonly number[]): Promise<Samples> => {
    const items = itemsOf(split, indices);
    const pixels = size * size;
    const images = new Float32Array(items.length * pixels * 3);
    const labels = items.every(item => item.mask)
      ? new Uint8Array(items.length * pixels)
      : undefined;
    await inLanes(LANES, items, async (item, i) => {
      const square = await squareOf(item);
      square.colors.forEach((value, j) => (images[i * pixels * 3 + j] = value / 127.5 - 1));
      labels?.set(square.labels!, i * pixels);
    });
    return {count: items.length, size, images, ...(labels && {labels})};
  };
  const thumbnails = async (
    split: Split,
    indices: readonly number[],
    side: number
  ): Promise<Uint8Array[]> => {
    const small: Uint8Array[] = [];
    await inLanes(THUMBNAIL_LANES, itemsOf(split, indices), async ({image}, i) => {
      small[i] = await readThumbnail(await image.read(), image.path, side);
    });
    return small;
  };
  const about = {name, size, regionNames, counts, notes, wholeSplit};
  return {...about, ...(labelled && {labelled}), read, thumbnails};
}

/** Reads and decodes an image with its mask. @throws Error that names the file that is damaged. */
export async function readSquare(plan: ImagePlan, item: ImageItem, size: number): Promise<Square> {
  const {image, mask} = item;
  const enough = plan.resampling === 'smooth' ? REDUCTION * size : Infinity;
  const shown = await decodeImage(await image.read(), image.path, enough);
  const colors = toSquare(shown.pixels, size, plan.resampling);
  if (!mask) return {colors};
  const decoded = await decodeMask(await mask.read(), mask.path);
  const places = nearestMaskPixels(shown, decoded, size);
  return {colors, labels: Uint8Array.from(places, pixel => plan.rule(decoded, pixel))};
}
