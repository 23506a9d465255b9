import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {
  compose,
  drawRegions,
  maskOf,
  networkLayers,
  NETWORKS,
  recover,
  regionIndices,
  score,
  segment,
} from '../../../core/model/redo.js';
import {parameterSpecs} from '../../../core/nn/parameters.js';
import {PUBLISHED_NETWORKS} from '../../../core/weights/published.js';
import {describeOn} from '../../support/backends.js';
import {
  fromImages,
  type Reference,
  REFERENCES,
  skipWithoutReferences,
  toImages,
} from '../../support/reference.js';
import {expectClose, toTensor, toValues} from '../../support/values.js';

/** float32 through some forty layers, sums in another order than PyTorch's. */
const TOLERANCE = 1e-4;

/** `shape` as PyTorch has it. */
function published(shape: readonly number[]): readonly number[] {
  if (shape.length === 4) return [3, 2, 0, 1].map(axis => shape[axis]!);
  return [...shape].reverse();
}

/** Names and shapes that `networkLayers` asks of a checkpoint. */
function asked({config}: Reference): Map<string, readonly number[]> {
  const layers = networkLayers(config);
  const found = new Map<string, readonly number[]>();
  for (const network of NETWORKS) {
    for (const layer of layers[network]) {
      const prefix = `init/${PUBLISHED_NETWORKS[network]}.`;
      const spectral = layer.kind === 'conv' && layer.spectral;
      for (const {name, shape} of parameterSpecs(layer)) {
        const suffix = spectral && shape.length === 4 ? '_orig' : '';
        found.set(prefix + name + suffix, published(shape));
      }
      if (!spectral) continue;
      found.set(`${prefix}${layer.name}.weight_u`, [layer.out]);
      found.set(`${prefix}${layer.name}.weight_v`, [layer.in * layer.kernel ** 2]);
    }
  }
  return found;
}

skipWithoutReferences();

for (const {name, load} of REFERENCES) {
  describeOn('wasm', `the networks of ${name}`, () => {
    let reference: Reference;
    before(async () => (reference = await load()));

    it('have the names and shapes of the published state_dict', () => {
      const theirs = [...reference.shapes].filter(([key]) => key.startsWith('init/'));
      const sorted = (entries: Iterable<[string, readonly number[]]>): string[] =>
        [...entries].map(([key, shape]) => `${key} [${shape}]`).sort();
      expect(sorted(asked(reference))).to.deep.equal(sorted(theirs));
    });

    it('compute what PyTorch computes, in evaluation', async () => {
      const {config, array} = reference;
      const state = reference.state();
      const merged = state.mergedWeights();
      const images = toImages(array('eval/image'));
      const codes = toTensor<tf.Tensor3D>(array('eval/z'));
      const all = tf.tidy(() => {
        const masks = segment(merged.mask, images, config);
        const drawn = drawRegions(merged.generator, masks, codes, regionIndices(config), config);
        const redrawn = drawn.map((region, k) => compose(region, maskOf(masks, k), images));
        return {
          masks,
          regions: tf.stack(drawn, 1),
          redrawn: tf.stack(redrawn, 1),
          score_real: score(merged.discriminator, images, config),
          score_redrawn: tf.stack(
            redrawn.map(image => score(merged.discriminator, image, config)),
            1
          ),
          z_from_generated: recover(merged.encoder, tf.addN(drawn), config),
        };
      });
      for (const [key, tensor] of Object.entries(all)) {
        const actual = tensor.rank >= 4 ? await fromImages(tensor) : await toValues(tensor);
        expectClose(actual, array(`eval/${key}`), TOLERANCE, key);
      }
      tf.dispose([all, merged, images, codes]);
      state.dispose();
    });
  });
}
