/** Reads zip archives by parts: the directory first, a file when it is asked for. */

import {type ByteSource, MemoryFile} from './byte-source.js';
import {crc32} from './crc32.js';
import type {TreeFile} from './file-tree.js';
import {joined, MAX_FILE_BYTES, MAX_FILES, readAtMost} from './limits.js';

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;
const LOCATOR_BYTES = 20;
const LOCAL_BYTES = 30;
/** Room for fields of a local header that its directory does not tell of. */
const SPARE_BYTES = 64;

const STORED = 0;
const DEFLATED = 8;

/** What the directory says of a file. */
interface Entry {
  path: string;
  /** Length of the path, in bytes. */
  pathBytes: number;
  method: number;
  checksum: number;
  packedBytes: number;
  sizeBytes: number;
  headerAt: number;
}

/**
 * @returns The archive's files; folders and links are left out.
 * @throws Error with what is damaged, encrypted, or packed in a way that is not known.
 */
export async function readZip(archive: ByteSource, name: string): Promise<TreeFile[]> {
  const tail = await viewOf(archive, archive.size - END_BYTES - MAX_COMMENT_BYTES, archive.size);
  let end = tail.byteLength - END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== DIRECTORY_END) end--;
  if (end < 0) throw damaged(name, 'it must end with its directory; it may have been cut short');
  let count = tail.getUint16(end + 10, true);
  let sizeBytes = tail.getUint32(end + 12, true);
  let at = tail.getUint32(end + 16, true);
  const locator = end - LOCATOR_BYTES;
  if (locator >= 0 && tail.getUint32(locator, true) === LOCATOR_64) {
    const wideAt = Number(tail.getBigUint64(locator + 8, true));
    const wide = await viewOf(archive, wideAt, wideAt + 56);
    if (wide.byteLength < 56 || wide.getUint32(0, true) !== DIRECTORY_END_64) {
      throw damaged(name, 'its directory is not where it should be');
    }
    count = Number(wide.getBigUint64(32, true));
    sizeBytes = Number(wide.getBigUint64(40, true));
    at = Number(wide.getBigUint64(48, true));
  }
  if (at + sizeBytes > archive.size) throw damaged(name, 'its directory must lie within it');
  if (count > MAX_FILES) {
    throw new Error(`images: ${name} must hold at most ${MAX_FILES} files; got ${count}`);
  }
  return readDirectory(await viewOf(archive, at, at + sizeBytes), count, name).map(entry => ({
    path: entry.path,
    read: () => unpack(archive, entry, name),
  }));
}

function readDirectory(directory: DataView<ArrayBuffer>, count: number, name: string): Entry[] {
  const entries: Entry[] = [];
  const decoder = new TextDecoder();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (
      at + 46 > directory.byteLength ||
      directory.getUint32(at, true) !== DIRECTORY_ENTRY ||
      at + entryBytes(directory, at) > directory.byteLength
    ) {
      throw damaged(name, `file ${i + 1} of ${count} is missing from its directory`);
    }
    const pathBytes = directory.getUint16(at + 28, true);
    const path = decoder.decode(
      new Uint8Array(directory.buffer, directory.byteOffset + at + 46, pathBytes)
    );
    if (directory.getUint16(at + 8, true) & 1) {
      throw new Error(
        `images: ${path} in ${name} must not be encrypted. Unpack the archive with its password, and open the folder`
      );
    }
    const wide = new Wide(directory, at + 46 + pathBytes, directory.getUint16(at + 30, true));
    const sizeBytes = wide.read(directory.getUint32(at + 24, true));
    const packedBytes = wide.read(directory.getUint32(at + 20, true));
    const headerAt = wide.read(directory.getUint32(at + 42, true));
    const method = directory.getUint16(at + 10, true);
    const checksum = directory.getUint32(at + 16, true);
    const unixKind = directory.getUint32(at + 38, true) >>> 28;
    const isLink = unixKind === 0xa && directory.getUint8(at + 5) === 3;
    if (!path.endsWith('/') && !isLink) {
      entries.push({path, pathBytes, method, checksum, packedBytes, sizeBytes, headerAt});
    }
    at += entryBytes(directory, at);
  }
  // Where there is no zip64, the count is what is left of it in 16 bits.
  if (at + 4 <= directory.byteLength && directory.getUint32(at, true) === DIRECTORY_ENTRY) {
    throw new Error(
      `images: ${name} must state how many files it holds; it says ${count}, and holds more. Over 65,535 files need zip64: pack it anew with a program that writes it, or open the folder`
    );
  }
  return entries;
}

