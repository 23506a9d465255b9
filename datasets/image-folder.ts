/** The user's own images: any folder of them, with masks where names say so. */

import type {Split} from './dataset.js';
import {decodeMask, type Decoded} from './decode.js';
import {folderOf, stemOf, type TreeFile} from './file-tree.js';
import {readImageHeader} from './image-header.js';
import type {ImageItem, ImagePlan, LabelRule} from './image-set.js';

const IMAGE_ENDING = /\.(jpe?g|png|webp|gif|bmp|ppm)$/i;
/** Images by their names that no browser or no code here decodes. */
const UNREADABLE_ENDING = /\.(heic|heif|tiff?|avif|jp2|raw|cr2|nef|arw|dng|psd|svg)$/i;
const MASK_FOLDER = /(^|[^a-z])(masks?|labels?|segm[a-z]*|annotations?|gt)([^a-z]|$)/i;
const MASK_SUFFIX = /[_-](mask|label|seg)$/i;

/** With fewer images than this all splits are the same images. */
const MIN_TO_SPLIT = 10;
/** Images whose headers are read at opening, so that a broken one is left out and not met later. */
const CHECKED_IMAGES = 500;
/** Masks that tell which values there are. */
const SAMPLED_MASKS = 8;
/** Notes of one kind that are told one by one. */
const MAX_NOTES = 5;

/** Whether a file is called an image that can be opened. */
export function isImageName(path: string): boolean {
  return IMAGE_ENDING.test(path);
}

/**
 * Plans a set of all images. `train` holds them all; with ten or more, `val` and `test` are the last
 * fifth of them, half and half; with fewer, they are all images too.
 *
 * @param files Tidied.
 * @param maxRegions Regions of the model: what a map of more labels can't be read as.
 * @throws Error if no file is an image.
 */
export async function planImageFolder(
  files: readonly TreeFile[],
  name: string,
  maxRegions: number
): Promise<ImagePlan> {
  const named = files.filter(file => isImageName(file.path));
  const isMask = (file: TreeFile): boolean =>
    MASK_FOLDER.test(folderOf(file.path)) || MASK_SUFFIX.test(stemOf(file.path));
  const masks = named.filter(isMask);
  // A folder that is called «labels» and holds nothing else is a folder of images.
  const hasPhotos = masks.length < named.length;
  const notes = new Notes();
  const images: TreeFile[] = [];
  for (const [i, file] of named.filter(file => !hasPhotos || !isMask(file)).entries()) {
    try {
      if (i < CHECKED_IMAGES) await readImageHeader(await file.read(), file.path);
      images.push(file);
    } catch (error) {
      notes.add('broken', `Left out: ${(error as Error).message.replace(/^images: /, '')}`);
    }
  }
  for (const {path} of files.filter(file => UNREADABLE_ENDING.test(file.path))) {
    notes.add(
      'format',
      `Left out: ${path} is of a format that is not read. Save it as JPEG or PNG`
    );
  }
  if (images.length === 0) {
    throw new Error(
      `images: ${name} must hold an image (JPEG, PNG, WebP, GIF, BMP or PPM); ` +
        (notes.all[0] ?? `got ${files.length} files, none of them one`)
    );
  }
  const items = hasPhotos ? match(images, masks, notes) : images.map(image => ({image}));
  const {rule, regionNames} = await learnRule(items, maxRegions, notes);
  return {
    name,
    regionNames,
    rule,
    splits: splitUp(items),
    resampling: 'smooth',
    notes: notes.all,
    wholeSplit: 'train',
  };
}

/** A mask belongs to the image of its name; where folders hold several, to the one beside it. */
function match(images: readonly TreeFile[], masks: readonly TreeFile[], notes: Notes): ImageItem[] {
  const byStem = new Map<string, TreeFile[]>();
  for (const mask of masks) {
    const stem = stemOf(mask.path).replace(MASK_SUFFIX, '');
    byStem.set(stem, [...(byStem.get(stem) ?? []), mask]);
  }
  const used = new Set<TreeFile>();
  const items = images.map(image => {
    const candidates = byStem.get(stemOf(image.path)) ?? [];
    const mask =
      candidates.length > 1
        ? candidates.reduce((best, other) =>
            shared(other.path, image.path) > shared(best.path, image.path) ? other : best
          )
        : candidates[0];
    if (!mask) return {image};
    used.add(mask);
    return {image, mask};
  });
  for (const {path} of masks.filter(mask => !used.has(mask))) {
    notes.add('mask', `Not used: the mask ${path} has no image of its name`);
  }
  return items;
}

/** Characters that two paths begin with alike, without the names of mask folders. */
function shared(a: string, b: string): number {
  const [first, second] = [a, b].map(path =>
    path
      .split('/')
      .filter((part, i, all) => i === all.length - 1 || !MASK_FOLDER.test(part))
      .join('/')
  ) as [string, string];
  let count = 0;
  while (count < first.length && first[count] === second[count]) count++;
  return count;
}

function splitUp(items: readonly ImageItem[]): Record<Split, readonly ImageItem[]> {
  if (items.length < MIN_TO_SPLIT) return {train: items, val: items, test: items};
  const test = items.length - Math.floor(items.length / 10);
  const val = test - Math.floor(items.length / 10);
  return {train: items, val: items.slice(val, test), test: items.slice(test)};
}

/**
 * What the masks' values mean, by a sample of them. No more values than the model has regions are a
 * map of labels, in the order of their values, the lowest the background; otherwise what is brighter
 * than half is the object.
 */
async function learnRule(
  items: readonly ImageItem[],
  maxRegions: number,
  notes: Notes
): Promise<{rule: LabelRule; regionNames: string[]}> {
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
    return {rule, regionNames: regionNames(2)};
  }
  const labels = new Map([...values].sort((a, b) => a - b).map((value, label) => [value, label]));
  // A value that no sampled mask has is nobody's region.
  return {
    rule: (mask, p) => labels.get(valueAt(mask, p)) ?? 0,
    regionNames: regionNames(values.size),
  };
}

/** One number a pixel: the palette's index, or the colour, which for greys rises with the grey. */
function valueAt({indices, data}: Decoded, pixel: number): number {
  if (indices) return indices[pixel]!;
  const at = pixel * 4;
  return (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!;
}

/** What was left out; of each kind the first few, and how many more. */
class Notes {
  private readonly kinds = new Map<string, string[]>();

  add(kind: string, note: string): void {
    this.kinds.set(kind, [...(this.kinds.get(kind) ?? []), note]);
  }

  get all(): string[] {
    return [...this.kinds.values()].flatMap(notes =>
      notes.length <= MAX_NOTES
        ? notes
        : [...notes.slice(0, MAX_NOTES), `… and ${notes.length - MAX_NOTES} more like it`]
    );
  }
}
