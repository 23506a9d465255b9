import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {Session, STRIP_LENGTH} from '../../../core/session/session.js';
import type {Resource} from '../../../core/graph/resource.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';

const OPEN = {preset: 'discs-3', weights: 'none', seed: 1};

async function opened(engine = new FakeEngine()) {
  const session = new Session(engine);
  await session.open(OPEN);
  return {engine, session};
}

const watch = (...nodes: Resource<unknown>[]) =>
  effect(() => nodes.forEach(node => void node.state.value));

/** Watches what the page shows: samples, masks, every redraw. */
function watchAll({views}: Session) {
  return watch(views.samples, views.segmentation, ...views.redraws.peek());
}

describe('session.open(options)', () => {
  it('opens a model and states what it is', async () => {
    const session = new Session(new FakeEngine());
    expect(session.status.value).to.equal('empty');
    const opening = session.open(OPEN);
    expect(session.status.value).to.equal('opening');
    await opening;
    expect(session.status.value).to.equal('ready');
    expect(session.model.value!.config.regions).to.equal(3);
    expect(session.codes.all).to.have.length(3);
    expect(session.progress.value).to.equal(undefined);
  });

  it('tells the stages in order', async () => {
    const session = new Session(new FakeEngine());
    const stages = new Set<string>();
    effect(() => void (session.progress.value && stages.add(session.progress.value.stage)));
    await session.open(OPEN);
    expect([...stages]).to.deep.equal(['backend', 'dataset', 'weights', 'warm-up']);
  });

  it('states a failure, and tries again', async () => {
    const engine = new FakeEngine();
    engine.failNext('open', 'no luck');
    const session = new Session(engine);
    await session.open(OPEN);
    expect(session.status.value).to.equal('failed');
    expect(session.failure.value!.during).to.equal('open');
    expect(session.failure.value!.error.message).to.equal('no luck');
    session.failure.value!.retry();
    await idle(engine);
    expect(session.status.value).to.equal('ready');
    expect(session.failure.value).to.equal(undefined);
  });

  it('reads weights from an address, telling how far it is', async () => {
    const engine = new FakeEngine();
    const session = new Session(engine);
    const stages: string[] = [];
    effect(() => void (session.progress.value && stages.push(session.progress.value.stage)));
    const url = URL.createObjectURL(new Blob([new Uint8Array(1000)]));
    await session.open({...OPEN, weights: url});
    expect(engine.bodies('open')[0]!.weights!.byteLength).to.equal(1000);
    expect(stages[0]).to.equal('download');
  });

  it('names the address that could not be read', async () => {
    const session = new Session(new FakeEngine());
    await session.open({...OPEN, weights: '/nowhere.safetensors'});
    expect(session.failure.value!.error.message).to.include('/nowhere.safetensors');
    expect(session.model.value).to.equal(undefined);
  });

  it('aborts an older one, and leaves no model of it behind', async () => {
    const engine = new FakeEngine();
    const session = new Session(engine);
    void session.open(OPEN);
    await session.open({...OPEN, preset: 'discs-2'});
    await idle(engine);
    expect(session.model.value!.config.regions).to.equal(2);
    expect(session.failure.value).to.equal(undefined);
    expect(engine.models.size).to.equal(1);
  });

  it('closes the model that it replaces, and empties what was shown of it', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    session.training.step(2);
    await idle(engine);
    expect(session.history.length).to.equal(2);
    const reopening = session.open({...OPEN, preset: 'discs-2'});
    expect(session.model.value).to.equal(undefined);
    expect(session.history.length).to.equal(0);
    expect(session.views.segmentation.state.value.value).to.equal(undefined);
    await reopening;
    expect(engine.models.size).to.equal(1);
    expect(session.views.redraws.value).to.have.length(2);
  });
});

