/** What is benchmarked: a redraw, the masks, and an iteration of training. */

import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import type {BackendName} from '../core/engine/backend.js';
import {keepForms, releaseForms} from '../core/kernels/kept-forms.js';
import {useThreads} from '../core/kernels/wasm.js';
import type {ModelConfig, TrainingConfig} from '../core/model/config.js';
import {findPreset} from '../core/model/presets.js';
import {maskLayers} from '../core/model/mask-network.js';
import {compose, paintRegion, regionPrefix, score, segment} from '../core/model/redo.js';
import {generatorLayers} from '../core/model/region-generator.js';
import {residualEncoderLayers} from '../core/model/residual-encoder.js';
import {ModelState} from '../core/model/state.js';
import {type Layer, parameterSpecs, type Tensors} from '../core/nn/parameters.js';
import {Batches} from '../core/training/batches.js';
import {Trainer} from '../core/training/trainer.js';
import {openDataset} from '../datasets/catalog.js';
import {Random} from '../datasets/random.js';
import type {Contender, Row} from './contenders.js';
import {ofGenerator, ofIteration, ofMaskNetwork} from './multiply-adds.js';
import {maskModel, redrawModel} from '../core/weights/onnx-networks.js';
import {onnxContenders, releaseAll} from './onnx/session.js';
import {scrub, type Scrubbed} from './scrub.js';
import {StockTrainer} from './stock/iteration.js';
import {drawRegion, maskNetwork} from './stock/networks.js';

const SEED = 1;

export interface RowOptions {
  backend: BackendName;
  /** Small networks, to see in seconds that all of it runs. */
  quick: boolean;
  /** Threads that our kernels have on wasm. */
  threads: number;
}

/** Makes the tensors of a row, which the row owns. */
type MakeRow = (options: RowOptions) => Promise<Row>;

/** The rows by name, in the order in which they are shown. */
export const ROWS = {redraw, scrub: scrubbed, masks, iteration} satisfies Record<string, MakeRow>;

export type RowName = keyof typeof ROWS;
export const ROW_NAMES = Object.keys(ROWS) as RowName[];

/** The published networks, G as wide as for all sets but two. */
function published(quick: boolean): ModelConfig {
  const {model} = findPreset('published-128');
  return quick
    ? {...model, size: 16, widths: {mask: 8, generator: 4, discriminator: 4, encoder: 4}}
    : {...model, widths: {...model.widths, generator: 32}};
}

/** A region's picture from its mask and a code, as a scrub of the code asks for it. */
async function redraw({backend, quick, threads}: RowOptions): Promise<Row> {
  const model = published(quick);
  const {size, codeSize} = model;
  const weights = randomWeights(generatorLayers(model), regionPrefix(0));
  const random = new Random(SEED, 'bench', 'redraw');
  const values = Float32Array.from({length: size * size}, () => random.uniform());
  const mask = tf.tensor4d(values, [1, size, size, 1]);
  keepForms(Object.values(weights));
  const codes = tf.tensor2d(random.normals(codeSize), [1, codeSize]);
  const onnx = await onnxContenders(
    () => redrawModel(weights, regionPrefix(0), model),
    {mask, codes},
    {backend, threads}
  );
  return {
    name: `redraw of one region, ${size}×${size}, G ${model.widths.generator}, batch 1`,
    multiplyAdds: ofGenerator(model),
    tolerance: 1e-3,
    contenders: [
      contender('stock', () => drawRegion(weights, regionPrefix(0), mask, codes, model)),
      ...byThreads(
        () => contender('ours', () => tf.mul(paintRegion(weights, 0, mask, codes, model), mask)),
        threads
      ),
      ...onnx,
    ],
    dispose: async () => {
      releaseForms(Object.values(weights));
      tf.dispose([mask, codes, weights]);
      await releaseAll(onnx);
    },
  };
}

/** A scrub of the code until it can be seen: the region redrawn, composed and drawn. */
async function scrubbed({quick}: RowOptions): Promise<Row> {
  const model = published(quick);
  const {size, codeSize} = model;
  const weights = {
    ...randomWeights(generatorLayers(model), regionPrefix(0)),
    ...randomWeights(residualEncoderLayers('discriminator', model)),
  };
  const random = new Random(SEED, 'bench', 'scrub');
  const planes = (channels: number, low: number): Tensor4D => {
    const values = Float32Array.from({length: size * size * channels}, () =>
      random.uniform(low, 1)
    );
    return tf.tensor4d(values, [1, size, size, channels]);
  };
  const [mask, image] = [planes(1, 0), planes(3, -1)];
  keepForms(Object.values(weights));
  const codes = tf.tensor2d(random.normals(codeSize), [1, codeSize]);
  const ours = (): Scrubbed => {
    const painted = paintRegion(weights, 0, mask, codes, model);
    const composition = compose(tf.mul(painted, mask), mask, image);
    // A copy: the mask stays.
    return {painted, composition, mask: mask.clone()};
  };
  const scored = (): Scrubbed => {
    const drawn = ours();
    return {...drawn, score: score(weights, drawn.composition, model)};
  };
  const stock = (): Scrubbed => {
    const painted = drawRegion(weights, regionPrefix(0), mask, codes, model);
    const composition: Tensor4D = tf.add(painted, tf.mul(tf.sub(1, mask), image));
    return {painted, composition, mask: mask.clone()};
  };
  return {
    name: `scrub of one code until it is seen, ${size}×${size}, G ${model.widths.generator}, batch 1`,
    multiplyAdds: ofGenerator(model),
    tolerance: 1e-3,
    contenders: [
      {name: 'stock', run: () => scrub(stock, true)},
      {name: 'with score', run: () => scrub(scored, true)},
      {name: 'read back', run: () => scrub(ours, true)},
      {name: 'ours', run: () => scrub(ours, false)},
    ],
    dispose: () => {
      releaseForms(Object.values(weights));
      tf.dispose([mask, image, codes, weights]);
    },
  };
}

