import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import type {ModelConfig} from '../../../core/model/config.js';
import {findPreset} from '../../../core/model/presets.js';
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
import {ModelState} from '../../../core/model/state.js';
import {parameterSpecs} from '../../../core/nn/parameters.js';
import {describeOn, describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {free, TINY} from '../../support/models.js';
import {expectTensor, normals, relativeError, toTensor, values} from '../../support/values.js';

/** Everything that a model computes of one batch, kept. */
function passThrough(state: ModelState, batch: number) {
  const {config} = state;
  const {size, regions, codeSize} = config;
  const merged = state.mergedWeights();
  const results = tf.tidy(() => {
    const images: tf.Tensor4D = tf.tanh(toTensor(normals([batch, size, size, 3], 'images')));
    const codes = toTensor<tf.Tensor3D>(normals([batch, regions, codeSize], 'codes'));
    const masks = segment(merged.mask, images, config);
    const drawn = drawRegions(merged.generator, masks, codes, regionIndices(config), config);
    const redrawn = compose(drawn[1]!, maskOf(masks, 1), images);
    return {
      masks,
      drawn: tf.stack(drawn),
      redrawn,
      score: score(merged.discriminator, redrawn, config),
      recovered: recover(merged.encoder, tf.addN(drawn), config),
    };
  });
  free(merged);
  return results;
}

const ATTENTIONS = [
  {generator: false, discriminator: false},
  {generator: true, discriminator: true},
];

describeOn('wasm', 'the networks', () => {
  for (const size of [16, 32, 64, 128]) {
    for (const attention of ATTENTIONS) {
      const batch = size === 16 ? 2 : 1;
      const title = `size ${size}, ${attention.generator ? 'with' : 'without'} attention`;
      it(`have the shapes and ranges that they state: ${title}`, async () => {
        await expectNothingKept(async () => {
          const config: ModelConfig = {...TINY, size, attention, regions: size === 32 ? 3 : 2};
          const state = ModelState.random(config, 0.8, 1);
          const {masks, drawn, redrawn, score, recovered} = passThrough(state, batch);
          const {regions} = config;
          expect(masks.shape).to.deep.equal([batch, size, size, regions]);
          expect(drawn.shape).to.deep.equal([regions, batch, size, size, 3]);
          expect(redrawn.shape).to.deep.equal([batch, size, size, 3]);
          expect(score.shape).to.deep.equal([batch]);
          expect(recovered.shape).to.deep.equal([batch, regions, config.codeSize]);
          const values = (await masks.data()) as Float32Array;
          for (let p = 0; p < values.length; p += regions) {
            const pixel = values.subarray(p, p + regions);
            const sum = [...pixel].reduce((total, value) => total + value, 0);
            if (!(Math.min(...pixel) >= 0 && Math.abs(sum - 1) < 1e-5)) {
              throw new Error(`masks must be shares of 1; got ${pixel.join(' ')}`);
            }
          }
          const colours = await drawn.data();
          expect(colours.every(value => Math.abs(value) <= 1)).to.equal(true);
          for (const rest of [score, recovered]) {
            expect((await rest.data()).every(Number.isFinite)).to.equal(true);
          }
          free({masks, drawn, redrawn, score, recovered});
          state.dispose();
        });
      });
    }
  }
});

describeOn('wasm', 'segment(weights, images, config)', () => {
  it('divides the logits by the temperature', async () => {
    // With every weight 0 the logits are the last bias.
    const config = {...TINY, regions: 3, temperature: 0.5};
    const state = ModelState.random(config, 0.8, 1);
    const weights = Object.fromEntries(
      Object.entries(state.parameters('mask')).map(([name, tensor]) => [name, tf.zerosLike(tensor)])
    );
    weights['out.mods.9.bias']!.dispose();
    weights['out.mods.9.bias'] = tf.tensor1d([0, 0.5, 1]);
    const total = 1 + Math.E + Math.E ** 2;
    const pixel = [1 / total, Math.E / total, Math.E ** 2 / total];
    const wanted = values([1, 16, 16, 3], Array.from({length: 256}, () => pixel).flat());
    const images = () => tf.zeros<tf.Rank.R4>([1, 16, 16, 3]);
    await expectTensor(() => segment(weights, images(), config), wanted, TOLERANCE.wasm);
    free(weights);
    state.dispose();
  });
});

describeOnEach('compose(drawn, mask, images)', backend => {
  it('keeps the image where the mask is 0 and the drawing where it is 1', async () => {
    const drawn = values([1, 1, 3, 3], [9, 9, 9, 1, 2, 3, 4, 4, 4]);
    const mask = values([1, 1, 3, 1], [1, 0, 0.25]);
    const images = values([1, 1, 3, 3], [5, 5, 5, 6, 6, 6, 8, 8, 8]);
    await expectTensor(
      () => compose(toTensor(drawn), toTensor(mask), toTensor(images)),
      values([1, 1, 3, 3], [9, 9, 9, 7, 8, 9, 10, 10, 10]),
      TOLERANCE[backend]
    );
  });
});

describe('a model', () => {
  /** Numbers of the cpu backend, which runs first, and nothing but stock operations. */
  let wanted: Record<string, number[]> | undefined;

  describeOnEach('computes the same numbers wherever it runs', backend => {
    it('from the same seed', async () => {
      const config = {...TINY, attention: ATTENTIONS[1]!, temperature: 0.5};
      const state = ModelState.random(config, 0.8, 1);
      const results = passThrough(state, 1);
      const found: Record<string, number[]> = {};
      for (const [name, tensor] of Object.entries(results)) {
        found[name] = [...(await tensor.data())];
      }
      free(results);
      state.dispose();
      wanted ??= found;
      for (const [name, numbers] of Object.entries(wanted)) {
        const error = relativeError(found[name]!, numbers);
        expect(error, name).to.be.at.most(backend === 'webgl' ? 1e-3 : 1e-4);
      }
    });
  });
});

describe('networkLayers(config)', () => {
  const shapes = (config: ModelConfig): Map<string, readonly number[]> => {
    const layers = networkLayers(config);
    return new Map(
      NETWORKS.flatMap(network =>
        layers[network]
          .flatMap(parameterSpecs)
          .map(({name, shape}) => [`${network}/${name}`, shape])
      )
    );
  };

  it('has the published sizes at 128', () => {
    const published = shapes(findPreset('published-128').model);
    const wanted = {
      'mask/cnn.0.mods.1.weight': [7, 7, 3, 16],
      'mask/cnn.0.mods.7.weight': [3, 3, 32, 64],
      'mask/cnn.3.blocs.3.weight': [3, 3, 64, 64],
      'mask/psp.3.1.weight': [1, 1, 64, 1],
      'mask/out.mods.1.weight': [3, 3, 68, 34],
      'mask/out.mods.5.weight': [3, 3, 34, 17],
      'mask/out.mods.9.weight': [7, 7, 17, 3],
      'generator/net.2.dense.weight': [16, 4 * 4 * 1024],
      'generator/net.2.convA.0.1.weight': [3, 3, 1025, 1024],
      'generator/net.2.convA.4.1.weight': [3, 3, 129, 64],
      'generator/net.2.selfAtt.f.weight': [1, 1, 128, 16],
      'generator/net.2.convOut.weight': [3, 3, 65, 3],
      'discriminator/bloc0.0.weight': [3, 3, 3, 64],
      'discriminator/selfAtt.h.weight': [1, 1, 64, 32],
      'discriminator/blocs.4.3.weight': [3, 3, 1024, 1024],
      'discriminator/dense.weight': [1024, 1],
      'encoder/net.blocs.0.0.weight': [3, 3, 3, 64],
      'encoder/net.dense.weight': [1024, 48],
    };
    for (const [name, shape] of Object.entries(wanted)) {
      expect(published.get(name), name).to.deep.equal(shape);
    }
    expect(published.has('mask/cnn.4.blocs.0.weight')).to.equal(false);
    expect(published.has('discriminator/blocs.5.1.weight')).to.equal(false);
  });

  it('has as many blocks as the size asks', () => {
    for (const [size, blocks] of [
      [16, 2],
      [32, 3],
      [64, 4],
      [128, 5],
      [256, 6],
    ] as const) {
      const names = [...shapes({...TINY, size}).keys()];
      const count = (pattern: RegExp): number => names.filter(name => pattern.test(name)).length;
      expect(count(/^generator\/net\.0\.convA\.\d\.1\.weight$/)).to.equal(blocks);
      expect(count(/^discriminator\/blocs\.\d\.1\.weight$/)).to.equal(blocks);
      expect(count(/^encoder\/net\.sc\.\d\.1\.weight$/)).to.equal(blocks);
    }
  });

  it('has one output of f for two regions, else one a region', () => {
    const last = (regions: number): number =>
      shapes({...TINY, regions})
        .get('mask/out.mods.9.weight')!
        .at(-1)!;
    expect([2, 3, 4].map(last)).to.deep.equal([1, 3, 4]);
  });

  it('names every parameter once', () => {
    const config = {
      ...TINY,
      regions: 3,
      attention: ATTENTIONS[1]!,
      normalization: 'batch',
    } as const;
    const layers = networkLayers(config);
    for (const network of NETWORKS) {
      const names = layers[network].flatMap(parameterSpecs).map(({name}) => name);
      expect(new Set(names).size).to.equal(names.length);
    }
  });
});
