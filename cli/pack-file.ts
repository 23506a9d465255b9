/** A packed data set while it is written: a file beside the final one, which can be gone on with. */

import {createHash} from 'node:crypto';
import {type FileHandle, open, rename} from 'node:fs/promises';

import {crc32} from '../datasets/crc32.js';
import {FILES_A_LIST, isSummed, MANIFEST, SPLITS, sumsPath} from '../datasets/packed.js';
import {formatManifest, type Manifest} from '../datasets/packed-manifest.js';
import type {SplitLists} from '../datasets/split-folder.js';
import {
  localHeader,
  parseLocalHeader,
  type StoredFile,
  zipDirectory,
} from '../datasets/zip-writer.js';

const README = 'README.txt';
/** Bytes that hold any local header. */
const HEADER_BYTES = 2 ** 17;

/** Images and masks are added one by one; `finish` makes the file whole and gives it its name. */
export class PackFile {
  readonly path: string;
  private readonly file: FileHandle;
  private at = 0;
  private readonly files = new Map<string, StoredFile>();
  /** Lines of the lists of checksums. */
  private readonly sums: string[] = [];

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.file = file;
  }

  /**
   * Goes on with the file that was begun, as far as it is whole; else begins it.
   *
   * @param readme What it is, for people; only a file that begins with the same is gone on with.
   */
  static async open(path: string, readme: string): Promise<PackFile> {
    const file = await open(`${path}.part`, 'a+').then(async created => {
      await created.close();
      return open(`${path}.part`, 'r+');
    });
    const pack = new PackFile(path, file);
    const bytes = new TextEncoder().encode(readme);
    if ((await pack.readAt(0))?.equals(README, bytes)) {
      await pack.takeUp();
    } else {
      await pack.append(README, bytes);
    }
    await file.truncate(pack.at);
    return pack;
  }

  /** Number of images and masks that are in it. */
  get count(): number {
    return this.sums.length;
  }

  /** Bytes so far. */
  get sizeBytes(): number {
    return this.at;
  }

  has(path: string): boolean {
    return this.files.has(path);
  }

  /** Adds an image or a mask; one that is there already stays as it is. */
  async add(path: string, bytes: Uint8Array): Promise<void> {
    if (this.has(path)) return;
    await this.append(path, bytes);
    this.sums.push(`${sha256(bytes)}  ${path}`);
  }

  /** Writes lists, manifest and directory, and gives the file its name, as a whole or not at all. */
  async finish(
    manifest: Omit<Manifest, 'splitsSha256' | 'sumsSha256'>,
    splits: SplitLists
  ): Promise<void> {
    const encoder = new TextEncoder();
    const sumsSha256: string[] = [];
    for (let i = 0; i < this.sums.length; i += FILES_A_LIST) {
      const list = encoder.encode(`${this.sums.slice(i, i + FILES_A_LIST).join('\n')}\n`);
      await this.append(sumsPath(sumsSha256.length), list);
      sumsSha256.push(sha256(list));
    }
    const lists = encoder.encode(`${JSON.stringify(splits, null, 1)}\n`);
    await this.append(SPLITS, lists);
    const whole = {...manifest, splitsSha256: sha256(lists), sumsSha256};
    await this.append(MANIFEST, encoder.encode(formatManifest(whole)));
    for (const part of chunks(zipDirectory([...this.files.values()], this.at))) {
      await this.write(part);
    }
    await this.file.sync();
    await this.file.close();
    await rename(`${this.path}.part`, this.path);
  }

  /** Leaves what was written, to be gone on with. */
  async stop(): Promise<void> {
    await this.file.sync();
    await this.file.close();
  }

  /** Takes over the images and masks that the file begins with, up to one that is not whole. */
  private async takeUp(): Promise<void> {
    for (let next = await this.readAt(0); next; next = await this.readAt(this.at)) {
      const {path} = next.file;
      if (path !== README && !isSummed(path)) return;
      if (path !== README) this.sums.push(`${sha256(next.bytes)}  ${path}`);
      this.files.set(path, next.file);
      this.at = next.end;
    }
  }

  /** The file that begins at a byte; undefined if none does that is whole. */
  private async readAt(at: number): Promise<Written | undefined> {
    const head = Buffer.alloc(HEADER_BYTES);
    const {bytesRead} = await this.file.read(head, 0, HEADER_BYTES, at);
    const header = parseLocalHeader(head.subarray(0, bytesRead));
    if (!header) return undefined;
    const {headerBytes, sizeBytes, checksum, path} = header;
    let bytes: Uint8Array = head.subarray(headerBytes, headerBytes + sizeBytes);
    if (headerBytes + sizeBytes > bytesRead) {
      const {size} = await this.file.stat();
      if (at + headerBytes + sizeBytes > size) return undefined;
      bytes = Buffer.alloc(sizeBytes);
      await this.file.read(bytes, 0, sizeBytes, at + headerBytes);
    }
    if (crc32(bytes) !== checksum) return undefined;
    return new Written({path, checksum, sizeBytes, headerAt: at}, bytes, at + headerBytes);
  }

  private async append(path: string, bytes: Uint8Array): Promise<void> {
    const stored = {path, checksum: crc32(bytes), sizeBytes: bytes.length, headerAt: this.at};
    await this.write(Buffer.concat([localHeader(stored), bytes]));
    this.files.set(path, stored);
  }

  private async write(bytes: Uint8Array): Promise<void> {
    await this.file.write(bytes, 0, bytes.length, this.at);
    this.at += bytes.length;
  }
}

/** A file that is in the archive. */
class Written {
  readonly file: StoredFile;
  readonly bytes: Uint8Array;
  private readonly begin: number;

  constructor(file: StoredFile, bytes: Uint8Array, begin: number) {
    this.file = file;
    this.bytes = bytes;
    this.begin = begin;
  }

  get end(): number {
    return this.begin + this.bytes.length;
  }

  equals(path: string, bytes: Uint8Array): boolean {
    return this.file.path === path && Buffer.compare(this.bytes, bytes) === 0;
  }
}

/** Entries of a directory put together, so that few large pieces are written. */
function* chunks(parts: readonly Uint8Array[]): Generator<Buffer> {
  const PARTS = 4096;
  for (let i = 0; i < parts.length; i += PARTS) yield Buffer.concat(parts.slice(i, i + PARTS));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
