/** Reads the file of a model. */

import {readFile} from 'node:fs/promises';

import {UsageError} from './options.js';

/** @throws UsageError if there is no such file. */
export async function readModel(path: string): Promise<ArrayBuffer> {
  try {
    const {buffer, byteOffset, length} = await readFile(path);
    return buffer.slice(byteOffset, byteOffset + length);
  } catch (error) {
    throw new UsageError(`--model must be a file; got ${path} (${(error as Error).message})`);
  }
}
