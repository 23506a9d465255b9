import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

import {adamStep} from '../kernels/adam.js';
import {type NetworkName, passedShare, type TrainingConfig} from '../model/config.js';
import type {ModelState} from '../model/state.js';
import type {Tensors} from '../nn/parameters.js';

/** Adam's two moments of one parameter. */
export interface AdamMoments {
  mean: Tensor;
  square: Tensor;
}

/** Adam for one network (paper, section 4: β₁ = 0, β₂ = 0.9). Owns its moments. */
export class Adam {
  /** Steps taken. */
  step = 0;
  /** By parameter; one that was never updated has none. */
  moments: Record<string, AdamMoments> = {};

  /** Its rates are those of the next step. */
  training: TrainingConfig;

  private readonly network: NetworkName;

  constructor(network: NetworkName, training: TrainingConfig) {
    this.network = network;
    this.training = training;
  }

  /**
   * Moves the parameters against `gradients`, which it disposes of.
   *
   * @param iteration Iterations completed before, which the rates go by.
   */
  apply(state: ModelState, gradients: Tensors, iteration: number): void {
    const {beta1, beta2, epsilon, maskWeightDecay} = this.training;
    const rates = {
      learningRate: rateAt(this.network, iteration, this.training),
      beta1,
      beta2,
      epsilon,
      weightDecay: this.network === 'mask' ? maskWeightDecay : 0,
      step: ++this.step,
    };
    const updated: Tensors = {};
    for (const [name, gradient] of Object.entries(gradients)) {
      const parameter = state.parameters(this.network)[name]!;
      const {mean, square} = (this.moments[name] ??= {
        mean: tf.zerosLike(parameter),
        square: tf.zerosLike(parameter),
      });
      const next = adamStep(parameter, gradient, mean, square, rates);
      updated[name] = next[0];
      this.moments[name] = {mean: next[1], square: next[2]};
      tf.dispose([gradient, mean, square]);
    }
    state.replaceParameters(this.network, updated);
  }

  /** Takes over what `replacements` makes of the means, and of the squares, by parameter. */
  replaceMoments(replacements: (tensors: Tensors) => Tensors): void {
    const of = (key: keyof AdamMoments): Tensors =>
      replacements(
        Object.fromEntries(Object.entries(this.moments).map(([name, own]) => [name, own[key]]))
      );
    const [means, squares] = [of('mean'), of('square')];
    for (const [name, mean] of Object.entries(means)) {
      const old = this.moments[name];
      if (old) tf.dispose([old.mean, old.square]);
      this.moments[name] = {mean, square: squares[name]!};
    }
  }

  /** Takes over the state of another run. */
  restore(step: number, moments: Record<string, AdamMoments>): void {
    this.dispose();
    this.step = step;
    this.moments = moments;
  }

  dispose(): void {
    for (const {mean, square} of Object.values(this.moments)) tf.dispose([mean, square]);
  }
}

/** The learning rate of a network at an iteration. */
function rateAt(
  network: NetworkName,
  iteration: number,
  {learningRates, decay, start}: TrainingConfig
): number {
  const warmth = network === 'mask' && start?.warmUp ? Math.min(1, iteration / start.warmUp) : 1;
  const left = decay ? 1 - (1 - decay.factor) * passedShare(decay, iteration) : 1;
  return learningRates[network] * warmth * left;
}
