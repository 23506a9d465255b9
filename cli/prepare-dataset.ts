/**
 * Packs a set of images for models of one size: a file that opens at once, however many they are.
 *
 * `npm run prepare-dataset -- FOLDER --out set.redo.zip --size 128`
 *
 * Knows the layouts of the paper's sets, folders with lists (`splits.json`) and any folder of images. An
 * image that has the size already is kept as it is, byte by byte; others are encoded. The images of a
 * generated set are drawn. Stopped, the same command goes on.
 */

import {createHash} from 'node:crypto';

import type {Split} from '../datasets/dataset.js';
import {stemOf} from '../datasets/file-tree.js';
import type {ImageItem, ImagePlan} from '../datasets/image-set.js';
import {Notes} from '../datasets/notes.js';
import {planSource} from '../datasets/open-source.js';
import {packImage, type PackFormat} from '../datasets/pack-image.js';
import {IMAGES, MASKS} from '../datasets/packed.js';
import type {Resampling} from '../datasets/source.js';
import {planDrawn} from './drawn-plan.js';
import {imageSource} from './image-source.js';
import {main, oneOf, readOptions, UsageError, wholeNumber} from './options.js';
import {PackFile} from './pack-file.js';
import {ProgressLine} from './progress.js';

/** Exit code where the user stopped it, as of a training. */
const EXIT_STOPPED = 75;
const MAX_SIZE = 1024;
const SPLITS = ['train', 'val', 'test'] as const;

await main(async () => {
  const options = readOptions('prepare-dataset', {
    from: {help: 'folder or archive of images, or the name of a generated set', positional: true},
    out: {help: 'file to write, e.g. set.redo.zip'},
    size: {help: 'height and width of the images, in pixels', default: '128'},
    resampling: {help: "nearest or smooth, if not the layout's own", default: ''},
    regions: {
      help: 'regions that masks may tell apart; 3 keeps hair and skin of LFW',
      default: '2',
    },
    format: {help: 'of images that are brought to the size: jpeg or png', default: 'jpeg'},
    count: {help: 'training images of a generated set', default: '10000'},
    seed: {help: 'seed of a generated set', default: '0'},
    name: {help: "what the set is called, if not as its folder or layout's name", default: ''},
  });
  const size = wholeNumber('size', options.size, 1);
  if (size > MAX_SIZE) {
    throw new UsageError(`--size must be at most ${MAX_SIZE}; got ${options.size}`);
  }
  const regions = wholeNumber('regions', options.regions, 2);
  const resampling = options.resampling
    ? oneOf<Resampling>('resampling', options.resampling, ['nearest', 'smooth'])
    : undefined;
  const format = oneOf<PackFormat>('format', options.format, ['jpeg', 'png']);
  if (!/\.zip$/i.test(options.out)) {
    throw new UsageError(`--out must end in .zip, which it is; got ${options.out}`);
  }
  const source = await imageSource(options.from, 'the first argument');
  const found =
    typeof source === 'string'
      ? await planDrawn(source, {
          size,
          seed: wholeNumber('seed', options.seed),
          count: wholeNumber('count', options.count, 1),
        })
      : await planSource(source, {size, regions});
  const plan = {
    ...found,
    name: options.name || found.name.replace(/\.(redo\.)?(zip|tar|tgz|tar\.gz)$/i, ''),
    resampling: resampling ?? found.resampling,
  };
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());
  await pack(plan, {path: options.out, size, format}, stop.signal);
});

interface Target {
  path: string;
  size: number;
  format: PackFormat;
}

