import * as tf from '@tensorflow/tfjs-core';

import {isDatasetName, openDataset} from '../../datasets/catalog.js';
import type {Dataset} from '../../datasets/dataset.js';
import type {DatasetSource} from '../../datasets/source.js';
import {suitableDataset} from '../../datasets/suitable.js';
import {findPreset} from '../model/presets.js';
import {checkModelConfig, checkTrainingConfig, type ModelConfig} from '../model/config.js';
import {type ReadModel, readModel} from '../training/read-model.js';
import {startingState} from '../training/start.js';
import {type BackendOptions, onContextLost, startBackend} from './backend.js';
import {DISPOSED} from './messages.js';
import type {Inspector} from './inspector.js';
import {OpenModel} from './open-model.js';
import type {
  BackendInfo,
  EngineClient,
  Kind,
  ModelId,
  ModelInfo,
  OpenRequest,
  RequestOptions,
  Requests,
} from './protocol.js';
import {FairQueue} from './queue.js';

type Handlers = {
  [K in Kind]: (
    body: Requests[K]['request'],
    options: RequestOptions
  ) => Promise<Requests[K]['result']>;
};

/**
 * The one owner of tensors: models are opened, looked at, trained and closed here and nowhere else.
 *
 * Runs in a worker, on the page's own thread, or in Node; see `client.ts` for the page's side.
 */
export class Engine implements EngineClient {
  private readonly options: BackendOptions;
  private readonly queue = new FairQueue<ModelId | undefined>();
  private readonly models = new Map<ModelId, OpenModel>();
  private backend?: Promise<BackendInfo>;
  private nextModel = 1;
  private lost = false;
  private disposed = false;

  constructor(options: BackendOptions) {
    this.options = options;
  }

  request<K extends Kind>(
    kind: K,
    body: Requests[K]['request'],
    options: RequestOptions = {}
  ): Promise<Requests[K]['result']> {
    const owner = 'model' in body ? body.model : undefined;
    return this.queue.run(
      owner,
      async () => {
        if (this.disposed) throw new Error(DISPOSED);
        if (this.lost) throw new Error(LOST);
        try {
          return await this.handlers[kind](body, options);
        } catch (error) {
          throw this.lost ? new Error(LOST, {cause: error}) : error;
        }
      },
      options.signal
    );
  }

  /** What is under way is ended first; what waits is refused. */
  dispose(): void {
    this.disposed = true;
    for (const model of this.models.keys()) void this.queue.run(model, () => this.close(model));
  }

  private readonly handlers: Handlers = {
    open: (request, options) => this.open(request, options),
    close: ({model}) => this.close(model),
    dataset: async ({model, dataset}, {signal, onProgress}) => {
      onProgress?.({stage: 'dataset', done: 0, total: 1});
      const {config, datasetSeed} = this.model(model);
      const opened = await openFor(config, dataset, datasetSeed, {signal, onProgress});
      signal?.throwIfAborted();
      await this.model(model).useDataset(opened);
      onProgress?.({stage: 'dataset', done: 1, total: 1});
      return this.info(model);
    },
    samples: request => this.inspect(request).samples(request),
    thumbnails: request => this.inspect(request).thumbnails(request),
    assess: (request, options) => this.inspect(request).assess(request, options),
    segment: request => this.inspect(request).segment(request),
    redraw: request => this.inspect(request).redraw(request),
    score: request => this.inspect(request).score(request),
    survey: (request, options) => this.inspect(request).survey(request, options),
    compositions: (request, options) => this.inspect(request).compositions(request, options),
    scores: (request, options) => this.inspect(request).scores(request, options),
    saliency: request => this.inspect(request).saliency(request),
    layers: request => this.inspect(request).layers(),
    features: request => this.inspect(request).features(request),
    spectrum: request => this.inspect(request).spectrum(request),
    contrast: (request, options) => this.inspect(request).contrast(request, options),
    covariance: (request, options) => this.inspect(request).covariance(request, options),
    recover: request => this.inspect(request).recover(request),
    recoveries: (request, options) => this.inspect(request).recoveries(request, options),
    evaluate: (request, options) => this.inspect(request).evaluate(request, options),
    phase: ({model, side}) => this.model(model).phase(side),
    iterate: ({model, count, side}, options) =>
      this.model(model).iterate(count, side, {...options, isAwaited: () => this.queue.isAwaited}),
    reset: async ({model, seed}) => {
      await this.model(model).reset(seed);
      return this.info(model);
    },
    tune: async ({model, tuning}) => {
      this.model(model).tune(tuning);
      return this.info(model);
    },
    supervise: async ({model, supervision}) => {
      this.model(model).supervise(supervision);
      return this.info(model);
    },
    snapshot: ({model, ...form}) => this.model(model).snapshot(form),
    restore: async ({model, checkpoint, keepTraining}) => {
      await this.model(model).restore(checkpoint, keepTraining);
      return this.info(model);
    },
    memory: async () => {
      await this.start();
      const memory = tf.memory() as tf.MemoryInfo & {numBytesInGPUAllocated?: number};
      return {
        tensors: memory.numTensors,
        bytes: memory.numBytes,
        ...(memory.numBytesInGPUAllocated !== undefined && {
          gpuBytes: memory.numBytesInGPUAllocated,
        }),
      };
    },
  };

