/** Reads files by address: by parts where the server can, else whole. */

import {blobSource, type ByteSource} from './byte-source.js';
import {readBlob} from './limits.js';
import type {Reading} from './reading.js';

/** Bytes of a file that is read whole where the server knows no parts. */
const MAX_WHOLE_BYTES = 2 ** 29;

/** The whole of a small file. @throws Error that names the address. */
export async function download(url: string): Promise<Blob> {
  return (await ask(url)).blob();
}

/**
 * A file whose parts are fetched when they are asked for.
 *
 * Asks for the length by HEAD, since a server of another origin seldom lets a page see `Content-Range`.
 *
 * @throws Error that names the address if it can't be read, or if it would have to be read whole and
 *     is larger than 512 MB.
 */
export async function openRemote(
  url: string,
  {signal, onProgress}: Reading = {}
): Promise<ByteSource> {
  const head = await ask(url, {method: 'HEAD', signal}, [405, 501]);
  const size = Number(head.headers.get('content-length') ?? 0);
  const isPacked = head.headers.get('content-encoding') !== null;
  if (head.ok && size > 0 && !isPacked) {
    const first = await ask(url, {headers: {range: 'bytes=0-0'}, signal});
    if (first.status === 206) {
      await first.arrayBuffer();
      return {size, read: (from, to) => readRange(url, size, from, to)};
    }
    return blobSource(await readWhole(url, first, size, onProgress));
  }
  return blobSource(await readWhole(url, await ask(url, {signal}), size, onProgress));
}

async function readRange(
  url: string,
  size: number,
  from: number,
  to: number
): Promise<Uint8Array<ArrayBuffer>> {
  const [begin, end] = [Math.max(0, from), Math.min(size, to)];
  if (begin >= end) return new Uint8Array();
  const response = await ask(url, {headers: {range: `bytes=${begin}-${end - 1}`}});
  if (response.status !== 206) {
    await response.body?.cancel();
    throw new Error(
      `images: ${url} must be readable by parts, as it was at first; got status ${response.status}`
    );
  }
  const part = new Uint8Array(await response.arrayBuffer());
  if (part.length !== end - begin) {
    throw new Error(
      `images: ${url} must have ${end - begin} bytes from byte ${begin} on; got ${part.length}. It was changed since it was opened: open it anew`
    );
  }
  return part;
}

async function readWhole(
  url: string,
  response: Response,
  size: number,
  onProgress?: Reading['onProgress']
): Promise<Blob> {
  if (size > MAX_WHOLE_BYTES || !response.body) {
    await response.body?.cancel();
    throw tooLarge(url, `${size} bytes`);
  }
  try {
    const onBytes = size > 0 ? (done: number) => onProgress?.(done, size) : undefined;
    return await readBlob(response.body, MAX_WHOLE_BYTES, url, onBytes);
  } catch (error) {
    if (isAbort(error)) throw error;
    if ((error as Error).message.startsWith(url)) throw tooLarge(url, 'more');
    throw unreachable(url, error);
  }
}

function isAbort(error: unknown): boolean {
  return (error as Error).name === 'AbortError';
}

async function ask(
  url: string,
  request: RequestInit = {},
  allowed: readonly number[] = []
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, request);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw unreachable(url, error);
  }
  if (!response.ok && !allowed.includes(response.status)) {
    throw new Error(`images: ${url} must be there; got status ${response.status}`);
  }
  return response;
}

function unreachable(url: string, cause: unknown): Error {
  return new Error(
    `images: ${url} must be readable from this page; its server did not answer, or does not allow other pages to read it (CORS)`,
    {cause}
  );
}

function tooLarge(url: string, got: string): Error {
  return new Error(
    `images: ${url} must be at most ${MAX_WHOLE_BYTES} bytes where its server does not hand out parts (HTTP range requests); got ${got}. Download it, and open the file`
  );
}
