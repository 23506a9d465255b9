import {expect} from '@open-wc/testing';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle} from '../../fixtures/idle.js';

/** Longer than a gesture. */
const rest = () => new Promise(resolve => setTimeout(resolve, 450));

async function opened() {
  const engine = new FakeEngine({size: 16, codeSize: 3});
  const session = new Session(engine);
  await session.open({preset: 'discs-3', weights: 'none', seed: 1});
  const {viewHistory: history, codes} = session;
  const can = () => [history.canUndo.value, history.canRedo.value];
  const code = (region: number) => [...codes.all[region]!.value];
  return {engine, session, history, codes, can, code};
}

describe('session.viewHistory', () => {
  it('has no way back when a model has been opened', async () => {
    const {session, history, can} = await opened();
    expect(can()).to.deep.equal([false, false]);
    void history.undo();
    void history.redo();
    expect(session.image.value.index).to.equal(0);
  });

  it('goes back and forth over codes, a gesture at a time', async () => {
    const {history, codes, can, code} = await opened();
    const before = code(1);
    for (const value of [0.1, 0.2, 0.3]) codes.setValue(1, 0, value);
    await rest();
    codes.resample(0);
    const [first, second] = [code(0), code(1)];
    void history.undo();
    expect(code(0)).to.not.deep.equal(first);
    expect(code(1)).to.deep.equal(second);
    expect(can()).to.deep.equal([true, true]);
    void history.undo();
    expect(code(1)).to.deep.equal(before);
    expect(can()).to.deep.equal([false, true]);
    void history.redo();
    void history.redo();
    expect([code(0), code(1)]).to.deep.equal([first, second]);
    expect(can()).to.deep.equal([true, false]);
  });

  it('brings an image back with its masks, codes and region', async () => {
    const {engine, session, history, codes, code} = await opened();
    const {model} = session.model.value!;
    const image = {split: 'test', index: 0} as const;
    const {masks} = await engine.request('segment', {model, image});
    session.region.value = 2;
    session.maskEdits.commit(masks);
    await rest();
    codes.setValue(2, 1, 2);
    await rest();
    const painted = code(2);
    session.selectImage({split: 'val', index: 5});
    session.region.value = 0;
    expect(session.maskEdits.present.value).to.equal(undefined);
    void history.undo();
    expect(session.image.value).to.deep.equal(image);
    expect(session.region.value).to.equal(2);
    expect(session.maskEdits.present.value).to.equal(masks);
    expect(code(2)).to.deep.equal(painted);
    void history.redo();
    expect(session.image.value).to.deep.equal({split: 'val', index: 5});
    expect(session.maskEdits.present.value).to.equal(undefined);
    expect(session.region.value).to.equal(0);
  });

  it('takes the pick of a region for no change, and a change after undo for a new way', async () => {
    const {session, history, codes, can} = await opened();
    session.region.value = 1;
    expect(can()).to.deep.equal([false, false]);
    codes.resample(1);
    void history.undo();
    expect(can()).to.deep.equal([false, true]);
    codes.resample(2);
    expect(can()).to.deep.equal([true, false]);
  });

  it('begins anew with another model that is asked for', async () => {
    const {session, codes, can, engine} = await opened();
    codes.resample(0);
    expect(can()).to.deep.equal([true, false]);
    await session.open({preset: 'discs-2', weights: 'none', seed: 3});
    await idle(engine);
    expect(can()).to.deep.equal([false, false]);
    codes.resample(1);
    expect(can(), 'the first change after it').to.deep.equal([true, false]);
  });

  it('brings back the images, with the one in hand and its masks, and goes on with the weights', async () => {
    const {engine, session, history, can} = await opened();
    const {model} = session.model.value!;
    const image = {split: 'val', index: 4} as const;
    session.selectImage(image);
    await rest();
    session.maskEdits.commit((await engine.request('segment', {model, image})).masks);
    const painted = session.maskEdits.present.value;
    const source = {name: 'mugs', files: []};
    await session.useDataset(source);
    expect(session.maskEdits.present.value).to.equal(undefined);
    expect(session.image.value).to.not.deep.equal(image);
    session.training.step(2);
    await idle(engine);
    await history.undo();
    expect(session.model.value!.dataset.name).to.equal('discs');
    expect(session.image.value).to.deep.equal(image);
    expect(session.maskEdits.present.value).to.equal(painted);
    expect(session.iteration.value).to.equal(2);
    expect(can()).to.deep.equal([true, true]);
    await history.redo();
    expect(engine.bodies('dataset').at(-1)!.dataset).to.deep.equal(source);
    expect(session.place.value!.images).to.equal(source);
    expect(session.place.value!.usual).to.equal('discs');
  });

  it('brings back the weights of before a reset, with their codes and their charts', async () => {
    const {engine, session, history, code} = await opened();
    session.training.step(3);
    await idle(engine);
    const before = code(0);
    await session.reset(7);
    session.training.step(1);
    await idle(engine);
    expect(code(0)).to.not.deep.equal(before);
    await history.undo();
    expect(session.iteration.value).to.equal(3);
    expect(code(0)).to.deep.equal(before);
    expect(session.history.iterations).to.deep.equal([1, 2, 3]);
    expect(engine.models.size).to.equal(1);
    await history.redo();
    expect(session.iteration.value).to.equal(1);
    expect(session.history.iterations).to.deep.equal([1]);
    expect(session.place.value!.weights).to.include({origin: 'random', seed: 7});
  });

  it('brings back the model of before a file, with the images that it had', async () => {
    const {engine, session, history, can} = await opened();
    const source = {name: 'mugs', files: []};
    await session.useDataset(source);
    session.training.step(3);
    await idle(engine);
    await session.openFile(new File(['{"iteration": 40}'], 'a.pth'));
    expect(session.place.value!.weights.fileName).to.equal('a.pth');
    await history.undo();
    expect(session.iteration.value).to.equal(3);
    expect(session.place.value!.weights.fileName).to.equal(undefined);
    expect(engine.bodies('open').at(-1)).to.deep.include({dataset: source, resume: true});
    expect(can()).to.deep.equal([true, true]);
    await history.redo();
    expect([session.iteration.value, session.place.value!.weights.fileName]).to.deep.equal([
      40,
      'a.pth',
    ]);
  });

  it('keeps its way back while the weights follow a training elsewhere', async () => {
    const {engine, session, history, codes, can, code} = await opened();
    const before = code(0);
    codes.resample(0);
    await rest();
    const later = new TextEncoder().encode('{"iteration": 20}').buffer;
    await session.restore(later, 'checkpoint-20.safetensors');
    expect(session.place.value!.weights).to.include({
      origin: 'file',
      fileName: 'checkpoint-20.safetensors',
      iteration: 20,
    });
    expect(engine.count('snapshot')).to.equal(0);
    expect(can()).to.deep.equal([true, false]);
    await history.undo();
    expect(code(0)).to.deep.equal(before);
    expect(session.iteration.value).to.equal(20);
  });

  it('leaves all as it is where the model can’t be opened again, until it can', async () => {
    const {engine, session, history, can} = await opened();
    await session.reset(7);
    session.training.step(1);
    await idle(engine);
    engine.failNext('open', 'out of memory');
    await history.undo();
    expect(session.failure.value).to.deep.include({during: 'return'});
    expect(session.failure.value!.error.message).to.equal('out of memory');
    expect([session.iteration.value, session.history.length]).to.deep.equal([1, 1]);
    expect(can()).to.deep.equal([true, false]);
    await history.undo();
    expect([session.iteration.value, session.place.value!.weights.seed]).to.deep.equal([0, 1]);
    expect(session.failure.value).to.equal(undefined);
  });

  it('forgets what came before weights that could not be kept', async () => {
    const {engine, session, codes, can} = await opened();
    codes.resample(0);
    await rest();
    engine.failNext('snapshot', 'out of memory');
    await session.reset(7);
    expect(session.failure.value).to.equal(undefined);
    expect(can()).to.deep.equal([false, false]);
  });

  it('stays as it is while the networks train', async () => {
    const {engine, session, codes, can} = await opened();
    codes.resample(0);
    session.training.step(3);
    await idle(engine);
    expect(can()).to.deep.equal([true, false]);
  });
});
