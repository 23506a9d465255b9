/**
 * Damaged model files, at random from fixed seeds: each is refused with a message or read, never a
 * crash, a hang or a memory filled. `FUZZ=10000` tries as many in all; a few hundred otherwise.
 */

import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {gzipSync} from 'node:zlib';

import type {ModelConfig} from '../../../core/model/config.js';
import {readModel} from '../../../core/training/read-model.js';
import {readStateDicts} from '../../../core/weights/pytorch.js';
import {writeSafetensors} from '../../../core/weights/safetensors.js';
import {Random} from '../../../datasets/random.js';
import {publishedArrays, tar} from '../../support/model-files.js';

const ROOT = join(import.meta.dirname, '../../..');
const TRIALS = Number(process.env.FUZZ ?? 400);
const MOST_MS = 1000;
/** More than any of these files could need, times its parts. */
const MOST_BYTES = 256 * 2 ** 20;

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

function read(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(ROOT, path)));
}

const published = new Uint8Array(writeSafetensors(publishedArrays(SMALL)));
const open = async (file: Uint8Array<ArrayBuffer>) =>
  void (await readModel(file, {seed: 1, resume: true}));
const openTensors = async (file: Uint8Array<ArrayBuffer>) => void readStateDicts(file);

/** Each form: a whole file, and who reads it. */
const FORMS: Readonly<Record<string, [Uint8Array<ArrayBuffer>, typeof open]>> = {
  'safetensors of ours': [read('models/blobs-32.safetensors'), open],
  'safetensors of published names': [published, open],
  'zip .pth': [read('test/reference/kinds.zip.pth'), openTensors],
  'legacy .pth': [read('test/reference/kinds.legacy.pth'), openTensors],
  '.tar': [tar({'out/a.safetensors': published}), open],
  '.tar.gz': [new Uint8Array(gzipSync(tar({'out/a.safetensors': published}))), open],
};

/** Where damage does most: the first and the last bytes hold lengths and directories. */
function place(random: Random, length: number): number {
  const near = Math.min(length, [64, 1024, length][random.integer(3)]!);
  const offset = random.integer(near);
  return random.integer(4) === 0 ? length - 1 - offset : offset;
}

const DAMAGES: readonly ((
  file: Uint8Array<ArrayBuffer>,
  random: Random
) => Uint8Array<ArrayBuffer>)[] = [
  // Cut short.
  (file, random) => file.slice(0, place(random, file.length)),
  // Bits flipped.
  (file, random) => {
    const bits = 1 + random.integer(8);
    for (let i = 0; i < bits; i++) {
      file[place(random, file.length)]! ^= 1 << random.integer(8);
    }
    return file;
  },
  // A range written over.
  (file, random) => {
    const begin = place(random, file.length);
    const end = Math.min(file.length, begin + 1 + random.integer(32));
    for (let i = begin; i < end; i++) file[i] = random.integer(256);
    return file;
  },
  // A number replaced by one that is at the end of its range.
  (file, random) => {
    const at = Math.min(place(random, file.length), file.length - 8);
    const value = [0, 1, 0x7fffffff, 0xffffffff, file.length][random.integer(5)]!;
    new DataView(file.buffer).setUint32(at, value, true);
    return file;
  },
  // Two ranges swapped.
  (file, random) => {
    const length = 1 + random.integer(16);
    const [a, b] = [place(random, file.length), place(random, file.length)];
    const first = file.slice(a, a + length);
    file.copyWithin(a, b, b + length);
    file.set(first.subarray(0, Math.max(0, file.length - b)), b);
    return file;
  },
  // A digit of a length in text changed: headers of safetensors and tar are text.
  (file, random) => {
    let at = place(random, file.length);
    while (at < file.length && !(file[at]! >= 0x30 && file[at]! <= 0x39)) at++;
    if (at < file.length) file[at] = 0x30 + random.integer(10);
    return file;
  },
];

const forms = Object.entries(FORMS);

describe('readModel(damaged file)', () => {
  for (const [form, [whole, reads]] of forms) {
    it(`refuses or reads ${form}, in bounds of time and memory`, async () => {
      await reads(whole.slice());
      const trials = Math.ceil(TRIALS / forms.length);
      let refused = 0;
      for (let trial = 0; trial < trials; trial++) {
        const random = new Random('fuzz', form, trial);
        const damaged = DAMAGES[trial % DAMAGES.length]!(whole.slice(), random);
        const where = `${form}, trial ${trial}`;
        const before = process.memoryUsage().arrayBuffers;
        const startMs = performance.now();
        try {
          await reads(damaged);
        } catch (error) {
          refused++;
          assert.ok(error instanceof Error, where);
          assert.ok(error.message.length > 10, `${where}: ${error.message}`);
          // What the language says of its own accord was not foreseen.
          assert.match(
            error.message,
            /^(safetensors|zip|pickle|pytorch|tar|gzip|model|weights|checkpoint): /,
            `${where}: ${error.stack}`
          );
        }
        const tookMs = performance.now() - startMs;
        assert.ok(tookMs < MOST_MS, `${where} must take less than ${MOST_MS} ms; got ${tookMs}`);
        const bytes = process.memoryUsage().arrayBuffers - before;
        assert.ok(bytes < MOST_BYTES, `${where} must stay small; got ${bytes} bytes`);
      }
      assert.ok(
        refused > trials / 10,
        `damage must be found; ${refused} of ${trials} were refused`
      );
    });
  }
});
