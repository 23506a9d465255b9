/** True masks that come apart from their images, for one split: those of a final score, kept back until then. */

import type {Split} from './dataset.js';
import {stemOf, type TreeFile} from './file-tree.js';
import {isImageName} from './image-folder.js';
import {readImageHeader} from './image-header.js';
import type {ImageItem, ImagePlan} from './image-set.js';
import {learnRule} from './label-rule.js';
import {inLanes} from './lanes.js';
import {Notes} from './notes.js';

/** Headers read at a time: mostly one waits for the disk. */
const HEADER_LANES = 8;
/** Names that an error tells. */
const NAMED = 3;

export interface GivenMasks {
  /** Whose images they are of. */
  split: Split;
  /** Called as their image, also with `_mask`, `-label` or `_seg` behind; or numbered, one an image, in the split's order. */
  files: readonly TreeFile[];
  /** What to do where an image has none: `skip` leaves it without truth. */
  missing: 'refuse' | 'skip';
}

/**
 * A plan whose truth is the given masks alone: of other splits nothing is known.
 *
 * Masks of no more values than the model has regions are maps of labels in the order of their values,
 * as in a folder of images; others are read as the set's own are.
 *
 * @param folder What errors call the masks.
 * @throws Error if masks are missing, of another size than their image, or of no image at all.
 */
export async function withMasks(
  plan: ImagePlan,
  given: GivenMasks,
  folder: string,
  maxRegions: number
): Promise<ImagePlan> {
  const {split} = given;
  const masks = given.files.filter(file => isImageName(file.path));
  if (masks.length === 0) {
    throw new Error(
      `masks: ${folder} must hold masks (PNG, PPM, …); got ${given.files.length} files, none of them one`
    );
  }
  const notes = new Notes();
  const bare = (items: readonly ImageItem[]): ImageItem[] => items.map(({image}) => ({image}));
  const items = bare(plan.splits[split]);
  match(items, masks, {plan, given, folder, notes});
  const without = items.filter(item => !item.mask);
  if (without.length > 0 && given.missing === 'refuse') {
    throw new Error(
      `masks: each of the ${items.length} ${split} images must have a mask in ${folder}; ${without.length} have none: ` +
        `${some(without.map(({image}) => stemOf(image.path)))}. Add them, or score the others alone with --missing skip`
    );
  }
  await inLanes(
    HEADER_LANES,
    items.filter(item => item.mask),
    checkSize
  );
  const {rule, regionNames, values} = await learnRule(items, maxRegions, notes);
  const lost = items.filter(item => !item.mask).length - without.length;
  if (lost > 0) throw new Error(`masks: each must be a whole image; ${notes.all.join('. ')}`);
  const isMap = values.size <= maxRegions;
  if (values.size === 1) {
    notes.add('values', `The masks of ${folder} that were looked at are of one value all over`);
  }
  return {
    ...plan,
    splits: {
      train: bare(plan.splits.train),
      val: bare(plan.splits.val),
      test: bare(plan.splits.test),
      [split]: items,
    },
    ...(isMap && {rule, regionNames}),
    notes: [...plan.notes, ...notes.all],
  };
}

interface Matching {
  plan: ImagePlan;
  given: GivenMasks;
  folder: string;
  notes: Notes;
}

/** Gives each item the mask of its name; where no mask is called as an image, the one of its number. */
function match(items: ImageItem[], masks: readonly TreeFile[], at: Matching): void {
  const {plan, given, folder, notes} = at;
  const byName = new Map<string, TreeFile>();
  for (const mask of masks) {
    const name = nameOf(mask);
    const other = byName.get(name);
    if (other) {
      throw new Error(
        `masks: ${folder} must have one mask an image; got ${other.path} and ${mask.path}. Give the folder of the masks alone`
      );
    }
    byName.set(name, mask);
  }
  const all = new Set(
    Object.values(plan.splits).flatMap(list => list.map(({image}) => stemOf(image.path)))
  );
  const strangers = masks.filter(mask => !all.has(nameOf(mask)));
  if (strangers.length < masks.length) {
    for (const item of items) {
      const mask = byName.get(stemOf(item.image.path));
      if (mask) item.mask = mask;
    }
    if (items.every(item => !item.mask)) {
      throw new Error(
        `masks: ${folder} must hold masks of ${given.split} images; got those of other splits only, as ${masks[0]!.path}`
      );
    }
    for (const {path} of strangers) {
      notes.add('stranger', `Not used: the mask ${path} has no image of its name`);
    }
    return;
  }
  const numbers = [...byName.keys()].map(name => (/^\d+$/.test(name) ? Number(name) : NaN));
  const first = Math.min(...numbers);
  const isCount = new Set(numbers).size === items.length && first <= 1;
  if (!isCount || Math.max(...numbers) !== first + items.length - 1) {
    throw new Error(
      `masks: ${folder} must have masks that are called as their images, as ${stemOf(items[0]!.image.path)}, ` +
        `or ${items.length} that are numbered in the order of the ${given.split} images; got ${masks.length}, as ${some(masks.map(mask => mask.path))}`
    );
  }
  const byNumber = new Map([...byName].map(([name, mask]) => [Number(name), mask]));
  items.forEach((item, i) => (item.mask = byNumber.get(first + i)));
  notes.add('order', `The masks of ${folder} are numbered: taken in the order of the images`);
}

function nameOf(mask: TreeFile): string {
  return stemOf(mask.path).replace(/[_-](mask|label|seg)$/i, '');
}

/** @throws Error that names the mask if its pixels are not those of its image. */
async function checkSize({image, mask}: ImageItem): Promise<void> {
  const [own, of] = await Promise.all(
    [mask!, image].map(async file => {
      const {width, height, orientation} = await readImageHeader(await file.read(), file.path);
      return orientation >= 5 ? `${height}×${width}` : `${width}×${height}`;
    })
  );
  if (own === of) return;
  throw new Error(
    `masks: ${mask!.path} must be of its image's size, ${of}, pixel by pixel; got ${own}. Bring it to that size as the image was, without smoothing`
  );
}

/** The first few of several names. */
function some(names: readonly string[]): string {
  const told = names.slice(0, NAMED).join(', ');
  return names.length > NAMED ? `${told}, …` : told;
}
