/** Whether a training has collapsed: one region takes the image, another has vanished (METHOD «Collapse and restart»). */

import type {ModelConfig, TrainingConfig} from '../model/config.js';
import type {History, LookColumns} from './history.js';

/** When a region counts as vanished. */
export interface CollapseRule {
  /** Mean mask under which it has, in [0, 1]. */
  area: number;
  /** Iterations between two checks. */
  every: number;
  /** Iterations before a check that the mean is over: areas of single batches go up and down. */
  over: number;
  /** The last iteration at which an empty region is no collapse: one that has nothing is what a split is for. */
  after: number;
}

/**
 * The published run's rule: 0.1, every 500 iterations. It is for two regions; where there are more,
 * an object may rightly be smaller.
 */
export const COLLAPSE_RULE: CollapseRule = {area: 0.1, every: 500, over: 50, after: 0};

/** The published loop begins again with new weights at a collapse up to this iteration; later it goes on. */
export const COLLAPSE_UNTIL = 7000;

export interface Collapse {
  /** The smallest region, from 0. */
  region: number;
  /** Its mean mask, in [0, 1]. */
  area: number;
  /** The check that found it. */
  iteration: number;
}

/**
 * The rule for a model and its training: with more than two regions, the threshold shrinks to one in a
 * hundred, and while a split may still come no region has vanished.
 */
export function collapseRule(
  {regions}: Pick<ModelConfig, 'regions'>,
  {splits}: Pick<TrainingConfig, 'splits'>
): CollapseRule {
  const area = regions > 2 ? 0.01 : COLLAPSE_RULE.area;
  return {...COLLAPSE_RULE, area, after: splits?.toIteration ?? 0};
}

/** What the last check found; undefined where all regions live, or none was made yet. */
export function findCollapse(
  {iterations, areas}: Pick<History, 'iterations' | 'areas'>,
  {area: threshold, every, over, after: last}: CollapseRule
): Collapse | undefined {
  const iteration = Math.floor((iterations.at(-1) ?? 0) / every) * every;
  if (iteration <= last) return undefined;
  const after = iterations.findLastIndex(each => each <= iteration) + 1;
  const first = iterations.findLastIndex(each => each <= iteration - over) + 1;
  const means = areas.map(column => mean(column.slice(first, after)));
  const area = Math.min(...means.filter(Number.isFinite));
  return area < threshold ? {region: means.indexOf(area), area, iteration} : undefined;
}

/** Masks of held-out images that have got much worse. */
export interface Decline {
  /** Mean IoU of the objects over the newest looks, in [0, 1]. */
  objectIou: number;
  /** The newest look. */
  iteration: number;
  /** The best mean over as many looks, and the last look of these. */
  best: number;
  bestIteration: number;
}

/** Looks that IoU is averaged over: one look is at some images only, and goes up and down. */
const LOOKS = 3;

/** Share of the best that IoU must keep. The published code has no such rule; trainings that recover lost less. */
const KEPT = 0.75;

/** Whether IoU on held-out images is well below its best; undefined where it is not, or too little is known. */
export function findDecline({iterations, objectIou}: LookColumns): Decline | undefined {
  const means = objectIou.map((_, i) =>
    i < LOOKS - 1 ? -Infinity : mean(objectIou.slice(i - LOOKS + 1, i + 1))
  );
  const now = means.at(-1) ?? NaN;
  const at = means.reduce((best, each, i) => (each > means[best]! ? i : best), 0);
  const best = means[at]!;
  // Not where either is unknown.
  if (!(now > -Infinity && now < KEPT * best)) return undefined;
  return {objectIou: now, iteration: iterations.at(-1)!, best, bestIteration: iterations[at]!};
}

/** Mean of the numbers that are there; NaN where none is. */
function mean(values: readonly number[]): number {
  const known = values.filter(value => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
