/** Real images that may lie beside the checkout; nothing of them is in the project. */

import {existsSync, openAsBlob, readFileSync} from 'node:fs';
import {readdir} from 'node:fs/promises';
import {join} from 'node:path';

import type {NamedFile} from '../../datasets/source.js';

const FOLDER = join(import.meta.dirname, '../../../shared/data');

/** Why a test that needs them is skipped; false where they are. */
export const NO_DATA = existsSync(FOLDER) ? false : `no images in ${FOLDER}`;

export function dataPath(path: string): string {
  return join(FOLDER, path);
}

export function dataFile(path: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(dataPath(path)));
}

/** All files of a folder. */
export async function folderFiles(path: string): Promise<NamedFile[]> {
  const entries = await readdir(path, {recursive: true, withFileTypes: true});
  return Promise.all(
    entries
      .filter(entry => entry.isFile())
      .map(async entry => {
        const full = join(entry.parentPath, entry.name);
        return {path: full.slice(path.length + 1), blob: await openAsBlob(full)};
      })
  );
}