  private async open(request: OpenRequest, options: RequestOptions): Promise<ModelInfo> {
    const {signal, onProgress} = options;
    const {info, data, source, state: buildState, restoreOptimizers} = await plan(request);
    const {config} = info;

    onProgress?.({stage: 'backend', done: 0, total: 1});
    await this.start();
    onProgress?.({stage: 'backend', done: 1, total: 1});
    signal?.throwIfAborted();

    onProgress?.({stage: 'dataset', done: 0, total: 1});
    const dataset = await openFor(config, data, info.datasetSeed ?? info.seed);
    onProgress?.({stage: 'dataset', done: 1, total: 1});
    signal?.throwIfAborted();

    onProgress?.({stage: 'weights', done: 0, total: 1});
    const state = buildState();
    onProgress?.({stage: 'weights', done: 1, total: 1});
    const model = new OpenModel(info, state, dataset, source);
    try {
      if (restoreOptimizers) model.resume(restoreOptimizers);
      await model.inspector.warmUp(options);
      signal?.throwIfAborted();
      if (this.disposed) throw new Error(DISPOSED);
    } catch (error) {
      await model.dispose();
      throw error;
    }
    const id = this.nextModel++;
    this.models.set(id, model);
    return this.info(id);
  }

  private async close(id: ModelId): Promise<void> {
    const open = this.model(id);
    this.models.delete(id);
    await open.dispose();
  }

  /** Starts the backend at the first need; a start that failed is tried again. */
  private start(): Promise<BackendInfo> {
    this.backend ??= startBackend(this.options).then(
      info => {
        onContextLost(() => (this.lost = true));
        return info;
      },
      (error: unknown) => {
        this.backend = undefined;
        throw error;
      }
    );
    return this.backend;
  }

  private async info(model: ModelId): Promise<ModelInfo> {
    return {model, backend: await this.start(), ...this.model(model).info()};
  }

  private inspect({model}: {model: ModelId}): Inspector {
    return this.model(model).inspector;
  }

  private model(id: ModelId): OpenModel {
    const model = this.models.get(id);
    if (!model) throw new Error(`engine: the model must be open; got ${id}, which is closed`);
    return model;
  }
}

const LOST =
  'engine: the GPU was taken away from this page (a driver reset, or too many pages that use it); reload the page';

type Plan = Pick<ReadModel, 'info' | 'state'> & Partial<ReadModel> & {data: string | DatasetSource};

/** What to open: a file as it is, or a preset with random weights. */
async function plan({
  preset,
  dataset,
  overrides,
  weights,
  resume,
  seed,
}: OpenRequest): Promise<Plan> {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`open: seed must be a whole number; got ${seed}`);
  if (weights && overrides) {
    throw new Error(
      'open: overrides must not be given with weights, which bring their configuration'
    );
  }
  if (weights) return planFile(weights, {dataset, seed, resume});
  const {dataset: usual, ...named} = findPreset(preset);
  const config = {...named.model, ...overrides?.model};
  const training = {...named.training, ...overrides?.training};
  checkModelConfig(config);
  checkTrainingConfig(training, config.regions);
  const data = dataset ?? usual;
  return {
    data,
    info: {preset, dataset: nameOf(data), config, training, iteration: 0, seed},
    state: () => startingState(config, training, seed),
  };
}

async function planFile(
  weights: ArrayBuffer,
  {dataset, seed, resume}: Pick<OpenRequest, 'dataset' | 'seed' | 'resume'>
): Promise<Plan> {
  if (dataset !== undefined) {
    const read = await readModel(weights, {dataset: nameOf(dataset), seed, resume});
    return {...read, data: dataset};
  }
  const read = await readModel(weights, {seed, resume});
  const {dataset: known, config} = read.info;
  if (isDatasetName(known)) return {...read, data: known};
  // Of the user's own images a checkpoint knows only what they were called.
  const data = await suitableDataset(config.regions, config.size);
  return {...(await readModel(weights, {dataset: data, seed, resume})), data};
}

function nameOf(data: string | DatasetSource): string {
  return typeof data === 'string' ? data : data.name;
}

/** A data set for a model: at its size, and with no more true regions than it has. */
async function openFor(
  {size, regions}: ModelConfig,
  data: string | DatasetSource,
  seed: number,
  {signal, onProgress}: RequestOptions = {}
): Promise<Dataset> {
  let told = 0;
  const tell = (done: number, total: number): void => {
    // As many messages as somebody could see.
    const percent = Math.floor((100 * done) / total);
    if (percent > told) onProgress?.({stage: 'dataset', done, total});
    told = Math.max(told, percent);
  };
  const dataset = await openDataset(data, {size, seed, regions, signal, onProgress: tell});
  if (dataset.regionNames.length > regions) {
    throw new RangeError(
      `open: the model must have a region for each of ${dataset.regionNames.join(', ')}; got ${regions} regions for ${dataset.name}`
    );
  }
  return dataset;
}
