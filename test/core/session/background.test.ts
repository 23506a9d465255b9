import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {Session} from '../../../core/session/session.js';
import {rejection} from '../../datasets/rejection.js';
import {settle} from '../../fixtures/deferred.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';

const IMAGE = {split: 'test', index: 0} as const;

async function opened() {
  const engine = new FakeEngine({size: 16, codeSize: 3});
  const session = new Session(engine);
  await session.open({preset: 'discs-2', weights: 'none', seed: 1});
  const {model} = session.model.value!;
  const segment = (index: number, signal = new AbortController().signal) =>
    session.background.request('segment', {model, image: {...IMAGE, index}}, signal);
  return {engine, session, segment};
}

describe('session.background.request(kind, body, signal)', () => {
  it('has one request in flight, in their order', async () => {
    const {engine, segment} = await opened();
    const release = engine.hold('segment');
    const answers = [0, 1, 2].map(index => segment(index));
    await until(() => engine.count('segment') === 1);
    await settle();
    expect(engine.unanswered).to.equal(1);
    release();
    await Promise.all(answers);
    expect(engine.bodies('segment').map(({image}) => image.index)).to.deep.equal([0, 1, 2]);
  });

  it('waits until the redraw of the region in hand is up to date', async () => {
    const {engine, session, segment} = await opened();
    effect(() => session.views.redraws.value.forEach(({state}) => void state.value));
    await idle(engine);
    const release = engine.hold('redraw');
    session.codes.setValue(0, 0, 1);
    const answer = segment(0);
    await until(() => engine.unanswered === 1);
    session.codes.setValue(0, 0, 2);
    await settle();
    expect(engine.count('segment')).to.equal(0);
    release();
    await answer;
    const kinds = engine.begun.slice(-3).map(each => each.kind);
    expect(kinds).to.deep.equal(['redraw', 'redraw', 'segment']);
  });

  it('aborted, it leaves the line, in it or in flight', async () => {
    const {engine, segment} = await opened();
    const release = engine.hold('segment');
    const [first, second] = [new AbortController(), new AbortController()];
    const answers = [segment(0, first.signal), segment(1, second.signal), segment(2)];
    await until(() => engine.count('segment') === 1);
    const reasons = [new Error('first'), new Error('second')];
    second.abort(reasons[1]);
    first.abort(reasons[0]);
    expect(await rejection(answers[0]!)).to.equal(reasons[0]);
    expect(await rejection(answers[1]!)).to.equal(reasons[1]);
    release();
    await answers[2];
    expect(engine.bodies('segment').map(({image}) => image.index)).to.deep.equal([0, 2]);
  });

  it('goes on after an error', async () => {
    const {engine, segment} = await opened();
    engine.failNext('segment', 'no');
    const answers = [segment(0), segment(1)];
    expect((await rejection(answers[0]!)).message).to.equal('no');
    expect((await answers[1]!).masks.width).to.equal(16);
  });
});