async function pack(plan: ImagePlan, target: Target, signal: AbortSignal): Promise<void> {
  const {path, size, format} = target;
  const items = namesOf(plan);
  const file = await PackFile.open(path, readmeOf(plan, target, items));
  const progress = new ProgressLine(items.size, 0);
  const notes = new Notes();
  const left = new Set<ImageItem>();
  const counts = {kept: 0, encoded: 0, there: 0, masks: 0};
  if (file.count > 0) process.stderr.write(`going on: ${file.count} files are there\n`);
  let done = 0;
  for (const [item, name] of items) {
    if (signal.aborted) {
      await file.stop();
      process.exitCode = EXIT_STOPPED;
      process.stderr.write('stopped; the same command goes on\n');
      return;
    }
    const maskPath = `${MASKS}${name}.png`;
    const isThere = ['jpg', 'png'].some(ending => file.has(`${IMAGES}${name}.${ending}`));
    if (isThere && (!item.mask || file.has(maskPath))) {
      counts.there++;
    } else {
      try {
        const {image, ending, isOriginal, mask} = await packed(plan, item, size, format, notes);
        if (mask) await file.add(maskPath, mask);
        await file.add(`${IMAGES}${name}.${ending}`, image);
        counts[isOriginal ? 'kept' : 'encoded']++;
      } catch (error) {
        left.add(item);
        notes.add('broken', `Left out: ${withoutPlace(error)}`);
      }
    }
    if (file.has(maskPath)) counts.masks++;
    progress.show(++done, `${(file.sizeBytes / 1e6).toFixed(0)} MB`);
  }
  const listOf = (split: Split): string[] =>
    plan.splits[split].filter(item => !left.has(item)).map(item => items.get(item)!);
  const splits = {train: listOf('train'), val: listOf('val'), test: listOf('test')};
  const empty = SPLITS.find(split => splits[split].length === 0);
  if (empty) {
    await file.stop();
    throw new Error(`images: ${empty} must have an image that can be read. ${notes.all[0]}`);
  }
  const all = [...plan.notes, ...notes.all];
  const {name, regionNames, resampling, wholeSplit} = plan;
  await file.finish({name, size, regionNames, resampling, wholeSplit, notes: all}, splits);
  const how = format === 'jpeg' ? 'JPEG 95, 4:4:4' : 'PNG';
  process.stdout.write(
    `${path}: ${name}, ${size}×${size}, ${SPLITS.map(split => `${split} ${splits[split].length}`).join(', ')}, ` +
      `${counts.masks} masks (${regionNames.join(', ')}), ${(file.sizeBytes / 1e6).toFixed(1)} MB\n` +
      `${counts.kept} images kept byte by byte, ${counts.encoded} encoded as ${how} (${resampling}), ` +
      `${counts.there} there from before, ${left.size} left out\n`
  );
  for (const note of all) process.stdout.write(`${note}\n`);
}

/** An image whose mask is damaged is packed without it. */
async function packed(
  plan: ImagePlan,
  item: ImageItem,
  size: number,
  format: PackFormat,
  notes: Notes
) {
  try {
    return await packImage(plan, item, size, format);
  } catch (error) {
    if (!item.mask) throw error;
    const without = await packImage(plan, {image: item.image}, size, format);
    notes.add('mask', `Not used: ${withoutPlace(error)}`);
    return without;
  }
}

/** Each image once, and what it is called: as its file, with a number where that is no name of one alone. */
function namesOf({splits}: ImagePlan): Map<ImageItem, string> {
  const items = new Set(SPLITS.flatMap(split => splits[split]));
  const times = new Map<string, number>();
  for (const {image} of items) {
    const stem = stemOf(image.path);
    times.set(stem, (times.get(stem) ?? 0) + 1);
  }
  return new Map(
    [...items].map((item, i) => {
      const stem = stemOf(item.image.path);
      const isAlone = times.get(stem) === 1 && !/^\d{6}-/.test(stem);
      return [item, isAlone ? stem : `${String(i).padStart(6, '0')}-${stem}`];
    })
  );
}

/** What the file is, for people, and all that decides what is in it. */
function readmeOf(
  {name, regionNames, resampling, splits}: ImagePlan,
  {size, format}: Target,
  items: ReadonlyMap<ImageItem, string>
): string {
  const list = createHash('sha256');
  for (const {image, mask} of items.keys()) list.update(`${image.path}\n${mask?.path ?? ''}\n`);
  const parts = SPLITS.map(split => `${split} ${splits[split].length}`).join(', ');
  return `${name}: ${items.size} images of ${size}×${size} pixels (${parts}), for redo-viewer.

images/      JPEG or PNG
masks/       greys in equal steps from black to white: ${regionNames.join(', ')}
splits.json  the names of each split
sha256/      checksums: cat sha256/*.txt | sha256sum -c
redo.json    the manifest

Resampling: ${resampling}. What was not of this size is ${format}.
Made of the files ${list.digest('hex').slice(0, 16)}.
`;
}

function withoutPlace(error: unknown): string {
  const {message} = error as Error;
  if (!message.startsWith('images: ')) throw error;
  return message.slice('images: '.length);
}
