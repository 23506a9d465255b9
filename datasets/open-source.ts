/** Opens a data set of the user's own. */

import {isArchiveName, readArchive} from './archive.js';
import type {Dataset} from './dataset.js';
import {tidyTree, type TreeFile} from './file-tree.js';
import {planImageFolder} from './image-folder.js';
import {createImageSet} from './image-set.js';
import {planLayout} from './layouts.js';
import type {DatasetSource} from './source.js';

export interface SourceOptions {
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
  {size, regions}: SourceOptions
): Promise<Dataset> {
  const files = tidyTree(await filesOf(source));
  const plan =
    (await planLayout(files, source.name, regions)) ??
    (await planImageFolder(files, source.name, regions));
  return createImageSet({...plan, resampling: source.resampling ?? plan.resampling}, size);
}

/** Archives are taken apart where they are all that there is; beside images they are left alone. */
async function filesOf({name, files = [], urls = []}: DatasetSource): Promise<TreeFile[]> {
  const [only] = files;
  if (only && files.length === 1 && urls.length === 0) {
    const inside = await readArchive(only.blob, only.path);
    if (inside) return inside;
  }
  if (files.length + urls.length === 0) {
    throw new Error(`images: ${name} must hold files; it is empty. Choose a folder with images`);
  }
  if (files.length > 1 && files.every(file => isArchiveName(file.path))) {
    throw new Error(
      `images: ${name} must be one archive, or images; got ${files.length} archives. Open one at a time`
    );
  }
  return [
    ...files.map(({path, blob}) => ({path, read: async () => blob})),
    ...urls.map(url => ({path: pathOf(url), read: () => download(url)})),
  ];
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

async function download(url: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new Error(
      `images: ${url} must be readable from this page; its server did not answer, or does not allow other pages to read it (CORS)`,
      {cause: error}
    );
  }
  if (!response.ok) throw new Error(`images: ${url} must be there; got status ${response.status}`);
  return response.blob();
}
