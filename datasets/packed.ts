/**
 * The packed form of a data set: a zip archive of stored files, so that any of them is read without
 * the others. Unpacked it is a folder with lists (`split-folder.ts`).
 *
 *     images/NAME.jpg|png  each image, of size × size pixels
 *     masks/NAME.png       its true regions: greys from black, region 0, to white, the last, in equal steps
 *     splits.json          names by split
 *     sha256/N.txt         checksums of the files above, `FILES_A_LIST` a list, as sha256sum writes them
 *     redo.json            the manifest
 */

import type {FileBytes} from './byte-source.js';
import {stemOf, type TreeFile} from './file-tree.js';
import type {ImageItem, ImagePlan, LabelRule} from './image-set.js';
import {parseManifest, type Manifest} from './packed-manifest.js';
import {hexSha256} from './sha256.js';
import {parseSplits} from './split-folder.js';

export const MANIFEST = 'redo.json';
export const SPLITS = 'splits.json';
export const IMAGES = 'images/';
export const MASKS = 'masks/';
/** Files whose checksums are in one list. */
export const FILES_A_LIST = 1024;

/** Path of a list of checksums. */
export function sumsPath(list: number): string {
  return `sha256/${list}.txt`;
}

/** Whether a file is one of those that the lists of checksums are about, in the archive's order. */
export function isSummed(path: string): boolean {
  return path.startsWith(IMAGES) || path.startsWith(MASKS);
}

/** The grey of a region. */
export function greyOf(region: number, regions: number): number {
  return Math.round((255 * region) / Math.max(regions - 1, 1));
}

/** The region of a grey. */
export function greyRule(regions: number): LabelRule {
  const step = 255 / Math.max(regions - 1, 1);
  return ({data}, pixel) => Math.round(data[pixel * 4]! / step);
}

/**
 * Plans a packed set. No image is read; each is held against its checksum when it is.
 *
 * @param files In the archive's order.
 * @param options.regions Of the model: with fewer than the set has, all objects are one.
 * @returns Undefined if there is no manifest.
 * @throws Error if the manifest or the lists are damaged, or of a newer form.
 */
export async function planPacked(
  files: readonly TreeFile[],
  archive: string,
  {size, regions}: {size: number; regions: number}
): Promise<ImagePlan | undefined> {
  // It is the last file; a folder of images may be long.
  const at = files.findLastIndex(file => file.path === MANIFEST);
  if (at < 0) return undefined;
  const manifest = parseManifest(await (await files[at]!.read()).text(), archive);
  const {images, masks, lists, splitsFile} = sortOut(files, archive, manifest);
  const text = await (await splitsFile.read()).text();
  await check(new TextEncoder().encode(text), manifest.splitsSha256, SPLITS, archive);
  const names = parseSplits(text, `${SPLITS} in ${archive}`);
  const sums = new Sums(lists, manifest.sumsSha256, archive);
  const checked = ({file, index}: Numbered): TreeFile => ({
    path: file.path,
    read: async () => {
      const bytes = await file.read();
      await sums.check(index, file.path, bytes);
      return bytes;
    },
  });
  const items = new Map<string, ImageItem>();
  const itemOf = (name: string): ImageItem => {
    const known = items.get(name);
    if (known) return known;
    const [image, mask] = [images.get(name), masks.get(name)];
    if (!image) throw new Error(`images: ${archive} must have the image ${name} that it lists`);
    const item = {image: checked(image), ...(mask && {mask: checked(mask)})};
    items.set(name, item);
    return item;
  };
  const {name, resampling, wholeSplit, notes} = manifest;
  return {
    name,
    ...truth(manifest, regions),
    splits: {
      train: names.train.map(itemOf),
      val: names.val.map(itemOf),
      test: names.test.map(itemOf),
    },
    resampling,
    notes: [
      ...notes,
      ...(size > manifest.size
        ? [
            `Prepared at ${manifest.size}×${manifest.size} pixels, and enlarged to ${size}×${size}: prepare it anew with --size ${size}`,
          ]
        : []),
    ],
    ...(wholeSplit && {wholeSplit}),
  };
}

/** A file, and which of those with a checksum it is. */
interface Numbered {
  file: TreeFile;
  index: number;
}

function sortOut(files: readonly TreeFile[], archive: string, {sumsSha256}: Manifest) {
  const [images, masks] = [new Map<string, Numbered>(), new Map<string, Numbered>()];
  const others = new Map<string, TreeFile>();
  let index = 0;
  for (const file of files) {
    if (file.path.startsWith(IMAGES)) images.set(stemOf(file.path), {file, index: index++});
    else if (file.path.startsWith(MASKS)) masks.set(stemOf(file.path), {file, index: index++});
    else others.set(file.path, file);
  }
  const file = (path: string): TreeFile => {
    const found = others.get(path);
    if (!found) throw new Error(`images: ${archive} must have the file ${path}; it is missing`);
    return found;
  };
  const lists = sumsSha256.map((_, list) => file(sumsPath(list)));
  if (Math.ceil(index / FILES_A_LIST) !== lists.length) {
    throw new Error(
      `images: ${archive} must have the files that it was packed with; got ${index} for ${lists.length} lists of checksums`
    );
  }
  return {images, masks, lists, splitsFile: file(SPLITS)};
}

function truth(
  {regionNames: own}: Manifest,
  regions: number
): {regionNames: readonly string[]; rule: LabelRule} {
  const rule = greyRule(own.length);
  if (own.length <= regions) return {regionNames: own, rule};
  return {
    regionNames: [own[0]!, 'object'],
    rule: (mask, pixel) => Math.min(rule(mask, pixel), 1),
  };
}

/** The lists of checksums, each read when a file of it is. */
class Sums {
  private readonly lists: readonly TreeFile[];
  private readonly sha256: readonly string[];
  private readonly archive: string;
  private readonly read = new Map<number, Promise<string[]>>();

  constructor(lists: readonly TreeFile[], sha256: readonly string[], archive: string) {
    this.lists = lists;
    this.sha256 = sha256;
    this.archive = archive;
  }

  /** @throws Error that names the file if it is not as it was packed. */
  async check(index: number, path: string, file: FileBytes): Promise<void> {
    const list = Math.floor(index / FILES_A_LIST);
    let lines = this.read.get(list);
    if (!lines) {
      lines = this.load(list);
      this.read.set(list, lines);
      lines.catch(() => this.read.delete(list));
    }
    const line = (await lines)[index % FILES_A_LIST] ?? '';
    const [sum = '', of] = line.split('  ');
    if (of !== path) {
      throw new Error(
        `images: ${this.archive} must have its files in the order that it was packed in; ${path} is out of place. Unpack it and open the folder, or prepare it anew`
      );
    }
    await check(await file.arrayBuffer(), sum, path, this.archive);
  }

  private async load(list: number): Promise<string[]> {
    const file = this.lists[list]!;
    const bytes = await (await file.read()).arrayBuffer();
    await check(bytes, this.sha256[list]!, file.path, this.archive);
    return new TextDecoder().decode(bytes).split('\n');
  }
}

async function check(
  bytes: ArrayBuffer | Uint8Array<ArrayBuffer>,
  sum: string,
  path: string,
  archive: string
): Promise<void> {
  const got = await hexSha256(bytes);
  if (got !== undefined && got !== sum) {
    throw new Error(
      `images: ${path} in ${archive} must be as it was packed; its checksum differs. Copy or prepare the archive anew`
    );
  }
}
