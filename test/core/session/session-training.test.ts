import {expect} from '@open-wc/testing';
import {idle, until} from '../../fixtures/idle.js';
import {opened, OPEN, watch, watchAll} from '../../fixtures/opened-session.js';

describe('session.training', () => {
  it('step(count) runs that many iterations and grows the history', async () => {
    const {engine, session} = await opened();
    session.training.step(100);
    expect(session.status.value).to.equal('stepping');
    await idle(engine);
    expect(session.status.value).to.equal('ready');
    expect(session.iteration.value).to.equal(100);
    expect(session.history.iterations).to.deep.equal(Array.from({length: 100}, (_, i) => i + 1));
  });

  it('step(count) asks for what is visible again', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    session.training.step(1);
    await idle(engine);
    expect(engine.count('samples')).to.equal(1);
    expect(engine.count('segment')).to.equal(2);
    expect(engine.bodies('redraw').map(each => each.region)).to.deep.equal([0, 1, 2, 0, 1, 2]);
  });

  it('play() has at most one refresh in flight', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    let most = 0;
    session.training.play();
    await until(() => {
      most = Math.max(most, engine.unanswered);
      return session.history.length > 30;
    });
    session.training.pause();
    await idle(engine);
    // One iterate, one segment, three redraws, and at the start the samples.
    expect(most).to.be.at.most(6);
    expect(engine.count('segment')).to.be.at.most(engine.count('iterate') + 1);
    const {masks} = session.views.segmentation.state.value.value!;
    const latest = await engine.request('segment', engine.bodies('segment')[0]!);
    expect(masks.values).to.deep.equal(latest.masks.values);
  });

  it('step(count) keeps to a side', async () => {
    const {engine, session} = await opened();
    session.training.side.value = 'generator';
    session.training.step(1);
    await idle(engine);
    expect(engine.bodies('iterate')[0]!.side).to.equal('generator');
    expect(session.history.scalars.discriminatorLoss).to.deep.equal([NaN]);
  });

  it('step(count) refuses a count that is none', async () => {
    const {session} = await opened();
    expect(() => session.training.step(0)).to.throw(RangeError, 'got 0');
    expect(() => session.training.step(1.5)).to.throw(RangeError, 'got 1.5');
  });

  it('play() goes on until pause(), and loses no iteration', async () => {
    const {engine, session} = await opened();
    session.training.play();
    expect(session.status.value).to.equal('playing');
    await until(() => session.history.length > 50);
    session.training.pause();
    await idle(engine);
    expect(session.status.value).to.equal('ready');
    const {length} = session.history;
    expect(session.iteration.value).to.equal(length);
    expect(engine.models.get(1)!.iteration).to.equal(length);
    await idle(engine);
    expect(session.history.length).to.equal(length);
  });

  it('play() refreshes once every stepsPerFrame iterations', async () => {
    const {engine, session} = await opened();
    watch(session.views.segmentation);
    await idle(engine);
    session.training.stepsPerFrame.value = 20;
    session.training.play();
    await until(() => session.history.length >= 60);
    session.training.pause();
    await idle(engine);
    const iterations = session.history.length;
    expect(engine.bodies('iterate').every(each => each.count <= 20)).to.equal(true);
    expect(engine.count('segment') - 1).to.be.at.most(Math.ceil(iterations / 20) + 1);
    expect(engine.count('segment') - 1).to.be.at.least(1);
  });

  it('play() refreshes no more than once a frame', async () => {
    const {engine, session} = await opened();
    watch(session.views.segmentation);
    await idle(engine);
    session.training.play();
    // An iteration takes 4 to 5 ms here, so three or four fit in a frame.
    await until(() => session.history.length >= 30);
    session.training.pause();
    await idle(engine);
    const [first, ...others] = engine.bodies('iterate').map(({count}) => count);
    expect(first).to.equal(1);
    expect(others.every(count => count === 3 || count === 4)).to.equal(true);
    expect(engine.count('segment') - 1).to.be.at.most(others.length + 1);
  });

  it('waits while the session is not awake, and goes on by itself', async () => {
    const {engine, session} = await opened();
    session.training.play();
    await until(() => session.history.length > 5);
    session.awake.value = false;
    await idle(engine);
    expect(session.status.value).to.equal('waiting');
    const {length} = session.history;
    await idle(engine);
    expect(session.history.length).to.equal(length);
    session.awake.value = true;
    await until(() => session.history.length > length);
    session.training.pause();
    await idle(engine);
  });

  it('stops on an error, states it, and goes on from there when tried again', async () => {
    const {engine, session} = await opened();
    session.training.step(3);
    await idle(engine);
    engine.failNext('iterate', 'the loss is not a number');
    session.training.step(4);
    await idle(engine);
    expect(session.failure.value!.during).to.equal('train');
    expect(session.status.value).to.equal('ready');
    expect(session.iteration.value).to.equal(3);
    session.failure.value!.retry();
    await idle(engine);
    expect(session.failure.value).to.equal(undefined);
    expect(session.iteration.value).to.equal(7);
  });

  it('stepPhase() runs phase by phase through one iteration', async () => {
    const {engine, session} = await opened();
    const phases: string[] = [];
    do {
      await session.training.stepPhase();
      phases.push(session.training.phase.value!.phase);
    } while (!session.training.phase.value!.ended);
    expect(phases).to.have.length(16);
    expect(phases.slice(0, 3)).to.deep.equal(['sample', 'masks', 'redraw']);
    expect(session.iteration.value).to.equal(1);
    expect(session.history.scalars.stepMs).to.deep.equal([16]);
    session.training.step(1);
    await idle(engine);
    expect(session.training.phase.value).to.equal(undefined);
  });

  it('stepPhase() keeps to a side', async () => {
    const {engine, session} = await opened();
    session.training.side.value = 'discriminator';
    await session.training.stepPhase();
    expect(engine.bodies('phase')).to.deep.equal([{model: 1, side: 'discriminator'}]);
  });

  it('play() with a rest runs phase by phase, and loses none on pause()', async () => {
    const {engine, session} = await opened();
    session.training.phaseRestMs.value = 1;
    session.training.play();
    await until(() => engine.count('phase') > 20);
    expect(session.status.value).to.equal('playing');
    session.training.pause();
    await idle(engine);
    expect(engine.count('iterate')).to.equal(0);
    const count = engine.count('phase');
    expect(session.iteration.value).to.equal(Math.floor(count / 16));
    expect(session.history.length).to.equal(Math.floor(count / 16));
    await idle(engine);
    expect(engine.count('phase')).to.equal(count);
  });

  it('play() ends a long rest where it is paused, put to sleep or hurried', async () => {
    const {engine, session} = await opened();
    const {training} = session;
    training.phaseRestMs.value = 1e9;
    training.play();
    await until(() => engine.count('phase') === 1);
    await idle(engine);
    training.pause();
    await until(() => !training.running.value);
    training.play();
    await until(() => engine.count('phase') === 2);
    await idle(engine);
    session.awake.value = false;
    await until(() => !training.running.value);
    session.awake.value = true;
    await until(() => engine.count('phase') === 3);
    await idle(engine);
    training.phaseRestMs.value = 0;
    await until(() => session.history.length > 3);
    training.pause();
    await idle(engine);
    expect(engine.count('phase')).to.equal(3);
  });

  it('play() with an endless rest runs one phase', async () => {
    const {engine, session} = await opened();
    session.training.phaseRestMs.value = Infinity;
    session.training.play();
    await idle(engine);
    expect(session.status.value).to.equal('ready');
    expect(engine.count('phase')).to.equal(1);
    expect(session.training.phase.value!.phase).to.equal('sample');
  });

  it('another model ends a long rest', async () => {
    const {engine, session} = await opened();
    session.training.phaseRestMs.value = 1e9;
    session.training.play();
    await until(() => engine.count('phase') === 1);
    await session.open({...OPEN, preset: 'discs-2'});
    await idle(engine);
    expect(session.status.value).to.equal('ready');
    expect(session.training.phase.value).to.equal(undefined);
  });

  it('stepPhase() asks for what is visible again after an update only', async () => {
    const {engine, session} = await opened();
    watch(session.views.segmentation);
    await idle(engine);
    for (let i = 0; i < 8; i++) await session.training.stepPhase();
    await idle(engine);
    expect(engine.count('segment')).to.equal(1);
    await session.training.stepPhase();
    expect(session.training.phase.value!.phase).to.equal('update');
    await idle(engine);
    expect(engine.count('segment')).to.equal(2);
  });
});
