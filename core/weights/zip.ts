/**
 * Reads zip archives whose entries are stored as they are, which is how `torch.save` writes them (so
 * that tensors can be mapped into memory). Compressed entries are refused, and so there are no bombs.
 */

const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;

/** Length of the end record without its comment, and the longest comment. */
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 0xffff;

/** Whether a file begins as a zip archive does. */
export function isZip(file: Uint8Array): boolean {
  return (
    file.length >= 4 &&
    new DataView(file.buffer, file.byteOffset).getUint32(0, true) === LOCAL_HEADER
  );
}

/**
 * @returns The entries by name: views into `file`.
 * @throws Error with what is damaged or not stored.
 */
export function readZip(file: Uint8Array): Map<string, Uint8Array> {
  return new Archive(file).read();
}

class Archive {
  private readonly file: Uint8Array;
  private readonly view: DataView;

  constructor(file: Uint8Array) {
    this.file = file;
    this.view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  read(): Map<string, Uint8Array> {
    const {count, offset} = this.directory();
    const entries = new Map<string, Uint8Array>();
    let at = offset;
    for (let i = 0; i < count; i++) {
      this.expect(at, 46, DIRECTORY_ENTRY, 'an entry of the directory');
      const nameBytes = this.uint16(at + 28);
      const extraBytes = this.uint16(at + 30);
      const next = at + 46 + nameBytes + extraBytes + this.uint16(at + 32);
      this.inside(at, next - at, 'the directory');
      const name = new TextDecoder().decode(this.file.subarray(at + 46, at + 46 + nameBytes));
      if (entries.has(name)) throw new Error(`zip: names must differ; got ${name} twice`);
      entries.set(name, this.entry(at, name, at + 46 + nameBytes, extraBytes));
      at = next;
    }
    return entries;
  }

  private entry(at: number, name: string, extraAt: number, extraBytes: number): Uint8Array {
    const flags = this.uint16(at + 8);
    const method = this.uint16(at + 10);
    if (flags & 1) throw new Error(`zip: ${name} must not be encrypted`);
    if (method !== 0) {
      throw new Error(
        `zip: ${name} must be stored as it is, as torch.save does; got compression method ${method}`
      );
    }
    const wide = new Wide(this.view, extraAt, extraBytes);
    const size = wide.read(this.uint32(at + 24));
    const compressed = wide.read(this.uint32(at + 20));
    const header = wide.read(this.uint32(at + 42));
    if (size !== compressed) {
      throw new Error(
        `zip: ${name} must be as long as it is stored; got ${size} and ${compressed}`
      );
    }
    this.expect(header, 30, LOCAL_HEADER, name);
    const begin = header + 30 + this.uint16(header + 26) + this.uint16(header + 28);
    this.inside(begin, size, name);
    const bytes = this.file.subarray(begin, begin + size);
    const sum = this.uint32(at + 16);
    if (crc32(bytes) !== sum) throw new Error(`zip: ${name} must have its checksum; it is damaged`);
    return bytes;
  }

  /** Where the directory is, and how many entries it has. */
  private directory(): {count: number; offset: number} {
    const last = this.file.length - END_BYTES;
    const first = Math.max(0, last - MAX_COMMENT_BYTES);
    let end = last;
    while (end >= first && this.uint32(end) !== DIRECTORY_END) end--;
    if (end < first || end < 0) {
      throw new Error(
        'zip: the file must end with its directory; it is truncated or of another kind'
      );
    }
    const isWide = end >= 20 && this.uint32(end - 20) === LOCATOR_64;
    if (!isWide) return {count: this.uint16(end + 10), offset: this.uint32(end + 16)};
    const wide = this.uint64(end - 20 + 8);
    this.expect(wide, 56, DIRECTORY_END_64, 'the directory');
    return {count: this.uint64(wide + 32), offset: this.uint64(wide + 48)};
  }

  private expect(at: number, length: number, signature: number, what: string): void {
    this.inside(at, length, what);
    if (this.uint32(at) !== signature) {
      throw new Error(`zip: ${what} must begin at byte ${at}; the file is damaged`);
    }
  }

  private inside(at: number, length: number, what: string): void {
    if (!(at >= 0 && length >= 0 && at + length <= this.file.length)) {
      throw new Error(
        `zip: ${what} must lie within the file; got ${length} bytes at ${at} of ${this.file.length} (truncated?)`
      );
    }
  }

  private uint16(at: number): number {
    return this.view.getUint16(at, true);
  }

  private uint32(at: number): number {
    return this.view.getUint32(at, true);
  }

  private uint64(at: number): number {
    return Number(this.view.getBigUint64(at, true));
  }
}

/** The numbers of an entry that need 64 bits, which stand in its extra field, in the order of asking. */
class Wide {
  private readonly view: DataView;
  private at = 0;
  private end = 0;

  constructor(view: DataView, at: number, length: number) {
    this.view = view;
    const end = Math.min(at + length, view.byteLength);
    for (let field = at; field + 4 <= end;) {
      const size = view.getUint16(field + 2, true);
      if (view.getUint16(field, true) === 1) {
        this.at = field + 4;
        this.end = Math.min(this.at + size, end);
        return;
      }
      field += 4 + size;
    }
  }

  read(narrow: number): number {
    if (narrow !== 0xffffffff || this.at + 8 > this.end) return narrow;
    const value = Number(this.view.getBigUint64(this.at, true));
    this.at += 8;
    return value;
  }
}

const CRC_TABLE = Uint32Array.from({length: 256}, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    crc = CRC_TABLE[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
