/** Pickles and the files around them, put together by hand: also those that Python would never write. */

/** What a part of a pickle can be given as: an opcode's byte, text of its own, or bytes. */
export type Part = number | string | Uint8Array | readonly Part[];

/** Parts one after the other; text as Latin-1. */
export function bytes(...parts: Part[]): Uint8Array {
  const values: number[] = [];
  const write = (part: Part): void => {
    if (typeof part === 'number') values.push(part);
    else if (typeof part === 'string') for (const char of part) values.push(char.charCodeAt(0));
    else if (part instanceof Uint8Array) for (const value of part) values.push(value);
    else part.forEach(write);
  };
  parts.forEach(write);
  return Uint8Array.from(values);
}

export function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

export function uint64(value: bigint): Uint8Array {
  return new Uint8Array(BigUint64Array.of(value).buffer);
}

/** Opcodes, as `pickletools.py` names them. */
export const op = {
  mark: '(',
  stop: '.',
  reduce: 'R',
  build: 'b',
  emptyTuple: ')',
  emptyDict: '}',
  emptyList: ']',
  appends: 'e',
  append: 'a',
  setItem: 's',
  tuple: 't',
  none: 'N',
  newObject: 0x81,
  stackGlobal: 0x93,
  persistentId: 'Q',
  object: 'o',
} as const;

export const text = (value: string): Part => ['X', uint32(value.length), value];
export const integer = (value: number): Part => ['J', uint32(value)];
export const global = (module: string, name: string): Part => [`c${module}\n${name}\n`];
export const instance = (module: string, name: string): Part => [`i${module}\n${name}\n`];
export const put = (key: number): Part => ['q', key];
export const get = (key: number): Part => ['h', key];
export const tuple = (...items: Part[]): Part => [op.mark, ...items, op.tuple];
export const dict = (...pairs: [string, Part][]): Part => [
  op.emptyDict,
  ...pairs.flatMap(([key, value]) => [text(key), value, op.setItem]),
];

/** A whole pickle of protocol 2 that makes `value`. */
export function pickle(...value: Part[]): Uint8Array {
  return bytes(0x80, 2, value, op.stop);
}

/** A tensor over a storage of `count` numbers, with the storage's key. */
export function tensor(
  shape: readonly number[],
  {
    strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)),
    offset = 0,
    count = 4,
    key = '0',
    type = 'FloatStorage',
  }: {
    strides?: readonly number[];
    offset?: number;
    count?: number;
    key?: string;
    type?: string;
  } = {}
): Part {
  const storage = tuple(
    text('storage'),
    global('torch', type),
    text(key),
    text('cpu'),
    integer(count)
  );
  return [
    global('torch._utils', '_rebuild_tensor_v2'),
    tuple(
      [storage, op.persistentId],
      integer(offset),
      tuple(...shape.map(integer)),
      tuple(...strides.map(integer)),
      0x89,
      [global('collections', 'OrderedDict'), op.emptyTuple, op.reduce]
    ),
    op.reduce,
  ];
}

/** A checkpoint in the stream form: the pickle of `root`, and storages of float32. */
export function stream(root: Part, storages: Record<string, Float32Array> = {}): Uint8Array {
  const keys = Object.keys(storages);
  return bytes(
    pickle(0x8a, 10, uint64(0xa86a20f9469cfc6cn), uint32(0x1950).subarray(0, 2)),
    pickle(integer(1001)),
    pickle(op.emptyDict),
    pickle(root),
    pickle(op.emptyList, op.mark, ...keys.map(text), op.appends),
    ...Object.values(storages).map((values): Part => [
      uint64(BigInt(values.length)),
      new Uint8Array(values.buffer),
    ])
  );
}

/** A zip archive of entries stored as they are. @param method Compression method to claim. */
export function archive(entries: Record<string, Uint8Array>, method = 0): Uint8Array {
  const local: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, data] of Object.entries(entries)) {
    const [length] = [name.length];
    const common = bytes(
      uint32(0).subarray(0, 2),
      uint32(method).subarray(0, 2),
      uint32(0),
      uint32(crc32(data)),
      uint32(data.length),
      uint32(data.length),
      uint32(length).subarray(0, 2),
      uint32(0).subarray(0, 2)
    );
    const header = bytes('PK\x03\x04', uint32(20).subarray(0, 2), common, name);
    local.push(header, data);
    directory.push(
      bytes(
        ...['PK\x01\x02', uint32(20).subarray(0, 2), uint32(20).subarray(0, 2), common],
        ...[uint32(0).subarray(0, 2), uint32(0), uint32(0), uint32(offset), name]
      )
    );
    offset += header.length + data.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const count = uint32(directory.length).subarray(0, 2);
  const end = bytes('PK\x05\x06', uint32(0), count, count, uint32(size), uint32(offset), 0, 0);
  return bytes(...local, ...directory, end);
}

/** Bit by bit, unlike the table that is tested against it. */
function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
