/** A small whole file of each form that is read, and who reads it. */

import {readFileSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';

import jpeg from 'jpeg-js';

import {fromFile, json} from '../../cli/options.js';
import {
  checkModelConfig,
  checkTrainingConfig,
  type ModelConfig,
  type TrainingConfig,
} from '../../core/model/config.js';
import {findPreset} from '../../core/model/presets.js';
import {
  decodeView,
  encodeView,
  parseView,
  type View,
  viewJson,
} from '../../core/session/view-link.js';
import {readModel} from '../../core/training/read-model.js';
import {readStateDicts} from '../../core/weights/pytorch.js';
import {writeSafetensors} from '../../core/weights/safetensors.js';
import {openDataset} from '../../datasets/catalog.js';
import type {NamedFile} from '../../datasets/source.js';
import {makeTar, makeZip} from '../datasets/archives.js';
import {makePng} from '../datasets/images.js';
import {makePack} from '../datasets/packs.js';
import {publishedArrays, tar} from '../support/model-files.js';

type Bytes = Uint8Array<ArrayBuffer>;

export interface Form {
  file: Bytes;
  /** Rejects with an error that says what is wrong, or reads it. */
  read: (file: Bytes) => Promise<void>;
  /** How every such error begins: what it names. */
  says: RegExp;
}

const ROOT = join(import.meta.dirname, '../..');

const SMALL: ModelConfig = {
  size: 16,
  regions: 2,
  codeSize: 2,
  widths: {mask: 4, generator: 1, discriminator: 2, encoder: 1},
  maskResidualBlocks: 0,
  attention: {generator: false, discriminator: false},
  normalization: 'instance',
  temperature: 1,
};

/** The page puts the file's name before these, whatever file it is. */
const MODEL_SAYS = /^(safetensors|zip|pickle|pytorch|tar|gzip|model|weights|checkpoint): /;

const ours = (path: string): Bytes => new Uint8Array(readFileSync(join(ROOT, path)));
const text = (value: string): Bytes => new TextEncoder().encode(value);
const textOf = (bytes: Bytes): string => new TextDecoder().decode(bytes);

/** A model, opened as the page opens it. */
function model(file: Bytes): Form {
  const read = async (bytes: Bytes) => void (await readModel(bytes, {seed: 1, resume: true}));
  return {file, read, says: MODEL_SAYS};
}

/** Tensors as torch.save writes them. */
function tensors(file: Bytes): Form {
  return {file, read: async bytes => void readStateDicts(bytes), says: MODEL_SAYS};
}

/** A file of images that is opened, by itself or beside others, and all its images read. */
function images(path: string, file: Bytes, others: readonly NamedFile[] = [], regions = 2): Form {
  return {
    file,
    read: async bytes => {
      const files = [{path, blob: new Blob([bytes])}, ...others];
      const set = await openDataset({name: 'mine', files}, {size: 8, seed: 0, regions});
      const indices = Array.from({length: set.counts.train}, (_, i) => i);
      const {images: values} = await set.read('train', indices);
      // What is left out is told of, as a mask that is damaged.
      const note = set.notes?.find(each => each.includes(path));
      if (note) throw new Error(`images: ${note}`);
      if (!values.every(value => value >= -1 && value <= 1))
        throw new Error('colours out of range');
    },
    says: /^images: /,
  };
}

function view(): View {
  const code = Float32Array.of(0.25, -1.5);
  return {
    preset: 'blobs-32',
    seed: 1,
    iteration: 40,
    image: {split: 'test', index: 7},
    region: 1,
    codes: [code, code],
    panels: 'image regions',
  };
}

function config(): Form {
  const {model: own, training} = findPreset('blobs-32');
  const options = {preset: 'blobs-32', steps: 20, model: own, training, run: 'runs/a'};
  const path = join(tmpdir(), `redo-fuzz-${process.pid}.json`);
  return {
    file: text(JSON.stringify(options, null, 1)),
    read: async bytes => {
      writeFileSync(path, bytes);
      const values = fromFile({config: path});
      const given = <T>(name: string): Partial<T> =>
        values[name] === undefined ? {} : json<Partial<T>>(name, values[name]);
      checkModelConfig({...own, ...given<ModelConfig>('model')});
      checkTrainingConfig({...training, ...given<TrainingConfig>('training')});
    },
    // The option, or the field of the model or the training.
    says: /^[-\w.]+ must /,
  };
}

/** Every form by its name. */
export async function makeForms(): Promise<Record<string, Form>> {
  const png = makePng(9, 7, 3, (x, y) => [x * 20, y * 30, 9]);
  const data = Uint8Array.from({length: 24 * 16 * 4}, (_, i) => (i * 37) % 256);
  const jpg = Uint8Array.from(jpeg.encode({width: 24, height: 16, data}, 80).data);
  const ppm = new Uint8Array([...text('P6\n9 7\n255\n'), ...data.subarray(0, 9 * 7 * 3)]);
  const mask = makePng(9, 7, 1, x => [x < 4 ? 0 : 255]);
  const parts = [
    {path: 'a/1.png', bytes: png},
    {path: 'a/2.jpg', bytes: jpg},
    {path: 'masks/1.png', bytes: mask},
  ];
  const named = (path: string, bytes: Bytes): NamedFile => ({path, blob: new Blob([bytes])});
  const published = new Uint8Array(writeSafetensors(publishedArrays(SMALL)));
  return {
    safetensors: model(published),
    'safetensors-checkpoint': model(ours('models/blobs-32.safetensors')),
    'pth-zip': tensors(ours('test/reference/kinds.zip.pth')),
    'pth-legacy': tensors(ours('test/reference/kinds.legacy.pth')),
    'model-tar': model(tar({'out/a.safetensors': published})),
    'model-tar.gz': model(new Uint8Array(gzipSync(tar({'out/a.safetensors': published})))),
    zip: images('a.zip', await makeZip(parts)),
    tar: images('a.tar', makeTar(parts)),
    'tar.gz': images('a.tar.gz', new Uint8Array(gzipSync(makeTar(parts)))),
    png: images('a.png', png),
    jpeg: images('a.jpg', jpg),
    ppm: images('a.ppm', ppm),
    mat: images('setid.mat', makeSetid(), [
      named('jpg/image_00001.jpg', jpg),
      named('jpg/image_00002.jpg', jpg),
      named('jpg/image_00003.jpg', jpg),
    ]),
    packed: images('a.redo.zip', new Uint8Array(await (await makePack(12)).arrayBuffer())),
    mask: images('masks/1.png', mask, [named('a/1.png', png)]),
    splits: images('splits.json', text('{"train": ["1"], "val": ["1"], "test": ["1"]}'), [
      named('images/1.png', png),
      named('masks/1.png', mask),
    ]),
    link: {
      file: text(await encodeView(view())),
      read: async bytes => void (await decodeView(textOf(bytes))),
      says: /^view: /,
    },
    view: {
      file: text(viewJson(view())),
      read: async bytes => void parseView(textOf(bytes)),
      says: /^view: /,
    },
    config: config(),
  };
}

/** A MATLAB file of the lists of Flowers-102: an image of each split. */
function makeSetid(): Bytes {
  const element = (type: number, bytes: Uint8Array): Uint8Array => {
    const whole = new Uint8Array(8 + Math.ceil(bytes.length / 8) * 8);
    new DataView(whole.buffer).setUint32(0, type, true);
    new DataView(whole.buffer).setUint32(4, bytes.length, true);
    whole.set(bytes, 8);
    return whole;
  };
  const matrix = (name: string, value: number): Uint8Array => {
    const parts = [
      element(6, Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0)),
      element(5, Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0)),
      element(1, text(name)),
      element(2, Uint8Array.of(value)),
    ];
    return element(14, Uint8Array.from(parts.flatMap(part => [...part])));
  };
  const header = new Uint8Array(128);
  new DataView(header.buffer).setUint16(126, 0x4d49, true);
  const lists = ['tstid', 'valid', 'trnid'].map((name, i) => matrix(name, i + 1));
  return Uint8Array.from([header, ...lists].flatMap(part => [...part]));
}
