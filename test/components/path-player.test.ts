import {expect} from '@open-wc/testing';
import {signal} from '@preact/signals-core';
import {PathPlayer} from '../../components/path-player.js';

const frame = () => new Promise(requestAnimationFrame);

function player() {
  const seen = signal(true);
  const steps: number[] = [];
  let stops = 0;
  const own = new PathPlayer(() => stops++);
  const start = (frames: number) => own.start(seen, elapsedMs => steps.push(elapsedMs) < frames);
  return {own, seen, steps, start, stops: () => stops};
}

describe('PathPlayer', () => {
  it('calls once a frame with the time that has gone by, until it is told to end', async () => {
    const {own, steps, start, stops} = player();
    start(3);
    expect([own.playing, steps.length]).to.deep.equal([true, 0]);
    for (let i = 0; i < 5; i++) await frame();
    expect(steps).to.have.length(3);
    expect(steps[0]).to.equal(0);
    expect(steps.slice(1).every(elapsedMs => elapsedMs > 0)).to.equal(true);
    expect([own.playing, stops()]).to.deep.equal([false, 1]);
  });

  it('stops when it can not be seen, and does not start so', async () => {
    const {own, seen, steps, start, stops} = player();
    start(Infinity);
    await frame();
    seen.value = false;
    const {length} = steps;
    expect([own.playing, stops()]).to.deep.equal([false, 1]);
    await frame();
    await frame();
    expect(steps).to.have.length(length);
    start(Infinity);
    expect(own.playing).to.equal(false);
    seen.value = true;
    expect([own.playing, stops()]).to.deep.equal([false, 1]);
  });

  it('stop() ends it once', async () => {
    const {own, steps, start, stops} = player();
    start(Infinity);
    own.stop();
    own.stop();
    await frame();
    await frame();
    expect([steps.length, stops()]).to.deep.equal([0, 1]);
  });
});
