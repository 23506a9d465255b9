/** Reads tar archives (ustar, GNU and pax names), of which only regular files count. */

import type {TreeFile} from './file-tree.js';
import {MAX_FILES} from './limits.js';
import type {Reading} from './reading.js';

const BLOCK = 512;
/** Bytes read at a time while headers are looked for. */
const WINDOW = 2 ** 18;
/** Longest record of a long name. */
const MAX_RECORD_BYTES = 2 ** 20;

/**
 * @returns The archive's files: views into it, read when they are asked for.
 * @throws Error with where it is damaged.
 */
export async function readTar(
  archive: Blob,
  name: string,
  {signal, onProgress}: Reading = {}
): Promise<TreeFile[]> {
  const bytes = new Window(archive, () => signal?.throwIfAborted());
  const files: TreeFile[] = [];
  let longPath: string | undefined;
  for (let at = 0; at < archive.size;) {
    const header = await bytes.read(at, BLOCK);
    if (header.length === BLOCK && header.every(byte => byte === 0)) break;
    if (header.length < BLOCK || !hasChecksum(header)) {
      throw damaged(name, `byte ${at} must begin a file's header`);
    }
    const sizeBytes = readNumber(header, 124, 12);
    const begin = at + BLOCK;
    const end = begin + Math.ceil(sizeBytes / BLOCK) * BLOCK;
    if (!(sizeBytes >= 0 && end <= archive.size)) {
      throw damaged(name, `the file at byte ${at} must lie within it`);
    }
    at = end;
    onProgress?.(at, archive.size);
    const kind = String.fromCharCode(header[156]!);
    if (kind === 'L' || kind === 'x') {
      if (sizeBytes > MAX_RECORD_BYTES)
        throw damaged(name, `the name at byte ${begin} is too long`);
      const record = await bytes.read(begin, sizeBytes);
      longPath = (kind === 'L' ? readText(record, 0, sizeBytes) : paxPath(record)) ?? longPath;
      continue;
    }
    const path = longPath ?? headerPath(header);
    longPath = undefined;
    if ((kind !== '0' && kind !== '\0' && kind !== '7') || path.endsWith('/')) continue;
    if (files.length === MAX_FILES) throw damaged(name, `it must hold at most ${MAX_FILES} files`);
    files.push({path, read: async () => archive.slice(begin, begin + sizeBytes)});
  }
  return files;
}

/** Whether a block is a file's header: its checksum counts the checksum's own field as spaces. */
export function hasChecksum(header: Uint8Array): boolean {
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 0x20 : header[i]!;
  return readNumber(header, 148, 8) === sum;
}

function headerPath(header: Uint8Array): string {
  const isUstar = readText(header, 257, 5) === 'ustar';
  const prefix = isUstar && header[263] === 0x30 ? readText(header, 345, 155) : '';
  return [prefix, readText(header, 0, 100)].filter(Boolean).join('/');
}

/** A number in octal, or where it is too large, in binary behind a set bit. */
function readNumber(header: Uint8Array, at: number, length: number): number {
  if (header[at]! & 0x80) {
    let value = 0;
    for (let i = 1; i < length; i++) value = value * 256 + header[at + i]!;
    return value;
  }
  const text = readText(header, at, length).trim();
  return /^[0-7]*$/.test(text) ? parseInt(text || '0', 8) : NaN;
}

function readText(bytes: Uint8Array, at: number, length: number): string {
  const field = bytes.subarray(at, at + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** The path of a pax record, whose lines are `LENGTH path=PATH`. */
function paxPath(record: Uint8Array): string | undefined {
  for (let at = 0; at < record.length;) {
    const length = parseInt(readText(record, at, 20), 10);
    if (!(length > 0)) return undefined;
    const [, key, value] = /^\d+ ([^=]*)=([^]*)\n$/.exec(readText(record, at, length)) ?? [];
    if (key === 'path') return value;
    at += length;
  }
  return undefined;
}

function damaged(name: string, how: string): Error {
  return new Error(`images: ${name} must be a whole tar archive; ${how}`);
}

/** Bytes of a blob, fetched by windows. */
class Window {
  private readonly blob: Blob;
  private readonly beforeEach: () => void;
  private start = 0;
  private bytes = new Uint8Array();

  /** @param beforeEach Called before each window. */
  constructor(blob: Blob, beforeEach: () => void) {
    this.blob = blob;
    this.beforeEach = beforeEach;
  }

  /** Fewer bytes at the blob's end. */
  async read(at: number, length: number): Promise<Uint8Array> {
    if (at < this.start || at + length > this.start + this.bytes.length) {
      this.beforeEach();
      const part = this.blob.slice(at, at + Math.max(length, WINDOW));
      this.bytes = new Uint8Array(await part.arrayBuffer());
      this.start = at;
    }
    return this.bytes.subarray(at - this.start, at - this.start + length);
  }
}
