/**
 * The training iterations of a reference, run again by the updates that the viewer trains with.
 *
 * Only the batches come from the file in the place of a data set, and each optimiser is one that
 * keeps the first gradients it is given.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import type {NetworkName, TrainingConfig} from '../model/config.js';
import {NETWORKS, regionIndices} from '../model/redo.js';
import type {ModelState} from '../model/state.js';
import type {Tensors} from '../nn/parameters.js';
import {Adam} from '../training/adam.js';
import type {Batch} from '../training/losses.js';
import type {IterationValues, Side} from '../training/report.js';
import {discriminatorUpdate, generatorUpdate, type Workplace} from '../training/updates.js';
import {PUBLISHED_NETWORKS, writeLike} from '../weights/published.js';
import type {NamedArray} from '../weights/safetensors.js';
import {codesOf, imagesOf} from './forwards.js';
import type {Reference} from './reference.js';

export type Gradients = ReadonlyMap<string, NamedArray>;

/** Runs the iterations of a reference one update after the other. Owns its optimisers, not the state. */
export class Rerun {
  private readonly reference: Reference;
  private readonly state: ModelState;
  private readonly optimizers: Record<NetworkName, WatchedAdam>;
  private readonly values: IterationValues[] = [];

  /** @param seed Of the rounding noise that all gradients are given, if any. */
  constructor(reference: Reference, state: ModelState, seed?: number) {
    this.reference = reference;
    this.state = state;
    const optimizers = NETWORKS.map((name, i) => [
      name,
      new WatchedAdam(name, reference.training, seed && seed * NETWORKS.length + i),
    ]);
    this.optimizers = Object.fromEntries(optimizers) as Record<NetworkName, WatchedAdam>;
  }

  /** Runs one side's update of an iteration; they must be run in their order. */
  async update(iteration: number, side: Side): Promise<void> {
    const {state, optimizers, reference} = this;
    const at: Workplace = {
      state,
      optimizers,
      training: reference.training,
      batches: givenBatches(reference),
      iteration,
      look: false,
      values: (this.values[iteration] ??= {}),
    };
    const update = side === 'generator' ? generatorUpdate(at) : discriminatorUpdate(at);
    while (!(await update.next()).done);
  }

  /** The five numbers of an iteration, in the order of the file. */
  losses(iteration: number): number[] {
    const {generatorLoss, recoveryLoss, discriminatorLoss, scoreReal, scoreRedrawn} =
      this.values[iteration]!;
    const losses = [generatorLoss, recoveryLoss, discriminatorLoss, scoreReal, scoreRedrawn];
    return losses.map(loss => loss ?? NaN);
  }

  /** The gradients of a side's first update under the published names, `netDX.dense.weight`. */
  async gradients(side: Side): Promise<Gradients> {
    const gradients = new Map<string, NamedArray>();
    for (const network of SIDES[side]) {
      const {first} = this.optimizers[network];
      if (!first) continue;
      for (const [name, array] of await writeLike(this.state.layers[network], first)) {
        gradients.set(`${PUBLISHED_NETWORKS[network]}.${name}`, array);
      }
    }
    return gradients;
  }

  dispose(): void {
    for (const optimizer of Object.values(this.optimizers)) optimizer.dispose();
  }
}

/** The networks that each side's update trains. */
export const SIDES: Readonly<Record<Side, readonly NetworkName[]>> = {
  generator: ['mask', 'generator', 'encoder'],
  discriminator: ['discriminator'],
};

function givenBatches(reference: Reference): Workplace['batches'] {
  return {
    batch: async (iteration: number): Promise<Batch> => ({
      images: imagesOf(reference, `step${iteration}/image`),
      codes: codesOf(reference, `step${iteration}/z`),
      regions: regionIndices(reference.config),
    }),
    images: async (iteration: number): Promise<Tensor4D> =>
      imagesOf(reference, `step${iteration}/real`),
  };
}

/**
 * What float32 gradients are off by from those in double precision, where no ReLU is on another side
 * (docs/parity.md): a share of the norm of the tensor, and of that of the network's whole gradient.
 */
const NOISE = {own: 3e-5, whole: 5e-9};

/** Adam that keeps a copy of the first gradients that it applies, and can give all of them noise. */
class WatchedAdam extends Adam {
  first?: Tensors;
  private readonly seed?: number;

  constructor(network: NetworkName, training: TrainingConfig, seed?: number) {
    super(network, training);
    this.seed = seed;
  }

  override apply(...[state, gradients, ...rest]: Parameters<Adam['apply']>): void {
    this.first ??= Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, tf.keep(tf.clone(gradient))])
    );
    if (this.seed === undefined) {
      super.apply(state, gradients, ...rest);
      return;
    }
    const noisy = withNoise(gradients, 1000 * this.seed + this.step);
    tf.dispose(gradients);
    super.apply(state, noisy, ...rest);
  }

  override dispose(): void {
    super.dispose();
    tf.dispose(this.first);
  }
}

/** Gradients with noise added, but for what is exactly zero: what nothing depends on stays so. */
function withNoise(gradients: Tensors, seed: number): Tensors {
  return tf.tidy(() => {
    const squares = Object.values(gradients).map(gradient => tf.sum(tf.square(gradient)));
    const whole = tf.mul(tf.addN(squares), NOISE.whole ** 2);
    const entries = Object.entries(gradients).map(([name, gradient], i) => {
      const square = tf.add(tf.mul(squares[i]!, NOISE.own ** 2), whole);
      const deviation = tf.sqrt(tf.div(square, gradient.size));
      const normal = tf.randomNormal(gradient.shape, 0, 1, 'float32', 1000 * seed + i);
      const noisy = tf.add(gradient, tf.mul(normal, deviation));
      return [name, tf.where(tf.equal(gradient, 0), gradient, noisy)];
    });
    return Object.fromEntries(entries) as Tensors;
  });
}
