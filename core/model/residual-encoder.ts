/**
 * The residual network that D and δ share in form: an image in, a vector out (paper, table 4).
 *
 * Published code: `_resDiscriminator128` (self-attention after the first block, one output) and
 * `_resEncoder128` (`_netRecZ`; n · nz outputs) in `models.py`. Departs from them in the depth,
 * which follows the size. The sum over space comes without a ReLU before it, as there.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {averagePool, sumPool} from '../kernels/resample.js';
import {attention, attentionLayers} from '../nn/attention.js';
import {convLayer, convolve, convolvePool, dense, rectify} from '../nn/layers.js';
import {tell} from '../nn/observer.js';
import type {Layer, Tensors} from '../nn/parameters.js';
import {depth, type ModelConfig} from './config.js';

/**
 * A residual block: its two 3×3 convolutions, each after a ReLU but for the first block's first, and
 * the 1×1 one of its shortcut unless that is the identity.
 */
interface Block {
  firstRelu?: string;
  first: string;
  secondRelu: string;
  second: string;
  shortcut?: string;
  from: number;
  to: number;
}

interface Form {
  blocks: Block[];
  attention: boolean;
  outputs: number;
  /** Prefix of the parameters' names. */
  prefix: string;
}

function form(network: 'discriminator' | 'encoder', config: ModelConfig): Form {
  const isD = network === 'discriminator';
  const prefix = isD ? '' : 'net.';
  const width = config.widths[network];
  const down = depth(config.size);
  const blocks: Block[] = [];
  for (let k = 0; k < down; k++) {
    const from = k === 0 ? 3 : width * 2 ** (k - 1);
    const to = width * 2 ** k;
    // The discriminator's first block stands apart: bloc0, sc0, and only then blocs.0.
    const bloc = isD ? (k === 0 ? 'bloc0' : `blocs.${k - 1}`) : `net.blocs.${k}`;
    const sc = isD ? (k === 0 ? 'sc0' : `sc.${k - 1}`) : `net.sc.${k}`;
    const [first, second] = k === 0 ? [0, 2] : [1, 3];
    blocks.push({
      ...(k > 0 && {firstRelu: `${bloc}.0`}),
      first: `${bloc}.${first}`,
      secondRelu: `${bloc}.${second - 1}`,
      second: `${bloc}.${second}`,
      shortcut: `${sc}.1`,
      from,
      to,
    });
  }
  const last = isD ? `blocs.${down - 1}` : `net.blocs.${down}`;
  const to = blocks[down - 1]!.to;
  blocks.push({
    firstRelu: `${last}.0`,
    first: `${last}.1`,
    secondRelu: `${last}.2`,
    second: `${last}.3`,
    from: to,
    to,
  });
  return {
    blocks,
    attention: isD && config.attention.discriminator,
    outputs: isD ? 1 : config.regions * config.codeSize,
    prefix,
  };
}

export function residualEncoderLayers(
  network: 'discriminator' | 'encoder',
  config: ModelConfig
): Layer[] {
  const {blocks, attention: attends, outputs, prefix} = form(network, config);
  const spectral = {spectral: true};
  const layers: Layer[] = [];
  if (attends) layers.push(...attentionLayers('selfAtt', blocks[0]!.to));
  for (const {first, second, shortcut, from, to} of blocks) {
    layers.push(convLayer(first, 3, from, to, spectral), convLayer(second, 3, to, to, spectral));
    if (shortcut) layers.push(convLayer(shortcut, 1, from, to, spectral));
  }
  layers.push({kind: 'dense', name: `${prefix}dense`, in: blocks.at(-1)!.to, out: outputs});
  return layers;
}

/**
 * @param images `[batch, size, size, 3]`, in [-1, 1].
 * @returns `[batch, outputs]`: D's score, or δ's codes region after region.
 */
function residualEncoder(
  weights: Tensors,
  images: Tensor4D,
  {blocks, attention: attends, prefix}: Form
): Tensor2D {
  let x = images;
  blocks.forEach(({firstRelu, first, secondRelu, second, shortcut}, k) => {
    let h = convolve(weights, first, firstRelu ? rectify(firstRelu, x) : x);
    h = rectify(secondRelu, h);
    // [batch, size / 2^(k + 1), …, blocks[k].to], but for the last block, which keeps the size.
    x = shortcut
      ? tf.add(convolvePool(weights, second, h), convolve(weights, shortcut, averagePool(x)))
      : tf.add(convolve(weights, second, h), x);
    if (k === 0 && attends) x = attention(weights, 'selfAtt', x);
  });
  const name = `${prefix}dense`;
  // One window, as large as the image; stock sums over two axes turn the image first.
  const sums: Tensor2D = tf.reshape(sumPool(x, x.shape[1]), [x.shape[0], -1]);
  return tell(name, dense(weights, name, sums));
}

/** D(I) `[batch]`: high where the image looks real. */
export function discriminator(
  weights: Tensors,
  images: Tensor4D,
  config: ModelConfig
): tf.Tensor1D {
  return tf.reshape(residualEncoder(weights, images, form('discriminator', config)), [-1]);
}

/** δ(I) `[batch, regions, codeSize]`: the codes that it reads in the image. */
export function encoder(weights: Tensors, images: Tensor4D, config: ModelConfig): tf.Tensor3D {
  const codes = residualEncoder(weights, images, form('encoder', config));
  return tf.reshape(codes, [-1, config.regions, config.codeSize]);
}
