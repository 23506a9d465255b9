import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import type {ModelConfig, NetworkName} from '../../../core/model/config.js';
import {
  drawRegions,
  NETWORKS,
  recover,
  regionIndices,
  score,
  segment,
} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import {cancelledBiases} from '../../../core/verify/cancelled-biases.js';
import {describeOn} from '../../support/backends.js';

const CONFIG: ModelConfig = {
  size: 16,
  regions: 2,
  codeSize: 3,
  widths: {mask: 8, generator: 4, discriminator: 4, encoder: 4},
  maskResidualBlocks: 2,
  attention: {generator: false, discriminator: true},
  normalization: 'instance',
  temperature: 1,
};

/** The output of a network alone. */
function outputOf(network: NetworkName, state: ModelState): tf.Tensor {
  const {config} = state;
  const images = tf.randomUniform([2, 16, 16, 3], -1, 1, 'float32', 1) as Tensor4D;
  const masks = tf.softmax(tf.randomNormal([2, 16, 16, 2], 0, 1, 'float32', 2)) as Tensor4D;
  const codes = tf.randomNormal([2, 2, 3], 0, 1, 'float32', 3) as Tensor3D;
  const weights = state.weights(network);
  switch (network) {
    case 'mask':
      return segment(weights, images, config);
    case 'generator':
      return tf.stack(drawRegions(weights, masks, codes, regionIndices(config), config));
    case 'discriminator':
      return score(weights, images, config);
    case 'encoder':
      return recover(weights, images, config);
  }
}

/** Largest change of a network's output, relative to its largest value, if a bias is moved a channel at a time. */
async function effect(network: NetworkName, bias: string, state: ModelState): Promise<number> {
  const values = tf.tidy(() => {
    const before = outputOf(network, state);
    const old = state.parameters(network)[bias]!;
    // Another amount for each channel: softmax, for one, does not see the same for all.
    const shift = tf.add(0.5, tf.mul(0.2, tf.range(0, old.size)));
    const moved = tf.keep(tf.add(old, shift));
    tf.keep(old);
    state.parameters(network)[bias] = moved;
    const after = outputOf(network, state);
    state.parameters(network)[bias] = old;
    moved.dispose();
    return tf.div(tf.max(tf.abs(tf.sub(after, before))), tf.max(tf.abs(before)));
  });
  const [value] = await values.data();
  values.dispose();
  return value!;
}

for (const inG of [false, true]) {
  describeOn('wasm', `cancelledBiases(config) ${inG ? 'with' : 'without'} attention in G`, () => {
    const config = {...CONFIG, attention: {generator: inG, discriminator: true}};
    const cancelled = cancelledBiases(config);
    let state: ModelState;
    before(() => {
      state = ModelState.random(config, 1, 5);
      // At 0, where it starts, attention lets nothing pass.
      for (const network of ['generator', 'discriminator'] as const) {
        const gates = Object.keys(state.parameters(network)).filter(name => name.endsWith('gamma'));
        const open = gates.map(name => [name, tf.tensor1d([0.5])]);
        state.replaceParameters(network, Object.fromEntries(open) as Record<string, tf.Tensor>);
      }
    });
    after(() => state.dispose());

    it('names parameters of the model', () => {
      for (const network of NETWORKS) {
        for (const name of cancelled[network]) {
          expect(state.parameters(network)).to.have.property(name);
        }
      }
      expect(cancelled.mask.size).to.equal(2);
      // Two blocks at 16 px: both count without attention, and the last alone with it.
      expect(cancelled.generator.size).to.equal(inG ? 4 : 8);
    });

    for (const network of NETWORKS) {
      it(`tells the biases that the output of the ${network} network depends on from the others`, async () => {
        const biases = Object.keys(state.parameters(network)).filter(name => /bias$/.test(name));
        for (const bias of biases) {
          const change = await effect(network, bias, state);
          if (cancelled[network].has(bias)) expect(change, bias).to.be.below(1e-5);
          else expect(change, bias).to.be.above(1e-4);
        }
      });
    }
  });
}
