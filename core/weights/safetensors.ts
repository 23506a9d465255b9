/**
 * The safetensors file form: names, shapes and types in a JSON header, then the numbers
 * (huggingface.co/docs/safetensors). Reading trusts nothing: every offset is checked.
 */

/** A named array of a file. */
export interface NamedArray {
  shape: number[];
  /** Row-major values. */
  values: Float32Array;
}

export interface SafetensorsFile {
  tensors: Map<string, NamedArray>;
  metadata: Record<string, string>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Headers above this are refused, as the reference implementation does. */
const MAX_HEADER_BYTES = 100_000_000;

const BYTES: Readonly<Record<string, number>> = {F32: 4, F16: 2, F64: 8, I64: 8};

/** Whether a file begins as safetensors does: with the length of a header, which is an object. */
export function isSafetensors(file: Uint8Array): boolean {
  if (file.length < 9 || file[8] !== 0x7b) return false;
  return new DataView(file.buffer, file.byteOffset).getBigUint64(0, true) <= MAX_HEADER_BYTES;
}

/**
 * @param file The whole file. Values come out as float32 whatever the file stores.
 * @throws Error naming the tensor and the rule that the file breaks.
 */
export function readSafetensors(file: ArrayBuffer): SafetensorsFile {
  const view = new DataView(file);
  if (file.byteLength < 8) {
    throw new Error(
      `safetensors: the file must begin with 8 bytes of length; got ${file.byteLength} bytes`
    );
  }
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > file.byteLength) {
    throw new Error(
      `safetensors: the header must lie within the file; got ${headerBytes} bytes of header in a file of ${file.byteLength} (truncated, or not safetensors)`
    );
  }
  const header = parseHeader(new Uint8Array(file, 8, headerBytes));
  const data = 8 + headerBytes;
  const {__metadata__: metadata = {}, ...entries} = header;
  checkMetadata(metadata);
  const places = Object.entries(entries).map(([name, value]) =>
    checkEntry(name, value, file.byteLength - data)
  );
  // Before the first number is read: what overlaps could ask for more memory than the file has bytes.
  refuseOverlaps(places);
  const tensors = new Map(
    places.map(({name, dtype, shape, begin, end}) => {
      const values = decode(view, dtype, data + begin, end - begin);
      return [name, {shape, values}];
    })
  );
  return {tensors, metadata};
}

/**
 * @param dtype F16 takes half the space and keeps three digits.
 * @returns The file, tensors in the order given.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [name: string, array: NamedArray]>,
  metadata: Record<string, string> = {},
  dtype: 'F32' | 'F16' = 'F32'
): ArrayBuffer {
  const entries = [...tensors].map(([name, {shape, values}]) => {
    const numbers = dtype === 'F32' ? values : Uint16Array.from(values, toHalf);
    return [name, {shape, values: numbers}] as const;
  });
  const header: Record<string, unknown> = {__metadata__: metadata};
  let offset = 0;
  for (const [name, {shape, values}] of entries) {
    header[name] = {dtype, shape, data_offsets: [offset, offset + values.byteLength]};
    offset += values.byteLength;
  }
  const json = JSON.stringify(header);
  const unpadded = new TextEncoder().encode(json);
  const headerBytes = Math.ceil(unpadded.length / 8) * 8;
  const file = new Uint8Array(8 + headerBytes + offset).fill(0x20, 8, 8 + headerBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.set(unpadded, 8);
  let at = 8 + headerBytes;
  for (const [, {values}] of entries) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return file.buffer;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', {fatal: true}).decode(bytes));
  } catch (cause) {
    throw new Error(
      'safetensors: the header must be JSON; the file is damaged or of another kind',
      {
        cause,
      }
    );
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new Error('safetensors: the header must be an object of tensors');
  }
  return header as Record<string, unknown>;
}

function checkMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  const isObject = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata);
  if (!isObject || !Object.values(metadata).every(value => typeof value === 'string')) {
    throw new Error('safetensors: __metadata__ must be an object of texts');
  }
}

/** A tensor that was found to lie within the file: `begin` to `end` are bytes of its data. */
interface Place {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

function checkEntry(name: string, value: unknown, dataBytes: number): Place {
  const {dtype, shape, data_offsets: offsets} = (value ?? {}) as Partial<Entry>;
  const isCount = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  if (typeof dtype !== 'string' || !Object.hasOwn(BYTES, dtype)) {
    throw new Error(
      `safetensors: ${name} must be of type ${Object.keys(BYTES).join(', ')}; got ${JSON.stringify(dtype)}`
    );
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw new Error(
      `safetensors: ${name} must have a shape of counts; got ${JSON.stringify(shape)}`
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw new Error(`safetensors: ${name} must have two offsets; got ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets;
  const bytes = shape.reduce((product, n) => product * n, BYTES[dtype]!);
  if (end > dataBytes || end - begin !== bytes) {
    throw new Error(
      `safetensors: ${name} must lie within the file at ${bytes} bytes; got ${begin} to ${end} of ${dataBytes} (truncated?)`
    );
  }
  return {name, dtype, shape, begin, end};
}

function refuseOverlaps(places: readonly Place[]): void {
  const sorted = [...places].sort((a, b) => a.begin - b.begin || a.end - b.end);
  sorted.forEach((after, i) => {
    const before = sorted[i - 1];
    if (before && after.begin < before.end) {
      throw new Error(
        `safetensors: tensors must not overlap; got ${before.name} and ${after.name}`
      );
    }
  });
}

function decode(view: DataView, dtype: string, offset: number, bytes: number): Float32Array {
  const size = BYTES[dtype]!;
  const values = new Float32Array(bytes / size);
  if (dtype === 'F32') {
    new Uint8Array(values.buffer).set(new Uint8Array(view.buffer, offset, bytes));
    return values;
  }
  for (let i = 0; i < values.length; i++) {
    const at = offset + i * size;
    if (dtype === 'F16') values[i] = fromHalf(view.getUint16(at, true));
    else if (dtype === 'F64') values[i] = view.getFloat64(at, true);
    else values[i] = Number(view.getBigInt64(at, true));
  }
  return values;
}

/** The nearest number of half precision, ties to even; too large becomes infinite. */
function toHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Halves stand 2^-10 of their power of two apart, and 2^-24 below 2^-14.
  const exponent = Math.max(Math.floor(Math.log2(size)), -14);
  const steps = roundToEven(size / 2 ** (exponent - 10));
  // The next power of two, if it was rounded up to, follows by itself.
  return sign | (steps < 1024 ? steps : ((exponent + 14) << 10) + steps);
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** IEEE 754 half precision. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
