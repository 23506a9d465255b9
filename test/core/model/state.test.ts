import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {NETWORKS} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {changes, free, numbers, TINY} from '../../support/models.js';

describeOn('wasm', 'ModelState.random(config, initGain, seed)', () => {
  it('is a function of its seed', () => {
    const [one, same, other] = [1, 1, 2].map(seed => ModelState.random(TINY, 0.8, seed));
    expect(changes(numbers(one!), numbers(same!))).to.deep.equal([]);
    expect(changes(numbers(one!), numbers(other!))).to.include('generator/net.1.convOut.weight');
    for (const state of [one, same, other]) state!.dispose();
  });

  it('starts with spectral vectors of length 1 that know σ', async () => {
    // An orthogonal weight has every singular value at the gain.
    const state = ModelState.random(TINY, 0.8, 1);
    const found = numbers(state);
    for (const [name, vector] of found) {
      if (/\.[uv]$/.test(name)) expect(Math.hypot(...vector), name).to.be.closeTo(1, 1e-5);
    }
    const weights = tf.tidy(() => state.weights('discriminator')['bloc0.0.weight']!.clone());
    const raw = found.get('discriminator/bloc0.0.weight')!;
    (await weights.data()).forEach((value, i) => expect(value).to.be.closeTo(raw[i]! / 0.8, 1e-5));
    weights.dispose();
    state.dispose();
  });

  it('frees everything at dispose()', async () => {
    await expectNothingKept(() => ModelState.random(TINY, 0.8, 1).dispose());
  });
});

describeOn('wasm', 'ModelState.advance(name, prefix)', () => {
  it('moves the vectors of one generator alone', async () => {
    const state = ModelState.random(TINY, 0.8, 1);
    // A weight whose singular values differ, so that one iteration does not end the search.
    const name = 'net.1.convOut.weight';
    const weight = state.parameters('generator')[name]!;
    state.replaceParameters('generator', {
      [name]: tf.tidy(() => tf.randomNormal(weight.shape, 0, 1, 'float32', 7)),
    });
    const before = numbers(state);
    await expectNothingKept(() => state.advance('generator', 'net.0.'));
    expect(changes(before, numbers(state)).filter(each => each.includes('net.1.'))).to.deep.equal(
      []
    );
    await expectNothingKept(() => state.advance('generator', 'net.1.'));
    const changed = changes(before, numbers(state));
    expect(changed).to.include.members(['generator/net.1.convOut.u', 'generator/net.1.convOut.v']);
    expect(changed.filter(each => !/\.[uv]$/.test(each))).to.deep.equal([]);
    state.dispose();
  });
});

describeOn('wasm', 'ModelState.mergedWeights()', () => {
  it('are copies that outlive the parameters', async () => {
    await expectNothingKept(async () => {
      const state = ModelState.random(TINY, 0.8, 1);
      const merged = tf.tidy(() => state.mergedWeights());
      const biases = numbers(state);
      state.dispose();
      for (const network of NETWORKS) {
        for (const [name, tensor] of Object.entries(merged[network])) {
          const values = [...(await tensor.data())];
          const parameter = biases.get(`${network}/${name}`)!;
          expect(values).to.have.length(parameter.length);
          if (name.endsWith('bias')) expect(values).to.deep.equal(parameter);
        }
      }
      free(merged);
    });
  });
});

describeOn('wasm', 'ModelState.replaceParameters(name, tensors)', () => {
  it('takes over the new tensors and frees the old', async () => {
    const state = ModelState.random(TINY, 0.8, 1);
    await expectNothingKept(() =>
      state.replaceParameters('mask', {'out.mods.9.bias': tf.tensor1d([5])})
    );
    expect(numbers(state).get('mask/out.mods.9.bias')).to.deep.equal([5]);
    state.dispose();
  });
});
