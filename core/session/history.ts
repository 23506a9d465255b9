/** Every iteration's numbers, in columns as charts read them. */

import {signal, type ReadonlySignal} from '@preact/signals-core';
import type {Tuning} from '../model/config.js';
import type {IterationReport, Split} from '../training/report.js';

const SCALARS = [
  'stepMs',
  'generatorLoss',
  'recoveryLoss',
  'supervisedLoss',
  'discriminatorLoss',
  'scoreReal',
  'scoreRedrawn',
] as const;

/** Names of the numbers that an iteration has one of. */
export type ScalarName = (typeof SCALARS)[number];

/** A change of the training's numbers on the way, or a region that was split. */
export interface HistoryMark {
  /** The last iteration before it counted. */
  iteration: number;
  tuning: Tuning;
  split?: Split;
}

/** Scores of the masks on held-out images, in columns; they are looked at now and then. */
export interface LookColumns {
  /** Iterations that the weights had behind them, rising. */
  iterations: readonly number[];
  /** Each in [0, 1]. */
  accuracy: readonly number[];
  objectIou: readonly number[];
}

/** What a history knew at a time. */
export interface HistoryRecord {
  readonly columns: Columns;
  readonly marks: readonly HistoryMark[];
  readonly looks: LookColumns;
}

interface Columns {
  iterations: number[];
  scalars: Record<ScalarName, number[]>;
  areas: number[][];
}

/**
 * A growing record. Nothing is thinned out: 100,000 iterations are some 10 MB of numbers, and what
 * a chart can show of them is the chart's concern.
 *
 * The columns grow in place; `revision` is what tells that they did. Rows that are there do not
 * change: where some are forgotten, the columns are new arrays.
 */
export class History {
  /** Counts the changes. */
  readonly revision: ReadonlySignal<number>;
  /** Iteration number of each row, rising. */
  get iterations(): readonly number[] {
    return this.columns.iterations;
  }

  /** One column a number, NaN in rows that lack it. */
  get scalars(): Readonly<Record<ScalarName, readonly number[]>> {
    return this.columns.scalars;
  }

  /** One column a region: the mean of its mask, NaN in rows that lack it. */
  get areas(): readonly (readonly number[])[] {
    return this.columns.areas;
  }

  /** Changes of λ and rates, in the order of their iterations; another array for another change. */
  get marks(): readonly HistoryMark[] {
    return this.markList;
  }

  /** What was seen on held-out images. */
  get looks(): LookColumns {
    return this.lookColumns;
  }

  get length(): number {
    return this.iterations.length;
  }

  private readonly changes = signal(0);
  private columns: Columns;
  private markList: readonly HistoryMark[] = [];
  private lookColumns: Record<keyof LookColumns, number[]> = {
    iterations: [],
    accuracy: [],
    objectIou: [],
  };

  constructor() {
    this.revision = this.changes;
    const scalars = SCALARS.map(name => [name, [] as number[]] as const);
    this.columns = {
      iterations: [],
      scalars: Object.fromEntries(scalars) as Columns['scalars'],
      areas: [],
    };
  }

  /** What is known of the same iterations and later ones goes: the training went back before them. */
  append(reports: readonly IterationReport[]): void {
    const [first] = reports;
    if (first) this.truncate(first.iteration - 1);
    const {iterations, scalars, areas} = this.columns;
    for (const report of reports) {
      const row = iterations.push(report.iteration) - 1;
      if (report.split) this.markWith(report.iteration - 1, {split: report.split});
      for (const name of SCALARS) scalars[name].push(report[name] ?? NaN);
      const regions = Math.max(areas.length, report.areas?.length ?? 0);
      for (let region = 0; region < regions; region++) {
        const column = (areas[region] ??= new Array<number>(row).fill(NaN));
        column.push(report.areas?.[region] ?? NaN);
      }
    }
    if (reports.length > 0) this.changes.value++;
  }

  /** Adds a look at held-out images; looks of the same iteration and of later ones go. */
  look(iteration: number, {accuracy, objectIou}: {accuracy: number; objectIou: number}): void {
    this.truncateLooks(iteration - 1);
    this.lookColumns.iterations.push(iteration);
    this.lookColumns.accuracy.push(accuracy);
    this.lookColumns.objectIou.push(objectIou);
    this.changes.value++;
  }

  /** Notes a change that counts from the iteration after this one; at the same place it joins the last. */
  mark(iteration: number, tuning: Tuning): void {
    const last = this.markList.at(-1);
    const joins = last?.iteration === iteration;
    const learningRates = {...(joins && last.tuning.learningRates), ...tuning.learningRates};
    const joined = {...(joins && last.tuning), ...tuning};
    if (Object.keys(learningRates).length > 0) joined.learningRates = learningRates;
    this.markWith(iteration, {tuning: joined});
    this.changes.value++;
  }

  /** Adds to the mark of an iteration, or makes one. */
  private markWith(iteration: number, change: Partial<HistoryMark>): void {
    const last = this.markList.at(-1);
    const joins = last?.iteration === iteration;
    const before = joins ? this.markList.slice(0, -1) : this.markList;
    this.markList = [...before, {tuning: {}, ...(joins && last), ...change, iteration}];
  }

  /** All that is known now, to be known again later. */
  record(): HistoryRecord {
    return structuredClone({columns: this.columns, marks: this.markList, looks: this.lookColumns});
  }

  /** Knows what was known at a time, and nothing else. */
  restore(record: HistoryRecord): void {
    const {columns, marks, looks} = structuredClone(record);
    this.columns = columns;
    this.markList = marks;
    this.lookColumns = looks as Record<keyof LookColumns, number[]>;
    this.changes.value++;
  }

  /** Forgets everything. */
  clear(): void {
    this.truncate(0);
    this.truncateLooks(-1);
    if (this.markList.length > 0) this.changes.value++;
    this.markList = [];
  }

  /** Forgets what came after an iteration, but for a change that counts from the next one on. */
  truncate(iteration: number): void {
    this.truncateLooks(iteration);
    const marks = this.markList.filter(each => each.iteration <= iteration);
    if (marks.length < this.markList.length) {
      this.markList = marks;
      this.changes.value++;
    }
    if (!(this.iterations.at(-1)! > iteration)) return;
    const after = this.iterations.findIndex(each => each > iteration);
    const {iterations, scalars, areas} = this.columns;
    const kept = Object.entries(scalars).map(([name, column]) => [name, column.slice(0, after)]);
    this.columns = {
      iterations: iterations.slice(0, after),
      scalars: Object.fromEntries(kept) as Columns['scalars'],
      areas: after === 0 ? [] : areas.map(column => column.slice(0, after)),
    };
    this.changes.value++;
  }

  private truncateLooks(iteration: number): void {
    const {iterations, accuracy, objectIou} = this.lookColumns;
    if (!(iterations.at(-1)! > iteration)) return;
    const after = iterations.findIndex(each => each > iteration);
    this.lookColumns = {
      iterations: iterations.slice(0, after),
      accuracy: accuracy.slice(0, after),
      objectIou: objectIou.slice(0, after),
    };
    this.changes.value++;
  }
}
