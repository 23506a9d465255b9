/** A look into the networks: what their layers give for one image, and the spectra of their weights. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';

import type {ModelConfig} from '../model/config.js';
import {
  compose,
  maskOf,
  networkLayers,
  paintRegion,
  regionPrefix,
  score,
  segment,
  type Weights,
} from '../model/redo.js';
import type {ModelState} from '../model/state.js';
import {observed} from '../nn/observer.js';
import type {Layer} from '../nn/parameters.js';
import {largestSingularValue, singularValues} from '../nn/singular-values.js';
import {channelStatistics, shrunkPlanes} from './channel-statistics.js';
import type {
  Features,
  FeaturesRequest,
  InsideNetwork,
  LayerInfo,
  Requests,
  Spectrum,
} from './protocol.js';
import {read, stack} from './survey.js';

const INSIDE: readonly InsideNetwork[] = ['mask', 'generator', 'discriminator'];

/** Beyond as many singular values only the largest is computed: a scrub may wait for them. */
const MAX_VALUES = 256;

/** Bins of the weights. */
const BINS = 40;

/** What a pass begins from. Tensors stay the caller's. */
interface Subject {
  /** I `[1, size, size, 3]`. */
  image: Tensor4D;
  /** M `[1, size, size, regions]`. */
  masks: Tensor4D;
}

/** The outputs of each network, found by a pass of an image of zeros. */
export function layersOf(
  weights: Weights,
  config: ModelConfig
): Record<InsideNetwork, LayerInfo[]> {
  const {size, regions, codeSize} = config;
  const entries = INSIDE.map(network => {
    const weighted = new Set(weightedLayers(config, network, 0).map(({name}) => name));
    const found: LayerInfo[] = [];
    tf.tidy(() => {
      const subject: Subject = {
        image: tf.zeros([1, size, size, 3]),
        masks: tf.fill([1, size, size, regions], 1 / regions),
      };
      const code = new Float32Array(codeSize);
      const redraw = network === 'generator' ? {region: 0, code} : undefined;
      const pass = passOf(weights, config, subject, {network, redraw});
      observed((name, output, activation) => {
        const [height, width, channels] = asMap(output).shape.slice(1) as [number, number, number];
        found.push({
          name,
          shape: [height, width, channels],
          ...(activation && {activation}),
          weighted: weighted.has(prefixOf(network, 0) + name),
        });
      }, pass);
    });
    return [network, found] as const;
  });
  return Object.fromEntries(entries) as Record<InsideNetwork, LayerInfo[]>;
}

/** @throws RangeError if the network has no such layer. */
export async function featuresOf(
  weights: Weights,
  config: ModelConfig,
  subject: Subject,
  request: Pick<FeaturesRequest, 'network' | 'layer' | 'redraw'>
): Promise<Features> {
  const {network, layer} = request;
  let activation: Features['activation'];
  const output = tf.tidy(() => {
    let found: Tensor4D | undefined;
    const pass = passOf(weights, config, subject, request);
    observed((name, given, by) => {
      if (name !== layer) return;
      found = asMap(given);
      activation = by;
    }, pass);
    // A copy: what a pass gives may be what it was handed.
    return found && tf.clone(found);
  });
  if (!output) {
    throw new RangeError(`features: layer must be one of the ${network} network; got ${layer}`);
  }
  const [, height, width, channels] = output.shape;
  const values = await read(output);
  return {
    channels,
    ...(activation && {activation}),
    ...channelStatistics(values, channels, activation),
    planes: shrunkPlanes(values, [height, width, channels]),
  };
}

