/**
 * Spectral normalisation with its state in the open (Miyato et al. 2018;
 * `torch.nn.utils.spectral_norm`).
 *
 * A weight W is used as W / σ, σ = vᵀ W u. The vectors u and v follow the first singular pair by
 * one power iteration at every training-mode forward; none is made in evaluation. In the gradient
 * u and v count as constants, so ∂σ/∂W = v uᵀ.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D} from '@tensorflow/tfjs-core';

import type {Random} from '../../datasets/random.js';
import {divideBySigma, powerIteration} from '../kernels/spectral-norm.js';
import type {Layer, Tensors} from './parameters.js';

/** The two vectors of each spectrally normalised layer: `NAME.u` `[1, out]` and `NAME.v` `[1, kernel² · in]`. */
export type SpectralVectors = Record<string, Tensor2D>;

type Conv = Extract<Layer, {kind: 'conv'}>;

export function spectralLayers(layers: readonly Layer[]): Conv[] {
  return layers.filter((layer): layer is Conv => layer.kind === 'conv' && layer.spectral);
}

/** Random unit vectors, as PyTorch starts. */
export function initializeSpectral(layers: readonly Layer[], random: Random): SpectralVectors {
  const vectors: SpectralVectors = {};
  for (const {name, kernel, in: inChannels, out} of spectralLayers(layers)) {
    vectors[`${name}.u`] = unit(random.normals(out));
    vectors[`${name}.v`] = unit(random.normals(kernel ** 2 * inChannels));
  }
  return vectors;
}

/** One power iteration of every layer: `v ← Wu / ‖Wu‖`, `u ← Wᵀv / ‖Wᵀv‖`. The caller owns the result. */
export function powerIterate(
  layers: readonly Layer[],
  parameters: Tensors,
  vectors: SpectralVectors
): SpectralVectors {
  const next: SpectralVectors = {};
  for (const {name} of spectralLayers(layers)) {
    const [u, v] = powerIteration(parameters[`${name}.weight`]!, vectors[`${name}.u`]!);
    next[`${name}.u`] = u;
    next[`${name}.v`] = v;
  }
  return next;
}

/** The parameters with every spectrally normalised weight divided by its σ; differentiable in them. */
export function divideBySpectralNorm(
  layers: readonly Layer[],
  parameters: Tensors,
  vectors: SpectralVectors
): Tensors {
  const weights = {...parameters};
  for (const {name} of spectralLayers(layers)) {
    const key = `${name}.weight`;
    weights[key] = divideBySigma(parameters[key]!, vectors[`${name}.u`]!, vectors[`${name}.v`]!);
  }
  return weights;
}

function unit(values: Float32Array): Tensor2D {
  const norm = Math.hypot(...values);
  return tf.tensor2d(
    values.map(value => value / norm),
    [1, values.length]
  );
}
