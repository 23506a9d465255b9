/**
 * Compares what this project computes with a reference, quantity by quantity.
 *
 * Everything is computed by the code that the viewer runs, on whichever backend tfjs has been set to.
 */

import type {Arrays} from '../weights/published.js';
import {type Comparison, isBeyond} from './comparison.js';
import {explain} from './explain.js';
import type {Reference} from './reference.js';
import {Trial, type Turned, UPDATES} from './trial.js';

export interface Verification {
  comparisons: Comparison[];
  turned: Turned[];
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
  let {later} = iterations;
  if (!strict && later.some(isBeyond)) later = widen(later, await trial.spreads(turned, progress));
  const {generator, discriminator} = iterations;
  return {comparisons: [...forwards, ...generator, ...discriminator, ...later], turned};
}

/** How much of a bound may be given up to rounding. */
const MAX_WIDENING = 100;

/** Holds tensors that float32 determines less far than is asked against what it determines, as a quantity of their own. */
function widen(
  comparisons: readonly Comparison[],
  spreads: ReadonlyMap<string, number>
): Comparison[] {
  return comparisons.map(comparison => {
    const {tensor, bound: asked} = comparison;
    const bound = Math.min(spreads.get(tensor) ?? 0, MAX_WIDENING * asked);
    if (!isBeyond(comparison) || bound <= asked) return comparison;
    const [what, network = ''] = splitOnce(comparison.quantity);
    return {...comparison, quantity: `${what} within rounding ${network}`.trim(), bound};
  });
}

/** `spectral vector netDX` as what it is and its network. */
function splitOnce(quantity: string): [what: string, network?: string] {
  const at = quantity.lastIndexOf(' net');
  return at < 0 ? [quantity] : [quantity.slice(0, at), quantity.slice(at + 1)];
}
