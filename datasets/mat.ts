/** Reads MATLAB 5 files of plain numbers, compressed or not: what Oxford's flowers come with. */

import type {FileBytes} from './byte-source.js';
import {joined, MAX_FILE_BYTES, readAtMost} from './limits.js';

const HEADER_BYTES = 128;
const COMPRESSED = 15;
const MATRIX = 14;

/** How a number type of the file is read, by the type's code. */
const READERS: Readonly<
  Record<number, [bytes: number, read: (v: DataView, at: number) => number]>
> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at) => view.getInt16(at, true)],
  4: [2, (view, at) => view.getUint16(at, true)],
  5: [4, (view, at) => view.getInt32(at, true)],
  6: [4, (view, at) => view.getUint32(at, true)],
  7: [4, (view, at) => view.getFloat32(at, true)],
  9: [8, (view, at) => view.getFloat64(at, true)],
};

/** One tagged part of the file. */
interface Element {
  type: number;
  data: DataView<ArrayBuffer>;
  /** Where the next begins. */
  next: number;
}

/**
 * @returns The numbers of each matrix by its name, column by column.
 * @throws Error that names the file if it is no MATLAB 5 file, or damaged.
 */
export async function readMat(file: FileBytes, path: string): Promise<Map<string, number[]>> {
  const bytes = await file.arrayBuffer();
  const view = new DataView(bytes);
  if (bytes.byteLength < HEADER_BYTES || view.getUint16(126, true) !== 0x4d49) {
    throw new Error(`images: ${path} must be a MATLAB 5 file of little-endian numbers`);
  }
  try {
    const matrices = new Map<string, number[]>();
    for (let at = HEADER_BYTES; at < bytes.byteLength;) {
      let element = elementAt(view, at, false);
      at = element.next;
      if (element.type === COMPRESSED) {
        element = elementAt(await inflate(element.data, path), 0, false);
      }
      if (element.type !== MATRIX) continue;
      const [name, values] = readMatrix(element.data);
      matrices.set(name, values);
    }
    return matrices;
  } catch (error) {
    const {message} = error as Error;
    if (message.startsWith('images: ')) throw error;
    throw new Error(`images: ${path} must be a whole MATLAB file; ${message}`, {cause: error});
  }
}

/** A matrix is its flags, its dimensions, its name, its numbers. */
function readMatrix(data: DataView<ArrayBuffer>): [name: string, values: number[]] {
  const flags = elementAt(data, 0);
  const dimensions = elementAt(data, flags.next);
  const name = elementAt(data, dimensions.next);
  const numbers = elementAt(data, name.next);
  const reader = READERS[numbers.type];
  if (!reader) throw new Error(`its numbers must be plain; got type ${numbers.type}`);
  const [step, read] = reader;
  const count = Math.floor(numbers.data.byteLength / step);
  const characters = new Uint8Array(name.data.buffer, name.data.byteOffset, name.data.byteLength);
  return [
    new TextDecoder().decode(characters),
    Array.from({length: count}, (_, i) => read(numbers.data, i * step)),
  ];
}

/** @param padded Whether the next element begins at a multiple of 8 bytes. */
function elementAt(view: DataView<ArrayBuffer>, at: number, padded = true): Element {
  const tag = view.getUint32(at, true);
  const isSmall = tag >>> 16 !== 0;
  const sizeBytes = isSmall ? tag >>> 16 : view.getUint32(at + 4, true);
  const begin = at + (isSmall ? 4 : 8);
  const end = isSmall ? at + 8 : begin + sizeBytes;
  if (begin + sizeBytes > view.byteLength) throw new Error('a part reaches over its end');
  return {
    type: isSmall ? tag & 0xffff : tag,
    data: new DataView(view.buffer, view.byteOffset + begin, sizeBytes),
    next: padded ? Math.ceil(end / 8) * 8 : end,
  };
}

async function inflate(data: DataView<ArrayBuffer>, path: string): Promise<DataView<ArrayBuffer>> {
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new DataView(joined(await readAtMost(stream, MAX_FILE_BYTES, `images: ${path}`)).buffer);
}
