/** The computations of a verification: each runs the reference from its start, and compares or reports. */

import * as tf from '@tensorflow/tfjs-core';

import type {NetworkName, TrainingConfig} from '../model/config.js';
import {networkLayers, NETWORKS} from '../model/redo.js';
import {ModelState} from '../model/state.js';
import {type Layer, parameterSpecs, type Tensors} from '../nn/parameters.js';
import type {Side} from '../training/report.js';
import {type Arrays, PUBLISHED_NETWORKS, readNetwork, writeNetwork} from '../weights/published.js';
import {cancelledBiases} from './cancelled-biases.js';
import {
  BOUNDS,
  type Comparison,
  largestDifference,
  norm,
  relativeError,
  ROUNDING,
} from './comparison.js';
import {compareForwards} from './forwards.js';
import {findKinks, type Kink, type KinkInputs, watchKinks} from './kinks.js';
import {arrayOf, type Reference} from './reference.js';
import {
  gradientNorm,
  gradientPrefix,
  GRADIENTS,
  type Gradients,
  leastCertain,
  Rerun,
  SIDES,
} from './rerun.js';

/** The updates of an iteration in their order. */
export const UPDATES: readonly Side[] = ['generator', 'discriminator'];

/** ReLUs of the first update of a side whose side rounding decides, put on the reference's side. */
export interface Turned {
  side: Side;
  kinks: Kink[];
  /** The worst gradient without that. */
  without: Comparison;
}

/** First steps that rounding decides, taken as the reference has them. */
export interface Settled {
  /** Number of elements. */
  count: number;
  /** What is beyond its bound without that. */
  without: Comparison[];
}

/** Comparisons of a run: the gradients of both first updates, and losses and model of all iterations. */
export type Iterations = Record<Side | 'later', Comparison[]>;

/** Runs parts of a reference, each from the start. */
export class Trial {
  private readonly reference: Reference;
  private readonly weights: Arrays;
  private readonly layers: ModelState['layers'];
  private readonly cancelled: Record<NetworkName, ReadonlySet<string>>;

  /** Share of a network's whole gradient that may be off in any tensor, however small that tensor's is. */
  private readonly rounding: number;

  /** @param strict Whether to hold gradients to their bounds also below float32's rounding. */
  constructor(reference: Reference, weights: Arrays, strict: boolean) {
    this.rounding = strict ? 0 : ROUNDING;
    this.reference = reference;
    this.weights = weights;
    this.layers = networkLayers(reference.config);
    this.cancelled = cancelledBiases(reference.config);
  }

  async forwards(): Promise<Comparison[]> {
    const state = this.state();
    try {
      return await compareForwards(this.reference, state);
    } finally {
      state.dispose();
    }
  }

  /**
   * Everything that the iterations of the reference tell.
   *
   * @param settled Whether first steps that rounding decides are to be the reference's.
   */
  iterations(turned: readonly Turned[] = [], settled = false): Promise<Iterations> {
    return this.rerun(async (rerun, state) => {
      await this.runAll(rerun, turned);
      return {
        generator: this.compareGradients('generator', await rerun.gradients('generator')),
        discriminator: this.compareGradients(
          'discriminator',
          await rerun.gradients('discriminator')
        ),
        later: await this.compareLater(rerun, state),
      };
    }, settled);
  }

  /** The gradients of a side's first update. */
  gradients(side: Side, turned: readonly Turned[]): Promise<Gradients> {
    return this.rerun(async rerun => {
      await this.runFirst(rerun, side, turned);
      return rerun.gradients(side);
    });
  }

  /**
   * What gradients are off by, tensor by tensor, in units of what each tensor may be off by: a tensor
   * is within its bound if the norm of its part is at most 1.
   */
  deviations(side: Side, gradients: Gradients): Float32Array[] {
    return this.pairs(side, gradients).flatMap(({own, theirs, whole, isCancelled}) => {
      const unit = Math.max(norm(theirs) * BOUNDS.gradient, whole * this.rounding);
      if (unit === 0 || isCancelled) return [];
      return [theirs.map((value, i) => (own[i]! - value) / unit)];
    });
  }

  /** The ReLUs of a side's first update whose side rounding decides. */
  async kinks(side: Side, before: readonly Turned[]): Promise<Kink[]> {
    const inputs = (shift: boolean): Promise<KinkInputs[]> =>
      this.rerun((rerun, state) =>
        this.runFirst(rerun, side, before, () => {
          if (shift) shiftWithinRounding(state);
        })
      );
    return findKinks(await inputs(false), await inputs(true));
  }

