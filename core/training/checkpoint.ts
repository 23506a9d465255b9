/**
 * The whole state of a training in one safetensors file, so that the next iteration's numbers are
 * those of a run that was never interrupted.
 *
 * Weights and spectral vectors under their published names; Adam's moments as
 * `optimizer/NET.PARAM/exp_avg` and `…/exp_avg_sq`; everything else in the metadata. The random
 * numbers of an iteration follow from the seed and its number, so there is no generator to save.
 */

import type {ModelConfig, NetworkName, TrainingConfig} from '../model/config.js';
import {checkModelConfig, checkTrainingConfig} from '../model/config.js';
import {networkLayers, NETWORKS} from '../model/redo.js';
import {ModelState} from '../model/state.js';
import {
  findNetwork,
  keysLike,
  PUBLISHED_NETWORKS,
  readLike,
  readNetwork,
  writeLike,
  writeNetwork,
} from '../weights/published.js';
import {
  type NamedArray,
  readSafetensors,
  type SafetensorsFile,
  writeSafetensors,
} from '../weights/safetensors.js';
import type {Adam} from './adam.js';

/** What a checkpoint says of itself. */
export interface CheckpointInfo {
  /** Preset that the training began with. */
  preset: string;
  dataset: string;
  config: ModelConfig;
  training: TrainingConfig;
  iteration: number;
  seed: number;
  /** Seed of generated images, where it is not `seed`. */
  datasetSeed?: number;
}

const FORMAT = 'redo-viewer-1';

/**
 * @param optimizers Without them the file is weights alone. It can be trained on, but not to the same
 *     numbers.
 * @param dtype Half precision, without optimisers, makes a small model to look at; single precision a
 *     plain state_dict that PyTorch loads by name.
 */
export async function writeCheckpoint(
  info: CheckpointInfo,
  state: ModelState,
  optimizers?: Record<NetworkName, Adam>,
  dtype: 'F32' | 'F16' = optimizers ? 'F32' : 'F16'
): Promise<ArrayBuffer> {
  const tensors: [string, NamedArray][] = [];
  const steps: Partial<Record<NetworkName, number>> = {};
  for (const network of NETWORKS) {
    const layers = state.layers[network];
    const own = {parameters: state.parameters(network), vectors: state.vectors(network)};
    tensors.push(...(await writeNetwork(network, layers, own)));
    if (!optimizers) continue;
    const {step, moments} = optimizers[network];
    steps[network] = step;
    for (const [part, suffix] of MOMENTS) {
      const values = Object.entries(moments).map(([name, both]) => [name, both[part]] as const);
      const arrays = await writeLike(layers, Object.fromEntries(values));
      tensors.push(
        ...arrays.map(([name, array]): [string, NamedArray] => [
          momentName(network, name, suffix),
          array,
        ])
      );
    }
  }
  const metadata = {
    format: FORMAT,
    info: JSON.stringify(info),
    ...(optimizers && {optimizerSteps: JSON.stringify(steps)}),
  };
  return writeSafetensors(tensors, metadata, dtype);
}

/** A checkpoint that was read and found sound. */
export interface Checkpoint {
  info: CheckpointInfo;
  /** Builds the model; the caller owns it. */
  state: () => ModelState;
  /** Whether the file has what training needs to go on to the same numbers. */
  hasOptimizers: boolean;
  /** Fills optimisers with their moments, if the file has them. */
  restoreOptimizers: (optimizers: Record<NetworkName, Adam>) => void;
}

/** @throws Error with what the file lacks; nothing is built before the whole file was looked over. */
export function readCheckpoint(bytes: ArrayBuffer): Checkpoint {
  return checkpointOf(readSafetensors(bytes));
}

/** Whether a file says that redo-viewer saved it. */
export function isCheckpoint({metadata}: Pick<SafetensorsFile, 'metadata'>): boolean {
  return metadata.format === FORMAT;
}

/** The checkpoint in a file that was read. @throws Error with what the file lacks. */
export function checkpointOf(file: SafetensorsFile): Checkpoint {
  const info = readInfo(file);
  const layers = networkLayers(info.config);
  for (const network of NETWORKS) findNetwork(file.tensors, network, layers[network]);
  const steps = readSteps(file);
  const moments = (network: NetworkName, suffix: string) => (name: string) =>
    file.tensors.get(momentName(network, name, suffix));
  if (steps) {
    for (const network of NETWORKS) {
      const [means, squares] = MOMENTS.map(([, suffix]) =>
        keysLike(layers[network], moments(network, suffix))
      );
      if (String(means) !== String(squares)) {
        throw new Error(
          `checkpoint: each parameter of ${network} that has one of Adam's moments must have both`
        );
      }
    }
  }
  return {
    info,
    state: () =>
      ModelState.of(info.config, network => readNetwork(file.tensors, network, layers[network])),
    hasOptimizers: steps !== undefined,
    restoreOptimizers: optimizers => {
      if (!steps) return;
      for (const network of NETWORKS) {
        const [means, squares] = MOMENTS.map(([, suffix]) =>
          readLike(layers[network], moments(network, suffix))
        );
        const both = Object.entries(means!).map(
          ([name, mean]) => [name, {mean, square: squares![name]!}] as const
        );
        optimizers[network].restore(steps[network], Object.fromEntries(both));
      }
    },
  };
}

/** Steps that each optimiser has taken; absent where the file has none of their moments. */
function readSteps({metadata}: SafetensorsFile): Record<NetworkName, number> | undefined {
  if (metadata.optimizerSteps === undefined) return undefined;
  let steps: unknown;
  try {
    steps = JSON.parse(metadata.optimizerSteps);
  } catch {
    // Reported below.
  }
  const isSound = (record: unknown): record is Record<NetworkName, number> =>
    typeof record === 'object' &&
    record !== null &&
    NETWORKS.every(name => isCount((record as Partial<Record<NetworkName, unknown>>)[name]));
  if (!isSound(steps)) {
    throw new Error(
      `checkpoint: optimizerSteps must be a whole number for each network; got ${metadata.optimizerSteps}`
    );
  }
  return steps;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** PyTorch's names of Adam's moments. */
const MOMENTS = [
  ['mean', 'exp_avg'],
  ['square', 'exp_avg_sq'],
] as const;

function momentName(network: NetworkName, name: string, suffix: string): string {
  return `optimizer/${PUBLISHED_NETWORKS[network]}.${name}/${suffix}`;
}

function readInfo({metadata}: SafetensorsFile): CheckpointInfo {
  if (metadata.format !== FORMAT || !metadata.info) {
    throw new Error(
      `checkpoint: the file must be one that redo-viewer saved (${FORMAT}); got format ${metadata.format ?? 'none'}`
    );
  }
  let info: CheckpointInfo;
  try {
    info = JSON.parse(metadata.info) as CheckpointInfo;
    checkModelConfig(info.config);
    checkTrainingConfig(info.training, info.config.regions);
    if (typeof info.preset !== 'string' || typeof info.dataset !== 'string') {
      throw new TypeError('preset and dataset must be names');
    }
    const {iteration, seed, datasetSeed = seed} = info;
    if (!isCount(iteration) || ![seed, datasetSeed].every(Number.isSafeInteger)) {
      throw new RangeError(
        `iteration and seed must be whole numbers; got ${iteration} and ${seed}, ${datasetSeed}`
      );
    }
  } catch (cause) {
    throw new Error(`checkpoint: the configuration in the file must be sound; ${String(cause)}`, {
      cause,
    });
  }
  return info;
}
