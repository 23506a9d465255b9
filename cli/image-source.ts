/** Images for a program: a data set by name, a folder or an archive by path, or an archive by address. */

import {openAsBlob} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import {basename, join, relative, resolve, sep} from 'node:path';

import {DATASET_NAMES, isDatasetName} from '../datasets/catalog.js';
import type {Split} from '../datasets/dataset.js';
import type {DatasetSource} from '../datasets/source.js';
import {UsageError} from './options.js';

/**
 * @param text Name of a data set, an address, else a path. Files are opened, and read when they are needed.
 * @param option What the user gave it as.
 * @throws UsageError if it is neither.
 */
export async function imageSource(
  text: string,
  option = '--dataset'
): Promise<string | DatasetSource> {
  if (isDatasetName(text)) return text;
  if (/^https?:\/\//.test(text)) return {name: basename(new URL(text).pathname), urls: [text]};
  const found = await filesAt(text);
  if (!found) {
    throw new UsageError(
      `${option} must be one of ${DATASET_NAMES.join(', ')}, or the path of a folder or an archive of images, or an address of an archive; got ${text}`
    );
  }
  return found;
}

/** The files of a folder, or the one at a path; undefined if there is nothing. */
async function filesAt(text: string): Promise<DatasetSource | undefined> {
  const path = resolve(text);
  const stats = await stat(path).catch(() => undefined);
  if (!stats) return undefined;
  const name = basename(path);
  if (stats.isFile()) return {name, files: [{path: name, blob: await openAsBlob(path)}]};
  const entries = await readdir(path, {recursive: true, withFileTypes: true});
  const files = entries
    .filter(entry => entry.isFile())
    .map(async entry => {
      const full = join(entry.parentPath, entry.name);
      return {path: relative(path, full).split(sep).join('/'), blob: await openAsBlob(full)};
    });
  return {name, files: await Promise.all(files)};
}

/** Images whose true masks lie elsewhere, at a path. @throws UsageError if images or masks are no files. */
export async function withMasks(
  images: string | DatasetSource | undefined,
  path: string,
  given: {split: Split; missing: 'refuse' | 'skip'}
): Promise<DatasetSource> {
  if (images === undefined || typeof images === 'string') {
    throw new UsageError(
      '--masks must go with --data FOLDER or --data ARCHIVE, the images that the masks are of'
    );
  }
  const from = await filesAt(path);
  if (!from) throw new UsageError(`--masks must be a folder or an archive; got ${path}`);
  return {...images, masks: {...given, from}};
}
