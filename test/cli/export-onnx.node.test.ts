/** The export to ONNX, run as a person runs it, and what another runtime computes from it. */

import assert from 'node:assert/strict';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';

import {paintRegion, segment} from '../../core/model/redo.js';
import {readModel} from '../../core/training/read-model.js';
import {createBlobs} from '../../datasets/blobs.js';
import {Program} from '../support/program.js';

const model = resolve(import.meta.dirname, '../../models/blobs-32.safetensors');

/** The part of onnxruntime-web that is used. */
interface Runtime {
  InferenceSession: {
    create: (model: Uint8Array) => Promise<{
      run: (inputs: Record<string, unknown>) => Promise<Record<string, {data: Float32Array}>>;
    }>;
  };
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => object;
}

// Its 138 MB are not for everyone: `npm install --no-save onnxruntime-web` lets this test run.
const name: string = 'onnxruntime-web';
const runtime = (await import(name).catch(() => undefined)) as Runtime | undefined;
const skip = !runtime && 'onnxruntime-web is not installed';

describe('npm run export-onnx', () => {
  let folder: string;
  let program: Program;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-onnx-'));
    program = await Program.of('cli/export-onnx.ts');
  });
  after(() => {
    rmSync(folder, {recursive: true});
    program.dispose();
  });

  it('writes f and a generator a region', () => {
    const out = join(folder, 'new', 'models');
    const {status, err} = program.run('--model', model, '--out', out);
    assert.equal(status, 0, err);
    assert.deepEqual(readdirSync(out).sort(), ['mask.onnx', 'region-1.onnx', 'region-2.onnx']);
    const text = readFileSync(join(out, 'mask.onnx'), 'latin1');
    for (const type of ['Conv', 'InstanceNormalization', 'Resize', 'Sigmoid']) {
      assert.ok(text.includes(type), type);
    }
  });

  it('gives another runtime the same masks and redraws', {skip}, async () => {
    program.run('--model', model, '--out', folder);
    await tf.setBackend('cpu');
    const bytes = new Uint8Array(readFileSync(model));
    const {info, state: build} = await readModel(bytes, {seed: 0});
    const {size, codeSize} = info.config;
    const state = build();
    const weights = state.mergedWeights();
    const {images} = await createBlobs({size, seed: 3}).read('test', [0]);
    const masks = segment(weights.mask, tf.tensor4d(images, [1, size, size, 3]), info.config);
    const run = async (file: string, inputs: Record<string, [Float32Array, number[]]>) => {
      const session = await runtime!.InferenceSession.create(readFileSync(join(folder, file)));
      const values = Object.entries(inputs).map(([key, [data, shape]]) => [
        key,
        new runtime!.Tensor('float32', data, shape),
      ]);
      const results = await session.run(Object.fromEntries(values) as Record<string, object>);
      return Object.values(results)[0]!.data;
    };
    const found = await run('mask.onnx', {images: [images, [1, size, size, 3]]});
    assert.ok(difference(found, await masks.data<'float32'>()) < 1e-4);

    const code = Float32Array.from({length: codeSize}, (_, i) => 0.7 - i);
    for (const k of [0, 1]) {
      const mask = tf.slice(masks, [0, 0, 0, k], [-1, -1, -1, 1]);
      const codes = tf.tensor2d(code, [1, codeSize]);
      const painted = tf.mul(paintRegion(weights.generator, k, mask, codes, info.config), mask);
      const drawn = await run(`region-${k + 1}.onnx`, {
        mask: [await mask.data<'float32'>(), [1, size, size, 1]],
        codes: [code, [1, codeSize]],
      });
      assert.ok(difference(drawn, await painted.data<'float32'>()) < 1e-4, `region ${k + 1}`);
    }
  });

  it('refuses what is no model', () => {
    const {status, err} = program.run('--model', join(folder, 'none'), '--out', folder);
    assert.equal(status, 1);
    assert.match(err, /--model must be a file; got .*none/);
  });
});

/** ‖a − b‖ / ‖b‖. */
function difference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  const norm = (values: ArrayLike<number>): number => Math.hypot(...Array.from(values));
  return norm(a.map((value, i) => value - b[i]!)) / norm(b);
}
