/**
 * A region split in two, the second in the place of one that has nothing left.
 *
 * Where one region has taken two objects and another is empty, D sees that both objects are redrawn
 * from one code, but no small step of f mends it: the empty region would have to begin somewhere. So
 * it begins as half of the other, as a code book's empty cell does (Linde, Buzo and Gray 1980): the
 * half whose colours differ. The paper names more objects by iteration as future work.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';

import {MASK_BIAS, MASK_WEIGHT} from '../model/mask-network.js';
import {regionPrefix, segment} from '../model/redo.js';
import type {NetworkName} from '../model/config.js';
import type {ModelState} from '../model/state.js';
import type {Tensors} from '../nn/parameters.js';
import type {Adam} from './adam.js';
import type {Batches} from './batches.js';
import {type ColourDifference, colourDifference} from './colour-difference.js';
import {Held, readNumbers} from './held.js';
import type {Split} from './report.js';

/** Batches whose masks say what each region owns. */
const BATCHES = 8;

/** Share of the pixels below which a region owns next to nothing: that of a vanished one (`collapseRule`). */
const NEXT_TO_NOTHING = 0.01;

/** How far each half's logit begins from the whole one's, at one deviation of what tells them apart. */
const DIFFERENCE = 2;

/**
 * Splits the largest object over the region that owns the least, if that is next to nothing.
 *
 * @returns Undefined where every region owns something, or there is no object that can be told apart.
 */
export async function splitLargestObject(
  state: ModelState,
  optimizers: Record<NetworkName, Adam>,
  batches: Pick<Batches, 'images'>,
  iteration: number
): Promise<Split | undefined> {
  const held = new Held();
  try {
    const images: Tensor4D[] = [];
    for (let k = 0; k < BATCHES; k++) {
      images.push(held.take(await batches.images(iteration, `split ${k}`)));
    }
    const shares = await ownedShares(state, images);
    if (Math.min(...shares) >= NEXT_TO_NOTHING) return undefined;
    const split = chooseSplit(shares);
    const difference = await colourDifference(state, images, split.from);
    if (!difference) return undefined;
    splitRegion(state, optimizers, split, difference);
    return split;
  } finally {
    held.dispose();
  }
}

/** Share of the pixels that each region has the most of `[regions]`. @param images Batches of I `[batch, size, size, 3]`. */
export async function ownedShares(
  state: ModelState,
  images: readonly Tensor4D[]
): Promise<number[]> {
  const sums = new Array<number>(state.config.regions).fill(0);
  for (const batch of images) {
    const shares = await readNumbers(() => {
      const masks = segment(state.weights('mask'), batch, state.config);
      return tf.mean(tf.oneHot(tf.argMax(masks, 3), state.config.regions), [0, 1, 2]);
    });
    shares.forEach((share, region) => (sums[region]! += share / images.length));
  }
  return sums;
}

/**
 * The region to be split is the largest but for the background, which is the largest of all; the one
 * that gets half of it has the least.
 *
 * @param shares Of at least three regions.
 */
export function chooseSplit(shares: readonly number[]): Split {
  const order = shares.map((_, k) => k).sort((a, b) => shares[a]! - shares[b]!);
  return {from: order.at(-2)!, to: order[0]!};
}

/**
 * Copies what each network has of region `from` to `to`, with Adam's moments.
 *
 * The halves of f's mask start on two sides of the colours of `from`, as far as f can tell them apart; where
 * `to` had nothing the other masks stay nearly as they are.
 */
export function splitRegion(
  state: ModelState,
  optimizers: Record<NetworkName, Adam>,
  split: Split,
  {weights, bias}: ColourDifference
): void {
  const {config} = state;
  for (const network of ['mask', 'generator', 'encoder'] as const) {
    const copies = <T extends Tensors>(tensors: T): T =>
      tf.tidy(() => regionCopies(network, tensors, split, config.regions)) as T;
    state.replaceParameters(network, copies(state.parameters(network)));
    state.replaceVectors(network, copies(state.vectors(network)));
    optimizers[network].replaceMoments(copies);
  }

  const {[MASK_WEIGHT]: weight, [MASK_BIAS]: offset} = state.parameters('mask');
  const halves = [
    [split.to, 1],
    [split.from, -1],
  ] as const;
  // Logits are divided by T.
  const unit = DIFFERENCE * config.temperature;
  const parted = tf.tidy(() => ({
    [MASK_WEIGHT]: mapRegions(weight!, config.regions, parts => {
      const step = tf.tensor(
        Float32Array.from(weights, each => unit * each),
        parts[0]!.shape
      );
      for (const [half, side] of halves) parts[half] = tf.add(parts[half]!, tf.mul(step, side));
    }),
    [MASK_BIAS]: mapRegions(offset!, config.regions, parts => {
      // Two of e^x are e^(x + log 2).
      const less = config.temperature * Math.LN2;
      for (const [half, side] of halves) {
        parts[half] = tf.add(parts[half]!, side * unit * bias - less);
      }
    }),
  }));
  state.replaceParameters('mask', parted);
}

/** Of f the last convolution has a channel a region; of δ the dense layer has nz entries. */
const BY_REGION = {
  mask: [MASK_WEIGHT, MASK_BIAS],
  encoder: ['net.dense.weight', 'net.dense.bias'],
};

/** What of a network's tensors by parameter is another where region `to` is a copy of `from`. */
function regionCopies(
  network: 'mask' | 'generator' | 'encoder',
  tensors: Tensors,
  {from, to}: Split,
  regions: number
): Tensors {
  if (network === 'generator') {
    const [source, target] = [regionPrefix(from), regionPrefix(to)];
    const own = Object.entries(tensors).filter(([name]) => name.startsWith(source));
    return Object.fromEntries(
      own.map(([name, tensor]) => [target + name.slice(source.length), tf.clone(tensor)])
    );
  }
  const changed = BY_REGION[network].filter(name => name in tensors);
  return Object.fromEntries(
    changed.map(name => [
      name,
      mapRegions(tensors[name]!, regions, parts => (parts[to] = parts[from]!)),
    ])
  );
}

/** The tensor with its regions changed: its last axis runs over regions, and over the entries of each. */
function mapRegions(tensor: Tensor, regions: number, change: (parts: Tensor[]) => void): Tensor {
  const before = tensor.shape.slice(0, -1);
  const parts = tf.unstack(tf.reshape(tensor, [...before, regions, -1]), before.length);
  change(parts);
  return tf.reshape(tf.stack(parts, before.length), tensor.shape);
}
