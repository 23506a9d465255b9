import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';
import {opened, OPEN, watch, watchAll} from '../../fixtures/opened-session.js';

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
