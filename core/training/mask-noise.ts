/**
 * Noise that makes f's masks random draws of one region a pixel, relaxed (Gumbel-softmax: Jang, Gu and
 * Poole 2017; Maddison, Mnih and Teh 2017). In neither the paper nor the published code.
 *
 * Without it a region can live as a fog, a few percent of every pixel: a redraw of it blends a plain
 * colour with a plain colour, which D can't tell from a real one, and δ reads its code in it all the
 * same. Drawn by chance, a fog is salt and pepper, which D sees.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import type {Random} from '../../datasets/random.js';
import {type ModelConfig, passedShare, type TrainingConfig} from '../model/config.js';
import type {MaskNoise} from '../model/mask-network.js';

/**
 * The noise of a batch; undefined where there is none yet. The caller owns its tensor.
 *
 * @param iteration Iterations completed before.
 */
export function drawMaskNoise(
  {size, regions}: Pick<ModelConfig, 'size' | 'regions'>,
  {batchSize, maskNoise}: Pick<TrainingConfig, 'batchSize' | 'maskNoise'>,
  iteration: number,
  random: Random
): MaskNoise | undefined {
  const amount = maskNoise ? passedShare(maskNoise, iteration) : 0;
  if (!maskNoise || amount === 0) return undefined;
  // Masks of two regions come from one logit, the difference of two.
  const draw = regions === 2 ? () => gumbel(random) - gumbel(random) : () => gumbel(random);
  const shape: Tensor4D['shape'] = [batchSize, size, size, regions === 2 ? 1 : regions];
  const values = Float32Array.from({length: tf.util.sizeFromShape(shape)}, () => amount * draw());
  return {
    values: tf.tensor4d(values, shape),
    temperature: 1 - (1 - maskNoise.temperature) * amount,
  };
}

/** A draw of the standard Gumbel distribution: −log(−log u), u uniform over (0, 1). */
function gumbel(random: Random): number {
  return -Math.log(-Math.log((random.word() + 0.5) / 2 ** 32));
}
