/**
 * WebAssembly modules on memory that threads may share.
 *
 * Memory is shared or not by one bit of a module's own declaration of it, next to a largest size that
 * it must have. tfjs declares it shared only in a build whose threads do nothing but wait (tfjs issue
 * 8513), so we set the bit in the other: reads and writes are the same instructions for both.
 */

/** Sections and kinds of imports, by the numbers of the binary format. */
const SECTION = {imports: 2, memory: 5};
const KIND = {function: 0, table: 1, memory: 2, global: 3};
/** Bits of a memory's limits. */
const HAS_MAXIMUM = 1;
const SHARED = 2;

/**
 * The same module, with its memory, its own or imported, declared as shared.
 *
 * @returns Nothing if there is no memory in it, or one without a largest size.
 */
export function withSharedMemory(
  module: Uint8Array<ArrayBuffer>
): Uint8Array<ArrayBuffer> | undefined {
  const at = placeOfLimits(new Reader(module));
  if (at === undefined || !(module[at]! & HAS_MAXIMUM)) return undefined;
  const shared = module.slice();
  shared[at]! |= SHARED;
  return shared;
}

/** Where the limits of the first memory begin. */
function placeOfLimits(reader: Reader): number | undefined {
  reader.at = 8; // behind the magic number and the version
  while (!reader.ended) {
    const section = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    if (section === SECTION.memory) {
      reader.number(); // how many: one
      return reader.at;
    }
    if (section === SECTION.imports) {
      for (let left = reader.number(); left > 0; left--) {
        reader.name(); // of the module
        reader.name();
        const kind = reader.byte();
        if (kind === KIND.memory) return reader.at;
        if (kind === KIND.function) reader.number();
        if (kind === KIND.global) reader.at += 2;
        if (kind === KIND.table) {
          reader.byte();
          if (reader.byte() & HAS_MAXIMUM) reader.number();
          reader.number();
        }
      }
    }
    reader.at = end;
  }
  return undefined;
}

class Reader {
  at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++]!;
  }

  /** An unsigned number, seven bits a byte, the lowest first. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  name(): void {
    const length = this.number();
    this.at += length;
  }
}