describe('session.views', () => {
  it('compute nothing while nobody watches', async () => {
    const {engine} = await opened();
    await idle(engine);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open']);
  });

  it('ask once for samples and masks, and once a region for its redraw', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    expect(engine.count('samples')).to.equal(1);
    expect(engine.count('segment')).to.equal(1);
    expect(engine.bodies('redraw').map(each => each.region)).to.deep.equal([0, 1, 2]);
    expect(engine.bodies('samples')[0]!.images).to.have.length(STRIP_LENGTH);
    expect(session.views.redraws.value[2]!.state.value.value!.region.width).to.equal(32);
  });

  it('redraw one region, and nothing else, for a change of its code', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    session.codes.setValue(1, 0, 2.5);
    await idle(engine);
    expect(engine.count('segment')).to.equal(1);
    expect(engine.count('samples')).to.equal(1);
    const redraws = engine.bodies('redraw').slice(3);
    expect(redraws.map(each => each.region)).to.deep.equal([1]);
    expect(redraws[0]!.code[0]).to.equal(2.5);
  });

  it('drop what a scrub leaves behind and land its end', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    const release = engine.hold('redraw');
    for (let i = 0; i <= 100; i++) session.codes.setValue(1, 0, i / 100);
    release();
    await idle(engine);
    const scrubbed = engine.bodies('redraw').slice(3);
    expect(scrubbed.map(each => each.code[0])).to.deep.equal([0, 1]);
  });

  it('score each redraw, and of a scrub its end alone', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    watch(...session.views.scores.value);
    await idle(engine);
    expect(engine.bodies('score').map(({region}) => region)).to.deep.equal([0, 1, 2]);
    const {state} = session.views.scores.value[1]!;
    const before = state.value.value;
    const release = engine.hold('redraw');
    for (let i = 0; i <= 100; i++) session.codes.setValue(1, 0, i / 100);
    // While the hand moves, the last score stays.
    expect(state.value.value).to.equal(before);
    release();
    await idle(engine);
    expect(engine.bodies('score').map(({region}) => region)).to.deep.equal([0, 1, 2, 1]);
    expect(state.value.value).to.deep.equal({score: 1 / 4});
  });

  it('have no score where there is no model', async () => {
    const {engine, session} = await opened();
    watch(...session.views.scores.value);
    await idle(engine);
    const {state} = session.views.scores.value[1]!;
    expect(state.value.value!.score).to.satisfy(Number.isFinite);
    void session.open({...OPEN, preset: 'discs-2'});
    expect(state.value.value).to.equal(undefined);
    await idle(engine);
  });

  it('ask for masks and redraws, not for samples, when another image of the page is picked', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    session.selectImage({split: 'test', index: 3});
    await idle(engine);
    expect([
      engine.count('samples'),
      engine.count('segment'),
      engine.count('redraw'),
    ]).to.deep.equal([1, 2, 6]);
    session.selectImage({split: 'test', index: 39});
    await idle(engine);
    expect(engine.bodies('samples')[1]!.images.map(each => each.index)).to.deep.equal([
      36, 37, 38, 39,
    ]);
  });

  it('redraw with edited masks without asking for f’s', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    const masks = session.views.segmentation.state.value.value!.masks;
    session.maskEdits.commit({...masks});
    await idle(engine);
    expect(engine.count('segment')).to.equal(1);
    expect(
      engine
        .bodies('redraw')
        .slice(3)
        .every(each => each.masks)
    ).to.equal(true);
  });

  it('keep edited masks through training, and forget them with another image or model', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    await idle(engine);
    const edited = {...session.views.segmentation.state.value.value!.masks};
    session.maskEdits.commit(edited);
    session.training.step(1);
    await idle(engine);
    await session.reset(3);
    await idle(engine);
    expect(session.maskEdits.present.value).to.equal(edited);
    expect(engine.bodies('redraw').at(-1)!.masks!.values).to.deep.equal(edited.values);
    session.selectImage({split: 'test', index: 1});
    expect(session.maskEdits.present.value).to.equal(undefined);
    expect(session.maskEdits.canUndo.value).to.equal(false);
    session.maskEdits.commit(edited);
    await session.open({...OPEN, preset: 'discs-2'});
    expect(session.maskEdits.present.value).to.equal(undefined);
  });

  it('read the codes back when asked to', async () => {
    const {engine, session} = await opened();
    watch(session.views.recovery);
    await idle(engine);
    const {recovered} = session.views.recovery.state.value.value!;
    expect(recovered).to.have.length(3);
    expect(engine.bodies('recover')[0]!.codes).to.have.length(3);
    expect(engine.count('redraw')).to.equal(0);
  });

  it('state the error of one node and leave the others', async () => {
    const {engine, session} = await opened();
    engine.failNext('segment', 'lost');
    watchAll(session);
    await idle(engine);
    expect(session.views.segmentation.state.value.error!.message).to.equal('lost');
    expect(session.views.redraws.value[0]!.state.value.value).to.not.equal(undefined);
    expect(session.status.value).to.equal('ready');
    session.views.segmentation.reload();
    await idle(engine);
    expect(session.views.segmentation.state.value.error).to.equal(undefined);
  });
});

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

