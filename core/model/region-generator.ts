/**
 * The region generator G_k: a mask and a code in, the pixels of that region out (paper, table 3).
 *
 * Published code: `_resMaskedGenerator128` in `models.py`, one for each region. Departs from it in
 * the depth, which follows the size (4 · 2^L has L blocks), and in the 1×1 shortcut, which runs
 * before the nearest upsampling that it commutes with. `normalization: 'batch'` is the paper's.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {joinChannels} from '../kernels/channels.js';
import {averagePool, upsampleNearest} from '../kernels/resample.js';
import {attention, attentionLayers} from '../nn/attention.js';
import {conditionalNormRelu, type Moments} from '../nn/conditional-norm.js';
import {convLayer, convolve, dense, upsampleConvolve} from '../nn/layers.js';
import {tell} from '../nn/observer.js';
import type {Layer, Tensors} from '../nn/parameters.js';
import {depth, type ModelConfig} from './config.js';

type Config = Pick<ModelConfig, 'size' | 'codeSize' | 'widths' | 'attention' | 'normalization'>;

/** Channels into and out of each block: 16ch→16ch→8ch→4ch→2ch→ch at size 128. */
function blockChannels({size, widths}: Config): {from: number; to: number}[] {
  const blocks = depth(size);
  return Array.from({length: blocks}, (_, k) => ({
    from: widths.generator * 2 ** (k === 0 ? blocks - 1 : blocks - k),
    to: widths.generator * 2 ** (blocks - 1 - k),
  }));
}

export function generatorLayers(config: Config): Layer[] {
  const {codeSize, widths, normalization} = config;
  const blocks = blockChannels(config);
  const spectral = {bias: false, spectral: true};
  const layers: Layer[] = [];
  if (config.attention.generator) layers.push(...attentionLayers('selfAtt', 2 * widths.generator));
  layers.push({kind: 'dense', name: 'dense', in: codeSize, out: 4 * 4 * blocks[0]!.from});
  const norm = (place: string, suffix: string, channels: number): void => {
    if (normalization === 'batch') {
      layers.push({kind: 'moments', name: `norm${place}${suffix}`, channels});
    }
    layers.push(
      convLayer(`gamma${place}${suffix}`, 1, codeSize, channels),
      convLayer(`beta${place}${suffix}`, 1, codeSize, channels)
    );
  };
  blocks.forEach(({from, to}, k) => {
    layers.push(
      convLayer(`convA.${k}.1`, 3, from + 1, to, spectral),
      convLayer(`convB.${k}`, 3, to, to, {spectral: true})
    );
    norm('A', `.${k}`, from);
    norm('B', `.${k}`, to);
    layers.push(convLayer(`sc.${k}.1`, 1, from, to, {spectral: true}));
  });
  norm('Out', '', widths.generator);
  layers.push(convLayer('convOut', 3, widths.generator + 1, 3, {spectral: true}));
  return layers;
}

/**
 * V_k = G_k(M_k, z_k) *before* its mask is applied: the caller multiplies.
 *
 * @param masks M_k `[batch, size, size, 1]`, in [0, 1].
 * @param codes z_k `[batch, codeSize]`.
 * @param moments Where batch normalisation finds or leaves its moments; unused by instance normalisation.
 * @returns V_k `[batch, size, size, 3]`, in [-1, 1].
 */
export function regionGenerator(
  weights: Tensors,
  masks: Tensor4D,
  codes: Tensor2D,
  config: Config,
  moments: Moments
): Tensor4D {
  const blocks = blockChannels(config);
  const normRelu = (place: string, x: Tensor4D): Tensor4D =>
    conditionalNormRelu(weights, place, x, codes, moments);

  const seed = dense(weights, 'dense', codes);
  // PyTorch's channel-major [channels, 4, 4] to [4, 4, channels].
  let x = tf.transpose(tf.reshape(seed, [-1, blocks[0]!.from, 4, 4]), [0, 2, 3, 1]) as Tensor4D;
  tell('dense', x);
  blocks.forEach((_, k) => {
    if (k === blocks.length - 1 && config.attention.generator) x = attention(weights, 'selfAtt', x);
    const shape = averagePool(masks, config.size / x.shape[1]);
    let h = joinChannels(normRelu(`A.${k}`, x), shape);
    h = upsampleConvolve(weights, `convA.${k}.1`, h);
    h = convolve(weights, `convB.${k}`, normRelu(`B.${k}`, h));
    const shortcut = upsampleNearest(convolve(weights, `sc.${k}.1`, x));
    x = tf.add(h, shortcut); // [batch, 8 · 2^k, 8 · 2^k, blocks[k].to]
  });
  const pixels = convolve(weights, 'convOut', joinChannels(normRelu('Out', x), masks));
  return tell('pixels', tf.tanh(pixels), 'tanh');
}
