/** Looks at held-out images while the page trains: how good the masks are by now. */

import {signal} from '@preact/signals-core';
import type {EngineClient, ModelInfo} from '../engine/protocol.js';
import type {History} from './history.js';

/** Iterations between looks. */
const INTERVAL = 50;

/** Images of the validation split that are scored: some, so that training hardly waits. */
const IMAGES = 50;

/** A look is not due before this many times its own duration has gone by. */
const PATIENCE = 9;

/** Scores f's masks between iterations, now and then, where the images have true masks. */
export class Validation {
  /** Whether anybody wants to see it: without, nothing is scored. */
  readonly wanted = signal(false);

  private readonly engine: EngineClient;
  private readonly history: History;
  private readonly now: () => number;
  /** When the last look ended and how long it took, in milliseconds. */
  private last = {endMs: -Infinity, durationMs: 0};

  /**
   * @param history Takes the scores.
   * @param now The time, in milliseconds.
   */
  constructor(engine: EngineClient, history: History, now = () => performance.now()) {
    this.engine = engine;
    this.history = history;
    this.now = now;
  }

  /**
   * Looks if it is due. Nothing may be training the model meanwhile.
   *
   * A look that fails is no reason not to train: it is left out.
   */
  async look({model, dataset}: ModelInfo, iteration: number, signal: AbortSignal): Promise<void> {
    const last = this.history.looks.iterations.findLast(each => each <= iteration) ?? -Infinity;
    const startMs = this.now();
    const rested = startMs - this.last.endMs >= PATIENCE * this.last.durationMs;
    if (!this.wanted.peek() || dataset.labelled?.val === 0) return;
    if (iteration < last + INTERVAL || !rested) return;
    try {
      const request = {model, split: 'val', count: IMAGES} as const;
      const evaluation = await this.engine.request('evaluate', request, {signal});
      if (!signal.aborted) this.history.look(iteration, evaluation);
    } catch {
      // Also where the signal was aborted: who trains looks at it himself.
    }
    const endMs = this.now();
    this.last = {endMs, durationMs: endMs - startMs};
  }
}
