/**
 * Multiply-adds of the published networks, counted on the architecture as it is published: a
 * convolution behind an upsampling counts in full on the upsampled map, whatever computes it.
 */

import type {ModelConfig} from '../core/model/config.js';
import {generatorLayers} from '../core/model/region-generator.js';
import {maskLayers} from '../core/model/mask-network.js';
import {residualEncoderLayers} from '../core/model/residual-encoder.js';
import type {Layer} from '../core/nn/parameters.js';

/** Of one image through f. */
export function ofMaskNetwork(config: ModelConfig): number {
  const {size} = config;
  const sides: Record<string, number> = {
    'cnn.0.mods.1': size,
    'cnn.0.mods.4': size / 2,
    'out.mods.1': size / 2,
    'out.mods.5': size,
    'out.mods.9': size,
  };
  const pyramid = [1, 2, 3, 6];
  return sum(maskLayers(config), ({name}) => {
    const branch = /^psp\.(\d)/.exec(name)?.[1];
    return branch ? pyramid[Number(branch)]! : (sides[name] ?? size / 4);
  });
}

/** Of one region's picture through its generator. */
export function ofGenerator(config: ModelConfig): number {
  const {size} = config;
  const convolutions = sum(generatorLayers(config), ({name}) => {
    const block = /^(?:convA|convB|sc)\.(\d)/.exec(name)?.[1];
    if (block) return 8 * 2 ** Number(block);
    if (name === 'convOut') return size;
    return name.startsWith('selfAtt') ? size / 2 : 1;
  });
  const attends = config.attention.generator;
  return convolutions + (attends ? attention(size / 2, 2 * config.widths.generator) : 0);
}

/** Of one image through D or δ. */
export function ofResidualEncoder(
  network: 'discriminator' | 'encoder',
  config: ModelConfig
): number {
  const {size} = config;
  const convolutions = sum(residualEncoderLayers(network, config), ({name}) => {
    const index = Number(/\.(\d+)\.\d$/.exec(name)?.[1] ?? 0);
    if (name.startsWith('selfAtt')) return size / 2;
    if (network === 'encoder')
      return name.includes('sc.') ? size / 2 ** (index + 1) : size / 2 ** index;
    if (name.startsWith('bloc0')) return size;
    if (name.startsWith('sc0')) return size / 2;
    return name.startsWith('sc.') ? size / 2 ** (index + 2) : size / 2 ** (index + 1);
  });
  const attends = network === 'discriminator' && config.attention.discriminator;
  return convolutions + (attends ? attention(size / 2, config.widths.discriminator) : 0);
}

/**
 * Of one iteration of the published loop. A pass back counts twice a pass forward, once where no
 * gradient of the parameters is wanted.
 */
export function ofIteration(config: ModelConfig, batchSize: number): number {
  const {regions} = config;
  const redraw = ofMaskNetwork(config) + regions * ofGenerator(config);
  const score = ofResidualEncoder('discriminator', config);
  const recover = ofResidualEncoder('encoder', config);
  const generatorUpdate = 3 * (redraw + recover) + 2 * regions * score;
  const discriminatorUpdate = redraw + 3 * (1 + regions) * score;
  return batchSize * (generatorUpdate + discriminatorUpdate);
}

/** Keys, shares and values over `side`² pixels, keys and values pooled by 2. */
function attention(side: number, channels: number): number {
  const pairs = side ** 2 * (side / 2) ** 2;
  return pairs * (Math.max(Math.floor(channels / 8), 1) + Math.floor(channels / 2));
}

/** @param side Side of the map that a convolution gives. */
function sum(layers: readonly Layer[], side: (layer: Layer) => number): number {
  let total = 0;
  for (const layer of layers) {
    if (layer.kind === 'dense') total += layer.in * layer.out;
    if (layer.kind === 'conv') total += side(layer) ** 2 * layer.kernel ** 2 * layer.in * layer.out;
  }
  return total;
}
