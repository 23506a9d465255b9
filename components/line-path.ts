/** The shape of one line, kept so that a row more costs no more than its end. */

import type {ScaleContinuousNumeric} from 'd3';
import type {Buckets} from './line-thinning.js';

type Scale = ScaleContinuousNumeric<number, number>;

/** Where a line is drawn. */
export interface PathScales {
  /** Linear. */
  x: Scale;
  y: Scale;
  /** Tells scales that draw alike from others. */
  axes: string;
}

/** A line through the peaks of its buckets, interrupted where a value is missing; tenths of a pixel. */
export class LinePath {
  private readonly buckets: Buckets;
  private readonly x: readonly number[];
  private readonly values: readonly number[];
  private readonly from: number;
  private readonly scales: PathScales;
  /** The horizontal scale is linear: two of its values tell all. */
  private readonly left: number;
  private readonly step: number;
  /** Through the full buckets before `next`. */
  private shape = '';
  private next: number;
  private last = -1;

  /** @param from Row that the line begins at. */
  constructor(
    buckets: Buckets,
    x: readonly number[],
    values: readonly number[],
    from: number,
    scales: PathScales
  ) {
    this.buckets = buckets;
    this.x = x;
    this.values = values;
    this.from = from;
    this.scales = scales;
    this.left = scales.x(0);
    this.step = scales.x(1) - this.left;
    this.next = buckets.within(from, x.length)[0];
  }

  /** Whether a line that begins there goes on as this one does. */
  fits(
    x: readonly number[],
    values: readonly number[],
    size: number,
    from: number,
    axes: string
  ): boolean {
    const same = values === this.values && from === this.from && axes === this.scales.axes;
    return same && this.buckets.fits(x, size) && this.last < x.length;
  }

  /** The line as the `d` of a path, as far as before row `to`, which is no earlier than before. */
  upTo(to: number): string {
    const {buckets, from} = this;
    buckets.grow();
    const [, after] = buckets.within(from, to);
    if (this.last < 0 && from < to) {
      this.add([from, ...buckets.peaks(from, Math.min(buckets.start(this.next), to))]);
    }
    if (after > this.next) {
      this.add(buckets.picksOf(this.next, after));
      this.next = after;
    }
    const {shape, last} = this;
    this.add([...buckets.peaks(Math.max(from, buckets.start(this.next)), to), to - 1]);
    const whole = this.shape;
    this.shape = shape;
    this.last = last;
    // A lone point is a line to itself.
    return whole && !whole.includes('L') ? `${whole}Z` : whole;
  }

  /** Draws on to rows, each of them not before the last. */
  private add(rows: readonly number[]): void {
    const {x, values, left, step, scales} = this;
    for (const row of rows) {
      if (row <= this.last) continue;
      const value = values[row]!;
      const gap = this.last < 0 || Number.isNaN(values[this.last]);
      this.last = row;
      if (Number.isNaN(value)) continue;
      const across = Math.round(10 * (left + step * x[row]!)) / 10;
      const up = Math.round(10 * scales.y(value)) / 10;
      this.shape += `${gap ? 'M' : 'L'}${across},${up}`;
    }
  }
}