  /** Number of elements whose first step rounding decides. */
  countSettled(): number {
    const {reference} = this;
    let count = 0;
    for (const network of NETWORKS) {
      const least = leastCertain(reference, network);
      for (const [name, {values}] of reference.arrays) {
        if (!name.startsWith(gradientPrefix(network))) continue;
        for (const value of values) if (Math.abs(value) < least) count++;
      }
    }
    return count;
  }

  private state(): ModelState {
    return ModelState.of(this.reference.config, network =>
      readNetwork(this.weights, network, this.layers[network])
    );
  }

  /** Lets `body` run iterations from the start. @param settled Whether first steps that rounding decides are the reference's. */
  private async rerun<T>(
    body: (rerun: Rerun, state: ModelState) => Promise<T>,
    settled = false
  ): Promise<T> {
    const state = this.state();
    const rerun = new Rerun(this.reference, state, settled);
    try {
      return await body(rerun, state);
    } finally {
      rerun.dispose();
      state.dispose();
    }
  }

  private async runAll(rerun: Rerun, turned: readonly Turned[]): Promise<void> {
    for (let iteration = 0; iteration < this.reference.steps; iteration++) {
      for (const side of UPDATES) {
        const kinks = iteration === 0 ? kinksOf(turned, side) : [];
        await watchKinks(kinks, false, () => rerun.update(iteration, side));
      }
    }
  }

  /** Runs the first iteration until a side's update. @returns Inputs of its ReLUs, if `prepare` is given. */
  private async runFirst(
    rerun: Rerun,
    side: Side,
    turned: readonly Turned[],
    prepare?: () => void
  ): Promise<KinkInputs[]> {
    if (side === 'discriminator') {
      await watchKinks(kinksOf(turned, 'generator'), false, () => rerun.update(0, 'generator'));
    }
    prepare?.();
    return watchKinks(kinksOf(turned, side), Boolean(prepare), () => rerun.update(0, side));
  }

  private losses(rerun: Rerun): Outcome[] {
    return Array.from({length: this.reference.steps}, (_, iteration) => ({
      quantity: 'losses',
      tensor: `step${iteration}/losses`,
      values: rerun.losses(iteration),
      bound: BOUNDS.losses,
    }));
  }

  /** The parameters that have an effect, and the spectral vectors. */
  private async after(state: ModelState): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const network of NETWORKS) {
      const published = PUBLISHED_NETWORKS[network];
      const own = {parameters: state.parameters(network), vectors: state.vectors(network)};
      for (const [name, {values}] of await writeNetwork(network, this.layers[network], own)) {
        const isVector = /weight_[uv]$/.test(name);
        const isCancelled = this.cancelled[network].has(name.slice(published.length + 1));
        outcomes.push({
          quantity: `${isVector ? 'spectral vector' : isCancelled ? NO_EFFECT : 'parameter'} ${published}`,
          tensor: `after${this.reference.steps}/${name}`,
          values,
          bound: isCancelled ? reach(this.reference, network) : BOUNDS.after,
          ...(isCancelled && {start: this.weights.get(name)!.values}),
        });
      }
    }
    return outcomes;
  }

  private async compareLater(rerun: Rerun, state: ModelState): Promise<Comparison[]> {
    const outcomes = [...this.losses(rerun), ...(await this.after(state))];
    const known = new Set(outcomes.map(({tensor}) => tensor));
    refuseUnknown(this.reference, `after${this.reference.steps}/`, known);
    return outcomes.map(({quantity, tensor, values, bound, start}) => {
      const theirs = arrayOf(this.reference, tensor).values;
      const error = start
        ? Math.max(largestDifference(values, start), largestDifference(theirs, start))
        : relativeError(values, theirs);
      return {quantity, tensor, error, bound};
    });
  }

  compareGradients(side: Side, gradients: Gradients): Comparison[] {
    return this.pairs(side, gradients).map(pair => {
      const {published, tensor, own, theirs, whole, isCancelled} = pair;
      if (isCancelled) {
        const error = Math.max(norm(own), norm(theirs)) / whole;
        return {quantity: `gradient that is zero ${published}`, tensor, error, bound: ZERO};
      }
      const error = relativeError(own, theirs);
      const ofWhole = (error * norm(theirs)) / whole;
      return error > BOUNDS.gradient && ofWhole <= this.rounding
        ? {
            quantity: `gradient within rounding ${published}`,
            tensor,
            error: ofWhole,
            bound: this.rounding,
          }
        : {quantity: `gradient ${published}`, tensor, error, bound: BOUNDS.gradient};
    });
  }

  /** Each gradient of a side's first update, with the reference's. */
  private pairs(side: Side, gradients: Gradients): Pair[] {
    const {reference, cancelled} = this;
    const pairs = SIDES[side].flatMap(network => {
      const published = PUBLISHED_NETWORKS[network];
      const whole = gradientNorm(reference, network);
      return trainedPublished(this.layers[network]).map(({name, key}): Pair => {
        const tensor = gradientPrefix(network) + name;
        const theirs = arrayOf(reference, tensor).values;
        // What the loss does not depend on has no gradient.
        const own = gradients.get(`${published}.${name}`)?.values;
        return {
          published,
          tensor,
          own: own ?? new Float32Array(theirs.length),
          theirs,
          whole,
          isCancelled: cancelled[network].has(key),
        };
      });
    });
    refuseUnknown(reference, GRADIENTS[side], new Set(pairs.map(({tensor}) => tensor)));
    return pairs;
  }
}

