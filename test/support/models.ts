/** A model small enough to be trained for an iteration in a fraction of a second, even by a software GPU. */

import * as tf from '@tensorflow/tfjs-core';

import type {ModelConfig, NetworkName, TrainingConfig} from '../../core/model/config.js';
import {NETWORKS} from '../../core/model/redo.js';
import {ModelState} from '../../core/model/state.js';
import type {Adam} from '../../core/training/adam.js';
import {Trainer} from '../../core/training/trainer.js';
import {createBlobs} from '../../datasets/blobs.js';
import type {Dataset} from '../../datasets/dataset.js';

export const TINY: ModelConfig = {
  size: 16,
  regions: 2,
  codeSize: 2,
  widths: {mask: 4, generator: 2, discriminator: 2, encoder: 2},
  maskResidualBlocks: 1,
  attention: {generator: false, discriminator: false},
  normalization: 'instance',
  temperature: 1,
};

export const TRAINING: TrainingConfig = {
  variant: 'published',
  batchSize: 2,
  lambdaZ: 5,
  learningRates: {mask: 1e-3, generator: 1e-3, discriminator: 1e-3, encoder: 1e-3},
  beta1: 0,
  beta2: 0.9,
  epsilon: 1e-8,
  maskWeightDecay: 1e-4,
  initGain: 0.8,
};

export interface Run {
  state: ModelState;
  trainer: Trainer;
  /** Frees both. */
  dispose: () => Promise<void>;
}

export interface RunOptions {
  config?: Partial<ModelConfig>;
  training?: Partial<TrainingConfig>;
  seed?: number;
  dataset?: Dataset;
  /** In the place of new random weights; the run owns it. */
  state?: ModelState;
  iteration?: number;
}

/** A training that is about to begin. */
export function start({seed = 1, iteration = 0, ...options}: RunOptions = {}): Run {
  const config = {...TINY, ...options.config};
  const training = {...TRAINING, ...options.training};
  const state = options.state ?? ModelState.random(config, training.initGain, seed);
  const dataset = options.dataset ?? createBlobs({size: config.size, seed});
  const trainer = new Trainer(state, training, dataset, seed, iteration);
  const dispose = async (): Promise<void> => {
    await trainer.dispose();
    state.dispose();
  };
  return {state, trainer, dispose};
}

/** All numbers of a state, and of its optimisers where they are given, by name. */
export function numbers(
  state: ModelState,
  optimizers?: Record<NetworkName, Adam>
): Map<string, number[]> {
  const found = new Map<string, number[]>();
  // Synchronously: WebGL's way to wait takes longer than the reading of some hundred small tensors.
  const read = (name: string, tensor: tf.Tensor): void => {
    found.set(name, [...tensor.dataSync()]);
  };
  for (const network of NETWORKS) {
    const held = {...state.parameters(network), ...state.vectors(network)};
    for (const [name, tensor] of Object.entries(held)) read(`${network}/${name}`, tensor);
    if (!optimizers) continue;
    const {step, moments} = optimizers[network];
    found.set(`${network}/step`, [step]);
    for (const [name, {mean, square}] of Object.entries(moments)) {
      read(`${network}/${name}/mean`, mean);
      read(`${network}/${name}/square`, square);
    }
  }
  return found;
}

/** Names of the numbers that differ in a single bit. */
export function changes(
  before: ReadonlyMap<string, number[]>,
  after: ReadonlyMap<string, number[]>
): string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter(name => {
    const [old, now] = [before.get(name), after.get(name)];
    return !old || !now || old.length !== now.length || !old.every((x, i) => Object.is(x, now[i]));
  });
}

/** Names of the trained parameters, out of what `numbers` names: spectral vectors are none. */
export function withoutVectors(names: readonly string[]): string[] {
  return names.filter(name => !/\.[uv]$/.test(name));
}

/** All tensors in a container, disposed of. */
export function free(...containers: unknown[]): void {
  tf.dispose(containers as tf.TensorContainer);
}
