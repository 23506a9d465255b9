/**
 * Reads the weights that `torch.save` wrote, in both of its forms: a zip archive (PyTorch 1.6 and
 * newer), and the stream of pickles before that, of which the published weights are.
 *
 * A pickle is a program. Here it is read as data by `pickle.ts`, and may ask for nothing but the
 * globals below: an ordered dict, tensors and parameters over typed storages, and the
 * `argparse.Namespace` in which a training state keeps its options. A file that names anything else
 * is refused with that name. So a training state loads if the rest of it (optimisers, iteration,
 * options) is made of numbers, text, containers and tensors; that rest is passed over.
 */

import {Global, Made, type PickleRules, type PickleValue, readPickle, Tuple} from './pickle.js';
import {PUBLISHED_NETWORKS} from './network-names.js';
import {fromHalf, type NamedArray} from './safetensors.js';
import {isZip, readZip} from './zip.js';

/** A type of storage: bytes an element, and how one is read. */
interface ElementType {
  bytes: number;
  read: (view: DataView, at: number) => number;
}

const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  FloatStorage: {bytes: 4, read: (view, at) => view.getFloat32(at, true)},
  DoubleStorage: {bytes: 8, read: (view, at) => view.getFloat64(at, true)},
  HalfStorage: {bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true))},
  BFloat16Storage: {bytes: 2, read: (view, at) => fromBrain(view.getUint16(at, true))},
  LongStorage: {bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true))},
  IntStorage: {bytes: 4, read: (view, at) => view.getInt32(at, true)},
  ShortStorage: {bytes: 2, read: (view, at) => view.getInt16(at, true)},
  CharStorage: {bytes: 1, read: (view, at) => view.getInt8(at)},
  ByteStorage: {bytes: 1, read: (view, at) => view.getUint8(at)},
  BoolStorage: {bytes: 1, read: (view, at) => view.getUint8(at)},
};

/** Elements of a storage in the file; its bytes are known only once the whole file was looked over. */
interface Storage {
  type: ElementType;
  key: string;
  count: number;
  /** First element, where it is a view of a larger storage. */
  offset: number;
}

/** A view of a storage. */
interface TensorView {
  storage: Storage;
  offset: number;
  shape: readonly number[];
  strides: readonly number[];
}

/** The file's magic number in its stream form, and its version. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const STREAM_VERSION = 1001;

/** Elements that the tensors may have in all for a byte of the file: views of one storage could have any number. */
const MAX_ELEMENTS_PER_BYTE = 4;

const MAX_DIMENSIONS = 16;

/**
 * Reads the four networks of a checkpoint: a dict of state_dicts under `netEncM`, `netGenX`, `netDX`
 * and `netRecZ`, or some of them.
 *
 * @returns Every tensor under its full published name, e.g. `netDX.dense.weight`, as float32.
 * @throws Error with what is missing, damaged, or asked for and not allowed.
 */
export function readPytorch(file: Uint8Array): Map<string, NamedArray> {
  const saved = readSaved(file);
  return tensorsOf(saved, networksOf(saved.root), file.length);
}

/**
 * Reads the tensors of any checkpoint: as `readPytorch` does, or, where the file is itself one
 * state_dict, under the names that it has.
 *
 * @throws Error with what is missing, damaged, or asked for and not allowed.
 */
export function readStateDicts(file: Uint8Array): Map<string, NamedArray> {
  const saved = readSaved(file);
  const {root} = saved;
  const isStateDict = root instanceof Map && [...root.values()].some(tensorOf);
  const networks = isStateDict ? [['', root] as const] : networksOf(root);
  return tensorsOf(saved, networks, file.length);
}

/** Whether a file begins as `torch.save` did before its zip form: with a pickle of its magic number. */
export function isPytorchStream(file: Uint8Array): boolean {
  return STREAM_START.every((byte, i) => file[i] === byte);
}

/** Protocol 2, a long integer of 10 bytes. */
const STREAM_START = [0x80, 0x02, 0x8a, 0x0a];

function readSaved(file: Uint8Array): Saved {
  return isZip(file) ? readArchive(file) : readStream(file);
}

/** @param networks State_dicts with the name that stands before those of their tensors, if any does. */
function tensorsOf(
  {bytesOf}: Saved,
  networks: readonly (readonly [string, ReadonlyMap<PickleValue, PickleValue>])[],
  fileBytes: number
): Map<string, NamedArray> {
  const tensors = new Map<string, NamedArray>();
  let room = MAX_ELEMENTS_PER_BYTE * fileBytes;
  for (const [network, states] of networks) {
    for (const [key, value] of states) {
      const view = tensorOf(value);
      if (!view || typeof key !== 'string') continue;
      const name = network ? `${network}.${key}` : key;
      room -= elementCount(view.shape);
      if (room < 0) {
        throw new Error(`pytorch: tensors must not be larger than the file; ${name} is`);
      }
      tensors.set(name, materialize(view, bytesOf(view.storage)));
    }
  }
  return tensors;
}