describe('session.reset(seed)', () => {
  it('stops training and starts again with that seed', async () => {
    const {engine, session} = await opened();
    watch(session.views.segmentation);
    session.training.play();
    await until(() => session.history.length > 3);
    const code = session.codes.all[0]!.peek();
    await session.reset(7);
    await idle(engine);
    expect(engine.bodies('reset')[0]!.seed).to.equal(7);
    expect(session.status.value).to.equal('ready');
    expect(session.iteration.value).to.equal(0);
    expect(session.history.length).to.equal(0);
    expect(session.codes.all[0]!.peek()).to.not.deep.equal(code);
    expect(engine.begun.at(-1)!.kind).to.equal('segment');
  });

  it('leaves everything as it was when it fails', async () => {
    const {engine, session} = await opened();
    session.training.step(3);
    await idle(engine);
    engine.failNext('reset', 'no');
    await session.reset(7);
    expect(session.failure.value!.during).to.equal('reset');
    expect(session.history.length).to.equal(3);
    expect(session.iteration.value).to.equal(3);
  });
});

describe('session.useDataset(dataset)', () => {
  const OWN = {name: 'mine', files: []};

  it('goes on with other images: the first in hand, all asked for anew, codes and history kept', async () => {
    const {engine, session} = await opened();
    const stop = watchAll(session);
    await idle(engine);
    session.training.step(1);
    await until(() => session.status.value === 'ready');
    session.selectImage({split: 'test', index: 7});
    const [codes, {model}] = [session.codes.all, session.model.value!];
    await idle(engine);
    engine.begun.length = 0;
    await session.useDataset(OWN);
    await idle(engine);
    expect(session.model.value!.model).to.equal(model);
    expect(session.model.value!.dataset.name).to.equal('mine');
    expect(session.image.value).to.deep.equal({split: 'train', index: 0});
    expect(session.codes.all).to.equal(codes);
    expect(session.history.length).to.equal(1);
    const kinds = new Set(engine.begun.map(({kind}) => kind));
    for (const kind of ['dataset', 'samples', 'segment', 'redraw'] as const) {
      expect(kinds.has(kind), kind).to.equal(true);
    }
    await session.useDataset('discs');
    expect(session.image.value).to.deep.equal({split: 'test', index: 0});
    stop();
  });

  it('keeps the present images where others can’t be opened, and tries again', async () => {
    const {engine, session} = await opened();
    engine.failNext('dataset', 'no luck');
    await session.useDataset(OWN);
    expect(session.failure.value).to.deep.include({during: 'dataset'});
    expect(session.model.value!.dataset.name).to.equal('discs');
    session.failure.value!.retry();
    await until(() => session.model.value!.dataset.name === 'mine');
    expect(session.failure.value).to.equal(undefined);
  });
});

