/** A signal seen at a bounded pace. */

import {computed, signal, type ReadonlySignal} from '@preact/signals-core';

/** What tells the time. */
export interface Clock {
  now(): number;
  after(ms: number, call: () => void): void;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, call) => void setTimeout(call, ms),
};

/**
 * The newest value of a signal: at once while `bounded` is false, and no more often than every
 * `intervalMs` while it is true. The last value always comes.
 */
export function throttled<T>(
  source: ReadonlySignal<T>,
  bounded: ReadonlySignal<boolean>,
  intervalMs: number,
  clock: Clock = CLOCK
): ReadonlySignal<T> {
  const due = signal(0);
  let shown = source.peek();
  let shownAt = -Infinity;
  let waiting = false;
  return computed(() => {
    void due.value;
    const newest = source.value;
    const now = clock.now();
    const waitMs = bounded.value ? shownAt + intervalMs - now : 0;
    if (newest === shown) return shown;
    if (waitMs <= 0) {
      shownAt = now;
      return (shown = newest);
    }
    if (!waiting) {
      waiting = true;
      clock.after(waitMs, () => {
        waiting = false;
        due.value++;
      });
    }
    return shown;
  });
}