async function unpack(archive: ByteSource, entry: Entry, name: string): Promise<MemoryFile> {
  const {path, pathBytes, method, checksum, packedBytes, sizeBytes, headerAt} = entry;
  const what = `images: ${path} in ${name}`;
  if (sizeBytes > MAX_FILE_BYTES) {
    throw new Error(`${what} must unpack to at most ${MAX_FILE_BYTES} bytes; got ${sizeBytes}`);
  }
  if (method !== STORED && method !== DEFLATED) {
    throw new Error(
      `${what} must be stored or deflated; got compression method ${method}. Pack the archive anew as a usual zip`
    );
  }
  // Header and file are read at once: behind an address every reading is a round trip.
  const guess = headerAt + LOCAL_BYTES + pathBytes + SPARE_BYTES + packedBytes;
  const whole = await archive.read(headerAt, guess);
  const header = new DataView(whole.buffer, whole.byteOffset, Math.min(LOCAL_BYTES, whole.length));
  if (header.byteLength < LOCAL_BYTES || header.getUint32(0, true) !== LOCAL_HEADER) {
    throw damaged(name, `${path} is not where its directory says`);
  }
  const begin = LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  const end = begin + packedBytes;
  if (headerAt + end > archive.size) throw damaged(name, `${path} must lie within it`);
  const packed =
    end <= whole.length
      ? whole.subarray(begin, end)
      : await archive.read(headerAt + begin, headerAt + end);
  const file = method === STORED ? packed : await inflate(packed, entry, name);
  if (file.length !== sizeBytes || crc32(file) !== checksum) {
    throw damaged(name, `${path} must have its length and checksum`);
  }
  return new MemoryFile(file);
}

async function inflate(
  packed: Uint8Array<ArrayBuffer>,
  {path, sizeBytes}: Entry,
  name: string
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  try {
    return joined(await readAtMost(stream, sizeBytes, `images: ${path} in ${name}`));
  } catch (error) {
    throw (error as Error).message.startsWith('images: ')
      ? error
      : damaged(name, `${path} can't be unpacked`);
  }
}

function entryBytes(directory: DataView, at: number): number {
  return [28, 30, 32].reduce((sum, field) => sum + directory.getUint16(at + field, true), 46);
}

async function viewOf(
  archive: ByteSource,
  from: number,
  to: number
): Promise<DataView<ArrayBuffer>> {
  const {buffer, byteOffset, byteLength} = await archive.read(from, to);
  return new DataView(buffer, byteOffset, byteLength);
}

function damaged(name: string, how: string): Error {
  return new Error(`images: ${name} must be a whole zip archive; ${how}`);
}

/** The numbers of an entry that need 64 bits stand in its extra field, in the order of asking. */
class Wide {
  private readonly view: DataView;
  private at = 0;
  private end = 0;

  constructor(view: DataView, at: number, sizeBytes: number) {
    this.view = view;
    const end = at + sizeBytes;
    for (let field = at; field + 4 <= end;) {
      const next = field + 4 + view.getUint16(field + 2, true);
      if (view.getUint16(field, true) === 1) {
        this.at = field + 4;
        this.end = Math.min(next, end);
        return;
      }
      field = next;
    }
  }

  read(narrow: number): number {
    if (narrow !== 0xffffffff || this.at + 8 > this.end) return narrow;
    this.at += 8;
    return Number(this.view.getBigUint64(this.at - 8, true));
  }
}
