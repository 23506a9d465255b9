import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {explorerOf} from '../../../core/session/explorer.js';
import {interpolate} from '../../../core/session/interpolation.js';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle} from '../../fixtures/idle.js';

const CODES = [
  [1, 0, 0],
  [0, 2, 0],
  [0, 0, 3],
].map(values => Float32Array.from(values));

async function opened() {
  const engine = new FakeEngine({size: 16, codeSize: 3});
  const session = new Session(engine);
  await session.open({preset: 'discs-3', weights: 'none', seed: 1});
  const {path} = explorerOf(session);
  CODES.forEach((code, i) => path.add('abc'[i]!, code));
  const names = () => path.frames.value.map(({name}) => name).join('');
  return {engine, session, path, names};
}

describe('explorerOf(session).path', () => {
  it('meets each key frame at its number, and the way between them', async () => {
    const {path} = await opened();
    expect(path.length.value).to.equal(2);
    CODES.forEach((code, i) => {
      path.goTo(i);
      expect(path.code.value).to.deep.equal(code);
    });
    path.goTo(1.25);
    expect(path.code.value).to.deep.equal(interpolate(CODES[1]!, CODES[2]!, 0.25, 'spherical'));
    path.way.value = 'linear';
    expect(path.code.value).to.deep.equal(interpolate(CODES[1]!, CODES[2]!, 0.25, 'linear'));
    path.goTo(9);
    expect(path.place.value).to.equal(2);
    path.goTo(-1);
    expect(path.place.value).to.equal(0);
  });

  it('loop goes on to where it began', async () => {
    const {path} = await opened();
    path.loop.value = true;
    expect(path.length.value).to.equal(3);
    path.goTo(2.5);
    expect(path.code.value).to.deep.equal(interpolate(CODES[2]!, CODES[0]!, 0.5, 'spherical'));
    path.goTo(3);
    expect(path.code.value).to.deep.equal(CODES[0]);
    path.loop.value = false;
    expect(path.place.value).to.equal(2);
  });

  it('advance(elapsedMs) takes the duration for the whole path, and says when it ends', async () => {
    const {path} = await opened();
    path.durationMs.value = 1000;
    expect(path.advance(250)).to.equal(true);
    expect(path.place.value).to.equal(0.5);
    expect(path.advance(900)).to.equal(false);
    expect(path.place.value).to.equal(2);
    path.loop.value = true;
    path.goTo(2.5);
    expect(path.advance(500)).to.equal(true);
    expect(path.place.value).to.be.closeTo(1, 1e-9);
  });

  it('move(id, to) and remove(id) change the order', async () => {
    const {path, names} = await opened();
    const [a, b] = path.frames.value;
    path.move(a!.id, 2);
    expect(names()).to.equal('bca');
    path.move(a!.id, -4);
    expect(names()).to.equal('abc');
    path.move(b!.id, 7);
    expect(names()).to.equal('acb');
    path.goTo(2);
    path.remove(a!.id);
    expect([names(), path.length.value, path.place.value]).to.deep.equal(['cb', 1, 1]);
  });

  it('stands still with one key frame, and is nowhere without', async () => {
    const {path} = await opened();
    const [a, b, c] = path.frames.value;
    path.remove(b!.id);
    path.remove(c!.id);
    expect([path.length.value, path.advance(100)]).to.deep.equal([0, false]);
    expect(path.code.value).to.deep.equal(CODES[0]);
    path.remove(a!.id);
    expect(path.code.value).to.equal(undefined);
  });

  it('says which stretches go straight, and why', async () => {
    const {path} = await opened();
    path.add('d', Float32Array.of(0, 0, -1));
    expect(path.ways.value).to.deep.equal([
      ...[{way: 'spherical'}, {way: 'spherical'}],
      {way: 'linear', reason: 'opposite'},
    ]);
  });

  it('refuses a code of another length, and forgets those of another model', async () => {
    const {path, session} = await opened();
    expect(() => path.add('x', new Float32Array(4))).to.throw(RangeError, 'got 4');
    await session.dispose();
    expect(path.frames.value).to.be.empty;
  });

  it('draws its key frames with the region and the image in hand, for an eye alone', async () => {
    const {engine, session, path} = await opened();
    await idle(engine);
    expect(engine.count('survey')).to.equal(0);
    const stop = effect(() => void path.pictures.state.value);
    await idle(engine);
    expect(engine.bodies('survey')).to.have.length(1);
    expect(engine.bodies('survey')[0]).to.deep.include({region: 0, side: 16, codes: CODES});
    const {pictures} = path.pictures.state.value.value!;
    expect(path.frames.value.map(({code}) => pictures.get(code)!.width)).to.deep.equal([
      16, 16, 16,
    ]);
    path.goTo(1.5);
    path.way.value = 'linear';
    await idle(engine);
    expect(engine.count('survey')).to.equal(1);
    session.region.value = 2;
    await idle(engine);
    expect(path.pictures.state.value.value!.region).to.equal(2);
    expect(engine.count('survey')).to.equal(2);
    stop();
  });
});
