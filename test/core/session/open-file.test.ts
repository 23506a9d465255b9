import {expect} from '@open-wc/testing';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';

const OPEN = {preset: 'discs-3', weights: 'none', seed: 1} as const;

/** A snapshot of the fake engine, as a file. */
function file(iteration: number, name = 'model.safetensors'): File {
  return new File([JSON.stringify({iteration})], name);
}

async function opened() {
  const engine = new FakeEngine();
  const session = new Session(engine);
  await session.open(OPEN);
  return {engine, session};
}

describe('session.openFile(file)', () => {
  it('opens the file in the place of the present model, which is closed', async () => {
    const {engine, session} = await opened();
    session.training.step(3);
    await until(() => session.iteration.value === 3);
    await session.openFile(file(40));
    expect(session.failure.value?.error.message).to.equal(undefined);
    expect(session.iteration.value).to.equal(40);
    expect(session.place.value?.weights.fileName).to.equal('model.safetensors');
    expect(session.status.value).to.equal('ready');
    expect(engine.models.size).to.equal(1);
    expect(session.history.scalars.stepMs).to.have.length(0);
    expect(engine.bodies('open').at(-1)!.resume).to.equal(true);
  });

  it('keeps the present model, its codes and its training where the file is no good', async () => {
    const {engine, session} = await opened();
    session.training.step(2);
    await until(() => session.iteration.value === 2);
    const codes = session.codes.all.map(code => code.value);
    await session.openFile(new File(['no model'], 'cat.pth'));
    const {during, error, retry} = session.failure.value!;
    expect(during).to.equal('open-file');
    expect(error.message).to.match(/^cat\.pth: model: the file must be/);
    expect([session.status.value, session.iteration.value]).to.deep.equal(['ready', 2]);
    expect(session.codes.all.map(code => code.value)).to.deep.equal(codes);
    expect(session.place.value?.weights.fileName).to.equal(undefined);
    expect(engine.models.size).to.equal(1);
    retry();
    // The file is read again first, which no engine knows of.
    await until(() => session.failure.value !== undefined);
    expect(session.failure.value!.error.message).to.equal(error.message);
  });

  it('opens a file where nothing could be opened before', async () => {
    const engine = new FakeEngine();
    const session = new Session(engine);
    engine.failNext('open', 'no luck');
    await session.open(OPEN);
    engine.failNext('open', 'no luck either');
    await session.openFile(file(7));
    expect(session.status.value).to.equal('failed');
    session.failure.value!.retry();
    await until(() => session.status.value === 'ready');
    expect([session.iteration.value, session.place.value?.weights.fileName]).to.deep.equal([
      7,
      'model.safetensors',
    ]);
  });

  it('leaves one model, the newest, of two files in a row', async () => {
    const {engine, session} = await opened();
    await Promise.all([session.openFile(file(1, 'a.pth')), session.openFile(file(2, 'b.pth'))]);
    await idle(engine);
    expect([session.iteration.value, session.place.value?.weights.fileName]).to.deep.equal([
      2,
      'b.pth',
    ]);
    expect(engine.models.size).to.equal(1);
  });

  it('gives way to another model that is opened meanwhile', async () => {
    const {engine, session} = await opened();
    const release = engine.hold('open');
    const file1 = session.openFile(file(40));
    const reopened = session.open({...OPEN, seed: 2});
    release();
    await Promise.all([file1, reopened]);
    await idle(engine);
    expect([session.iteration.value, session.place.value?.weights.fileName]).to.deep.equal([
      0,
      undefined,
    ]);
    expect(engine.models.size).to.equal(1);
    expect(session.failure.value?.error.message).to.equal(undefined);
  });
});
