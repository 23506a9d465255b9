/**
 * Normalisation whose scale and shift are read off the code z, then ReLU (paper, section 4;
 * `gammaA`, `betaA` … in `models.py`).
 *
 * Over the pixels of one image (`nn.InstanceNorm2d`, the published code) or over the batch as well
 * (`nn.BatchNorm2d` without affine, the paper), for which the evaluation uses running moments.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor1D, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {dense} from '../kernels/dense.js';
import {EPSILON, instanceNormRelu} from '../kernels/instance-norm.js';
import {tell} from './observer.js';
import type {Tensors} from './parameters.js';

/** How far running moments move towards those of a batch (PyTorch's `momentum`). */
const MOMENTUM = 0.1;

/**
 * Which moments batch normalisation uses: `running` ones, in evaluation; the batch's own, in
 * training, where those of each layer are left in `updated` as the next running ones. The caller
 * owns what is left there.
 */
export type Moments = {use: 'running'} | {use: 'batch'; updated: Tensors};

/**
 * @param place Which normalisation, e.g. `A.0` for `normA.0`, `gammaA.0` and `betaA.0`.
 * @param x `[batch, height, width, channels]`.
 * @param codes z_k `[batch, codeSize]`.
 */
export function conditionalNormRelu(
  weights: Tensors,
  place: string,
  x: Tensor4D,
  codes: Tensor2D,
  moments: Moments
): Tensor4D {
  const scale = byCode(weights, `gamma${place}`, codes);
  const shift = byCode(weights, `beta${place}`, codes);
  const mean = weights[`norm${place}.running_mean`];
  if (!mean) return tell(`norm${place}`, instanceNormRelu(x, scale, shift), 'relu');

  const variance = weights[`norm${place}.running_var`]!;
  const used = moments.use === 'running' ? {mean, variance} : tf.moments(x, [0, 1, 2]);
  if (moments.use === 'batch') {
    const count = x.size / x.shape[3];
    const blend = (old: Tensor, now: Tensor): Tensor =>
      tf.keep(tf.tidy(() => tf.add(tf.mul(old, 1 - MOMENTUM), tf.mul(now, MOMENTUM))));
    moments.updated[`norm${place}.running_mean`] = blend(mean, used.mean);
    // PyTorch keeps the unbiased variance.
    const unbiased = tf.mul(used.variance, count / (count - 1));
    moments.updated[`norm${place}.running_var`] = blend(variance, unbiased);
  }
  const normalized = tf.div(tf.sub(x, used.mean), tf.sqrt(tf.add(used.variance, EPSILON)));
  const y: Tensor4D = tf.relu(tf.add(tf.mul(normalized, perImage(scale)), perImage(shift)));
  return tell(`norm${place}`, y, 'relu');
}

/** A 1×1 convolution of the code, which is a dense layer: `[batch, channels]`. */
function byCode(weights: Tensors, name: string, codes: Tensor2D): Tensor2D {
  const matrix = tf.squeeze(weights[`${name}.weight`]!, [0, 1]) as Tensor2D; // [codeSize, channels]
  return tell(name, dense(codes, matrix, weights[`${name}.bias`] as Tensor1D));
}

function perImage(x: Tensor2D): Tensor4D {
  return tf.reshape(x, [x.shape[0], 1, 1, x.shape[1]]);
}