/** A gradient and the reference's. */
interface Pair {
  /** Published name of its network. */
  published: string;
  tensor: string;
  own: Float32Array;
  theirs: Float32Array;
  /** Norm of the reference's whole gradient of the network. */
  whole: number;
  isCancelled: boolean;
}

/** What a run of all iterations ends with. */
interface Outcome extends Omit<Comparison, 'error'> {
  values: ArrayLike<number>;
  /** Its values before the first iteration, if it is to be compared with them. */
  start?: Float32Array;
}

const NO_EFFECT = 'parameter without effect';

function kinksOf(turned: readonly Turned[], side: Side): Kink[] {
  return turned.flatMap(each => (each.side === side ? each.kinks : []));
}

/**
 * Share of a network's whole gradient that a bias's may have where it is zero in exact arithmetic:
 * some hundred roundings of float32.
 */
const ZERO = 1e-5;

/**
 * How far Adam can have carried a parameter whose gradients are rounding noise: in step t by at most
 * η √((1 − β₂ᵗ) / (1 − β₂)), and with β₁ > 0 by 1 / √β₂ᵗ⁻¹ more.
 */
function reach({training, steps}: Reference, network: NetworkName): number {
  const {beta1, beta2, learningRates}: TrainingConfig = training;
  let sum = 0;
  for (let t = 1; t <= steps; t++) {
    const oldest = beta1 > 0 ? beta2 ** ((1 - t) / 2) : 1;
    sum += Math.sqrt((1 - beta2 ** t) / (1 - beta2)) * oldest;
  }
  return learningRates[network] * sum * (1 + 1e-3); // room for float32's rounding of the parameter
}

/** The trained parameters: key in memory and published name. */
function trainedPublished(layers: readonly Layer[]): {key: string; name: string}[] {
  return layers.flatMap(layer => {
    const isSpectral = layer.kind === 'conv' && layer.spectral;
    return parameterSpecs(layer)
      .filter(({trained}) => trained)
      .map(({name: key}) => ({
        key,
        name: isSpectral && key.endsWith('.weight') ? `${key}_orig` : key,
      }));
  });
}

/** @throws Error if the file tells of a tensor that this project does not compute. */
function refuseUnknown({arrays}: Reference, prefix: string, known: ReadonlySet<string>): void {
  for (const name of arrays.keys()) {
    if (name.startsWith(prefix) && !known.has(name)) {
      throw new Error(`reference: ${name} must be a tensor of this model; there is none`);
    }
  }
}

/** Changes each parameter by up to one unit in its last place. */
function shiftWithinRounding(state: ModelState): void {
  const ulp = 2 ** -23;
  for (const network of NETWORKS) {
    const shifted = Object.entries(state.parameters(network)).map(([name, tensor], i) => {
      const factor = tf.randomUniform(tensor.shape, 1 - ulp, 1 + ulp, 'float32', i + 1);
      const value = tf.mul(tensor, factor);
      factor.dispose();
      return [name, value];
    });
    state.replaceParameters(network, Object.fromEntries(shifted) as Tensors);
  }
}
