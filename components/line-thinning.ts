/**
 * Columns of numbers made ready to be drawn, once a number: what was made of rows that are there is
 * kept with the column, and a column that has grown costs its new rows.
 *
 * So a column may grow, but the numbers in it must not change: other numbers are another array.
 */

import {bisectLeft, bisectRight} from 'd3';

/** Lowest and highest row of each full bucket of iterations of a column. */
export class Buckets {
  /** Rows of all full buckets. */
  full = 0;

  /** Iterations a bucket, a power of two: bucket `b` has those from `b · size`. */
  readonly size: number;
  private readonly x: readonly number[];
  private readonly values: readonly number[];
  /** First row of each full bucket. */
  private readonly starts: number[] = [];
  /** Two rows a full bucket, in their order. */
  private readonly picks: number[] = [];

  constructor(x: readonly number[], values: readonly number[], size: number) {
    this.x = x;
    this.values = values;
    this.size = size;
  }

  /** Whether it was made for these, which have not shrunk since. */
  fits(x: readonly number[], size: number): boolean {
    return x === this.x && size === this.size && x.length >= this.full;
  }

  /** Takes up the buckets that have become full. */
  grow(): void {
    const {x, size} = this;
    let start = this.full;
    for (let row = start + 1; row < x.length; row++) {
      if (Math.floor(x[row]! / size) === Math.floor(x[start]! / size)) continue;
      this.starts.push(start);
      this.picks.push(...this.peaks(start, row));
      start = row;
    }
    this.full = start;
  }

  /** The full buckets that lie within rows: the first of them, and the one after the last. */
  within(from: number, to: number): [number, number] {
    const first = bisectLeft(this.starts, from);
    const after = to >= this.full ? this.starts.length : bisectRight(this.starts, to) - 1;
    return [first, Math.max(first, after)];
  }

  /** First row of a bucket; after the last full bucket, of what is not full. */
  start(bucket: number): number {
    return this.starts[bucket] ?? this.full;
  }

  /** The lowest and the highest row of each of some full buckets, in the order of rows. */
  picksOf(first: number, after: number): number[] {
    return this.picks.slice(2 * first, 2 * after);
  }

  /** The lowest and the highest of some rows, in their order; a gap only where there is nothing else. */
  peaks(from: number, to: number): number[] {
    const {values} = this;
    if (from >= to) return [];
    let low = from;
    let high = from;
    for (let i = from; i < to; i++) {
      const value = values[i]!;
      // A comparison with NaN is false: the first number takes the place of a gap, a gap takes none.
      if (value < values[low]! || Number.isNaN(values[low])) low = i;
      if (value > values[high]! || Number.isNaN(values[high])) high = i;
    }
    return low < high ? [low, high] : [high, low];
  }
}

const buckets = new WeakMap<readonly number[], Buckets>();

/** The buckets of a column, up to date. */
export function bucketsOf(x: readonly number[], values: readonly number[], size: number): Buckets {
  let known = buckets.get(values);
  if (!known?.fits(x, size)) {
    known = new Buckets(x, values, size);
    buckets.set(values, known);
  }
  known.grow();
  return known;
}

/**
 * Size of a bucket that is about as wide as a column, where `columns` of them show `span` iterations.
 * A power of two, so that it rarely changes as the span grows.
 */
export function bucketSize(span: number, columns: number): number {
  return 2 ** Math.max(0, Math.round(Math.log2(span / columns)));
}

/**
 * Thins a line to what a screen shows of it: of each bucket the lowest and the highest row, in their
 * order, and both ends of the line. No peak is lost, and the work of drawing is bounded.
 *
 * @param size Iterations a bucket.
 * @param rows The first row to take and the one after the last.
 * @returns Rows: at most two a bucket, and the ends.
 */
export function thin(
  x: readonly number[],
  values: readonly number[],
  size: number,
  [from, to]: readonly [number, number] = [0, x.length]
): number[] {
  const all = bucketsOf(x, values, size);
  const [first, after] = all.within(from, to);
  const [begin, end] = [Math.min(all.start(first), to), Math.max(all.start(after), from)];
  const rows =
    first < after
      ? [...all.peaks(from, begin), ...all.picksOf(first, after), ...all.peaks(end, to)]
      : [...all.peaks(from, begin), ...all.peaks(begin, to)];
  if (from < to) rows.unshift(from);
  if (from < to) rows.push(to - 1);
  return rows.filter((row, i) => row !== rows[i - 1]);
}

interface Average {
  weight: number;
  /** As far as it was computed. */
  result: number[];
  sum: number;
  total: number;
}

const averages = new WeakMap<readonly number[], Average>();

/**
 * Exponential moving average, begun without a pull towards 0. A gap stays a gap and is averaged
 * over.
 *
 * @param weight Of what came before, in [0, 1).
 * @returns An array that grows with `values`, the same one for the same weight.
 */
export function smooth(values: readonly number[], weight: number): readonly number[] {
  let known = averages.get(values);
  if (known?.weight !== weight || known.result.length > values.length) {
    known = {weight, result: [], sum: 0, total: 0};
    averages.set(values, known);
  }
  const {result} = known;
  for (let i = result.length; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isNaN(value)) {
      known.sum = weight * known.sum + (1 - weight) * value;
      known.total = weight * known.total + (1 - weight);
    }
    result.push(Number.isNaN(value) ? NaN : known.sum / known.total);
  }
  return result;
}