/** M = f(I) of one image. */
async function masks({backend, quick, threads}: RowOptions): Promise<Row> {
  const model = published(quick);
  const {size} = model;
  const weights = randomWeights(maskLayers(model));
  const random = new Random(SEED, 'bench', 'masks');
  const values = Float32Array.from({length: size * size * 3}, () => random.uniform(-1, 1));
  const image = tf.tensor4d(values, [1, size, size, 3]);
  keepForms(Object.values(weights));
  const onnx = await onnxContenders(
    () => maskModel(weights, model),
    {images: image},
    {backend, threads}
  );
  return {
    name: `masks, ${size}×${size}, f ${model.widths.mask}, batch 1`,
    multiplyAdds: ofMaskNetwork(model),
    tolerance: 1e-3,
    contenders: [
      contender('stock', () => maskNetwork(weights, image, model)),
      ...byThreads(() => contender('ours', () => segment(weights, image, model)), threads),
      ...onnx,
    ],
    dispose: async () => {
      releaseForms(Object.values(weights));
      tf.dispose([image, weights]);
      await releaseAll(onnx);
    },
  };
}

/** One iteration of the published loop on small networks. */
async function iteration({backend, quick, threads}: RowOptions): Promise<Row> {
  const preset = findPreset('published-128');
  const model: ModelConfig = {
    ...preset.model,
    size: quick ? 16 : 32,
    regions: 2,
    codeSize: 4,
    widths: quick
      ? {mask: 4, generator: 2, discriminator: 4, encoder: 4}
      : {mask: 16, generator: 8, discriminator: 16, encoder: 16},
    attention: {generator: false, discriminator: false},
  };
  const training: TrainingConfig = {...preset.training, batchSize: quick ? 2 : 16};
  const {batchSize} = training;
  const dataset = await openDataset('blobs', {size: model.size, seed: SEED});
  const states: ModelState[] = [];
  const trainers: Trainer[] = [];
  const newState = (): ModelState => {
    const state = ModelState.random(model, training.initGain, SEED);
    states.push(state);
    return state;
  };
  // Each on weights of its own, which its iterations change.
  const ours = (): Contender => {
    const trainer = new Trainer(newState(), training, dataset, SEED);
    trainers.push(trainer);
    return {
      name: 'ours',
      run: async () => tf.scalar((await trainer.iterate()).discriminatorLoss!),
    };
  };

  const stockTrainer = new StockTrainer(newState(), training);
  const batches = new Batches(dataset, model, training, SEED);
  let done = 0;
  const stock: Contender = {
    name: 'stock',
    run: async () => {
      const {images, codes} = await batches.batch(done, 'generator');
      const real = await batches.images(done++, 'real');
      const loss = stockTrainer.iterate({images, codes, real});
      tf.dispose([images, codes, real]);
      return loss;
    },
  };
  const reason = 'tfjs has no gradient of a convolution to its filter on wasm';
  return {
    name: `iteration of the published loop, ${model.size}×${model.size}, batch ${batchSize}`,
    multiplyAdds: ofIteration(model, batchSize),
    tolerance: 1e-3,
    contenders: [backend === 'wasm' ? {name: 'stock', reason} : stock, ...byThreads(ours, threads)],
    dispose: async () => {
      for (const trainer of trainers) await trainer.dispose();
      stockTrainer.dispose();
      for (const state of states) state.dispose();
    },
  };
}

/** Weights that keep values near 1; orthogonal ones of this size take minutes to make. */
function randomWeights(layers: readonly Layer[], prefix = ''): Tensors {
  const weights: Tensors = {};
  for (const {name, shape} of layers.flatMap(parameterSpecs)) {
    const random = new Random(SEED, 'bench', name);
    const scale = 1 / Math.sqrt(shape.slice(0, -1).reduce((product, n) => product * n, 1));
    const values = random.normals(tf.util.sizeFromShape(shape)).map(value => value * scale);
    weights[prefix + name] = tf.tensor(values, shape);
  }
  return weights;
}

/** With more threads than one, one too: what they gain is seen in the same run. */
function byThreads(make: () => Contender, threads: number): Contender[] {
  if (threads === 1) return [make()];
  const on = (count: number) => () => useThreads(tf.backend() as BackendWasm, count);
  return [
    {...make(), prepare: on(threads)},
    {...make(), name: 'ours, 1 thread', prepare: on(1)},
  ];
}

function contender(name: string, compute: () => Tensor2D | Tensor4D): Contender {
  return {name, run: () => tf.tidy(compute)};
}
