import {expect} from '@open-wc/testing';
import {effect, signal} from '@preact/signals-core';
import {throttled} from '../../../core/graph/throttled.js';

/** A signal throttled to once in 100 ms, under a clock that the test moves. */
function throttledBy(bounded: boolean) {
  let now = 0;
  let calls: {at: number; call: () => void}[] = [];
  const source = signal(0);
  const isBounded = signal(bounded);
  const seen: number[] = [];
  const slow = throttled(source, isBounded, 100, {
    now: () => now,
    after: (ms, call) => calls.push({at: now + ms, call}),
  });
  const advance = (ms: number) => {
    now += ms;
    const due = calls.filter(({at}) => at <= now);
    calls = calls.filter(({at}) => at > now);
    due.forEach(({call}) => call());
  };
  const stop = effect(() => void seen.push(slow.value));
  return {source, isBounded, seen, advance, stop, waiting: () => calls.length};
}

describe('throttled(source, bounded, intervalMs)', () => {
  it('follows at once while it is not bounded', () => {
    const {source, seen, waiting} = throttledBy(false);
    for (const value of [1, 2, 3]) source.value = value;
    expect(seen).to.deep.equal([0, 1, 2, 3]);
    expect(waiting()).to.equal(0);
  });

  it('shows the newest once an interval while it is bounded, and the last one at its end', () => {
    const {source, seen, advance, waiting} = throttledBy(true);
    source.value = 1;
    source.value = 2;
    source.value = 3;
    expect(seen).to.deep.equal([0, 1]);
    expect(waiting()).to.equal(1);
    advance(99);
    expect(seen).to.deep.equal([0, 1]);
    advance(1);
    expect(seen).to.deep.equal([0, 1, 3]);
    advance(100);
    expect(seen).to.deep.equal([0, 1, 3]);
    source.value = 4;
    expect(seen).to.deep.equal([0, 1, 3, 4]);
  });

  it('shows what waited as soon as it is no longer bounded', () => {
    const {source, isBounded, seen, advance} = throttledBy(true);
    source.value = 1;
    source.value = 2;
    isBounded.value = false;
    expect(seen).to.deep.equal([0, 1, 2]);
    advance(1000);
    expect(seen).to.deep.equal([0, 1, 2]);
  });

  it('follows nothing while nobody watches', () => {
    const {source, seen, advance, stop, waiting} = throttledBy(true);
    source.value = 1;
    source.value = 2;
    stop();
    advance(100);
    source.value = 3;
    expect(seen).to.deep.equal([0, 1]);
    expect(waiting()).to.equal(0);
  });
});
