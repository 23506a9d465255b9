/** What a zip archive of stored files is made of; with 64-bit fields where they are needed. */

/** A file in an archive. */
export interface StoredFile {
  path: string;
  /** Its CRC-32. */
  checksum: number;
  sizeBytes: number;
  /** Where its local header begins. */
  headerAt: number;
}

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const LOCAL_BYTES = 30;

/** Names are in UTF-8. */
const UTF8 = 0x0800;
/** Version of the format that 64-bit fields need, in tenths. */
const VERSION = 45;
/** The first of January 1980: nothing of the day is in a file, so that equal sets are equal files. */
const DATE = 0x0021;
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;

/** What precedes a file's bytes. */
export function localHeader({
  path,
  checksum,
  sizeBytes,
}: Omit<StoredFile, 'headerAt'>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path);
  const header = new DataView(new ArrayBuffer(LOCAL_BYTES + name.length));
  header.setUint32(0, LOCAL_HEADER, true);
  writeCommon(header, 4, checksum, sizeBytes, name.length);
  return withName(header, LOCAL_BYTES, name);
}

/** A local header as `localHeader` writes it; undefined if these bytes are none, or cut short. */
export function parseLocalHeader(
  bytes: Uint8Array
): (Omit<StoredFile, 'headerAt'> & {headerBytes: number}) | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < LOCAL_BYTES || view.getUint32(0, true) !== LOCAL_HEADER) return undefined;
  const headerBytes = LOCAL_BYTES + view.getUint16(26, true);
  if (view.byteLength < headerBytes) return undefined;
  return {
    path: new TextDecoder().decode(bytes.subarray(LOCAL_BYTES, headerBytes)),
    checksum: view.getUint32(14, true),
    sizeBytes: view.getUint32(22, true),
    headerBytes,
  };
}

/**
 * What ends an archive.
 *
 * @param at Where it begins: the length of all that precedes it.
 */
export function zipDirectory(files: readonly StoredFile[], at: number): Uint8Array<ArrayBuffer>[] {
  const entries = files.map(directoryEntry);
  const sizeBytes = entries.reduce((sum, entry) => sum + entry.length, 0);
  const count = files.length;
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, DIRECTORY_END, true);
  end.setUint16(8, Math.min(count, MAX_16), true);
  end.setUint16(10, Math.min(count, MAX_16), true);
  end.setUint32(12, Math.min(sizeBytes, MAX_32), true);
  end.setUint32(16, Math.min(at, MAX_32), true);
  const isWide = count >= MAX_16 || sizeBytes >= MAX_32 || at >= MAX_32;
  const wide = isWide ? [wideEnd(count, sizeBytes, at)] : [];
  return [...entries, ...wide, new Uint8Array(end.buffer)];
}

function directoryEntry({path, checksum, sizeBytes, headerAt}: StoredFile) {
  const name = new TextEncoder().encode(path);
  const isFar = headerAt >= MAX_32;
  const extraBytes = isFar ? 12 : 0;
  const entry = new DataView(new ArrayBuffer(46 + name.length + extraBytes));
  entry.setUint32(0, DIRECTORY_ENTRY, true);
  entry.setUint16(4, VERSION, true);
  writeCommon(entry, 6, checksum, sizeBytes, name.length);
  entry.setUint16(30, extraBytes, true);
  entry.setUint32(42, isFar ? MAX_32 : headerAt, true);
  if (isFar) {
    const extra = 46 + name.length;
    entry.setUint16(extra, 1, true);
    entry.setUint16(extra + 2, 8, true);
    entry.setBigUint64(extra + 4, BigInt(headerAt), true);
  }
  return withName(entry, 46, name);
}

/** The fields that local headers and the directory share, from `at` on. */
function writeCommon(
  view: DataView,
  at: number,
  checksum: number,
  sizeBytes: number,
  nameBytes: number
): void {
  view.setUint16(at, VERSION, true);
  view.setUint16(at + 2, UTF8, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, checksum, true);
  view.setUint32(at + 14, sizeBytes, true);
  view.setUint32(at + 18, sizeBytes, true);
  view.setUint16(at + 22, nameBytes, true);
}

/** The directory's end in 64 bits, and where it is. */
function wideEnd(count: number, sizeBytes: number, at: number): Uint8Array<ArrayBuffer> {
  const end = new DataView(new ArrayBuffer(56 + 20));
  end.setUint32(0, DIRECTORY_END_64, true);
  end.setBigUint64(4, 44n, true);
  end.setUint16(12, VERSION, true);
  end.setUint16(14, VERSION, true);
  end.setBigUint64(24, BigInt(count), true);
  end.setBigUint64(32, BigInt(count), true);
  end.setBigUint64(40, BigInt(sizeBytes), true);
  end.setBigUint64(48, BigInt(at), true);
  end.setUint32(56, LOCATOR_64, true);
  end.setBigUint64(64, BigInt(at + sizeBytes), true);
  end.setUint32(72, 1, true);
  return new Uint8Array(end.buffer);
}

function withName(view: DataView<ArrayBuffer>, at: number, name: Uint8Array) {
  const bytes = new Uint8Array(view.buffer);
  bytes.set(name, at);
  return bytes;
}
