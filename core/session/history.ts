/** Every iteration's numbers, in columns as charts read them. */

import {signal, type ReadonlySignal} from '@preact/signals-core';
import type {IterationReport} from '../training/report.js';

const SCALARS = [
  'stepMs',
  'generatorLoss',
  'recoveryLoss',
  'discriminatorLoss',
  'scoreReal',
  'scoreRedrawn',
] as const;

/** Names of the numbers that an iteration has one of. */
export type ScalarName = (typeof SCALARS)[number];

/**
 * A growing record. Nothing is thinned out: 100,000 iterations are some 10 MB of numbers, and what
 * a chart can show of them is the chart's concern.
 *
 * The columns grow in place; `revision` is what tells that they did.
 */
export class History {
  /** Counts the changes. */
  readonly revision: ReadonlySignal<number>;
  /** Iteration number of each row, rising. */
  readonly iterations: number[] = [];
  /** One column a number, NaN in rows that lack it. */
  readonly scalars: Readonly<Record<ScalarName, number[]>>;
  /** One column a region: the mean of its mask, NaN in rows that lack it. */
  readonly areas: number[][] = [];

  private readonly changes = signal(0);

  constructor() {
    this.revision = this.changes;
    this.scalars = Object.fromEntries(SCALARS.map(name => [name, [] as number[]])) as Record<
      ScalarName,
      number[]
    >;
  }

  get length(): number {
    return this.iterations.length;
  }

  /** What is known of the same iterations and later ones goes: the training went back before them. */
  append(reports: readonly IterationReport[]): void {
    const [first] = reports;
    if (first) this.truncate(first.iteration - 1);
    for (const report of reports) {
      const row = this.iterations.push(report.iteration) - 1;
      for (const name of SCALARS) this.scalars[name].push(report[name] ?? NaN);
      const regions = Math.max(this.areas.length, report.areas?.length ?? 0);
      for (let region = 0; region < regions; region++) {
        const column = (this.areas[region] ??= new Array<number>(row).fill(NaN));
        column.push(report.areas?.[region] ?? NaN);
      }
    }
    if (reports.length > 0) this.changes.value++;
  }

  /** Forgets what came after an iteration; 0 forgets everything. */
  truncate(iteration: number): void {
    if (!(this.iterations.at(-1)! > iteration)) return;
    const after = this.iterations.findIndex(each => each > iteration);
    for (const column of [this.iterations, ...Object.values(this.scalars), ...this.areas]) {
      column.length = after;
    }
    if (after === 0) this.areas.length = 0;
    this.changes.value++;
  }
}
