/**
 * The mask network f: an image in, the masks of its regions out (paper, section 4 and table 2).
 *
 * Published code: `_netEncM` in `models.py`. Departs from it in no number; for images smaller than
 * 24 pixels a pyramid pool of ⌊q/6⌋ = 0 becomes 1, which the published size never meets.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {joinChannels} from '../kernels/channels.js';
import {reflectPad} from '../kernels/reflect-pad.js';
import {averagePoolFloor, upsampleBilinear} from '../kernels/resample.js';
import {affineNormRelu, convLayer, convolve, upsampleConvolve} from '../nn/layers.js';
import {tell} from '../nn/observer.js';
import type {Layer, Tensors} from '../nn/parameters.js';
import type {ModelConfig} from './config.js';

type Config = Pick<
  ModelConfig,
  'size' | 'regions' | 'widths' | 'maskResidualBlocks' | 'temperature'
>;

/**
 * Noise on the logits of a batch: see `core/training/mask-noise.ts`.
 *
 * values: added to logits / T, `[batch, size, size, regions]`, or `[batch, size, size, 1]` of two regions;
 * temperature: what the sum is divided by, in (0, 1].
 */
export interface MaskNoise {
  values: Tensor4D;
  temperature: number;
}

/** f's last convolution, which has a channel a region, but of two regions one for both. */
export const MASK_WEIGHT = 'out.mods.9.weight';
export const MASK_BIAS = 'out.mods.9.bias';

/** Height and width of f's last convolution. */
export const LAST_KERNEL = 7;

/** Divisors of the smallest map's side that give the windows of the pyramid pooling. */
const PYRAMID = [1, 2, 3, 6];

export function maskLayers({regions, widths, maskResidualBlocks}: Config): Layer[] {
  const width = widths.mask;
  const [quarter, half] = [Math.floor(width / 4), Math.floor(width / 2)];
  const joined = width + PYRAMID.length;
  const [upHalf, upQuarter] = [Math.floor(joined / 2), Math.floor(joined / 4)];
  const conv = (name: string, kernel: number, from: number, to: number, bias = false): Layer =>
    convLayer(name, kernel, from, to, {bias});
  const norm = (name: string, channels: number): Layer => ({kind: 'norm', name, channels});

  const layers = [
    conv('cnn.0.mods.1', 7, 3, quarter),
    norm('cnn.0.mods.2', quarter),
    conv('cnn.0.mods.4', 3, quarter, half),
    norm('cnn.0.mods.5', half),
    conv('cnn.0.mods.7', 3, half, width),
    norm('cnn.0.mods.8', width),
  ];
  for (let block = 1; block <= maskResidualBlocks; block++) {
    layers.push(
      conv(`cnn.${block}.blocs.0`, 3, width, width),
      norm(`cnn.${block}.blocs.1`, width),
      conv(`cnn.${block}.blocs.3`, 3, width, width, true),
      norm(`cnn.${block}.activationF.0`, width)
    );
  }
  PYRAMID.forEach((_, branch) => layers.push(conv(`psp.${branch}.1`, 1, width, 1, true)));
  layers.push(
    conv('out.mods.1', 3, joined, upHalf),
    norm('out.mods.2', upHalf),
    conv('out.mods.5', 3, upHalf, upQuarter),
    norm('out.mods.6', upQuarter),
    conv('out.mods.9', LAST_KERNEL, upQuarter, regions === 2 ? 1 : regions, true)
  );
  return layers;
}

/**
 * M = f(I).
 *
 * @param images I `[batch, size, size, 3]`, in [-1, 1].
 * @param noise Of a training.
 * @returns M `[batch, size, size, regions]`, in [0, 1], summing to 1 over regions.
 */
export function maskNetwork(
  weights: Tensors,
  images: Tensor4D,
  config: Config,
  noise?: MaskNoise
): Tensor4D {
  return masksOf(weights, maskFeatures(weights, images, config), config, noise);
}

/**
 * What f's last convolution reads: all of f but that.
 *
 * @param images I `[batch, size, size, 3]`, in [-1, 1].
 * @returns h `[batch, size + 6, size + 6, (width + 4) / 4]`, of at least 0, padded by reflection.
 */
export function maskFeatures(weights: Tensors, images: Tensor4D, config: Config): Tensor4D {
  const {size, maskResidualBlocks} = config;
  const quarter = size / 4;

  let x = convolve(weights, 'cnn.0.mods.1', reflectPad(images, 3), {pad: 0});
  x = affineNormRelu(weights, 'cnn.0.mods.2', x); // [batch, size, size, width / 4]
  x = convolve(weights, 'cnn.0.mods.4', x, {stride: 2});
  x = affineNormRelu(weights, 'cnn.0.mods.5', x); // [batch, size / 2, size / 2, width / 2]
  x = convolve(weights, 'cnn.0.mods.7', x, {stride: 2});
  x = affineNormRelu(weights, 'cnn.0.mods.8', x); // [batch, quarter, quarter, width]
  for (let block = 1; block <= maskResidualBlocks; block++) {
    let h = convolve(weights, `cnn.${block}.blocs.0`, x);
    h = affineNormRelu(weights, `cnn.${block}.blocs.1`, h);
    h = convolve(weights, `cnn.${block}.blocs.3`, h);
    x = affineNormRelu(weights, `cnn.${block}.activationF.0`, tf.add(h, x));
  }

  const pyramid = PYRAMID.map((divisor, branch) => {
    const pooled = averagePoolFloor(x, Math.max(1, Math.floor(quarter / divisor)));
    return upsampleBilinear(convolve(weights, `psp.${branch}.1`, pooled), quarter);
  });
  x = joinChannels(x, ...pyramid); // [batch, quarter, quarter, width + 4]

  x = upsampleConvolve(weights, 'out.mods.1', x);
  x = affineNormRelu(weights, 'out.mods.2', x); // [batch, size / 2, size / 2, (width + 4) / 2]
  x = upsampleConvolve(weights, 'out.mods.5', x);
  x = affineNormRelu(weights, 'out.mods.6', x); // [batch, size, size, (width + 4) / 4]
  return reflectPad(x, (LAST_KERNEL - 1) / 2);
}

/** M of what `maskFeatures` returns. @param noise Of a training. */
export function masksOf(
  weights: Tensors,
  features: Tensor4D,
  {regions, temperature}: Config,
  noise?: MaskNoise
): Tensor4D {
  const x = convolve(weights, 'out.mods.9', features, {pad: 0}); // [batch, size, size, 1 or regions]
  let logits: Tensor4D = tf.div(x, temperature);
  if (noise) logits = tf.div(tf.add(logits, noise.values), noise.temperature);
  if (regions > 2) return tell('masks', tf.softmax(logits), 'mask');
  const first: Tensor4D = tf.sigmoid(logits);
  return tell('masks', joinChannels(first, tf.sub(1, first)), 'mask');
}
