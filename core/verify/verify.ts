/**
 * Compares what this project computes with a reference, quantity by quantity.
 *
 * Everything is computed by the code that the viewer runs, on whichever backend tfjs has been set to.
 */

import type {Arrays} from '../weights/published.js';
import {type Comparison, isBeyond} from './comparison.js';
import {explain} from './explain.js';
import type {Reference} from './reference.js';
import {type Settled, Trial, type Turned, UPDATES} from './trial.js';

export interface Verification {
  comparisons: Comparison[];
  turned: Turned[];
  /** Given if what comes after the first gradients was compared with some first steps settled. */
  settled?: Settled;
}

export interface VerifyOptions {
  /** The model before anything is run, under plain published names, in the place of `init/`. */
  weights?: Arrays;
  /** Whether to take what is beyond its bound as it is, without looking into what rounding decides. */
  strict?: boolean;
  /** Told what is under way. */
  progress?: (what: string) => void;
}

/** Compares everything that a reference tells of. */
export async function verify(
  reference: Reference,
  {weights, strict = false, progress = () => {}}: VerifyOptions = {}
): Promise<Verification> {
  const {arrays, steps} = reference;
  const trial = new Trial(reference, weights ?? {get: name => arrays.get(`init/${name}`)}, strict);
  progress('forward passes');
  const forwards = await trial.forwards();
  progress(`${steps} iterations`);
  let iterations = await trial.iterations();
  const turned: Turned[] = [];
  for (const side of UPDATES) {
    if (strict || !iterations[side].some(isBeyond)) continue;
    const explanation = await explain(trial, side, iterations[side], turned, progress);
    if (!explanation) continue;
    turned.push(explanation);
    iterations = await trial.iterations(turned);
  }
  const {generator, discriminator} = iterations;
  const {later, settled} = await settle(trial, iterations.later, turned, strict, progress);
  return {comparisons: [...forwards, ...generator, ...discriminator, ...later], turned, settled};
}

/**
 * Compares what comes after the first gradients with the first steps of the smallest gradients
 * settled, if it is beyond its bounds without that and within them with it.
 */
async function settle(
  trial: Trial,
  later: Comparison[],
  turned: readonly Turned[],
  strict: boolean,
  progress: (what: string) => void
): Promise<{later: Comparison[]; settled?: Settled}> {
  const without = later.filter(isBeyond);
  if (strict || without.length === 0) return {later};
  progress('iterations from steps that rounding decides');
  const again = await trial.iterations(turned, true);
  if (again.later.some(isBeyond)) return {later};
  return {later: again.later, settled: {count: trial.countSettled(), without}};
}
