/** Layouts recognised by their files: the paper's data sets as their authors hand them out, and any set with lists. */

import {SPLITS, type Split} from './dataset.js';
import {folderOf, stemOf, type TreeFile} from './file-tree.js';
import {planSplits} from './split-folder.js';
import type {ImageItem, ImagePlan, LabelRule} from './image-set.js';
import {readMat} from './mat.js';
import {cubSplits, lfwSplits} from './paper-splits.js';

/** Files by path below the folder that a set's layout begins at. */
type Files = ReadonlyMap<string, TreeFile>;

interface Layout {
  /** A file that only this layout has; what precedes it is the folder that the layout begins at. */
  mark: RegExp;
  plan: (files: Files, maxRegions: number, name: string) => Promise<ImagePlan | undefined>;
}

const LAYOUTS: readonly Layout[] = [
  {mark: /^(.*\/|)splits\.json$/, plan: planSplits},
  {mark: /^(.*\/|)setid\.mat$/, plan: planFlowers102},
  {mark: /^(.*\/|)lfw_funneled\/[^/]+\/[^/]+_\d{4}\.jpg$/, plan: planLfw},
  {mark: /^(.*\/|)images\.txt$/, plan: planCub},
  {mark: /^(.*\/|)jpg\/image_\d{4}\.jpg$/, plan: planFlowers17},
];

/**
 * @param files Tidied.
 * @param name What a set without a name of its own is called.
 * @returns Undefined if the files are in no layout that is known.
 * @throws Error if they are, but a list of theirs is damaged.
 */
export async function planLayout(
  files: readonly TreeFile[],
  name: string,
  maxRegions: number
): Promise<ImagePlan | undefined> {
  for (const {mark, plan} of LAYOUTS) {
    const marked = files.map(file => mark.exec(file.path)).find(match => match !== null);
    if (!marked) continue;
    const root = marked[1]!;
    const below = files
      .filter(file => file.path.startsWith(root))
      .map(file => [file.path.slice(root.length), file] as const);
    const planned = await plan(new Map(below), maxRegions, name);
    if (planned) return planned;
  }
  return undefined;
}

/** Test and training lists of the authors change places, as in the published code. */
async function planFlowers102(files: Files): Promise<ImagePlan> {
  const setid = files.get('setid.mat')!;
  const lists = await readMat(await setid.read(), setid.path);
  const lists102 = {train: 'tstid', val: 'valid', test: 'trnid'} as const;
  const splits = splitsOf(split => {
    const numbers = lists.get(lists102[split]);
    if (!numbers) throw new Error(`images: ${setid.path} must have the list ${lists102[split]}`);
    return numbers.map(number => {
      const id = String(number).padStart(5, '0');
      return itemOf(files.get(`jpg/image_${id}.jpg`), files.get(`segmim/segmim_${id}.jpg`));
    });
  });
  const isFlower: LabelRule = ({data}, p) =>
    data[p * 4] === 0 || data[p * 4 + 1] === 0 || data[p * 4 + 2] === 254 ? 0 : 1;
  return published('flowers-102', ['background', 'flower'], splits, isFlower, setid.path);
}

/** The masks are those of an annotation at 256×256: 1 is the flower, 0 nobody's, others background. */
async function planFlowers17(files: Files): Promise<ImagePlan | undefined> {
  const images = [...files].filter(([path]) => /^jpg\/image_\d{4}\.jpg$/.test(path));
  const items = images.map(([path, image]) => ({
    image,
    mask: files.get(`labels_256/${stemOf(path)}.png`),
  }));
  if (!items.some(item => item.mask)) return undefined;
  const isFlower: LabelRule = ({indices, data}, p) => ((indices?.[p] ?? data[p * 4]) === 1 ? 1 : 0);
  // Its authors' own lists are of other tasks: every tenth image is held out, of each kind of flower.
  const part = (rest: readonly number[]) => items.filter((_, i) => rest.includes(i % 10));
  const splits = {train: part([0, 1, 2, 3, 4, 5, 6, 7]), val: part([8]), test: part([9])};
  return published('flowers-17', ['background', 'flower'], splits, isFlower, 'jpg/');
}

