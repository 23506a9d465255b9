/** Comparing tensors, and gathering what was compared. */

/** Largest ‖ours − theirs‖ / ‖theirs‖ of a tensor at which two float32 computations agree. */
export const BOUNDS = {forward: 1e-4, losses: 1e-4, gradient: 1e-3, after: 1e-4} as const;

/** One rounding of float32. */
export const ROUNDING = 2 ** -24;

/** How many roundings a number may be from where it jumps for rounding to decide on which side it is. */
export const REACH = 8;

/** One number that is held against a bound. */
export interface Comparison {
  /** What it is one of, e.g. `gradients of f`: a line of the table. */
  quantity: string;
  /** Name of the tensor in the reference file. */
  tensor: string;
  error: number;
  bound: number;
}

type Values = ArrayLike<number>;

/** ‖ours − theirs‖ / ‖theirs‖; infinite if there is anything where there should be nothing. */
export function relativeError(ours: Values, theirs: Values): number {
  if (ours.length !== theirs.length) {
    throw new Error(`verify: lengths must agree; got ${ours.length} and ${theirs.length}`);
  }
  let difference = 0;
  for (let i = 0; i < ours.length; i++) difference += (ours[i]! - theirs[i]!) ** 2;
  if (difference === 0) return 0;
  const error = Math.sqrt(difference) / norm(theirs);
  return Number.isNaN(error) ? Infinity : error;
}

export function norm(values: Values): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}

export function largestDifference(a: Values, b: Values): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** A line of the table: the worst tensor of a quantity. */
export interface Line extends Comparison {
  /** Tensors compared. */
  count: number;
  /** All of them that are beyond the bound, worst first. */
  beyond: Comparison[];
}

/** The lines of the table, in the order in which their quantities first came. */
export function summarize(comparisons: readonly Comparison[]): Line[] {
  const groups = new Map<string, Comparison[]>();
  for (const comparison of comparisons) {
    const group = groups.get(comparison.quantity);
    if (group) group.push(comparison);
    else groups.set(comparison.quantity, [comparison]);
  }
  return [...groups.values()].map(group => {
    const sorted = group.toSorted((a, b) => ratio(b) - ratio(a));
    const beyond = sorted.filter(isBeyond);
    return {...sorted[0]!, count: group.length, beyond};
  });
}

export function isBeyond({error, bound}: Comparison): boolean {
  return !(error <= bound);
}

/** Error in units of its bound. */
export function ratio({error, bound}: Comparison): number {
  return error / bound;
}
