/**
 * The losses of the two updates (paper, section 3.3; `train.py`).
 *
 * Departs from the paper where the published code does, unless `variant` is `paper`: see METHOD's
 * table in `README.md`.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Scalar, Tensor, Tensor1D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import type {ModelConfig} from '../model/config.js';
import type {MaskNoise} from '../model/mask-network.js';
import {
  compose,
  drawRegions,
  maskOf,
  recover,
  score,
  segment,
  type Weights,
} from '../model/redo.js';
import type {Moments} from '../nn/conditional-norm.js';
import type {Tensors} from '../nn/parameters.js';
import type {Lesson} from './lessons.js';

/** What an update redraws. */
export interface Batch {
  /** I `[batch, size, size, 3]`. */
  images: Tensor4D;
  /** z `[batch, regions, codeSize]`. */
  codes: Tensor3D;
  /** The regions that are redrawn: all (published code; the first ones where others are empty still), or one (paper). */
  regions: readonly number[];
  /** Noise on f's logits, where the training has it. */
  noise?: MaskNoise;
}

/** What the generator's side computes on its way to the losses; tensors of the enclosing `tidy`. */
export interface Redrawn {
  /** M `[batch, size, size, regions]`. */
  masks: Tensor4D;
  /** M_k ⊙ V_k of each redrawn region, `[batch, size, size, 3]`. */
  drawn: Tensor4D[];
  /** Î_k of all redrawn regions one after the other, `[redrawn · batch, size, size, 3]`. */
  fakes: Tensor4D;
}

/** Masks, regions and compositions of a batch. */
export function redraw(
  weights: Pick<Weights, 'mask' | 'generator'>,
  batch: Batch,
  config: ModelConfig,
  moments?: Moments
): Redrawn {
  const {images, codes, regions, noise} = batch;
  const masks = segment(weights.mask, images, config, noise);
  const drawn = drawRegions(weights.generator, masks, codes, regions, config, moments);
  return {masks, drawn, fakes: composeAll(drawn, masks, batch)};
}

/** Î_k of each redrawn region, stacked along the batch. */
export function composeAll(drawn: readonly Tensor4D[], masks: Tensor4D, batch: Batch): Tensor4D {
  const fakes = drawn.map((region, i) =>
    compose(region, maskOf(masks, batch.regions[i]!), batch.images)
  );
  return fakes.length === 1 ? fakes[0]! : tf.concat(fakes, 0);
}

/** −E[D(Î)]. */
export function adversarialLoss(scores: Tensor1D): Scalar {
  return tf.neg(tf.mean(scores));
}

/**
 * E[(δ(Î) − z)²] over batch, redrawn regions and components: δ reads Σ_k M_k ⊙ V_k where several regions
 * were redrawn, the composition where one was.
 */
export function recoveryLoss(
  encoderWeights: Tensors,
  {drawn, fakes}: Pick<Redrawn, 'drawn' | 'fakes'>,
  {codes, regions}: Batch,
  config: ModelConfig
): Scalar {
  const several = regions.length > 1;
  const recovered = recover(encoderWeights, several ? tf.addN(drawn) : fakes, config);
  const difference = tf.sub(recovered, codes);
  // Several are the first ones.
  const [first, count] = several ? [0, regions.length] : [regions[0]!, 1];
  return tf.mean(tf.square(tf.slice(difference, [0, first, 0], [-1, count, -1])));
}

/** E[max(0, 1 − D(I))] + E[max(0, 1 + D(Î))]. */
export function hingeLoss(real: Tensor1D, fake: Tensor1D): Scalar {
  return tf.add(tf.mean(tf.relu(tf.sub(1, real))), tf.mean(tf.relu(tf.add(1, fake))));
}

/** Mean of each mask over batch and pixels `[regions]`. */
export function regionAreas(masks: Tensor4D): Tensor {
  return tf.mean(masks, [0, 1, 2]);
}

/**
 * Both losses of the generator's side and their weighted sum, with what is worth showing.
 *
 * @param lesson Adds its cross-entropy to the sum.
 */
export function generatorLosses(
  weights: Weights,
  batch: Batch,
  config: ModelConfig,
  lambdaZ: number,
  moments?: Moments,
  lesson?: Lesson
): {total: Scalar; adversarial: Scalar; recovery: Scalar; areas: Tensor; supervised?: Scalar} {
  const redrawn = redraw(weights, batch, config, moments);
  const adversarial = adversarialLoss(score(weights.discriminator, redrawn.fakes, config));
  const recovery = recoveryLoss(weights.encoder, redrawn, batch, config);
  const total: Scalar = tf.add(adversarial, tf.mul(recovery, lambdaZ));
  const areas = regionAreas(redrawn.masks);
  if (!lesson) return {total, adversarial, recovery, areas};
  const supervised = crossEntropy(segment(weights.mask, lesson.images, config), lesson.labels);
  const taught: Scalar = tf.add(total, tf.mul(supervised, lesson.weight));
  return {total: taught, adversarial, recovery, areas, supervised};
}

/** Mean over pixels of −log M_t, t being the true region: what a mask network is taught by labels. */
export function crossEntropy(masks: Tensor4D, labels: Tensor): Scalar {
  const truth = tf.oneHot(labels, masks.shape[3]);
  const right = tf.sum(tf.mul(masks, truth), -1);
  return tf.neg(tf.mean(tf.log(tf.maximum(right, SMALLEST_SHARE))));
}

/** Below it a pixel that is wholly wrong teaches nothing; the logarithm stays finite. */
const SMALLEST_SHARE = 1e-6;
