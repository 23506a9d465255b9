/** Ways from one code to another. Codes are points of a normal distribution, which is thin at its middle. */

/** `linear` goes straight, through shorter codes; `spherical` turns, the length changing evenly. */
export type Way = 'linear' | 'spherical';

/** The way that is taken between two codes, and why it is not the one that was asked for. */
export interface TakenWay {
  way: Way;
  /** `zero`: a code of no length has no direction. `opposite`: there is no nearest way to turn. */
  reason?: 'zero' | 'opposite';
}

/** Cosine from which directions are opposite: within about a thousandth of a radian. */
const OPPOSITE = -1 + 1e-6;

/** Angle under which directions are the same, and turning is going straight, in radians. */
const STRAIGHT = 1e-4;

/** The way between two codes. Where it can't turn it goes straight. */
export function wayBetween(a: Float32Array, b: Float32Array, way: Way): TakenWay {
  if (way === 'linear') return {way};
  const norms = Math.hypot(...a) * Math.hypot(...b);
  if (norms === 0) return {way: 'linear', reason: 'zero'};
  if (dot(a, b) / norms < OPPOSITE) return {way: 'linear', reason: 'opposite'};
  return {way};
}

/**
 * The code at a share of the way from `a` to `b`, both of the same length: at 0 it is `a`, at 1 `b`,
 * to the bit.
 */
export function interpolate(
  a: Float32Array,
  b: Float32Array,
  share: number,
  way: Way
): Float32Array {
  if (share <= 0) return a.slice();
  if (share >= 1) return b.slice();
  return wayBetween(a, b, way).way === 'linear' ? straight(a, b, share) : turning(a, b, share);
}

function straight(a: Float32Array, b: Float32Array, share: number): Float32Array {
  return a.map((value, i) => (1 - share) * value + share * b[i]!);
}

function turning(a: Float32Array, b: Float32Array, share: number): Float32Array {
  const [from, to] = [Math.hypot(...a), Math.hypot(...b)];
  const angle = Math.acos(Math.min(Math.max(dot(a, b) / (from * to), -1), 1));
  const norm = (1 - share) * from + share * to;
  const weight = (part: number) =>
    angle < STRAIGHT ? part : Math.sin(part * angle) / Math.sin(angle);
  const [left, right] = [weight(1 - share) / from, weight(share) / to];
  return a.map((value, i) => norm * (left * value + right * b[i]!));
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
