/**
 * Trains a model headless and says how good its masks are on held-out images.
 *
 * `npm run train -- --preset blobs-32 --steps 1000 --seed 0 --out model.safetensors`
 */

import {rename, writeFile} from 'node:fs/promises';

import {Engine} from '../core/engine/engine.js';
import type {ModelConfig, TrainingConfig} from '../core/model/config.js';
import {findPreset} from '../core/model/presets.js';
import type {Evaluation} from '../core/training/evaluation.js';
import type {IterationReport} from '../core/training/report.js';
import type {Split} from '../datasets/dataset.js';
import {imageSource} from './image-source.js';
import {json, main, nodeBackend, readOptions, UsageError, wholeNumber} from './options.js';
import {ProgressLine} from './progress.js';
import {provideWebgpu} from './webgpu.js';

const NODE_BACKENDS = ['wasm', 'cpu', 'webgpu'] as const;

await main(async () => {
  const options = readOptions('train', {
    preset: {help: 'configuration to train'},
    dataset: {
      help: "data set to train on, if not the preset's: a name, or a folder or archive of images",
      default: '',
    },
    model: {help: 'JSON over the model of the preset, e.g. {"codeSize": 8}', default: '{}'},
    training: {help: 'JSON over its training, e.g. {"lambdaZ": 2}', default: '{}'},
    steps: {help: 'iterations', default: '1000'},
    seed: {help: 'seed of everything random', default: '0'},
    backend: {help: 'wasm, cpu, or webgpu for a GPU', default: 'wasm'},
    out: {help: 'file for the whole state, to go on from', default: ''},
    'out-model': {help: 'file for the weights alone, in half precision', default: ''},
    every: {help: 'iterations between looks at validation images, 0 for none', default: '0'},
    images: {help: 'held-out images to score', default: '200'},
  });
  const {preset} = options;
  const steps = wholeNumber('steps', options.steps, 1);
  const seed = wholeNumber('seed', options.seed);
  const every = wholeNumber('every', options.every);
  const count = wholeNumber('images', options.images, 1);
  const dataset = await imageSource(options.dataset || findPreset(preset).dataset);

  const overrides = {
    model: json<Partial<ModelConfig>>('model', options.model),
    training: json<Partial<TrainingConfig>>('training', options.training),
  };

  const backend = NODE_BACKENDS.find(name => name === options.backend);
  if (!backend) {
    throw new UsageError(
      `--backend must be one of ${NODE_BACKENDS.join(', ')}; got ${options.backend}`
    );
  }
  if (backend === 'webgpu') await provideWebgpu();

  const engine = new Engine({...nodeBackend(), name: backend});
  const {model, dataset: data} = await engine.request('open', {
    preset,
    dataset,
    overrides,
    seed,
  });
  const evaluate = async (split: Split): Promise<string> => {
    const [first] = await engine.request('samples', {model, images: [{split, index: 0}]});
    if (!first!.labels) return 'no true masks to score by';
    return scores(await engine.request('evaluate', {model, split, count}), data.regionNames);
  };
  for (const note of data.notes ?? []) process.stderr.write(`${note}\n`);

  const progress = new ProgressLine(steps);
  for (let done = 0; done < steps;) {
    const [report] = await engine.request('iterate', {model, count: 1});
    progress.show(++done, describe(report!));
    if (every && done % every === 0) {
      process.stdout.write(`iteration ${done}: ${await evaluate('val')}\n`);
    }
  }
  if (options.out) await save(options.out, await engine.request('snapshot', {model}));
  if (options['out-model']) {
    await save(options['out-model'], await engine.request('snapshot', {model, compact: true}));
  }
  process.stdout.write(`test: ${await evaluate('test')}\n`);
});

async function save(path: string, checkpoint: ArrayBuffer): Promise<void> {
  const file = new Uint8Array(checkpoint);
  // Whole or not at all.
  await writeFile(`${path}.part`, file);
  await rename(`${path}.part`, path);
  process.stdout.write(`saved ${path}, ${file.length} bytes\n`);
}

function describe({
  generatorLoss,
  discriminatorLoss,
  recoveryLoss,
  areas,
}: IterationReport): string {
  const areaList = areas!.map(area => area.toFixed(2)).join(' ');
  return (
    `loss G ${generatorLoss!.toFixed(2)} D ${discriminatorLoss!.toFixed(2)} ` +
    `z ${recoveryLoss!.toFixed(2)}  areas ${areaList}`
  );
}

function scores({count, accuracy, iou, objectIou}: Evaluation, names: readonly string[]): string {
  const each = names.map((name, k) => `${name} ${iou[k]!.toFixed(4)}`).join(', ');
  return `accuracy ${accuracy.toFixed(4)}, IoU ${each}, object IoU ${objectIou.toFixed(4)}, best permutation, ${count} images`;
}
