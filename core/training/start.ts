/**
 * How a training starts where its regions would otherwise not live to learn (`Start`). In neither the paper
 * nor the published code, which begins again with other weights where a region has vanished.
 *
 * f and G play for pixels: a region that is painted worse than another loses some to it, whatever is in
 * them. At first no generator paints well, so that chance decides, and one region has the whole image
 * after some hundred iterations. Kept in balance, the regions can only win pixels here for pixels there:
 * and what is worth a change is where the objects are.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import type {ModelConfig, TrainingConfig} from '../model/config.js';
import {MASK_BIAS, MASK_WEIGHT} from '../model/mask-network.js';
import {segment} from '../model/redo.js';
import {ModelState} from '../model/state.js';

/** Logit, divided by T, of a region that is to be empty: its mask is 1e-13. */
const EMPTY = -30;

/** Smallest share that a logarithm is taken of. */
const SMALLEST_SHARE = 1e-12;

/** A model of new weights, with the regions empty that its training does not start with. */
export function startingState(
  config: ModelConfig,
  {initGain, start}: Pick<TrainingConfig, 'initGain' | 'start'>,
  seed: number
): ModelState {
  const state = ModelState.random(config, initGain, seed);
  if (!start || start.regions >= config.regions) return state;
  const {[MASK_WEIGHT]: weight, [MASK_BIAS]: bias} = state.parameters('mask');
  const emptied = tf.tidy(() => {
    const isEmpty = Array.from({length: config.regions}, (_, k) => Number(k >= start.regions));
    const empty = tf.tensor1d(isEmpty);
    const lived = tf.sub(1, empty);
    return {
      [MASK_WEIGHT]: tf.mul(weight!, lived),
      [MASK_BIAS]: tf.add(tf.mul(bias!, lived), tf.mul(empty, EMPTY * config.temperature)),
    };
  });
  state.replaceParameters('mask', emptied);
  return state;
}

/**
 * Shifts f's last biases so that the logits of the first `count` regions have one mean over a batch.
 *
 * @param images I `[batch, size, size, 3]`.
 */
export function balanceRegions(state: ModelState, images: Tensor4D, count: number): void {
  const {config} = state;
  const bias = tf.tidy(() => {
    const masks = segment(state.weights('mask'), images, config);
    // They differ from the mean logits, divided by T, by what is the same for all regions.
    const levels: Tensor1D = tf.mean(tf.log(tf.maximum(masks, SMALLEST_SHARE)), [0, 1, 2]);
    const own = tf.slice(levels, 0, count);
    const excess =
      config.regions === 2
        ? tf.sub(tf.slice(levels, 0, 1), tf.slice(levels, 1, 1))
        : tf.pad(tf.sub(own, tf.mean(own)) as Tensor1D, [[0, config.regions - count]]);
    return tf.sub(state.parameters('mask')[MASK_BIAS]!, tf.mul(excess, config.temperature));
  });
  state.replaceParameters('mask', {[MASK_BIAS]: bias});
}
