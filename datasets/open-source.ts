/** Opens a data set of the user's own. */

import {isArchiveName, readArchive, readRemoteArchive} from './archive.js';
import type {Dataset} from './dataset.js';
import {tidyTree, type TreeFile} from './file-tree.js';
import {withMasks} from './given-masks.js';
import {planImageFolder} from './image-folder.js';
import {createImageSet, type ImagePlan} from './image-set.js';
import {planLayout} from './layouts.js';
import {planPacked} from './packed.js';
import {download, openRemote} from './remote.js';
import type {Reading} from './reading.js';
import type {DatasetSource} from './source.js';

export interface SourceOptions extends Reading {
  /** Height and width that images are brought to, in pixels. */
  size: number;
  /** Regions of the model: true regions are no more. */
  regions: number;
}

/**
 * @throws Error if there is no image, or an archive is damaged: what it is, and the way out.
 */
export async function openSource(
  source: DatasetSource,
  {size, ...options}: SourceOptions
): Promise<Dataset> {
  const plan = await planSource(source, {size, ...options});
  return createImageSet({...plan, resampling: source.resampling ?? plan.resampling}, size);
}

/** Which files make the set. @throws Error as `openSource` does. */
export async function planSource(
  source: DatasetSource,
  options: SourceOptions
): Promise<ImagePlan> {
  const plan = await planImages(source, options);
  if (!source.masks) return plan;
  const {from, ...given} = source.masks;
  const files = tidyTree((await filesOf(from, options, 'masks')).files);
  return withMasks(plan, {...given, files}, from.name, options.regions);
}

async function planImages(
  source: DatasetSource,
  {size, regions, ...reading}: SourceOptions
): Promise<ImagePlan> {
  const {name} = source;
  const {files: found, isArchive} = await filesOf(source, reading);
  reading.signal?.throwIfAborted();
  const packed = isArchive && (await planPacked(found, name, {size, regions}));
  if (packed) return packed;
  const files = tidyTree(found);
  return (await planLayout(files, name, regions)) ?? (await planImageFolder(files, name, regions));
}

/** Files, and whether they are all of one archive, in its order. */
interface Found {
  files: readonly TreeFile[];
  isArchive: boolean;
}

/** Archives are taken apart where they are all that there is; beside images they are left alone. */
async function filesOf(
  {name, files = [], urls = []}: DatasetSource,
  {signal, onProgress}: Reading,
  what = 'images'
): Promise<Found> {
  const reading = {signal, onProgress};
  const [only] = files;
  if (only && files.length === 1 && urls.length === 0) {
    const inside = await readArchive(only.blob, only.path, reading);
    if (inside) return {files: inside, isArchive: true};
  }
  const [address] = urls;
  if (address && urls.length === 1 && files.length === 0 && isArchiveName(pathOf(address))) {
    const inside = await readRemoteArchive(await openRemote(address, reading), address, reading);
    if (inside) return {files: inside, isArchive: true};
  }
  if (files.length + urls.length === 0) {
    throw new Error(`${what}: ${name} must hold files; it is empty. Choose a folder with ${what}`);
  }
  if (files.length > 1 && files.every(file => isArchiveName(file.path))) {
    throw new Error(
      `${what}: ${name} must be one archive, or ${what}; got ${files.length} archives. Open one at a time`
    );
  }
  const all = [
    ...files.map(({path, blob}) => ({path, read: async () => blob})),
    ...urls.map(url => ({path: pathOf(url), read: () => download(url)})),
  ];
  return {files: all, isArchive: false};
}

function pathOf(url: string): string {
  try {
    const {host, pathname} = new URL(url);
    return `${host}${decodeURIComponent(pathname)}`;
  } catch (error) {
    throw new Error(`images: addresses must be absolute; got ${JSON.stringify(url)}`, {
      cause: error,
    });
  }
}
