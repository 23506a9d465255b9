/** The state of a model: the parameters of its networks and the vectors of their spectral norms. */

import * as tf from '@tensorflow/tfjs-core';

import {Random} from '../../datasets/random.js';
import {initialize, type Layer, type Tensors} from '../nn/parameters.js';
import {
  divideBySpectralNorm,
  initializeSpectral,
  powerIterate,
  type SpectralVectors,
} from '../nn/spectral-norm.js';
import type {ModelConfig, NetworkName} from './config.js';
import {networkLayers, NETWORKS, type Weights} from './redo.js';

export interface NetworkState {
  parameters: Tensors;
  vectors: SpectralVectors;
}

/**
 * Owns the tensors of one model. Whoever replaces one disposes of the old through `replace`.
 */
export class ModelState {
  readonly config: ModelConfig;
  readonly layers: Record<NetworkName, Layer[]>;
  private readonly networks: Record<NetworkName, NetworkState>;

  private constructor(config: ModelConfig, networks: Record<NetworkName, NetworkState>) {
    this.config = config;
    this.layers = networkLayers(config);
    this.networks = networks;
  }

  /** New weights, all from `seed`. */
  static random(config: ModelConfig, initGain: number, seed: number): ModelState {
    return ModelState.completed(config, initGain, seed, () => undefined);
  }

  /** Takes over the tensors that `network` gives; where it gives none, new weights from `seed`. */
  static completed(
    config: ModelConfig,
    initGain: number,
    seed: number,
    network: (name: NetworkName) => NetworkState | undefined
  ): ModelState {
    const layers = networkLayers(config);
    const fresh: NetworkName[] = [];
    const state = ModelState.of(config, name => {
      const given = network(name);
      if (given) return given;
      fresh.push(name);
      return {
        parameters: initialize(layers[name], initGain, new Random(seed, 'weights', name)),
        vectors: initializeSpectral(layers[name], new Random(seed, 'spectral', name)),
      };
    });
    // Random vectors say nothing of σ yet: an untrained D would score 10¹⁴. PyTorch's newer
    // `parametrizations.spectral_norm` starts with as many iterations.
    for (let i = 0; i < 15; i++) fresh.forEach(name => state.advance(name));
    return state;
  }

  /** Takes over the tensors that `network` gives. */
  static of(config: ModelConfig, network: (name: NetworkName) => NetworkState): ModelState {
    const entries = NETWORKS.map(name => [name, network(name)] as const);
    return new ModelState(config, Object.fromEntries(entries) as Record<NetworkName, NetworkState>);
  }

  parameters(name: NetworkName): Tensors {
    return this.networks[name].parameters;
  }

  vectors(name: NetworkName): SpectralVectors {
    return this.networks[name].vectors;
  }

  /** The vectors of now, to be kept while the state advances; the caller disposes of them. */
  copyVectors(name: NetworkName): SpectralVectors {
    const copies = Object.entries(this.vectors(name)).map(([key, v]) => [key, tf.clone(v)]);
    return Object.fromEntries(copies) as SpectralVectors;
  }

  /** Takes over new values of some parameters of a network. */
  replaceParameters(name: NetworkName, tensors: Tensors): void {
    replace(this.networks[name].parameters, tensors);
  }

  /** Takes over new values of some spectral vectors of a network. */
  replaceVectors(name: NetworkName, vectors: SpectralVectors): void {
    replace(this.networks[name].vectors, vectors);
  }

  /** The power iteration that PyTorch makes at a training-mode forward of a network, or of G_k alone. */
  advance(name: NetworkName, prefix = ''): void {
    const layers = this.layers[name].filter(layer => layer.name.startsWith(prefix));
    const {parameters, vectors} = this.networks[name];
    replace(vectors, powerIterate(layers, parameters, vectors));
  }

  /**
   * The weights for a forward pass; differentiable in `parameters`. Belongs to the enclosing `tidy`.
   *
   * @param parameters In the place of this state's own, all or some.
   * @param vectors In the place of this state's own.
   */
  weights(
    name: NetworkName,
    parameters?: Tensors,
    vectors: SpectralVectors = this.vectors(name)
  ): Tensors {
    const all = {...this.parameters(name), ...parameters};
    return divideBySpectralNorm(this.layers[name], all, vectors);
  }

  /** All networks' weights, to be kept while the parameters do not change; the caller disposes of them. */
  mergedWeights(): Weights {
    const entries = NETWORKS.map(name => {
      const parameters = new Set(Object.values(this.parameters(name)));
      const merged = tf.tidy(() => {
        const weights = this.weights(name);
        for (const [key, tensor] of Object.entries(weights)) {
          // A copy also of what needed no division: a parameter may be disposed of before the weights.
          weights[key] = tf.keep(parameters.has(tensor) ? tf.clone(tensor) : tensor);
        }
        return weights;
      });
      return [name, merged] as const;
    });
    return Object.fromEntries(entries) as Weights;
  }

  dispose(): void {
    for (const {parameters, vectors} of Object.values(this.networks)) {
      tf.dispose(parameters);
      tf.dispose(vectors);
    }
  }
}

function replace(held: Tensors, tensors: Tensors): void {
  for (const [name, tensor] of Object.entries(tensors)) {
    held[name]?.dispose();
    held[name] = tensor;
  }
}
