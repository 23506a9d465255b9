/** What D says of many images, real and redrawn. */

import * as tf from '@tensorflow/tfjs-core';

import type {Dataset} from '../../datasets/dataset.js';
import type {ModelConfig} from '../model/config.js';
import {
  compose,
  maskOf,
  paintRegion,
  regionIndices,
  score,
  segment,
  type Weights,
} from '../model/redo.js';
import type {RequestOptions, Requests, Scores} from './protocol.js';
import {inBatches, read, stack} from './survey.js';

/** D(I) of each image, and D(Î_k) of each image and region with the code that is given for them. */
export async function scoreEach(
  weights: Weights,
  config: ModelConfig,
  dataset: Dataset,
  {split, indices, codes}: Omit<Requests['scores']['request'], 'model'>,
  options: RequestOptions
): Promise<Scores> {
  const real = new Float32Array(indices.length);
  const redrawn = regionIndices(config).map(() => new Float32Array(indices.length));
  await inBatches(indices.length, config.size, options, async (from, to) => {
    const {images: pixels, size} = await dataset.read(split, indices.slice(from, to));
    const count = to - from;
    const all = tf.tidy(() => {
      const images = tf.tensor4d(pixels, [count, size, size, 3]);
      const masks = segment(weights.mask, images, config); // [count, size, size, regions]
      const ofRegion = redrawn.map((_, k) => {
        const mask = maskOf(masks, k);
        const own = stack(codes[k]!, from, to);
        const painted = paintRegion(weights.generator, k, mask, own, config);
        const composed = compose(tf.mul(painted, mask), mask, images);
        return score(weights.discriminator, composed, config);
      });
      return tf.stack([score(weights.discriminator, images, config), ...ofRegion]); // [1 + regions, count]
    });
    const values = await read(all);
    [real, ...redrawn].forEach((row, r) =>
      row.set(values.subarray(r * count, (r + 1) * count), from)
    );
  });
  return {real, redrawn};
}