/** @throws RangeError if the network has no such layer, or one without a matrix of weights. */
export async function spectrumOf(
  state: ModelState,
  {network, layer, region = 0}: Omit<Requests['spectrum']['request'], 'model'>
): Promise<Spectrum> {
  const name = prefixOf(network, region) + layer;
  const found = weightedLayers(state.config, network, region).find(each => each.name === name);
  if (!found) {
    throw new RangeError(
      `spectrum: layer must be a convolution or a dense layer of the ${network} network; got ${layer}`
    );
  }
  const isSpectral = found.kind === 'conv' && found.spectral;
  // Copies: a training step may come between while they are read.
  const vectors = state.vectors(network);
  const kept = [
    state.parameters(network)[`${name}.weight`]!,
    ...(isSpectral ? [vectors[`${name}.u`]!, vectors[`${name}.v`]!] : []),
  ].map(tensor => tf.clone(tensor));
  const [values, u, v] = await Promise.all(kept.map(tensor => read(tensor)));
  if (!values!.every(Number.isFinite)) {
    throw new Error(
      'spectrum: weights must be finite; got NaN: the training has diverged. Reset, or go back to a checkpoint'
    );
  }
  const columns = found.out;
  const rows = values!.length / columns;
  const rank = Math.min(rows, columns);
  const {mean, spread} = channelStatistics(values!, 1);
  return {
    shape:
      found.kind === 'conv'
        ? [found.out, found.in, found.kernel, found.kernel]
        : [found.out, found.in],
    mean: mean[0]!,
    spread: spread[0]!,
    histogram: histogramOf(values!),
    singularValues:
      rank <= MAX_VALUES
        ? singularValues(values!, rows, columns)
        : Float32Array.of(largestSingularValue(values!, rows, columns)),
    rank,
    ...(u && v && {sigma: bilinear(v, values!, u)}),
  };
}

/** The forward pass of a network; what comes before it is computed at once, and told nobody. */
function passOf(
  weights: Weights,
  config: ModelConfig,
  {image, masks}: Subject,
  {network, redraw}: Pick<FeaturesRequest, 'network' | 'redraw'>
): () => Tensor {
  const mask = redraw && maskOf(masks, redraw.region);
  const paint = (): Tensor4D => {
    if (!redraw) throw new RangeError('features: redraw must be given for the generator');
    const codes = stack([redraw.code], 0, 1);
    return paintRegion(weights.generator, redraw.region, mask!, codes, config);
  };
  switch (network) {
    case 'mask':
      return () => segment(weights.mask, image, config);
    case 'generator':
      return paint;
    case 'discriminator': {
      const seen = mask ? compose(tf.mul(paint(), mask), mask, image) : image;
      return () => score(weights.discriminator, seen, config);
    }
  }
}

type Weighted = Extract<Layer, {kind: 'conv' | 'dense'}>;

function weightedLayers(config: ModelConfig, network: InsideNetwork, region: number): Weighted[] {
  const prefix = prefixOf(network, region);
  return networkLayers(config)[network].filter(
    (layer): layer is Weighted =>
      layer.name.startsWith(prefix) && (layer.kind === 'conv' || layer.kind === 'dense')
  );
}

function prefixOf(network: InsideNetwork, region: number): string {
  return network === 'generator' ? regionPrefix(region) : '';
}

/** A vector as a map of 1 × 1. */
function asMap(output: Tensor): Tensor4D {
  return output.rank === 4
    ? (output as Tensor4D)
    : tf.reshape(output, [output.shape[0], 1, 1, output.shape[1]!]);
}

function histogramOf(values: Float32Array): Spectrum['histogram'] {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < from) from = value;
    if (value > to) to = value;
  }
  const counts = new Uint32Array(BINS);
  const width = (to - from) / BINS;
  for (const value of values) {
    counts[width > 0 ? Math.min(Math.floor((value - from) / width), BINS - 1) : 0]!++;
  }
  return {from, to, counts};
}

/** vᵀ W u of W `[v, u]`. */
function bilinear(v: Float32Array, w: Float32Array, u: Float32Array): number {
  let sum = 0;
  for (let r = 0; r < v.length; r++) {
    let along = 0;
    for (let c = 0; c < u.length; c++) along += w[r * u.length + c]! * u[c]!;
    sum += v[r]! * along;
  }
  return sum;
}
