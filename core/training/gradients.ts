/** Gradients of the two updates with respect to every trained parameter. */

import * as tf from '@tensorflow/tfjs-core';
import type {Scalar, Tensor, Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import type {NetworkName} from '../model/config.js';
import {score, segment, type Weights} from '../model/redo.js';
import type {ModelState} from '../model/state.js';
import type {Moments} from '../nn/conditional-norm.js';
import {trainedNames, type Tensors} from '../nn/parameters.js';
import type {SpectralVectors} from '../nn/spectral-norm.js';
import type {Lesson} from './lessons.js';
import {type Batch, crossEntropy, generatorLosses, hingeLoss} from './losses.js';

/** Gradients by network and parameter; parameters that the loss does not touch are absent. */
export type Gradients = Partial<Record<NetworkName, Tensors>>;

/** What a pass leaves behind; the caller owns all of it. */
export interface Pass {
  gradients: Gradients;
  /** Numbers worth showing, one after the other. */
  numbers: Tensor;
}

/**
 * Gradients of f, G and δ. `numbers` is `[adversarial loss, recovery loss, areas…]`, and after them the
 * cross-entropy of the lesson where there is one.
 *
 * The spectral vectors must have been advanced before.
 *
 * @param lesson Labelled images that f is taught by too.
 */
export function generatorPass(
  state: ModelState,
  batch: Batch,
  lambdaZ: number,
  moments?: Moments,
  lesson?: Lesson
): Pass {
  const trained: NetworkName[] = ['mask', 'generator', 'encoder'];
  return differentiate(state, trained, parameters => {
    const weights: Weights = {
      mask: state.weights('mask', parameters.mask),
      generator: state.weights('generator', parameters.generator),
      discriminator: state.weights('discriminator'),
      encoder: state.weights('encoder', parameters.encoder),
    };
    const losses = generatorLosses(weights, batch, state.config, lambdaZ, moments, lesson);
    const {adversarial, recovery, areas, supervised} = losses;
    const parts = [tf.stack([adversarial, recovery]), areas];
    if (supervised) parts.push(tf.stack([supervised]));
    const numbers = tf.concat(parts);
    return {loss: losses.total, numbers};
  });
}

/**
 * Gradients of D. `numbers` is `[hinge loss, mean D(I), mean D(Î)]`.
 *
 * @param real I `[batch, size, size, 3]`. @param fakes Î.
 * @param vectors D's spectral vectors at its forward on `real` and at the later one on `fakes`.
 */
export function discriminatorPass(
  state: ModelState,
  real: Tensor4D,
  fakes: Tensor4D,
  vectors: {real: SpectralVectors; fakes: SpectralVectors}
): Pass {
  return differentiate(state, ['discriminator'], ({discriminator}) => {
    const d = (images: Tensor4D, at: SpectralVectors): Tensor1D =>
      score(state.weights('discriminator', discriminator, at), images, state.config);
    const onReal = d(real, vectors.real);
    const onFakes = d(fakes, vectors.fakes);
    const loss = hingeLoss(onReal, onFakes);
    return {loss, numbers: tf.stack([loss, tf.mean(onReal), tf.mean(onFakes)])};
  });
}

/**
 * Gradients of f by labels, as the supervised baseline learns. `numbers` is `[cross-entropy]`.
 *
 * @param labels True region of each pixel, `[batch, size, size]`, int32.
 */
export function supervisedPass(state: ModelState, images: Tensor4D, labels: Tensor): Pass {
  return differentiate(state, ['mask'], ({mask}) => {
    const loss = crossEntropy(segment(state.weights('mask', mask), images, state.config), labels);
    return {loss, numbers: tf.stack([loss])};
  });
}

/**
 * Euclidean norms of the networks' gradients, in the networks' order.
 *
 * @returns `[networks]`.
 */
export function gradientNorms(gradients: Gradients): Tensor1D {
  return tf.tidy(() => {
    const norms = Object.values(gradients).map(own =>
      tf.sqrt(tf.addN(Object.values(own).map(each => tf.sum(tf.square(each)))))
    );
    return tf.stack(norms) as Tensor1D;
  });
}

function differentiate(
  state: ModelState,
  networks: readonly NetworkName[],
  forward: (parameters: Partial<Record<NetworkName, Tensors>>) => {loss: Scalar; numbers: Tensor}
): Pass {
  return tf.tidy(() => {
    const parameters: Partial<Record<NetworkName, Tensors>> = {};
    const places: {network: NetworkName; name: string; tensor: Tensor}[] = [];
    for (const network of networks) {
      const own: Tensors = (parameters[network] = {});
      for (const name of trainedNames(state.layers[network])) {
        const tensor = (own[name] = state.parameters(network)[name]!);
        places.push({network, name, tensor});
      }
    }
    let numbers: Tensor | undefined;
    const {grads} = tf.engine().gradients(
      () => {
        const result = forward(parameters);
        numbers = tf.keep(result.numbers);
        return result.loss;
      },
      places.map(({tensor}) => tensor)
    );
    const gradients: Gradients = {};
    places.forEach(({network, name}, i) => {
      // tfjs leaves out, whatever its type says, the gradient of what the loss does not depend on.
      const gradient = grads[i];
      if (gradient) (gradients[network] ??= {})[name] = gradient;
    });
    return {gradients, numbers: numbers!};
  });
}
