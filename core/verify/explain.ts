/** Telling gradients that are off because rounding put a ReLU on another side from those that are wrong. */

import type {Side} from '../training/report.js';
import {type Comparison, isBeyond, norm, ratio} from './comparison.js';
import type {Kink} from './kinks.js';
import {selectEffects} from './selection.js';
import type {Trial, Turned} from './trial.js';

/** How many ReLUs of an update are tried on their other side. */
const MAX_TRIES = 64;

/**
 * Looks in the first update of a side for ReLUs whose side rounding decides and which, on their other
 * side, bring *all* gradients within their bounds.
 *
 * One after the other is put on its other side, to see what that does to the gradients; as soon as
 * some of what was seen would together undo what the gradients are off by, those are tried together.
 *
 * @param first The update's gradients as computed, of which some are beyond their bounds.
 * @param before What was found in the updates before it.
 * @returns Nothing, if there are none.
 */
export async function explain(
  trial: Trial,
  side: Side,
  first: readonly Comparison[],
  before: readonly Turned[],
  progress: (what: string) => void
): Promise<Turned | undefined> {
  const without = first.toSorted((a, b) => ratio(b) - ratio(a))[0]!;
  const turn = (kinks: Kink[]): Turned[] => [...before, {side, kinks, without}];
  const candidates = (await trial.kinks(side, before)).slice(0, MAX_TRIES);
  const computed = trial.deviations(side, await trial.gradients(side, before));
  const difference = joined(computed);
  const effects: Float32Array[] = [];
  let tried = '';
  for (const [i, candidate] of candidates.entries()) {
    progress(`gradients of the ${side} update, ReLU ${i + 1} of ${candidates.length}`);
    const turned = joined(trial.deviations(side, await trial.gradients(side, turn([candidate]))));
    effects.push(turned.map((value, at) => value - difference[at]!));
    const {chosen, rest} = selectEffects(difference, effects);
    if (chosen.join() === tried || !isWithin(rest, computed)) continue;
    tried = chosen.join();
    const kinks = chosen.map(index => candidates[index]!);
    const together = trial.compareGradients(side, await trial.gradients(side, turn(kinks)));
    if (!together.some(isBeyond)) return {side, kinks, without};
  }
  return undefined;
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Whether all parts of a whole, cut as `parts` are, have norms of at most 1. */
function isWithin(whole: Float32Array, parts: readonly Float32Array[]): boolean {
  let at = 0;
  return parts.every(part => {
    const cut = whole.subarray(at, (at += part.length));
    return norm(cut) <= 1;
  });
}
