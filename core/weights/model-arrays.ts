/**
 * The arrays of a model out of any file that may hold one, recognised by its first bytes: safetensors,
 * either form of `torch.save`, and a tar or gzip archive around them.
 */

import {PUBLISHED_NETWORKS} from './network-names.js';
import {isGzip, unpackGzip} from './gzip.js';
import {isPytorchStream, readStateDicts} from './pytorch.js';
import {isSafetensors, type NamedArray, readSafetensors} from './safetensors.js';
import {isTar, readTar} from './tar.js';
import {isZip} from './zip.js';

export interface ModelArrays {
  form: 'safetensors' | 'pytorch';
  /** What else the file says: of safetensors its metadata. */
  metadata: Record<string, string>;
  /** By full published name, e.g. `netDX.dense.weight`. */
  arrays: Map<string, NamedArray>;
  /** Names of the archive's files that hold them; empty without an archive. */
  members: string[];
  /** All arrays of the file under the names that they have there. */
  tensors: Map<string, NamedArray>;
}

/** @throws Error with what is wrong, and what files can be read. */
export async function readModelArrays(file: Uint8Array<ArrayBuffer>): Promise<ModelArrays> {
  const unpacked = isGzip(file) ? await unpackGzip(file) : file;
  if (isTar(unpacked)) return readArchive(unpacked);
  return readOne(unpacked);
}

function readOne(file: Uint8Array<ArrayBuffer>): ModelArrays {
  if (isZip(file) || isPytorchStream(file)) {
    const tensors = readStateDicts(file);
    return {form: 'pytorch', metadata: {}, tensors, arrays: publishedNames(tensors), members: []};
  }
  if (isSafetensors(file)) {
    // Of a buffer of its own, where the file is a part of an archive.
    const whole = file.byteLength === file.buffer.byteLength ? file.buffer : file.slice().buffer;
    const {tensors, metadata} = readSafetensors(whole);
    const arrays = publishedNames(tensors);
    return {form: 'safetensors', metadata, tensors, arrays, members: []};
  }
  const start = [...file.subarray(0, 4)].map(byte => byte.toString(16).padStart(2, '0'));
  throw new Error(
    `model: the file must be safetensors, what torch.save wrote (.pth, .pt), or one of them in .tar or .tar.gz; ` +
      (file.length === 0 ? 'it is empty' : `it begins with ${start.join(' ')}`)
  );
}

function isModel(file: Uint8Array): boolean {
  return isZip(file) || isPytorchStream(file) || isSafetensors(file);
}

/** One model, in one file or with each of its networks in a file of its own. */
function readArchive(archive: Uint8Array<ArrayBuffer>): ModelArrays {
  const entries = readTar(archive);
  const models = entries.filter(({name, bytes}) => {
    // Beside each file macOS puts another with its attributes.
    return !/(^|\/)\._[^/]*$/.test(name) && isModel(bytes);
  });
  if (models.length === 0) {
    const names = entries.map(({name}) => name);
    throw new Error(
      `model: the archive must hold a .safetensors, .pth or .pt file; got ${list(names) || 'no file'}`
    );
  }
  const members = models.map(({name}) => name);
  const read = models.map(({bytes}) => readOne(bytes as Uint8Array<ArrayBuffer>));
  const [first, ...others] = read as [ModelArrays, ...ModelArrays[]];
  if (others.length === 0) return {...first, members};
  const arrays = new Map(first.arrays);
  for (const other of others) {
    for (const [name, array] of other.arrays) {
      if (arrays.has(name)) {
        throw new Error(
          `model: the archive must hold one model; got several: ${list(members)}. Unpack it and open one of them`
        );
      }
      arrays.set(name, array);
    }
  }
  return {form: first.form, metadata: {}, tensors: arrays, arrays, members};
}

/** `net.` of DataParallel's making stands before the names of the network that it wraps. */
const WRAPPED = /^module\./;

const FULL_NAME = new RegExp(`^(.*?)(${Object.values(PUBLISHED_NETWORKS).join('|')})\\.(.+)$`);

/** What names a network has, where they come without the network's. */
const SIGNATURES: Readonly<Record<string, RegExp>> = {
  [PUBLISHED_NETWORKS.mask]: /^(cnn|psp|out)\.\d|^out\.mods\./,
  [PUBLISHED_NETWORKS.generator]: /^net\.\d+\./,
  [PUBLISHED_NETWORKS.discriminator]: /^(bloc0|blocs|sc0|sc|selfAtt|dense)\./,
  [PUBLISHED_NETWORKS.encoder]: /^net\.(blocs|sc|dense)\./,
};

/**
 * Arrays under their full published names: without what a reference file puts before them, and with
 * the name of the network where a file holds one network alone.
 */
function publishedNames(tensors: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> {
  const byPrefix = new Map<string, Map<string, NamedArray>>();
  for (const [name, array] of tensors) {
    const [, prefix, network, rest] = FULL_NAME.exec(name) ?? [];
    if (prefix === undefined) continue;
    const own = byPrefix.get(prefix) ?? new Map<string, NamedArray>();
    byPrefix.set(prefix, own);
    own.set(`${network}.${rest!.replace(WRAPPED, '')}`, array);
  }
  if (byPrefix.size === 0) return ofOneNetwork(tensors);
  const only = byPrefix.size === 1 ? [...byPrefix.values()][0] : undefined;
  const chosen = byPrefix.get('') ?? byPrefix.get('init/') ?? only;
  if (!chosen) {
    throw new Error(
      `model: the file must hold one model; got several: ${list([...byPrefix.keys()])}`
    );
  }
  return chosen;
}

function ofOneNetwork(tensors: ReadonlyMap<string, NamedArray>): Map<string, NamedArray> {
  const names = [...tensors.keys()].map(name => name.replace(WRAPPED, ''));
  const network = Object.keys(SIGNATURES).find(
    each => names.length > 0 && names.every(name => SIGNATURES[each]!.test(name))
  );
  if (network === undefined) {
    throw new Error(
      `model: the file must hold weights of ReDO's networks, ${Object.values(PUBLISHED_NETWORKS).join(', ')}, or of one of them; got ${list([...tensors.keys()]) || 'no tensor'}`
    );
  }
  return new Map(
    [...tensors].map(([name, array]) => [`${network}.${name.replace(WRAPPED, '')}`, array])
  );
}

function list(names: readonly string[]): string {
  return names.slice(0, 6).join(', ') + (names.length > 6 ? `, … (${names.length})` : '');
}
