/**
 * The four networks of ReDO and how a picture passes through them (paper, section 3.3).
 *
 * Published code: the body of the loop in `train.py`. Everything here is a pure function of
 * weights; who trains them and who keeps them is another's concern.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import {takeChannels} from '../kernels/channels.js';
import type {Moments} from '../nn/conditional-norm.js';
import type {Layer, Tensors} from '../nn/parameters.js';
import type {ModelConfig, NetworkName} from './config.js';
import {maskLayers, maskNetwork, type MaskNoise} from './mask-network.js';
import {generatorLayers, regionGenerator} from './region-generator.js';
import {discriminator, encoder, residualEncoderLayers} from './residual-encoder.js';

export const NETWORKS: readonly NetworkName[] = ['mask', 'generator', 'discriminator', 'encoder'];

/** The weights that a forward pass uses: spectral norms already divided out. */
export type Weights = Record<NetworkName, Tensors>;

/** The layers of each network, under their names in the published state_dict. */
export function networkLayers(config: ModelConfig): Record<NetworkName, Layer[]> {
  const generator = generatorLayers(config);
  return {
    mask: maskLayers(config),
    generator: regionIndices(config).flatMap(k =>
      generator.map(layer => ({...layer, name: regionPrefix(k) + layer.name}))
    ),
    discriminator: residualEncoderLayers('discriminator', config),
    encoder: residualEncoderLayers('encoder', config),
  };
}

export function regionIndices({regions}: Pick<ModelConfig, 'regions'>): number[] {
  return Array.from({length: regions}, (_, k) => k);
}

/** Where the parameters of G_k stand among those of all generators. */
export function regionPrefix(k: number): string {
  return `net.${k}.`;
}

/** M = f(I). @param images `[batch, size, size, 3]`. @returns `[batch, size, size, regions]`. */
export function segment(
  weights: Tensors,
  images: Tensor4D,
  config: ModelConfig,
  noise?: MaskNoise
): Tensor4D {
  return maskNetwork(weights, images, config, noise);
}

/** V_k, colours of region k everywhere, also where its mask is 0: `[batch, size, size, 3]`. */
export function paintRegion(
  weights: Tensors,
  k: number,
  mask: Tensor4D,
  codes: Tensor2D,
  config: ModelConfig,
  moments: Moments = {use: 'running'}
): Tensor4D {
  const prefix = regionPrefix(k);
  const own: Tensors = {};
  for (const [name, tensor] of Object.entries(weights)) {
    if (name.startsWith(prefix)) own[name.slice(prefix.length)] = tensor;
  }
  if (moments.use === 'running') return regionGenerator(own, mask, codes, config, moments);
  const updated: Tensors = {};
  const painted = regionGenerator(own, mask, codes, config, {use: 'batch', updated});
  for (const [name, tensor] of Object.entries(updated)) moments.updated[prefix + name] = tensor;
  return painted;
}

/** M_k `[batch, size, size, 1]` of M `[batch, size, size, regions]`. */
export function maskOf(masks: Tensor4D, k: number): Tensor4D {
  return takeChannels(masks, k, 1);
}

/** M_k ⊙ V_k for every region, each `[batch, size, size, 3]`. @param codes z `[batch, regions, codeSize]`. */
export function drawRegions(
  weights: Tensors,
  masks: Tensor4D,
  codes: Tensor3D,
  regions: readonly number[],
  config: ModelConfig,
  moments?: Moments
): Tensor4D[] {
  return regions.map(k => {
    const mask = maskOf(masks, k);
    const code = tf.reshape(tf.slice(codes, [0, k, 0], [-1, 1, -1]), [-1, config.codeSize]);
    return tf.mul(paintRegion(weights, k, mask, code as Tensor2D, config, moments), mask);
  });
}

/**
 * Î_k = M_k ⊙ V_k + (1 − M_k) ⊙ I.
 *
 * @param drawn M_k ⊙ V_k `[batch, size, size, 3]`.
 * @param mask M_k `[batch, size, size, 1]`.
 * @param images I `[batch, size, size, 3]`.
 */
export function compose(drawn: Tensor4D, mask: Tensor4D, images: Tensor4D): Tensor4D {
  return tf.add(drawn, tf.mul(tf.sub(1, mask), images));
}

/** D(I) `[batch]`. */
export function score(weights: Tensors, images: Tensor4D, config: ModelConfig): Tensor1D {
  return discriminator(weights, images, config);
}

/** δ(I), codes `[batch, regions, codeSize]`. */
export function recover(weights: Tensors, images: Tensor4D, config: ModelConfig): Tensor3D {
  return encoder(weights, images, config);
}