describe('session.stopReading()', () => {
  it('leaves the present images, without a failure, and others can be opened after it', async () => {
    const {engine, session} = await opened();
    const release = engine.hold('dataset');
    const reading = session.useDataset({name: 'mine', files: []});
    await until(() => engine.begun.at(-1)?.kind === 'dataset');
    session.stopReading();
    await reading;
    expect(session.failure.value).to.equal(undefined);
    expect(session.status.value).to.equal('ready');
    expect(session.model.value!.dataset.name).to.equal('discs');
    release();
    await session.useDataset({name: 'others', files: []});
    expect(session.model.value!.dataset.name).to.equal('others');
  });

  it('leaves the model in the place of which a file is being opened', async () => {
    const {engine, session} = await opened();
    const {model} = session.model.value!;
    engine.hold('open');
    const file = {name: 'a.safetensors', arrayBuffer: async () => new ArrayBuffer(8)};
    const reading = session.openFile(file, 1);
    await until(() => engine.begun.at(-1)?.kind === 'open');
    session.stopReading();
    await reading;
    expect(session.failure.value).to.equal(undefined);
    expect(session.model.value!.model).to.equal(model);
  });
});

describe('session.restore(checkpoint)', () => {
  it('goes back to a snapshot and forgets what came after', async () => {
    const {engine, session} = await opened();
    session.training.step(3);
    await idle(engine);
    const checkpoint = await session.snapshot();
    const code = session.codes.all[0]!.peek();
    session.training.step(5);
    await idle(engine);
    await session.restore(checkpoint);
    expect(session.iteration.value).to.equal(3);
    expect(session.history.iterations).to.deep.equal([1, 2, 3]);
    expect(session.codes.all[0]!.peek()).to.equal(code);
  });
});

describe('session.dispose()', () => {
  it('ends training and views and frees the model', async () => {
    const {engine, session} = await opened();
    watchAll(session);
    session.training.play();
    await until(() => session.history.length > 3);
    await session.dispose();
    await idle(engine);
    const {length} = engine.begun;
    expect(engine.models.size).to.equal(0);
    expect(session.status.value).to.equal('disposed');
    await idle(engine);
    expect(engine.begun).to.have.length(length);
    expect(engine.disposed).to.equal(false);
  });

  it('while opening leaves no model behind', async () => {
    const engine = new FakeEngine();
    const session = new Session(engine);
    const opening = session.open(OPEN);
    await session.dispose();
    await opening;
    await idle(engine);
    expect(engine.models.size).to.equal(0);
    expect(session.failure.value).to.equal(undefined);
  });
});

describe('session.tune(tuning)', () => {
  it('trains with other numbers, states them, and leaves the rest as it is', async () => {
    const {engine, session} = await opened();
    const {training, ...rest} = session.model.value!;
    const {version} = session;
    const before = version.value;
    await session.tune({lambdaZ: 3, learningRates: {mask: 0}});
    const learningRates = {...training.learningRates, mask: 0};
    expect(session.model.value).to.deep.equal({
      ...rest,
      training: {...training, lambdaZ: 3, learningRates},
    });
    expect(version.value).to.equal(before);
    expect(engine.count('tune')).to.equal(1);
  });

  it('does not stop training', async () => {
    const {engine, session} = await opened();
    session.training.step(20);
    await session.tune({lambdaZ: 3});
    await idle(engine);
    expect(session.iteration.value).to.equal(20);
    expect(session.model.value!.training.lambdaZ).to.equal(3);
  });

  it('rejects what the engine refuses, and states what is true', async () => {
    const {session} = await opened();
    const before = session.model.value;
    const reason = await session.tune({lambdaZ: -1}).catch((error: Error) => error.message);
    expect(reason).to.equal('lambdaZ must be a number of at least 0; got -1');
    expect(session.model.value).to.equal(before);
  });
});
