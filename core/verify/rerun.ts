/**
 * The training iterations of a reference, run again by the updates that the viewer trains with.
 *
 * Only the batches come from the file in the place of a data set, and each optimiser is one that
 * keeps the first gradients it is given.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D} from '@tensorflow/tfjs-core';

import type {NetworkName, TrainingConfig} from '../model/config.js';
import {NETWORKS, regionIndices} from '../model/redo.js';
import type {ModelState} from '../model/state.js';
import type {Tensors} from '../nn/parameters.js';
import {Adam} from '../training/adam.js';
import type {Batch} from '../training/losses.js';
import type {IterationValues, Side} from '../training/report.js';
import {discriminatorUpdate, generatorUpdate, type Workplace} from '../training/updates.js';
import {PUBLISHED_NETWORKS, readLike, writeLike} from '../weights/published.js';
import type {NamedArray} from '../weights/safetensors.js';
import {norm, REACH, ROUNDING} from './comparison.js';
import {codesOf, imagesOf} from './forwards.js';
import type {Reference} from './reference.js';

export type Gradients = ReadonlyMap<string, NamedArray>;

/** Runs the iterations of a reference one update after the other. Owns its optimisers, not the state. */
export class Rerun {
  private readonly reference: Reference;
  private readonly state: ModelState;
  private readonly optimizers: Record<NetworkName, WatchedAdam>;
  private readonly values: IterationValues[] = [];

  /** @param settled Whether first steps that rounding decides are to be the reference's. */
  constructor(reference: Reference, state: ModelState, settled = false) {
    this.reference = reference;
    this.state = state;
    const optimizers = NETWORKS.map(name => [
      name,
      new WatchedAdam(
        name,
        reference.training,
        settled ? settling(reference, state, name) : undefined
      ),
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

/** What stands before the names of each side's first gradients in a reference. */
export const GRADIENTS: Readonly<Record<Side, string>> = {
  generator: 'grad_g/',
  discriminator: 'grad_d/',
};

/** Names of a network's first gradients in a reference begin so: `grad_g/netGenX.`. */
export function gradientPrefix(network: NetworkName): string {
  const side = network === 'discriminator' ? 'discriminator' : 'generator';
  return `${GRADIENTS[side]}${PUBLISHED_NETWORKS[network]}.`;
}

/** Norm of the whole of a network's first gradient in a reference. */
export function gradientNorm({arrays}: Reference, network: NetworkName): number {
  const prefix = gradientPrefix(network);
  const own = [...arrays].filter(([name]) => name.startsWith(prefix));
  return Math.hypot(...own.map(([, {values}]) => norm(values)));
}

/** The size of an element of a network's first gradient below which rounding decides its first step. */
export function leastCertain(reference: Reference, network: NetworkName): number {
  return REACH * ROUNDING * gradientNorm(reference, network);
}

function settling(reference: Reference, state: ModelState, network: NetworkName): Settling {
  const gradients = readLike(state.layers[network], name =>
    reference.arrays.get(gradientPrefix(network) + name)
  );
  return {gradients, least: leastCertain(reference, network)};
}

/** First gradients of a network as the reference has them, for the steps that rounding decides. */
interface Settling {
  gradients: Tensors;
  /** The size below which rounding decides a step. */
  least: number;
}

/**
 * Adam that keeps a copy of the first gradients that it applies.
 *
 * Its first step is η g / (|g| + ε), which keeps little of g but the sign: where g is less than its
 * rounding error, rounding decides which way the step goes.
 */
class WatchedAdam extends Adam {
  first?: Tensors;
  private readonly settling?: Settling;

  /** @param settling Given if the steps that rounding decides are to be the reference's. Owned. */
  constructor(network: NetworkName, training: TrainingConfig, settling?: Settling) {
    super(network, training);
    this.settling = settling;
  }

  override apply(...[state, gradients, ...rest]: Parameters<Adam['apply']>): void {
    if (this.first) {
      super.apply(state, gradients, ...rest);
      return;
    }
    this.first = mapTensors(gradients, gradient => tf.keep(tf.clone(gradient)));
    super.apply(state, this.settle(gradients), ...rest);
  }

  override dispose(): void {
    super.dispose();
    tf.dispose([this.first ?? {}, this.settling?.gradients ?? {}]);
  }

  private settle(gradients: Tensors): Tensors {
    if (!this.settling) return gradients;
    const {gradients: theirs, least} = this.settling;
    const settled = mapTensors(gradients, (own, name) =>
      tf.tidy(() => tf.where(tf.less(tf.abs(theirs[name]!), least), theirs[name]!, own))
    );
    tf.dispose(gradients);
    return settled;
  }
}

function mapTensors(tensors: Tensors, map: (tensor: Tensor, name: string) => Tensor): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)])
  );
}
