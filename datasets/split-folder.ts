/**
 * The layout for anyone's data with lists of their own:
 *
 *     splits.json   {"train": ["a", …], "val": […], "test": […]}: names without their ending
 *     images/       a.jpg, …: JPEG, PNG, WebP, GIF, BMP or PPM
 *     masks/        a.png, …, for those that have one
 */

import type {Split} from './dataset.js';
import {stemOf, type TreeFile} from './file-tree.js';
import {isImageName} from './image-folder.js';
import type {ImageItem, ImagePlan} from './image-set.js';
import {learnRule} from './label-rule.js';
import {Notes} from './notes.js';

export type SplitLists = Readonly<Record<Split, readonly string[]>>;

/**
 * @param files By path below the folder of `splits.json`.
 * @returns Undefined if there is no folder `images/` beside it.
 * @throws Error if the lists are damaged, or a split has no image.
 */
export async function planSplits(
  files: ReadonlyMap<string, TreeFile>,
  maxRegions: number,
  name: string
): Promise<ImagePlan | undefined> {
  const byStem = (folder: string): Map<string, TreeFile> =>
    new Map(
      [...files]
        .filter(([path]) => path.startsWith(folder) && isImageName(path))
        .map(([path, file]) => [stemOf(path), file])
    );
  const images = byStem('images/');
  if (images.size === 0) return undefined;
  const masks = byStem('masks/');
  const list = files.get('splits.json')!;
  const {path} = list;
  const lists = parseSplits(await (await list.read()).text(), path);
  const notes = new Notes();
  const items = new Map<string, ImageItem>();
  const itemOf = (name: string): ImageItem[] => {
    const known = items.get(name);
    if (known) return [known];
    const [image, mask] = [images.get(name), masks.get(name)];
    if (!image) {
      notes.add('missing', `Left out: ${path} lists ${name}, which is not in images/`);
      return [];
    }
    const item = {image, ...(mask && {mask})};
    items.set(name, item);
    return [item];
  };
  const splits = {
    train: lists.train.flatMap(itemOf),
    val: lists.val.flatMap(itemOf),
    test: lists.test.flatMap(itemOf),
  };
  for (const [split, found] of Object.entries(splits)) {
    if (found.length === 0) {
      throw new Error(`images: ${path} must list an image of images/ in ${split}; got none`);
    }
  }
  const {rule, regionNames} = await learnRule([...items.values()], maxRegions, notes);
  return {name, regionNames, rule, splits, resampling: 'smooth', notes: notes.all};
}

/** @throws Error if it is not three lists of names. */
export function parseSplits(text: string, path: string): SplitLists {
  let lists: Partial<Record<Split, unknown>> | null;
  try {
    lists = JSON.parse(text) as typeof lists;
  } catch (cause) {
    throw new Error(`images: ${path} must be JSON; ${(cause as Error).message}`, {cause});
  }
  const isList = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every(name => typeof name === 'string');
  const {train, val, test} = lists ?? {};
  if (!isList(train) || !isList(val) || !isList(test)) {
    throw new Error(
      `images: ${path} must have lists of names, {"train": […], "val": […], "test": […]}`
    );
  }
  return {train, val, test};
}
