/** The user's own images: any folder of them, with masks where names say so. */

import type {Split} from './dataset.js';
import {folderOf, stemOf, type TreeFile} from './file-tree.js';
import {readImageHeader} from './image-header.js';
import type {ImageItem, ImagePlan} from './image-set.js';
import {learnRule} from './label-rule.js';
import {inLanes} from './lanes.js';
import {Notes} from './notes.js';

const IMAGE_ENDING = /\.(jpe?g|png|webp|gif|bmp|ppm)$/i;
/** Images by their names that no browser or no code here decodes. */
const UNREADABLE_ENDING = /\.(heic|heif|tiff?|avif|jp2|raw|cr2|nef|arw|dng|psd|svg)$/i;
const MASK_FOLDER = /(^|[^a-z])(masks?|labels?|segm[a-z]*|annotations?|gt)([^a-z]|$)/i;
const MASK_SUFFIX = /[_-](mask|label|seg)$/i;

/** With fewer images than this all splits are the same images. */
const MIN_TO_SPLIT = 10;
/** Images whose headers are read at opening, so that a broken one is left out and not met later. */
const CHECKED_IMAGES = 500;
/** Headers read at a time: mostly one waits for the disk. */
const HEADER_LANES = 8;

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
  const photos = named.filter(file => !hasPhotos || !isMask(file));
  const broken = new Map<TreeFile, Error>();
  await inLanes(HEADER_LANES, photos.slice(0, CHECKED_IMAGES), async file => {
    try {
      await readImageHeader(await file.read(), file.path);
    } catch (error) {
      broken.set(file, error as Error);
    }
  });
  const images = photos.filter(file => !broken.has(file));
  for (const error of photos.flatMap(file => broken.get(file) ?? [])) {
    notes.add('broken', `Left out: ${error.message.replace(/^images: /, '')}`);
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
