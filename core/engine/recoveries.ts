/** What δ reads from images that were redrawn whole. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import type {ModelConfig} from '../model/config.js';
import {drawRegions, recover, regionIndices, type Weights} from '../model/redo.js';
import type {RequestOptions} from './protocol.js';
import {inBatches, read} from './survey.js';

/**
 * δ(Σ_k M_k ⊙ G_k(M_k, z_k)) of each draw of codes.
 *
 * @param masks M `[1, size, size, regions]`.
 * @param codes z `[draws, regions, codeSize]`.
 * @returns ẑ, of the same shape.
 */
export async function recoverEach(
  weights: Weights,
  config: ModelConfig,
  masks: Tensor4D,
  codes: Float32Array,
  options: RequestOptions
): Promise<Float32Array<ArrayBuffer>> {
  const {regions, codeSize, size} = config;
  const length = regions * codeSize;
  const recovered = new Float32Array(codes.length);
  await inBatches(codes.length / length, size, options, async (from, to) => {
    const values = tf.tidy(() => {
      const own = codes.subarray(from * length, to * length);
      const z = tf.tensor3d(own, [to - from, regions, codeSize]);
      const each = tf.tile(masks, [to - from, 1, 1, 1]); // [draws, size, size, regions]
      const drawn = drawRegions(weights.generator, each, z, regionIndices(config), config);
      return recover(weights.encoder, tf.addN(drawn), config);
    });
    recovered.set(await read(values), from * length);
  });
  return recovered;
}
