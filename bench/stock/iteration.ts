/** One iteration of the published loop out of stock tfjs operations, autodiff and optimisers. */

import * as tf from '@tensorflow/tfjs-core';
import type {Scalar, Tensor, Tensor2D, Tensor3D, Tensor4D, Variable} from '@tensorflow/tfjs-core';

import type {ModelConfig, NetworkName, TrainingConfig} from '../../core/model/config.js';
import {NETWORKS, regionIndices, regionPrefix} from '../../core/model/redo.js';
import type {ModelState} from '../../core/model/state.js';
import {type Layer, type Tensors, trainedNames} from '../../core/nn/parameters.js';
import {type SpectralVectors, spectralLayers} from '../../core/nn/spectral-norm.js';
import {discriminator, drawRegion, encoder, maskNetwork} from './networks.js';

export interface StockBatch {
  images: Tensor4D;
  real: Tensor4D;
  codes: Tensor3D;
}

interface Network {
  layers: Layer[];
  variables: Record<string, Variable>;
  vectors: SpectralVectors;
  optimizer: tf.Optimizer;
  weightDecay: number;
}

/** Owns its variables, which start as copies of a state's. */
export class StockTrainer {
  private readonly config: ModelConfig;
  private readonly lambdaZ: number;
  private readonly networks: Record<NetworkName, Network>;

  constructor(state: ModelState, training: TrainingConfig) {
    this.config = state.config;
    this.lambdaZ = training.lambdaZ;
    const {beta1, beta2, epsilon, learningRates, maskWeightDecay} = training;
    const entries = NETWORKS.map(name => {
      const variables = Object.fromEntries(
        trainedNames(state.layers[name]).map(key => [
          key,
          tf.variable(state.parameters(name)[key]!),
        ])
      );
      const network: Network = {
        layers: state.layers[name],
        variables,
        vectors: state.copyVectors(name),
        optimizer: tf.train.adam(learningRates[name], beta1, beta2, epsilon),
        weightDecay: name === 'mask' ? maskWeightDecay : 0,
      };
      return [name, network] as const;
    });
    this.networks = Object.fromEntries(entries) as Record<NetworkName, Network>;
  }

  /** @returns The hinge loss, which the caller owns; it depends on everything before it. */
  iterate({images, real, codes}: StockBatch): Scalar {
    const {config, networks} = this;
    for (const name of ['generator', 'discriminator', 'encoder'] as const) this.advance(name);
    this.update(['mask', 'generator', 'encoder'], () => {
      const {drawn, fakes} = this.redraw(images, codes);
      const score = tf.mean(discriminator(this.weights('discriminator'), fakes, config));
      const recovered = encoder(this.weights('encoder'), tf.addN(drawn), config);
      const recovery = tf.mean(tf.square(tf.sub(recovered, codes)));
      return tf.sub(tf.mul(recovery, this.lambdaZ), score);
    }).dispose();

    this.advance('generator');
    const fakes = tf.tidy(() => this.redraw(images, codes).fakes);
    this.advance('discriminator');
    const before = networks.discriminator.vectors;
    const onReal = Object.fromEntries(
      Object.entries(before).map(([key, vector]) => [key, tf.clone(vector)])
    );
    this.advance('discriminator');
    const loss = this.update(['discriminator'], () => {
      const scoreReal = discriminator(this.weights('discriminator', onReal), real, config);
      const scoreFake = discriminator(this.weights('discriminator'), fakes, config);
      const margins = [tf.relu(tf.sub(1, scoreReal)), tf.relu(tf.add(1, scoreFake))];
      return tf.add(tf.mean(margins[0]!), tf.mean(margins[1]!));
    });
    tf.dispose([fakes, onReal]);
    return loss;
  }

  dispose(): void {
    for (const {variables, vectors, optimizer} of Object.values(this.networks)) {
      tf.dispose([variables, vectors]);
      optimizer.dispose();
    }
  }

  private redraw(images: Tensor4D, codes: Tensor3D): {drawn: Tensor4D[]; fakes: Tensor4D} {
    const masks = maskNetwork(this.weights('mask'), images, this.config);
    const generators = this.weights('generator');
    const drawn: Tensor4D[] = [];
    const fakes = regionIndices(this.config).map(k => {
      const mask: Tensor4D = tf.slice(masks, [0, 0, 0, k], [-1, -1, -1, 1]);
      const code: Tensor2D = tf.squeeze(tf.slice(codes, [0, k, 0], [-1, 1, -1]), [1]);
      const region = drawRegion(generators, regionPrefix(k), mask, code, this.config);
      drawn.push(region);
      return tf.add<Tensor4D>(region, tf.mul(tf.sub(1, mask), images));
    });
    return {drawn, fakes: tf.concat(fakes, 0)};
  }

  private update(names: readonly NetworkName[], loss: () => Scalar): Scalar {
    const of = names.map(name => this.networks[name]);
    const variables = of.flatMap(network => Object.values(network.variables));
    const {value, grads} = tf.variableGrads(loss, variables);
    for (const {variables: own, optimizer, weightDecay} of of) {
      const gradients = Object.values(own).map(variable => {
        const gradient = grads[variable.name]!;
        const tensor = weightDecay
          ? tf.tidy(() => tf.add(gradient, tf.mul(variable, weightDecay)))
          : gradient;
        return {name: variable.name, tensor};
      });
      optimizer.applyGradients(gradients);
      if (weightDecay) tf.dispose(gradients.map(({tensor}) => tensor));
    }
    tf.dispose(grads);
    return value;
  }

  /** A power iteration of every spectrally normalised layer. */
  private advance(name: NetworkName): void {
    const network = this.networks[name];
    const {layers, variables, vectors} = network;
    for (const {name: layer} of spectralLayers(layers)) {
      const [u, v] = tf.tidy(() => {
        const matrix = asMatrix(variables[`${layer}.weight`]!);
        const unit = (x: Tensor): Tensor2D => tf.div(x, tf.maximum(tf.norm(x), 1e-12));
        const v = unit(tf.matMul(vectors[`${layer}.u`]!, matrix, false, true));
        return [unit(tf.matMul(v, matrix)), v];
      });
      tf.dispose([vectors[`${layer}.u`], vectors[`${layer}.v`]]);
      vectors[`${layer}.u`] = u!;
      vectors[`${layer}.v`] = v!;
    }
  }

  private weights(name: NetworkName, vectors = this.networks[name].vectors): Tensors {
    const {layers, variables} = this.networks[name];
    const weights: Tensors = {...variables};
    for (const {name: layer} of spectralLayers(layers)) {
      const weight = variables[`${layer}.weight`]!;
      const along = tf.matMul(vectors[`${layer}.v`]!, asMatrix(weight));
      weights[`${layer}.weight`] = tf.div(weight, tf.sum(tf.mul(along, vectors[`${layer}.u`]!)));
    }
    return weights;
  }
}

function asMatrix(weight: Tensor): Tensor2D {
  return tf.reshape(weight, [-1, weight.shape.at(-1)!]);
}
