import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {ModelState} from '../../../core/model/state.js';
import {Adam} from '../../../core/training/adam.js';
import type {TrainingConfig} from '../../../core/model/config.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {TINY, TRAINING} from '../../support/models.js';

const RATES = {mask: 0.1, generator: 0.2, discriminator: 0.3, encoder: 0.4};

describeOn('cpu', 'Adam.apply(state, gradients, iteration)', () => {
  let state: ModelState;
  before(() => {
    state = ModelState.random(TINY, 0.8, 1);
  });
  after(() => state.dispose());

  /** How far one bias moves at a gradient of 1 everywhere, at its first step. */
  async function moved(
    network: 'mask' | 'encoder',
    training: Partial<TrainingConfig>,
    iteration: number
  ): Promise<number> {
    const name = network === 'mask' ? 'out.mods.9.bias' : 'net.dense.bias';
    const adam = new Adam(network, {...TRAINING, learningRates: RATES, ...training});
    const read = async (): Promise<number> => (await state.parameters(network)[name]!.data())[0]!;
    const before = await read();
    adam.apply(state, {[name]: tf.onesLike(state.parameters(network)[name]!)}, iteration);
    adam.dispose();
    return before - (await read());
  }

  it("moves by the network's own learning rate", async () => {
    expect(await moved('mask', {maskWeightDecay: 0}, 0)).to.be.closeTo(0.1, 1e-6);
    expect(await moved('encoder', {}, 0)).to.be.closeTo(0.4, 1e-6);
  });

  it('lowers the rates in a straight line, where told', async () => {
    const decay = {fromIteration: 10, toIteration: 20, factor: 0.1};
    for (const [iteration, rate] of [
      [0, 0.4],
      [10, 0.4],
      [15, 0.4 * 0.55],
      [20, 0.04],
      [1000, 0.04],
    ] as const) {
      expect(await moved('encoder', {decay}, iteration)).to.be.closeTo(rate, 1e-6);
    }
  });

  it('warms up f alone, where told', async () => {
    const begin = {regions: 2, warmUp: 10, balance: 0};
    const decay = {fromIteration: 0, toIteration: 10, factor: 0.5};
    for (const [iteration, share] of [
      [0, 0],
      [5, 0.5],
      [10, 1],
      [1000, 1],
    ] as const) {
      const training = {start: begin, maskWeightDecay: 0};
      expect(await moved('mask', training, iteration)).to.be.closeTo(0.1 * share, 1e-6);
      expect(await moved('encoder', training, iteration)).to.be.closeTo(0.4, 1e-6);
    }
    // Both at once: half of the way up, a quarter of the way down.
    const both = {start: begin, decay, maskWeightDecay: 0};
    expect(await moved('mask', both, 5)).to.be.closeTo(0.1 * 0.5 * 0.75, 1e-6);
  });

  it('decays the weights of f alone', async () => {
    // Gradient 0: only the decay moves a parameter, by the whole rate at the first step.
    for (const [network, rate] of [
      ['mask', 0.1],
      ['discriminator', 0],
    ] as const) {
      const name = network === 'mask' ? 'out.mods.9.weight' : 'dense.weight';
      const adam = new Adam(network, {...TRAINING, learningRates: RATES, maskWeightDecay: 0.01});
      const before = await state.parameters(network)[name]!.data();
      adam.apply(state, {[name]: tf.zerosLike(state.parameters(network)[name]!)}, 0);
      const after = await state.parameters(network)[name]!.data();
      adam.dispose();
      const largest = Math.max(...after.map((value, i) => Math.abs(value - before[i]!)));
      expect(largest).to.be.closeTo(rate, 1e-3);
    }
  });

  it('owns its moments, and takes over the gradients', async () => {
    await expectNothingKept(() => {
      const adam = new Adam('encoder', TRAINING);
      const name = 'net.dense.bias';
      for (let i = 0; i < 3; i++) {
        adam.apply(state, {[name]: tf.onesLike(state.parameters('encoder')[name]!)}, i);
      }
      expect(adam.step).to.equal(3);
      expect(Object.keys(adam.moments)).to.deep.equal([name]);
      adam.restore(7, {});
      expect(adam.step).to.equal(7);
      adam.dispose();
    });
  });
});
