/** The training program, run as a person runs it. */

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {readSafetensors} from '../../core/weights/safetensors.js';

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
