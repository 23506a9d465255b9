/** A model out of any file: our checkpoints, and published weights in all forms that they come in. */

import {suitableDataset} from '../../datasets/suitable.js';
import type {NetworkName} from '../model/config.js';
import {PUBLISHED_MODEL, PUBLISHED_TRAINING} from '../model/presets.js';
import {networkLayers, NETWORKS} from '../model/redo.js';
import {ModelState} from '../model/state.js';
import {inferConfig} from '../weights/infer-config.js';
import {type ModelArrays, readModelArrays} from '../weights/model-arrays.js';
import {PUBLISHED_NETWORKS} from '../weights/network-names.js';
import {findNetwork, readNetwork} from '../weights/published.js';
import type {NamedArray} from '../weights/safetensors.js';
import type {Adam} from './adam.js';
import {type CheckpointInfo, checkpointOf, isCheckpoint} from './checkpoint.js';
import type {ModelSource} from './model-source.js';

export interface ReadOptions {
  /** Overrides the data set that the file names, or that suits it. */
  dataset?: string;
  /** Seed of batches, images, and of the weights of networks that the file lacks. */
  seed: number;
  /** Takes seed, images and optimisers from the file, where it has them. */
  resume?: boolean;
}

/** A model that was read and found sound. */
export interface ReadModel {
  info: CheckpointInfo;
  source: ModelSource;
  /** Builds the model; the caller owns it. */
  state: () => ModelState;
  /** Fills optimisers with their moments; absent where training does not go on exactly. */
  restoreOptimizers?: (optimizers: Record<NetworkName, Adam>) => void;
}

/** What stands for the preset of a model that came without one. */
const IMPORTED = 'imported';

/**
 * Reads a file and looks it over; nothing is built before all of it was found sound.
 *
 * @throws Error with what is wrong with it, naming the array where it is one.
 */
export async function readModel(
  file: ArrayBuffer | Uint8Array<ArrayBuffer>,
  options: ReadOptions
): Promise<ReadModel> {
  const read = await readModelArrays(file instanceof ArrayBuffer ? new Uint8Array(file) : file);
  return isCheckpoint(read) ? ofCheckpoint(read, options) : ofWeights(read, options);
}

function ofCheckpoint(read: ModelArrays, {dataset, seed, resume = false}: ReadOptions): ReadModel {
  const checkpoint = checkpointOf(read);
  for (const [name, array] of read.tensors) checkFinite(name, array);
  const {info, state} = checkpoint;
  // On other images the numbers would be others.
  const resumed =
    resume && checkpoint.hasOptimizers && (dataset === undefined || dataset === info.dataset);
  return {
    info: resumed
      ? info
      : {...info, dataset: dataset ?? info.dataset, seed, datasetSeed: undefined},
    source: {form: 'checkpoint', members: read.members, resumed, missing: [], assumed: {}},
    state,
    ...(resumed && {restoreOptimizers: checkpoint.restoreOptimizers}),
  };
}

async function ofWeights(
  {arrays, form, members}: ModelArrays,
  {dataset, seed}: ReadOptions
): Promise<ReadModel> {
  const {config, missing, assumed} = inferConfig(arrays, PUBLISHED_MODEL);
  const layers = networkLayers(config);
  const present = NETWORKS.filter(network => !missing.includes(network));
  for (const network of present) {
    findNetwork(arrays, network, layers[network]);
    for (const [name, array] of arrays) {
      if (name.startsWith(`${PUBLISHED_NETWORKS[network]}.`)) checkFinite(name, array);
    }
  }
  const suitable = dataset ?? (await suitableDataset(config.regions, config.size));
  const training = PUBLISHED_TRAINING;
  const {lambdaZ, batchSize} = training;
  return {
    info: {preset: IMPORTED, dataset: suitable, config, training, iteration: 0, seed},
    source: {
      form,
      members,
      resumed: false,
      missing,
      assumed: {
        ...assumed,
        lambdaZ,
        batchSize,
        learningRates: 'published',
        ...(dataset === undefined && {dataset: suitable}),
      },
    },
    state: () =>
      ModelState.completed(config, training.initGain, seed, network =>
        missing.includes(network) ? undefined : readNetwork(arrays, network, layers[network])
      ),
  };
}

function checkFinite(name: string, {values}: NamedArray): void {
  const at = values.findIndex(value => !Number.isFinite(value));
  if (at >= 0) {
    throw new Error(
      `model: ${name} must hold finite numbers; got ${values[at]}: its training has diverged, or the file is damaged. Open an earlier checkpoint`
    );
  }
}
