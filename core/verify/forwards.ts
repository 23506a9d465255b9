/** The evaluation-mode forward passes of a reference. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import {
  compose,
  drawRegions,
  maskOf,
  recover,
  regionIndices,
  score,
  segment,
} from '../model/redo.js';
import type {ModelState} from '../model/state.js';
import {BOUNDS, type Comparison, relativeError} from './comparison.js';
import {arrayOf, type Reference} from './reference.js';

export async function compareForwards(
  reference: Reference,
  state: ModelState
): Promise<Comparison[]> {
  const {config} = reference;
  const weights = state.mergedWeights();
  const outputs = tf.tidy(() => {
    const images = imagesOf(reference, 'eval/image');
    const codes = codesOf(reference, 'eval/z');
    const masks = segment(weights.mask, images, config);
    const drawn = drawRegions(weights.generator, masks, codes, regionIndices(config), config);
    const redrawn = drawn.map((region, k) => compose(region, maskOf(masks, k), images));
    const scores = redrawn.map(image => score(weights.discriminator, image, config));
    return {
      masks: channelsFirst(masks),
      regions: channelsFirst(tf.stack(drawn, 1)),
      redrawn: channelsFirst(tf.stack(redrawn, 1)),
      score_real: score(weights.discriminator, images, config),
      score_redrawn: tf.stack(scores, 1),
      z_from_generated: recover(weights.encoder, tf.addN(drawn), config),
    };
  });
  const comparisons: Comparison[] = [];
  for (const [name, tensor] of Object.entries(outputs)) {
    const expected = arrayOf(reference, `eval/${name}`, tensor.shape);
    comparisons.push({
      quantity: `forward ${name}`,
      tensor: `eval/${name}`,
      error: relativeError(await tensor.data(), expected.values),
      bound: BOUNDS.forward,
    });
  }
  tf.dispose([outputs, weights]);
  return comparisons;
}

/** Images `[batch, size, size, 3]` of an array `[batch, 3, size, size]`; the caller owns them. */
export function imagesOf(reference: Reference, name: string): Tensor4D {
  const {shape, values} = arrayOf(reference, name);
  return tf.tidy(() => {
    const theirs = tf.tensor4d(values, shape as Tensor4D['shape']);
    return tf.transpose(theirs, [0, 2, 3, 1]);
  });
}

/** Codes `[batch, regions, codeSize]`; the caller owns them. */
export function codesOf(reference: Reference, name: string): Tensor3D {
  const {shape, values} = arrayOf(reference, name);
  return tf.tensor3d(values, shape as Tensor3D['shape']);
}

/** `[…, height, width, channels]` to `[…, channels, height, width]`. */
function channelsFirst(x: tf.Tensor): tf.Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const [height, width, channels] = axes.splice(-3);
  return tf.transpose(x, [...axes, channels!, height!, width!]);
}
