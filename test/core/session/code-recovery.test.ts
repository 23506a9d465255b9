import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {
  determination,
  recoveredOf,
  RECOVERY_DRAWS,
  type Recovery,
} from '../../../core/session/code-recovery.js';
import {explorerOf} from '../../../core/session/explorer.js';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle} from '../../fixtures/idle.js';

async function opened() {
  const engine = new FakeEngine({size: 16, codeSize: 3});
  const session = new Session(engine);
  await session.open({preset: 'discs-2', weights: 'none', seed: 1});
  const {node} = explorerOf(session).recovery;
  const seen: Recovery[] = [];
  effect(() => {
    const {value} = node.state.value;
    if (value) seen.push(value);
  });
  await idle(engine);
  return {engine, session, node, seen};
}

describe('explorerOf(session).recovery', () => {
  it('reads back draws of codes for all regions, a few a request, landing them', async () => {
    const {engine, node, seen} = await opened();
    const bodies = engine.bodies('recoveries');
    expect(bodies.map(({codes}) => codes.length)).to.deep.equal(Array(8).fill(8 * 2 * 3));
    expect(seen.map(({codes}) => codes.length / 6).slice(0, 8)).to.deep.equal([
      8, 16, 24, 32, 40, 48, 56, 64,
    ]);
    const {codes, recovered, image} = node.state.value.value!;
    expect(codes).to.have.length(RECOVERY_DRAWS * 2 * 3);
    expect(recovered).to.have.length(codes.length);
    expect(image).to.deep.equal({split: 'test', index: 0});
    expect([...bodies.flatMap(each => [...each.codes])]).to.deep.equal([...codes]);
  });

  it('is asked for anew for another image, other masks and other weights, of the same draws', async () => {
    const {engine, session, node, seen} = await opened();
    const {codes} = node.state.value.value!;
    session.codes.setValue(0, 0, 1);
    session.region.value = 1;
    await idle(engine);
    expect(engine.count('recoveries')).to.equal(8);
    seen.length = 0;
    session.training.step(1);
    await idle(engine);
    expect(engine.count('recoveries')).to.equal(16);
    expect(seen.every(each => each.codes.length === codes.length)).to.equal(true);
    session.selectImage({split: 'test', index: 3});
    await idle(engine);
    expect(engine.count('recoveries')).to.equal(24);
    expect(engine.bodies('recoveries').at(-1)!.image.index).to.equal(3);
    expect(node.state.value.value!.codes).to.deep.equal(codes);
  });
});

describe('recoveredOf(recovery, region)', () => {
  it('takes the components of one region apart', () => {
    const codes = Float32Array.from({length: 12}, (_, i) => i);
    const recovery = {
      ...{model: 1, image: {split: 'test', index: 0} as const, regions: 2, codeSize: 2},
      ...{codes, recovered: codes.map(value => 10 * value)},
    };
    const [first, second] = recoveredOf(recovery, 1);
    expect([...first!.codes]).to.deep.equal([2, 6, 10]);
    expect([...second!.codes]).to.deep.equal([3, 7, 11]);
    expect([...second!.recovered]).to.deep.equal([30, 70, 110]);
  });
});

describe('determination(values, estimates)', () => {
  const values = Float32Array.of(-1, 0, 1, 4);

  it('is 1 where they agree, 0 where the mean is the estimate, and negative where that were better', () => {
    expect(determination(values, values)).to.equal(1);
    expect(
      determination(
        values,
        values.map(() => 1)
      )
    ).to.equal(0);
    expect(
      determination(
        values,
        values.map(value => -value)
      )
    ).to.be.below(-1);
  });

  it('is the share of the variance that is explained', () => {
    // Σ (ẑ − z)² = 1 of Σ (z − 1)² = 14.
    expect(determination(values, Float32Array.of(-1, 0, 2, 4))).to.be.closeTo(13 / 14, 1e-9);
  });

  it('is no number where the values do not differ', () => {
    expect(determination(Float32Array.of(2, 2), Float32Array.of(1, 2))).to.be.NaN;
    expect(determination(new Float32Array(0), new Float32Array(0))).to.be.NaN;
  });
});
