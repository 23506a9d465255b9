/** States of a training that one can go back to. */

import {signal, type ReadonlySignal} from '@preact/signals-core';
import type {EngineClient, ModelId} from '../engine/protocol.js';

/** The whole state of the model after some iterations. */
export interface Snapshot {
  iteration: number;
  /** In safetensors form, with what the optimisers need to go on with the same numbers. */
  checkpoint: ArrayBuffer;
}

/** What snapshots may take of the page's memory, in bytes. */
const BUDGET = 256 * 2 ** 20;

/** Most snapshots: as many as can be told apart on a slider. */
const MAX_SNAPSHOTS = 64;

/** Iterations between snapshots at first. */
const FIRST_INTERVAL = 10;

/**
 * Keeps snapshots at even distances. When there are too many, every second goes and the distance
 * doubles, so that they always span the whole training.
 */
export class Timeline {
  /** In the order of their iterations. */
  readonly snapshots: ReadonlySignal<readonly Snapshot[]>;
  /** Why no more snapshots are kept; undefined while they are. */
  readonly error: ReadonlySignal<Error | undefined>;

  private readonly engine: EngineClient;
  private readonly budget: number;
  private readonly state = {
    snapshots: signal<readonly Snapshot[]>([]),
    error: signal<Error | undefined>(undefined),
  };
  private interval = FIRST_INTERVAL;

  /** @param budget Bytes that all snapshots may take. */
  constructor(engine: EngineClient, budget = BUDGET) {
    this.engine = engine;
    this.budget = budget;
    this.snapshots = this.state.snapshots;
    this.error = this.state.error;
  }

  /** Bytes that the snapshots take. */
  get bytes(): number {
    return sizeOf(this.state.snapshots.value);
  }

  /**
   * Takes a snapshot of a model. Nothing may be training it meanwhile.
   *
   * A snapshot that can't be taken is stated in `error` and is no reason not to train.
   *
   * @param when `due` if it is time for one, `new` if this iteration has none yet.
   */
  async keep(
    when: 'due' | 'new',
    model: ModelId,
    iteration: number,
    signal: AbortSignal
  ): Promise<void> {
    const last = this.state.snapshots.peek().at(-1);
    const distance = when === 'due' ? this.interval : 1;
    if (this.state.error.peek() || (last && iteration < last.iteration + distance)) return;
    try {
      const checkpoint = await this.engine.request('snapshot', {model}, {signal});
      if (!signal.aborted) this.add({iteration, checkpoint});
    } catch (reason) {
      if (!signal.aborted) this.state.error.value = reason as Error;
    }
  }

  /** Forgets the snapshots from an iteration on: it is being trained anew. */
  forgetFrom(iteration: number): void {
    const kept = this.state.snapshots.peek().filter(each => each.iteration < iteration);
    if (kept.length < this.state.snapshots.peek().length) this.state.snapshots.value = kept;
  }

  /** Forgets all of them. */
  clear(): void {
    this.forgetFrom(-1);
    this.interval = FIRST_INTERVAL;
    this.state.error.value = undefined;
  }

  /** The latest snapshot that is not after an iteration; the first if all are. */
  at(iteration: number): Snapshot | undefined {
    const snapshots = this.state.snapshots.peek();
    return snapshots.findLast(each => each.iteration <= iteration) ?? snapshots[0];
  }

  private add(snapshot: Snapshot): void {
    let snapshots = [...this.state.snapshots.peek(), snapshot];
    while (
      snapshots.length > 1 &&
      (snapshots.length > MAX_SNAPSHOTS || sizeOf(snapshots) > this.budget)
    ) {
      // The first stays: it is what the training began with.
      snapshots = snapshots.filter((_, i) => i % 2 === 0);
      this.interval *= 2;
    }
    this.state.snapshots.value = snapshots;
  }
}

function sizeOf(snapshots: readonly Snapshot[]): number {
  return snapshots.reduce((bytes, {checkpoint}) => bytes + checkpoint.byteLength, 0);
}
