import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {explorerOf} from '../../../core/session/explorer.js';
import {orderedChannels} from '../../../core/session/inside.js';
import {Session} from '../../../core/session/session.js';
import {FakeEngine} from '../../fixtures/fake-engine.js';
import {idle, until} from '../../fixtures/idle.js';

async function watched() {
  const engine = new FakeEngine({size: 16, codeSize: 3});
  const session = new Session(engine);
  await session.open({preset: 'discs-2', weights: 'none', seed: 1});
  const {inside} = explorerOf(session);
  effect(() => {
    void inside.features.state.value;
    void inside.spectrum.state.value;
  });
  const rest = () => idle(engine);
  await rest();
  const last = () => engine.bodies('features').at(-1)!;
  return {engine, session, inside, rest, last};
}

describe('explorerOf(session).inside', () => {
  it('asks for nothing while nobody looks', async () => {
    const engine = new FakeEngine({size: 16, codeSize: 3});
    const session = new Session(engine);
    await session.open({preset: 'discs-2', weights: 'none', seed: 1});
    void explorerOf(session).inside;
    await idle(engine);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open']);
  });

  it('begins at the first layer of f, without any code', async () => {
    const {engine, inside, last} = await watched();
    expect(inside.layer.value!.name).to.equal('cnn.0.mods.1');
    expect(last()).to.deep.equal({
      model: 1,
      image: {split: 'test', index: 0},
      network: 'mask',
      layer: 'cnn.0.mods.1',
    });
    expect(inside.features.state.value.value).to.deep.include({channels: 12});
    expect(inside.spectrum.state.value.value!.shape).to.deep.equal([12, 3, 3, 3]);
    expect(engine.count('layers')).to.equal(1);
  });

  it('remembers the layer of each network', async () => {
    const {inside, rest, last} = await watched();
    inside.pick('masks');
    inside.network.value = 'generator';
    inside.pick('normA.0');
    await rest();
    expect([last().network, last().layer]).to.deep.equal(['generator', 'normA.0']);
    inside.network.value = 'mask';
    await rest();
    expect([last().network, last().layer]).to.deep.equal(['mask', 'masks']);
  });

  it('has no spectrum of a layer without weights', async () => {
    const {engine, inside, rest} = await watched();
    inside.pick('cnn.0.mods.2');
    await rest();
    expect(inside.spectrum.state.value.value).to.equal(undefined);
    expect(engine.count('spectrum')).to.equal(1);
  });

  it('of the generator follows region, code and the user’s masks; the spectrum, the region', async () => {
    const {engine, session, inside, rest, last} = await watched();
    inside.network.value = 'generator';
    session.region.value = 1;
    session.codes.set(1, Float32Array.of(1, 2, 3));
    await rest();
    expect(last().redraw).to.deep.equal({region: 1, code: Float32Array.of(1, 2, 3)});
    expect(engine.bodies('spectrum').at(-1)).to.deep.include({region: 1, layer: 'dense'});
    const spectra = engine.count('spectrum');
    const masks = {width: 16, height: 16, regions: 2, values: new Float32Array(512).fill(0.5)};
    session.maskEdits.commit(masks);
    await rest();
    expect(last().redraw!.masks).to.deep.equal(masks);
    expect(engine.count('spectrum')).to.equal(spectra);
  });

  it('of D is of the image, and of its redraw where that is wanted', async () => {
    const {session, inside, rest, last} = await watched();
    inside.network.value = 'discriminator';
    await rest();
    expect(last().redraw).to.equal(undefined);
    session.codes.set(0, Float32Array.of(1, 2, 3));
    inside.redrawn.value = true;
    await rest();
    expect(last().redraw).to.deep.equal({region: 0, code: Float32Array.of(1, 2, 3)});
  });

  it('of f knows nothing of codes and regions', async () => {
    const {engine, session, rest} = await watched();
    session.region.value = 1;
    session.codes.set(1, Float32Array.of(1, 2, 3));
    await rest();
    expect(engine.count('features')).to.equal(1);
  });

  it('finishes what it is at while the code moves; another layer aborts it', async () => {
    const {engine, session, inside, rest} = await watched();
    inside.network.value = 'generator';
    await rest();
    const asked = engine.count('features');
    const release = engine.hold('features');
    session.codes.set(0, Float32Array.of(1, 2, 3));
    await until(() => engine.count('features') === asked + 1);
    for (const value of [0.5, 1.5, 2.5]) session.codes.setValue(0, 0, value);
    release();
    await rest();
    expect(engine.count('features')).to.equal(asked + 2);
    const held = engine.hold('features');
    session.codes.set(0, Float32Array.of(3, 2, 1));
    await until(() => engine.count('features') === asked + 3);
    inside.pick('normA.0');
    held();
    await rest();
    expect(inside.features.state.value.value!.place.layer).to.equal('normA.0');
    expect(engine.count('features')).to.equal(asked + 4);
  });

  it('of other weights is asked anew, and the layers are not', async () => {
    const {engine, session, rest} = await watched();
    session.training.step(1);
    await rest();
    expect(engine.count('features')).to.equal(2);
    expect(engine.count('spectrum')).to.equal(2);
    expect(engine.count('layers')).to.equal(1);
  });
});

describe('orderedChannels(features, order)', () => {
  const features = {
    channels: 4,
    mean: Float32Array.of(-1, 3, 2, 3),
    spread: Float32Array.of(4, 3, 2, 1),
    dead: Float32Array.of(0, 0, 1, 0.5),
  };

  it('has the largest first, and equal ones by their number', () => {
    expect(orderedChannels(features, 'channel')).to.deep.equal([0, 1, 2, 3]);
    expect(orderedChannels(features, 'mean')).to.deep.equal([1, 3, 2, 0]);
    expect(orderedChannels(features, 'spread')).to.deep.equal([0, 1, 2, 3]);
    expect(orderedChannels(features, 'dead')).to.deep.equal([2, 3, 0, 1]);
  });
});