/** Hair and skin are one region, the face, for a model of two; masks are those of val and test. */
async function planLfw(files: Files, maxRegions: number): Promise<ImagePlan | undefined> {
  const images = [...files].filter(([path]) => /^lfw_funneled\/[^/]+\/[^/]+\.jpg$/.test(path));
  const names = images.map(([path]) => stemOf(path)).sort();
  const lists = await lfwLists(files, names);
  if (!lists) return undefined;
  const byName = new Map(images.map(([path, image]) => [stemOf(path), image]));
  const splits = splitsOf(split =>
    lists[split].map(name =>
      itemOf(byName.get(name), files.get(`parts_lfw_funneled_gt_images/${name}.ppm`))
    )
  );
  const isThree = maxRegions >= 3;
  const rule: LabelRule = ({data}, p) => {
    const [red, green, blue] = [data[p * 4]!, data[p * 4 + 1]!, data[p * 4 + 2]!];
    if (blue > 127) return 0;
    return isThree && green > red ? 2 : 1;
  };
  const regionNames = isThree ? ['background', 'hair', 'skin'] : ['background', 'face'];
  return published('lfw', regionNames, splits, rule, 'lfw_funneled/');
}

/** The lists beside the images; else the paper's, if the set is whole. */
async function lfwLists(
  files: Files,
  names: readonly string[]
): Promise<Record<Split, readonly string[]> | undefined> {
  const [train, val, test] = SPLITS.map(split => files.get(`${split}.txt`));
  if (train && val && test) {
    // A line is `PERSON PERSON_0001`.
    const list = async (file: TreeFile) =>
      (await linesOf(file)).map(line => line.trim().split(/\s+/).at(-1)!);
    return {train: await list(train), val: await list(val), test: await list(test)};
  }
  const code = await lfwSplits();
  if (code.length !== names.length) return undefined;
  const of = (digit: number) => names.filter((_, i) => Number(code[i]) === digit);
  return {train: of(0), val: of(1), test: of(2)};
}

async function planCub(files: Files): Promise<ImagePlan | undefined> {
  // A line is `NUMBER PATH`; in the list of splits, `NUMBER SPLIT`.
  const lines = (await linesOf(files.get('images.txt')!)).map(line => line.trim().split(/\s+/));
  if (!lines.every(([number, path]) => number && /\.jpe?g$/i.test(path ?? ''))) return undefined;
  const own = files.get('train_val_test_split.txt');
  const code = own
    ? (await linesOf(own)).map(line => line.trim().split(/\s+/)[1]).join('')
    : await cubSplits();
  const splits = splitsOf((_, digit) =>
    lines
      .filter(([number]) => Number(code[Number(number) - 1]) === digit)
      .map(([, path]) =>
        itemOf(
          files.get(`images/${path}`),
          files.get(`segmentations/${path!.replace(/\.jpe?g$/i, '.png')}`)
        )
      )
  );
  const isBird: LabelRule = ({data}, p) => (data[p * 4]! > 127.5 ? 1 : 0);
  return published('cub-200-2011', ['background', 'bird'], splits, isBird, 'images.txt');
}

function splitsOf(
  items: (split: Split, digit: number) => readonly (ImageItem | undefined)[]
): Record<Split, readonly ImageItem[]> {
  const of = (digit: 0 | 1 | 2) => items(SPLITS[digit]!, digit).filter(item => item !== undefined);
  return {train: of(0), val: of(1), test: of(2)};
}

function itemOf(image: TreeFile | undefined, mask: TreeFile | undefined): ImageItem | undefined {
  return image && {image, ...(mask && {mask})};
}

/** A plan read as published. Splits of a part of the set may be empty: then all its images stand in. */
function published(
  name: string,
  regionNames: readonly string[],
  splits: Readonly<Record<Split, readonly ImageItem[]>>,
  rule: LabelRule,
  where: string
): ImagePlan {
  const all = SPLITS.flatMap(split => splits[split]);
  if (all.length === 0) {
    throw new Error(
      `images: ${name} must have the images that ${where} lists; got none of them. Put them where its authors do (${folderOf(where) || './'})`
    );
  }
  const filled = (split: Split) => (splits[split].length > 0 ? splits[split] : all);
  const empty = SPLITS.filter(split => splits[split].length === 0);
  return {
    name,
    regionNames,
    rule,
    splits: {train: filled('train'), val: filled('val'), test: filled('test')},
    resampling: 'nearest',
    notes: empty.map(split => `None of the ${split} images is there: all images stand in for them`),
  };
}

async function linesOf(file: TreeFile): Promise<string[]> {
  return (await (await file.read()).text()).split(/\r?\n/).filter(line => line.trim() !== '');
}
