/** Takes archives apart: zip, tar and tar.gz, told by their first bytes. */

import {blobSource, streamOf, type ByteSource} from './byte-source.js';
import type {TreeFile} from './file-tree.js';
import {MAX_UNPACKED_BYTES, readBlob} from './limits.js';
import type {Reading} from './reading.js';
import {hasChecksum, readTar} from './tar.js';
import {readZip} from './zip.js';

const ENDING = /\.(zip|tar|tgz|tar\.gz)$/i;

/** Whether a file is called an archive. */
export function isArchiveName(path: string): boolean {
  return ENDING.test(path);
}

/**
 * An archive behind an address: of a zip only the parts that are asked for are fetched.
 *
 * @returns Its files; undefined if it is no archive.
 * @throws Error with what is damaged.
 */
export async function readRemoteArchive(
  source: ByteSource,
  name: string,
  reading: Reading = {}
): Promise<TreeFile[] | undefined> {
  const head = await source.read(0, 2);
  if (isZip(head)) return readZip(source, name);
  const {signal, onProgress} = reading;
  const onBytes = (done: number) => onProgress?.(done, source.size);
  const file = await readBlob(streamOf(source, signal), source.size, `images: ${name}`, onBytes);
  return readArchive(file, name, reading);
}

/**
 * @returns The archive's files; undefined if it is none.
 * @throws Error with what is damaged.
 */
export async function readArchive(
  file: Blob,
  name: string,
  reading: Reading = {}
): Promise<TreeFile[] | undefined> {
  const head = new Uint8Array(await file.slice(0, 512).arrayBuffer());
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const packed = file.stream().pipeThrough(watched(file.size, reading));
    const unpacked = packed.pipeThrough(new DecompressionStream('gzip'));
    const tar = await readBlob(unpacked, MAX_UNPACKED_BYTES, `images: ${name}`).catch(
      (error: unknown) => {
        reading.signal?.throwIfAborted();
        if ((error as Error).message.startsWith('images: ')) throw error;
        throw new Error(`images: ${name} must be a whole gzip file; it is damaged or cut short`, {
          cause: error,
        });
      }
    );
    return readTar(tar, name, {signal: reading.signal});
  }
  if (isZip(head)) return readZip(blobSource(file), name);
  if (head.length === 512 && hasChecksum(head) && head[0] !== 0)
    return readTar(file, name, reading);
  if (isArchiveName(name)) {
    throw new Error(`images: ${name} must be a zip or tar archive; its first bytes are of neither`);
  }
  return undefined;
}

/** Passes bytes on, and tells of them, until it is ended. */
function watched(
  size: number,
  {signal, onProgress}: Reading
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let done = 0;
  return new TransformStream({
    transform(bytes, controller) {
      signal?.throwIfAborted();
      onProgress?.((done += bytes.length), size);
      controller.enqueue(bytes);
    },
  });
}

function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b;
}