/** What both forms come down to: the saved object, and where its storages' bytes are. */
interface Saved {
  root: PickleValue;
  bytesOf: (storage: Storage) => DataView;
}

function readArchive(file: Uint8Array): Saved {
  const entries = readZip(file);
  const pickleName = [...entries.keys()].find(name => /^[^/]+\/data\.pkl$/.test(name));
  if (!pickleName) throw new Error('pytorch: the archive must hold data.pkl; it is no checkpoint');
  const folder = pickleName.slice(0, -'data.pkl'.length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== 'little') {
    throw new Error('pytorch: numbers must be little-endian');
  }
  const {value} = readPickle(entries.get(pickleName)!, 0, rules());
  return {
    root: value,
    bytesOf: ({key, type, count}) => {
      const bytes = entries.get(`${folder}data/${key}`);
      if (!bytes) throw new Error(`pytorch: the archive must hold data/${key}`);
      return checked(bytes, count * type.bytes, key);
    },
  };
}

function readStream(file: Uint8Array): Saved {
  let at = 0;
  const next = (own: PickleRules): PickleValue => {
    const {value, end} = readPickle(file, at, own);
    at = end;
    return value;
  };
  const plain: PickleRules = {globals: {}, takesState: new Set()};
  let magic: PickleValue;
  try {
    magic = next(plain);
  } catch (cause) {
    throw new Error(`pytorch: the file must be one that torch.save wrote; ${String(cause)}`, {
      cause,
    });
  }
  if (magic !== MAGIC) {
    throw new Error('pytorch: the file must be one that torch.save wrote; it begins otherwise');
  }
  const version = next(plain);
  if (version !== STREAM_VERSION) {
    throw new Error(
      `pytorch: the stream must be of version ${STREAM_VERSION}; got ${show(version)}`
    );
  }
  const system = next(plain);
  if (system instanceof Map && system.get('little_endian') === false) {
    throw new Error('pytorch: numbers must be little-endian');
  }
  const known = new Map<string, Storage>();
  const root = next(rules(known));
  const keys = next(plain);
  if (!Array.isArray(keys)) throw new Error('pytorch: the stream must list its storages');
  const views = new Map<string, DataView>();
  for (const key of keys) {
    const storage = typeof key === 'string' ? known.get(key) : undefined;
    if (!storage) throw new Error(`pytorch: storages must be known; got ${show(key)}`);
    const counted = checked(file.subarray(at, at + 8), 8, storage.key).getBigInt64(0, true);
    const size = Number(counted) * storage.type.bytes;
    at += 8;
    views.set(storage.key, checked(file.subarray(at, at + Math.max(0, size)), size, storage.key));
    at += size;
  }
  return {
    root,
    bytesOf: ({key, type, count, offset}) => {
      const view = views.get(key);
      if (!view) throw new Error(`pytorch: the stream must hold storage ${key}`);
      if ((offset + count) * type.bytes > view.byteLength) {
        throw new Error(
          `pytorch: storage ${key} must have ${offset + count} elements; got ${view.byteLength / type.bytes}`
        );
      }
      return new DataView(view.buffer, view.byteOffset + offset * type.bytes, count * type.bytes);
    },
  };
}

