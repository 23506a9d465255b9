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
    history.undo();
    history.redo();
    expect(session.image.value.index).to.equal(0);
  });

  it('goes back and forth over codes, a gesture at a time', async () => {
    const {history, codes, can, code} = await opened();
    const before = code(1);
    for (const value of [0.1, 0.2, 0.3]) codes.setValue(1, 0, value);
    await rest();
    codes.resample(0);
    const [first, second] = [code(0), code(1)];
    history.undo();
    expect(code(0)).to.not.deep.equal(first);
    expect(code(1)).to.deep.equal(second);
    expect(can()).to.deep.equal([true, true]);
    history.undo();
    expect(code(1)).to.deep.equal(before);
    expect(can()).to.deep.equal([false, true]);
    history.redo();
    history.redo();
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
    history.undo();
    expect(session.image.value).to.deep.equal(image);
    expect(session.region.value).to.equal(2);
    expect(session.maskEdits.present.value).to.equal(masks);
    expect(code(2)).to.deep.equal(painted);
    history.redo();
    expect(session.image.value).to.deep.equal({split: 'val', index: 5});
    expect(session.maskEdits.present.value).to.equal(undefined);
    expect(session.region.value).to.equal(0);
  });

  it('takes the pick of a region for no change, and a change after undo for a new way', async () => {
    const {session, history, codes, can} = await opened();
    session.region.value = 1;
    expect(can()).to.deep.equal([false, false]);
    codes.resample(1);
    history.undo();
    expect(can()).to.deep.equal([false, true]);
    codes.resample(2);
    expect(can()).to.deep.equal([true, false]);
  });

  it('forgets with new weights, with other images, and with another model', async () => {
    const {session, codes, can, engine} = await opened();
    for (const change of [
      () => session.reset(7),
      () => session.useDataset('discs'),
      () => session.open({preset: 'discs-2', weights: 'none', seed: 3}),
    ]) {
      codes.resample(0);
      expect(can()).to.deep.equal([true, false]);
      await change();
      await idle(engine);
      expect(can()).to.deep.equal([false, false]);
      codes.resample(1);
      expect(can(), 'the first change after it').to.deep.equal([true, false]);
      await rest();
    }
  });

  it('stays as it is while the networks train', async () => {
    const {engine, session, codes, can} = await opened();
    codes.resample(0);
    session.training.step(3);
    await idle(engine);
    expect(can()).to.deep.equal([true, false]);
  });
});
