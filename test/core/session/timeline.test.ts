import {expect} from '@open-wc/testing';
import {Session} from '../../../core/session/session.js';
import {Timeline} from '../../../core/session/timeline.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';

const OPEN = {preset: 'discs-3', weights: 'none', seed: 1};
const {signal} = new AbortController();

async function opened() {
  const engine = new FakeEngine();
  const session = new Session(engine);
  await session.open(OPEN);
  const kept = () => session.timeline.snapshots.value.map(({iteration}) => iteration);
  const train = async (count: number): Promise<void> => {
    session.training.step(count);
    await idle(engine);
  };
  return {engine, session, kept, train};
}

describe('Timeline', () => {
  it('keeps the start and a state every ten iterations', async () => {
    const {session, kept, train} = await opened();
    expect(kept()).to.deep.equal([]);
    await train(25);
    expect(kept()[0]).to.equal(0);
    expect(kept().length).to.be.within(2, 3);
    expect(session.timeline.bytes).to.be.above(0);
  });

  it('is kept within its budget and its number, the first state with the rest evenly', async () => {
    const {engine, session} = await opened();
    const model = session.model.value!.model;
    const one = (await session.snapshot()).byteLength;
    const timeline = new Timeline(engine, 5 * one);
    for (let iteration = 0; iteration <= 200; iteration += 10) {
      await timeline.keep('due', model, iteration, signal);
    }
    const kept = timeline.snapshots.value.map(({iteration}) => iteration);
    expect(timeline.bytes).to.be.at.most(5 * one);
    expect(kept[0]).to.equal(0);
    expect(new Set(kept.slice(1).map((each, i) => each - kept[i]!)).size).to.equal(1);
    expect(kept.at(-1)).to.be.at.least(160);
  });

  it('says why it keeps no more, and lets training go on', async () => {
    const {engine, session, kept, train} = await opened();
    engine.failNext('snapshot', 'out of memory');
    await train(12);
    expect(session.timeline.error.value!.message).to.equal('out of memory');
    expect(session.iteration.value).to.equal(12);
    expect(session.failure.value).to.equal(undefined);
    expect(kept()).to.deep.equal([]);
    await session.reset(2);
    expect(session.timeline.error.value).to.equal(undefined);
  });
});

describe('session.goTo(iteration)', () => {
  it('goes back and forth, the present kept first, and the history with it', async () => {
    const {session, train, kept} = await opened();
    await train(1);
    await session.goTo(0);
    expect(session.iteration.value).to.equal(0);
    expect(kept()).to.deep.equal([0, 1]);
    expect(session.history.iterations).to.deep.equal([1]);
    await session.goTo(1);
    expect(session.iteration.value).to.equal(1);
  });

  it('forgets what came after as soon as training goes on', async () => {
    const {session, train, kept} = await opened();
    await train(3);
    await session.goTo(0);
    await train(1);
    expect(session.iteration.value).to.equal(1);
    expect(session.history.iterations).to.deep.equal([1]);
    expect(kept()).to.deep.equal([0]);
  });

  it('waits for the iterations under way, and takes their number with the state', async () => {
    const {engine, session, kept} = await opened();
    session.training.play();
    await until(() => session.history.length > 3);
    await session.goTo(0);
    await idle(engine);
    expect(session.status.value).to.equal('ready');
    expect(session.iteration.value).to.equal(0);
    const last = session.history.iterations.at(-1)!;
    expect(kept().at(-1)).to.equal(last);
    await session.goTo(last);
    expect(session.iteration.value).to.equal(last);
  });

  it('of many calls goes to the last', async () => {
    const {engine, session, train} = await opened();
    await train(30);
    const before = engine.begun.filter(({kind}) => kind === 'restore').length;
    const calls = [0, 10, 0, 10].map(iteration => session.goTo(iteration));
    await Promise.all(calls);
    expect(session.iteration.value).to.equal(session.timeline.at(10)!.iteration);
    const restores = engine.begun.filter(({kind}) => kind === 'restore').length - before;
    expect(restores).to.be.below(calls.length);
  });

  it('states a failure, and the present lives on', async () => {
    const {engine, session, train} = await opened();
    await train(2);
    engine.failNext('restore', 'no');
    await session.goTo(0);
    expect(session.failure.value!.during).to.equal('rewind');
    expect(session.iteration.value).to.equal(2);
  });

  it('has nowhere to go after a reset', async () => {
    const {session, train, kept} = await opened();
    await train(12);
    await session.reset(5);
    expect(kept()).to.deep.equal([]);
    await session.goTo(0);
    expect(session.iteration.value).to.equal(0);
    expect(session.failure.value).to.equal(undefined);
  });
});
