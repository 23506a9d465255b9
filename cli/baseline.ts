/**
 * The supervised baseline (paper, figure 3): f taught by the masks of 1, 5, 10 … images, and how good
 * its masks get on images that it has not seen.
 *
 * `npm run baseline -- --preset blobs-32 --labels 1,5,25,100 --unsupervised models/blobs-32.safetensors`
 */

import {readFile} from 'node:fs/promises';

import * as tf from '@tensorflow/tfjs-core';

import {startBackend} from '../core/engine/backend.js';
import {checkModelConfig, type ModelConfig} from '../core/model/config.js';
import {findPreset} from '../core/model/presets.js';
import {ModelState} from '../core/model/state.js';
import {readCheckpoint} from '../core/training/checkpoint.js';
import {evaluateMasks} from '../core/training/evaluate.js';
import type {Evaluation} from '../core/training/evaluation.js';
import {SupervisedTrainer} from '../core/training/supervised.js';
import {openDataset} from '../datasets/catalog.js';
import type {Dataset, Split} from '../datasets/dataset.js';
import {drawFigure3, type Figure3} from '../components/figure-3-drawing.js';
import {imageSource} from './image-source.js';
import {
  positive,
  json,
  main,
  nodeBackend,
  readOptions,
  splitOf,
  UsageError,
  wholeNumber,
} from './options.js';
import {ProgressLine} from './progress.js';
import {writeWhole} from './run-folder.js';

await main(async () => {
  const options = readOptions('baseline', {
    preset: {help: 'configuration whose f is taught, and whose data it is taught on'},
    dataset: {
      help: "data set, if not the preset's: a name, or a folder or archive of images",
      default: '',
    },
    model: {help: 'JSON over the model of the preset', default: '{}'},
    labels: {help: 'numbers of labelled images, by commas', default: '1,5,10,25,50,100,200'},
    from: {help: 'split whose images have the labels: its last ones', default: 'train'},
    split: {help: 'split that is scored: its first images', default: 'val'},
    images: {help: 'images to score', default: '200'},
    steps: {help: 'iterations for each number', default: '500'},
    batch: {help: 'images an iteration at most', default: '8'},
    rate: {help: 'learning rate of f', default: '0.001'},
    seed: {help: 'seed of everything random', default: '0'},
    unsupervised: {help: 'file of a model to compare with', default: ''},
    json: {help: 'file for the figures', default: ''},
    svg: {help: 'file for the chart', default: ''},
  });
  const preset = findPreset(options.preset);
  const config: ModelConfig = {
    ...preset.model,
    ...json<Partial<ModelConfig>>('model', options.model),
  };
  checkModelConfig(config);
  const training = {
    ...preset.training,
    batchSize: wholeNumber('batch', options.batch, 1),
    learningRates: {...preset.training.learningRates, mask: positive('rate', options.rate)},
    decay: undefined,
    start: undefined,
  };
  const labels = options.labels.split(',').map(each => wholeNumber('labels', each, 1));
  const from = splitOf('from', options.from);
  const split = splitOf('split', options.split);
  const count = wholeNumber('images', options.images, 1);
  const steps = wholeNumber('steps', options.steps, 1);
  const seed = wholeNumber('seed', options.seed);
  const source = await imageSource(options.dataset || preset.dataset);
  const {size, regions} = config;
  const dataset = await openDataset(source, {size, seed, regions});
  const room = dataset.counts[from] - (from === split ? count : 0);
  if (Math.max(...labels) > room) {
    throw new UsageError(
      `--labels must be at most ${room}, what ${from} has beside the images that are scored; got ${options.labels}`
    );
  }
  await startBackend({...nodeBackend(), name: 'wasm'});

  const figure: Figure3 & {supervised: object[]} = {
    title: `${dataset.name}, ${config.size}×${config.size}: f taught by labels, ${split} images`,
    supervised: [],
  };
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  for (const number of labels.sort((a, b) => a - b)) {
    const state = ModelState.random(config, training.initGain, seed);
    const indices = Array.from({length: number}, (_, i) => dataset.counts[from] - 1 - i);
    const trainer = new SupervisedTrainer(state, training, {dataset, split: from, indices}, seed);
    const progress = new ProgressLine(steps);
    for (let done = 1; done <= steps; done++) {
      const loss = await trainer.iterate();
      progress.show(done, `${number} labelled  loss ${loss.toFixed(3)}`);
    }
    trainer.dispose();
    const score = await scoreOf(state, dataset, split, count);
    figure.supervised.push({labels: number, ...score});
    print(`${number} labelled: ${describe(score)}`);
  }
  if (options.unsupervised) {
    const {buffer, byteOffset, length} = await readFile(options.unsupervised);
    const file = buffer.slice(byteOffset, byteOffset + length);
    const state = readCheckpoint(file).state();
    figure.unsupervised = await scoreOf(state, dataset, split, count);
    print(`unsupervised: ${describe(figure.unsupervised)}`);
  }
  const encoder = new TextEncoder();
  if (options.json) {
    await writeWhole(options.json, encoder.encode(`${JSON.stringify(figure, null, 1)}\n`));
  }
  if (options.svg) await writeWhole(options.svg, encoder.encode(drawFigure3(figure)));
});

/** Scores f of a state, which is freed. */
async function scoreOf(
  state: ModelState,
  dataset: Dataset,
  split: Split,
  count: number
): Promise<Pick<Evaluation, 'accuracy' | 'objectIou'>> {
  const weights = state.mergedWeights();
  const scored = await evaluateMasks(weights.mask, state.config, dataset, {split, count});
  tf.dispose(weights);
  state.dispose();
  return {accuracy: scored.accuracy, objectIou: scored.objectIou};
}

function describe({accuracy, objectIou}: Pick<Evaluation, 'accuracy' | 'objectIou'>): string {
  return `accuracy ${accuracy.toFixed(4)}, object IoU ${objectIou.toFixed(4)}`;
}
