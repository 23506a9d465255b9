/** The training program, run as a person runs it. */

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import jpeg from 'jpeg-js';

import {readSafetensors} from '../../core/weights/safetensors.js';
import {makeZip} from '../datasets/archives.js';
import {makePng} from '../datasets/images.js';

const root = resolve(import.meta.dirname, '../..');

/** Networks that train in a moment. */
const SMALL = [
  ...['--preset', 'blobs-32', '--images', '20', '--steps', '3'],
  '--model',
  JSON.stringify({size: 16, widths: {mask: 4, generator: 2, discriminator: 2, encoder: 2}}),
  ...['--training', JSON.stringify({batchSize: 2})],
];

function train(...options: string[]): {status: number | null; out: string; err: string} {
  const args = ['cli/run.mjs', 'cli/train.ts', ...options];
  const {status, stdout, stderr} = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
  });
  return {status, out: stdout, err: stderr};
}

describe('npm run train', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'redo-train-'))));
  after(() => rmSync(folder, {recursive: true}));

  it('ends with accuracy and IoU a region, the same for the same seed and others for another', () => {
    const [first, again, other] = ['7', '7', '8'].map(seed => train(...SMALL, '--seed', seed));
    assert.equal(first!.status, 0, first!.err);
    assert.match(
      first!.out,
      /^test: accuracy 0\.\d{4}, IoU background [\d.]+, object [\d.]+, object IoU [\d.]+, best permutation, 20 images\n$/
    );
    assert.equal(again!.out, first!.out);
    assert.notEqual(other!.out, first!.out);
  });

  it('trains on a folder of images, and on an archive; scores by masks where there are any', async () => {
    const images = join(folder, 'mine');
    mkdirSync(join(images, 'masks'), {recursive: true});
    const picture = makePng(40, 30, 3, x => (x < 20 ? [250, 0, 0] : [0, 0, 250]));
    writeFileSync(join(images, '1.png'), picture);
    const data = Uint8Array.from({length: 32 * 32 * 4}, (_, i) => (i * 7) % 256);
    writeFileSync(join(images, '2.jpg'), jpeg.encode({width: 32, height: 32, data}, 90).data);
    const plain = train(...SMALL, '--dataset', images);
    assert.equal(plain.status, 0, plain.err);
    assert.equal(plain.out, 'test: no true masks to score by\n');

    const mask = makePng(40, 30, 1, x => [x < 20 ? 0 : 255]);
    const archive = join(folder, 'mine.zip');
    const parts = [
      {path: 'images/1.png', bytes: picture},
      {path: 'masks/1.png', bytes: mask},
      {path: 'masks/9.png', bytes: mask},
    ];
    writeFileSync(archive, await makeZip(parts));
    const labelled = train(...SMALL, '--dataset', archive);
    assert.match(labelled.out, /^test: accuracy .*, 1 images\n$/, labelled.err);
    assert.match(labelled.err, /Not used: the mask masks\/9\.png has no image of its name/);
  });

  it('says what --dataset must be', () => {
    const {status, err} = train(...SMALL, '--dataset', 'nowhere');
    assert.equal(status, 1);
    assert.match(err, /--dataset must be one of blobs, .* or the path of a folder .*; got nowhere/);
  });

  it('shows progress, time a step and time left', () => {
    assert.match(train(...SMALL).err, /█+░* 3\/3 {2}\d+ ms a step, took 0:\d\d {2}loss G/);
  });

  it('saves the whole state, and the weights alone in half the space', () => {
    const [state, model] = ['state', 'model'].map(name => join(folder, `${name}.safetensors`));
    const {status, err} = train(...SMALL, '--out', state!, '--out-model', model!);
    assert.equal(status, 0, err);
    const [whole, alone] = [state!, model!].map(path => {
      const {buffer, byteOffset, length} = readFileSync(path);
      return readSafetensors(buffer.slice(byteOffset, byteOffset + length));
    });
    assert.ok(whole!.tensors.has('optimizer/netDX.dense.weight/exp_avg_sq'));
    assert.ok(!alone!.tensors.has('optimizer/netDX.dense.weight/exp_avg_sq'));
    for (const [name, {values}] of alone!.tensors) {
      const full = whole!.tensors.get(name)!.values;
      values.forEach((value, i) =>
        assert.ok(Math.abs(value - full[i]!) <= 2 ** -11 * Math.abs(full[i]!) + 2 ** -25, name)
      );
    }
    assert.equal((JSON.parse(whole!.metadata.info!) as {iteration: number}).iteration, 3);
  });

  for (const {options, says} of [
    {options: ['--preset', 'blobs-33'], says: /must be one of blobs-32.*got blobs-33/},
    {options: ['--steps', '0'], says: /--steps must be a whole number of at least 1; got 0/},
    {options: ['--stepps', '1'], says: /Unknown option '--stepps'[^]*usage: npm run train/},
    {options: ['--model', '{"size": 48}'], says: /size must be 16, 32, 64, 128 or 256.*got 48/},
    {options: ['--model', '{"regions": 1}'], says: /regions must be .* at least 2; got 1/},
    {options: ['--dataset', 'cats'], says: /cats/},
    {
      options: ['--backend', 'webgl'],
      says: /--backend must be one of wasm, cpu, webgpu; got webgl/,
    },
  ]) {
    it(`refuses ${options.join(' ')} in a sentence, with exit code 1`, () => {
      const {status, err} = train('--preset', 'blobs-32', '--images', '5', ...options);
      assert.equal(status, 1);
      assert.match(err, says);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }
});