/** @throws Error if there are not exactly `size` bytes. */
function checked(bytes: Uint8Array, size: number, key: string): DataView {
  if (bytes.length !== size) {
    throw new Error(
      `pytorch: storage ${key} must be ${size} bytes long; got ${bytes.length} (truncated?)`
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What the pickle of a checkpoint may ask for. @param known Takes up every storage that is named. */
function rules(known?: Map<string, Storage>): PickleRules {
  const storages = Object.keys(ELEMENT_TYPES).map(name => [`torch.${name}`, null] as const);
  return {
    globals: {
      ...Object.fromEntries(storages),
      'collections.OrderedDict': orderedDict,
      'torch._utils._rebuild_tensor_v2': rebuildTensor,
      'torch._utils._rebuild_tensor': rebuildTensor,
      'torch._utils._rebuild_parameter': ([tensor]) => tensor ?? null,
      'torch.Size': ([sizes]) => sizes ?? new Tuple([]),
      'argparse.Namespace': () => new Made('argparse.Namespace', null),
    },
    takesState: new Set(['dict', 'argparse.Namespace']),
    persistent: id => {
      const storage = storageOf(id);
      // A view names the storage that it looks at; the largest claim on that is the one to hold.
      const before = known?.get(storage.key);
      if (before && before.type !== storage.type) {
        throw new Error(`must give storage ${storage.key} one type`);
      }
      known?.set(storage.key, storage);
      return new Made('storage', storage);
    },
  };
}

function orderedDict(args: readonly PickleValue[]): PickleValue {
  const [items] = args;
  if (items === undefined) return new Map();
  // Python before 3.8 could also write the pairs as an argument.
  if (!Array.isArray(items)) throw new Error('must make an ordered dict of pairs');
  const pairs = items.map((pair): [PickleValue, PickleValue] => {
    const both = pair instanceof Tuple ? pair.items : pair;
    if (!Array.isArray(both) || both.length !== 2) {
      throw new Error('must make an ordered dict of pairs');
    }
    return [both[0] as PickleValue, both[1] as PickleValue];
  });
  return new Map(pairs);
}

/** `('storage', type, key, location, count[, (view's key, offset, count) or None])`. */
function storageOf(id: PickleValue): Storage {
  const [tag, type, key, , count, part] = id instanceof Tuple ? id.items : [];
  const name = type instanceof Global ? type.name.replace(/^torch\./, '') : '';
  const element = Object.hasOwn(ELEMENT_TYPES, name) ? ELEMENT_TYPES[name] : undefined;
  if (tag !== 'storage' || !element || typeof key !== 'string' || !isCount(count)) {
    throw new Error('must refer to storages as torch.save does');
  }
  if (!(part instanceof Tuple)) return {type: element, key, count, offset: 0};
  const [, offset, size] = part.items;
  if (!isCount(offset) || !isCount(size) || offset + size > count) {
    throw new Error(`must look at storage ${key} within its ${count} elements`);
  }
  return {type: element, key, count: size, offset};
}

/** `(storage, offset, size, stride, …)`. */
function rebuildTensor([made, offset, size, stride]: readonly PickleValue[]): PickleValue {
  const shape = size instanceof Tuple ? size.items : [];
  const strides = stride instanceof Tuple ? stride.items : [];
  if (
    !(made instanceof Made && made.kind === 'storage') ||
    !isCount(offset) ||
    !shape.every(isCount) ||
    !strides.every(isCount) ||
    shape.length !== strides.length ||
    shape.length > MAX_DIMENSIONS
  ) {
    throw new Error('must make tensors of a storage, an offset, a size and strides');
  }
  const storage = made.value as Storage;
  const count = elementCount(shape);
  const last = shape.reduce((at, length, axis) => at + (length - 1) * strides[axis]!, offset);
  if (!Number.isSafeInteger(count) || (count > 0 && last >= storage.count)) {
    throw new Error(
      `must keep its tensors within their storages; got [${shape}] by [${strides}] from ${offset} of ${storage.count}`
    );
  }
  return new Made('tensor', {storage, offset, shape, strides} satisfies TensorView);
}

function networksOf(root: PickleValue): [string, Map<PickleValue, PickleValue>][] {
  const names = Object.values(PUBLISHED_NETWORKS);
  const found = names.flatMap((name): [string, Map<PickleValue, PickleValue>][] => {
    const state = root instanceof Map ? root.get(name) : undefined;
    return state instanceof Map ? [[name, state]] : [];
  });
  if (found.length === 0) {
    const keys = root instanceof Map ? [...root.keys()].filter(key => typeof key === 'string') : [];
    throw new Error(
      `pytorch: the file must hold the state_dicts ${names.join(', ')}; got ${keys.slice(0, 8).join(', ') || 'no dict'}`
    );
  }
  return found;
}

function tensorOf(value: PickleValue): TensorView | undefined {
  return value instanceof Made && value.kind === 'tensor' ? (value.value as TensorView) : undefined;
}

/** The elements of a view in row-major order. */
function materialize({storage, offset, shape, strides}: TensorView, bytes: DataView): NamedArray {
  const {read, bytes: width} = storage.type;
  const values = new Float32Array(elementCount(shape));
  const position = shape.map(() => 0);
  let at = offset;
  for (let i = 0; i < values.length; i++) {
    values[i] = read(bytes, at * width);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      at -= shape[axis]! * strides[axis]!;
      position[axis] = 0;
    }
  }
  return {shape: [...shape], values};
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Numbers and text as they are, anything else by its kind. */
function show(value: PickleValue): string {
  return typeof value === 'object' ? 'an object' : String(value);
}

/** The upper half of a float32. */
function fromBrain(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}
