/** The networks of ReDO out of stock tfjs operations, over the same weights as ours. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import {depth, type ModelConfig} from '../../core/model/config.js';
import type {Tensors} from '../../core/nn/parameters.js';
import {
  affineNormRelu,
  attention,
  convolve,
  dense,
  instanceNormRelu,
  pool,
  reflectPad,
  upsample,
} from './operations.js';

/** M = f(I) `[batch, size, size, regions]`. */
export function maskNetwork(weights: Tensors, images: Tensor4D, config: ModelConfig): Tensor4D {
  const {size, regions, maskResidualBlocks, temperature} = config;
  const quarter = size / 4;
  let x = convolve(weights, 'cnn.0.mods.1', reflectPad(images, 3), {pad: 0});
  x = affineNormRelu(weights, 'cnn.0.mods.2', x);
  x = convolve(weights, 'cnn.0.mods.4', x, {stride: 2});
  x = affineNormRelu(weights, 'cnn.0.mods.5', x);
  x = convolve(weights, 'cnn.0.mods.7', x, {stride: 2});
  x = affineNormRelu(weights, 'cnn.0.mods.8', x);
  for (let block = 1; block <= maskResidualBlocks; block++) {
    let h = convolve(weights, `cnn.${block}.blocs.0`, x);
    h = affineNormRelu(weights, `cnn.${block}.blocs.1`, h);
    h = convolve(weights, `cnn.${block}.blocs.3`, h);
    x = affineNormRelu(weights, `cnn.${block}.activationF.0`, tf.add(h, x));
  }
  const pyramid = [1, 2, 3, 6].map((divisor, branch) => {
    const pooled = pool(x, Math.max(1, Math.floor(quarter / divisor)));
    const y = convolve(weights, `psp.${branch}.1`, pooled);
    return tf.image.resizeBilinear(y, [quarter, quarter], false, true);
  });
  x = tf.concat([x, ...pyramid], 3);
  x = affineNormRelu(weights, 'out.mods.2', convolve(weights, 'out.mods.1', upsample(x)));
  x = affineNormRelu(weights, 'out.mods.6', convolve(weights, 'out.mods.5', upsample(x)));
  x = convolve(weights, 'out.mods.9', reflectPad(x, 3), {pad: 0});
  const logits: Tensor4D = tf.div(x, temperature);
  if (regions > 2) return tf.softmax(logits);
  const first = tf.sigmoid(logits);
  return tf.concat([first, tf.sub(1, first)], 3);
}

/** M_k ⊙ V_k `[batch, size, size, 3]`. @param prefix Where G_k's weights stand, e.g. `net.0.`. */
export function drawRegion(
  weights: Tensors,
  prefix: string,
  mask: Tensor4D,
  codes: Tensor2D,
  config: ModelConfig
): Tensor4D {
  const blocks = depth(config.size);
  const byCode = (name: string): Tensor4D => {
    const code: Tensor4D = tf.reshape(codes, [-1, 1, 1, config.codeSize]);
    return convolve(weights, prefix + name, code);
  };
  const normRelu = (place: string, x: Tensor4D): Tensor4D =>
    instanceNormRelu(x, byCode(`gamma${place}`), byCode(`beta${place}`));
  const conv = (name: string, x: Tensor4D): Tensor4D => convolve(weights, prefix + name, x);

  const channels = config.widths.generator * 2 ** (blocks - 1);
  const seed = tf.reshape(dense(weights, `${prefix}dense`, codes), [-1, channels, 4, 4]);
  let x = tf.transpose(seed, [0, 2, 3, 1]) as Tensor4D;
  for (let k = 0; k < blocks; k++) {
    if (k === blocks - 1 && config.attention.generator) {
      x = attention(weights, `${prefix}selfAtt`, x);
    }
    const shape = pool(mask, config.size / x.shape[1]);
    let h: Tensor4D = tf.concat([normRelu(`A.${k}`, x), shape], 3);
    h = conv(`convA.${k}.1`, upsample(h));
    h = conv(`convB.${k}`, normRelu(`B.${k}`, h));
    x = tf.add(h, conv(`sc.${k}.1`, upsample(x)));
  }
  const painted = tf.tanh(conv('convOut', tf.concat([normRelu('Out', x), mask], 3)));
  return tf.mul(painted, mask);
}

/** D(I) `[batch]`. */
export function discriminator(weights: Tensors, images: Tensor4D, config: ModelConfig): Tensor1D {
  const down = depth(config.size);
  const block = (k: number): string => (k === 0 ? 'bloc0' : `blocs.${k - 1}`);
  const shortcut = (k: number): string => (k === 0 ? 'sc0.1' : `sc.${k - 1}.1`);
  const y = residual(weights, images, {
    down,
    block,
    shortcut,
    attends: config.attention.discriminator,
  });
  return tf.reshape(dense(weights, 'dense', y), [-1]);
}

/** δ(I) `[batch, regions, codeSize]`. */
export function encoder(weights: Tensors, images: Tensor4D, config: ModelConfig): Tensor3D {
  const down = depth(config.size);
  const block = (k: number): string => `net.blocs.${k}`;
  const shortcut = (k: number): string => `net.sc.${k}.1`;
  const y = residual(weights, images, {down, block, shortcut, attends: false});
  return tf.reshape(dense(weights, 'net.dense', y), [-1, config.regions, config.codeSize]);
}

interface Form {
  down: number;
  block: (k: number) => string;
  shortcut: (k: number) => string;
  attends: boolean;
}

function residual(
  weights: Tensors,
  images: Tensor4D,
  {down, block, shortcut, attends}: Form
): Tensor2D {
  let x = images;
  for (let k = 0; k <= down; k++) {
    const [first, second] = k === 0 ? [0, 2] : [1, 3];
    let h = convolve(weights, `${block(k)}.${first}`, k === 0 ? x : tf.relu(x));
    h = convolve(weights, `${block(k)}.${second}`, tf.relu(h));
    x = k < down ? tf.add(pool(h), convolve(weights, shortcut(k), pool(x))) : tf.add(h, x);
    if (k === 0 && attends) x = attention(weights, 'selfAtt', x);
  }
  return tf.sum(x, [1, 2]);
}
