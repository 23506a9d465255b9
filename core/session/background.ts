/** Requests that give way to the hand. */

import {effect, type ReadonlySignal} from '@preact/signals-core';
import type {EngineClient, Kind, Requests} from '../engine/protocol.js';
import type {Views} from './views.js';

/**
 * One line for all that a session computes for its larger views: one request of it is in flight at
 * a time, and none begins before the redraw of the region in hand is up to date. A hand that drags
 * waits for one request at most, however many views are open.
 */
export class Background {
  private readonly engine: EngineClient;
  private readonly redraws: Views['redraws'];
  private readonly region: ReadonlySignal<number>;
  private last: Promise<unknown> = Promise.resolve();

  constructor(engine: EngineClient, redraws: Views['redraws'], region: ReadonlySignal<number>) {
    this.engine = engine;
    this.redraws = redraws;
    this.region = region;
  }

  /** Asks when its turn has come. Aborted, it leaves the line. */
  request<K extends Kind>(
    kind: K,
    body: Requests[K]['request'],
    signal: AbortSignal
  ): Promise<Requests[K]['result']> {
    const answer = this.last.then(async () => {
      // What changed the request may still have to reach the redraw.
      await Promise.resolve();
      signal.throwIfAborted();
      await this.redrawn(signal);
      return this.engine.request(kind, body, {signal});
    });
    this.last = answer.catch(() => undefined);
    return answer;
  }

  /** Waits until the redraw of the region in hand is up to date. */
  private async redrawn(signal: AbortSignal): Promise<void> {
    const redraw = this.redraws.peek()[this.region.peek()]?.state;
    // One that nobody watches is not to be woken.
    if (!redraw?.peek().pending) return;
    let stop: (() => void) | undefined;
    const aborted = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), {signal: aborted.signal});
        stop = effect(() => {
          if (!redraw.value.pending) resolve();
        });
      });
    } finally {
      aborted.abort();
      stop?.();
    }
  }
}
