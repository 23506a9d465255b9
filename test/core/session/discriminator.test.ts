import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {separation, type ScoreSample} from '../../../core/session/discriminator.js';
import {explorerOf} from '../../../core/session/explorer.js';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';

async function opened() {
  const engine = new FakeEngine({size: 16, codeSize: 3});
  const session = new Session(engine);
  await session.open({preset: 'discs-2', weights: 'none', seed: 1});
  const {discriminator} = explorerOf(session);
  return {engine, session, discriminator};
}

describe('explorerOf(session).discriminator.scores', () => {
  async function watched() {
    const all = await opened();
    const seen: ScoreSample[] = [];
    effect(() => {
      const {value} = all.discriminator.scores.state.value;
      if (value) seen.push(value);
    });
    await idle(all.engine);
    return {...all, seen, value: () => all.discriminator.scores.state.value.value!};
  }

  it('are of the first held-out images, a few a request, landing them', async () => {
    const {engine, seen, value, discriminator} = await watched();
    // The frozen set has no more than 40.
    expect(discriminator.count.value).to.equal(64);
    const bodies = engine.bodies('scores');
    expect(bodies.map(({indices}) => indices.length)).to.deep.equal([8, 8, 8, 8, 8]);
    expect(bodies.flatMap(({indices}) => [...indices])).to.deep.equal(
      Array.from({length: 40}, (_, i) => i)
    );
    expect(bodies.every(({split}) => split === 'test')).to.equal(true);
    expect(seen.map(({real}) => real.length).slice(0, 5)).to.deep.equal([8, 16, 24, 32, 40]);
    const {real, redrawn} = value();
    expect([real.length, ...redrawn.map(row => row.length)]).to.deep.equal([40, 40, 40]);
    const codes = bodies.flatMap(each => [...each.codes[1]!]);
    // As the frozen engine scores.
    expect([...redrawn[1]!]).to.deep.equal([...Float32Array.from(codes, code => code[0]! / 4)]);
  });

  it('of more images keep those that are known; of other weights, all until they are anew', async () => {
    const {engine, session, seen, value, discriminator} = await watched();
    seen.length = 0;
    discriminator.count.value = 32;
    await idle(engine);
    const fewer = seen.filter(({count}) => count === 32);
    expect(fewer.every(({real}) => real.length === 32)).to.equal(true);
    expect(value().count).to.equal(32);
    seen.length = 0;
    session.training.step(1);
    await idle(engine);
    expect(engine.count('scores')).to.equal(5 + 4 + 4);
    expect(seen.every(({real}) => real.length === 32)).to.equal(true);
  });

  it('know nothing of image, region and code in hand', async () => {
    const {engine, session} = await watched();
    session.selectImage({split: 'test', index: 7});
    session.region.value = 1;
    session.codes.setValue(1, 0, 2);
    await idle(engine);
    expect(engine.count('scores')).to.equal(5);
  });
});

describe('explorerOf(session).discriminator.saliency', () => {
  it('is of the redraw in hand, and finishes what it is at while the code moves', async () => {
    const {engine, session, discriminator} = await opened();
    const {saliency} = discriminator;
    effect(() => void saliency.state.value);
    await idle(engine);
    expect(saliency.state.value.value).to.include({region: 0, width: 16, height: 16});
    session.region.value = 1;
    await idle(engine);
    expect(engine.count('saliency')).to.equal(2);
    const release = engine.hold('saliency');
    session.codes.set(1, Float32Array.of(1, 2, 3));
    await until(() => engine.count('saliency') === 3);
    for (const value of [0.5, 1.5, 2.5]) session.codes.setValue(1, 0, value);
    release();
    await idle(engine);
    expect(engine.bodies('saliency').map(({code}) => code[0])).to.have.length(4);
    expect([...engine.bodies('saliency').at(-1)!.code]).to.deep.equal([2.5, 2, 3]);
    expect(saliency.state.value.value!.score).to.equal(2.5 / 4);
    session.codes.setValue(0, 0, 1);
    await idle(engine);
    expect(engine.count('saliency')).to.equal(4);
  });

  it('takes the user’s masks', async () => {
    const {engine, session, discriminator} = await opened();
    effect(() => {
      void discriminator.saliency.state.value;
      void session.views.segmentation.state.value;
    });
    await idle(engine);
    const {masks} = session.views.segmentation.state.value.value!;
    session.maskEdits.commit({...masks});
    await idle(engine);
    expect(engine.bodies('saliency').at(-1)!.masks).to.deep.equal(masks);
  });
});

describe('separation(real, redrawn)', () => {
  it('is the share of pairs with the real one above, ties by half', () => {
    expect(separation([2, 3], [0, 1])).to.equal(1);
    expect(separation([0, 1], [2, 3])).to.equal(0);
    expect(separation([1, 3], [1, 2])).to.equal((0.5 + 0 + 1 + 1) / 4);
    expect(separation([], [1])).to.be.NaN;
  });
});
