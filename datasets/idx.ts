/** The idx format of the MNIST files: a magic number, the dimensions, then bytes. */

const UNSIGNED_BYTES = 0x08;

/**
 * Reads an idx file of unsigned bytes: big-endian words 0x000008dd (dd dimensions), then the size
 * of each dimension, then the values.
 *
 * @param name What errors call the file.
 * @param shape Sizes of the dimensions that the file must have, the slowest first, e.g. `[60000, 28, 28]`.
 * @returns The values in row-major order: a view of `bytes`.
 * @throws Error if the file is of another kind, shape or length.
 */
export function parseIdx(name: string, bytes: Uint8Array, shape: readonly number[]): Uint8Array {
  const headerBytes = 4 + 4 * shape.length;
  if (bytes.length < headerBytes) {
    throw new Error(
      `parseIdx: ${name} must begin with a header of ${headerBytes} bytes; got ${bytes.length} bytes`
    );
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const magic = (UNSIGNED_BYTES << 8) | shape.length;
  if (header.getUint32(0) !== magic) {
    throw new Error(
      `parseIdx: ${name} must begin with the magic number ${hex(magic)}; got ${hex(header.getUint32(0))}`
    );
  }
  const found = shape.map((_, dimension) => header.getUint32(4 + 4 * dimension));
  if (found.some((size, dimension) => size !== shape[dimension])) {
    throw new Error(`parseIdx: ${name} must hold [${shape.join()}] values; got [${found.join()}]`);
  }
  const length = shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== headerBytes + length) {
    throw new Error(
      `parseIdx: ${name} must be ${headerBytes + length} bytes long; got ${bytes.length} bytes`
    );
  }
  return bytes.subarray(headerBytes);
}

function hex(word: number): string {
  return `0x${word.toString(16).padStart(8, '0')}`;
}
