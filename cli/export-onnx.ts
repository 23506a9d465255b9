/**
 * Writes f and the generators of a model as ONNX files, opset 17.
 *
 * `npm run export-onnx -- --model model.safetensors --out FOLDER`
 */

import {mkdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';

import * as tf from '@tensorflow/tfjs-core';

import {startBackend} from '../core/engine/backend.js';
import {regionIndices, regionPrefix} from '../core/model/redo.js';
import {readModel} from '../core/training/read-model.js';
import {maskModel, redrawModel} from '../core/weights/onnx-networks.js';
import {main, nodeBackend, readOptions, UsageError} from './options.js';
import {writeWhole} from './run-folder.js';

await main(async () => {
  const options = readOptions('export-onnx', {
    model: {help: 'file of a model: a checkpoint, or published weights in any of their forms'},
    out: {help: 'folder for mask.onnx, region-1.onnx, region-2.onnx, …'},
  });
  const bytes = await readFile(options.model).catch((error: Error) => {
    throw new UsageError(`--model must be a file; got ${options.model} (${error.message})`);
  });
  const {info, state: build} = await readModel(new Uint8Array(bytes), {seed: 0});
  if (info.config.normalization !== 'instance') {
    throw new UsageError(
      `--model must have instance norm in its generators, as published; got ${info.config.normalization} norm, which is not written`
    );
  }
  await startBackend({...nodeBackend(), name: 'wasm'});
  const state = build();
  const weights = state.mergedWeights();
  await mkdir(options.out, {recursive: true});
  const write = async (name: string, model: Uint8Array): Promise<void> => {
    const path = join(options.out, `${name}.onnx`);
    await writeWhole(path, model);
    process.stdout.write(`saved ${path}, ${model.length} bytes\n`);
  };
  await write('mask', maskModel(weights.mask, info.config));
  for (const k of regionIndices(info.config)) {
    await write(`region-${k + 1}`, redrawModel(weights.generator, regionPrefix(k), info.config));
  }
  tf.dispose(weights);
  state.dispose();
});
