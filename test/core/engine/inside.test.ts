import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {featuresOf, layersOf, spectrumOf} from '../../../core/engine/inside.js';
import type {FeaturesRequest} from '../../../core/engine/protocol.js';
import type {ModelConfig} from '../../../core/model/config.js';
import {compose, maskOf, networkLayers, paintRegion, segment} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import {singularValues} from '../../../core/nn/singular-values.js';
import {describeOn} from '../../support/backends.js';
import {wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';
import {free, TINY} from '../../support/models.js';
import {normals, relativeError, toTensor} from '../../support/values.js';

const ATTENTIVE: ModelConfig = {
  ...TINY,
  size: 32,
  regions: 3,
  attention: {generator: true, discriminator: true},
};
const CODE = Float32Array.of(0.5, -1);
const REDRAW = {region: 1, code: CODE};

/** A random model, its merged weights and an image with masks; freed at the end of `work`. */
async function withSubject(
  config: ModelConfig,
  work: (all: {
    state: ModelState;
    weights: ReturnType<ModelState['mergedWeights']>;
    image: tf.Tensor4D;
    masks: tf.Tensor4D;
    look: (
      request: Pick<FeaturesRequest, 'network' | 'layer' | 'redraw'>
    ) => ReturnType<typeof featuresOf>;
  }) => Promise<void>
): Promise<void> {
  const {size} = config;
  const state = ModelState.random(config, 1, 3);
  const weights = state.mergedWeights();
  const image: tf.Tensor4D = tf.tidy(() => tf.tanh(toTensor(normals([1, size, size, 3], 'image'))));
  const masks = tf.tidy(() => segment(weights.mask, image, config));
  const look = (request: Pick<FeaturesRequest, 'network' | 'layer' | 'redraw'>) =>
    featuresOf(weights, config, {image, masks}, request);
  await work({state, weights, image, masks, look});
  free(weights, image, masks);
  state.dispose();
}

/** Channel `c` of maps `[1, height, width, channels]` that are at most 32 pixels wide. */
function plane(maps: tf.Tensor4D, c: number): Float32Array {
  return tf.tidy(() => tf.slice(maps, [0, 0, 0, c], [1, -1, -1, 1]).dataSync() as Float32Array);
}

describeOn('wasm', 'layersOf(weights, config)', () => {
  for (const [title, config] of [
    ['small', TINY],
    ['with attention', ATTENTIVE],
    ['with batch normalisation', {...TINY, normalization: 'batch'}],
  ] as const) {
    it(`tells every layer once, and its shape: ${title}`, async () => {
      await withSubject(config, async ({weights}) => {
        const layers = layersOf(weights, config);
        for (const network of ['mask', 'generator', 'discriminator'] as const) {
          const told = layers[network].map(({name}) => name);
          expect(new Set(told).size, network).to.equal(told.length);
          const matrices = networkLayers(config)[network].filter(
            ({kind, name}) =>
              (kind === 'conv' || kind === 'dense') &&
              (network !== 'generator' || name.startsWith('net.0.'))
          );
          const names = matrices.map(({name}) => name.replace('net.0.', ''));
          const weighted = layers[network].filter(each => each.weighted);
          expect(weighted.map(({name}) => name)).to.have.members(names);
          for (const {name, shape} of weighted) {
            const layer = matrices.find(each => each.name.replace('net.0.', '') === name)!;
            // The generators' dense layer is a map of 4 × 4.
            const out = 'out' in layer ? layer.out : 0;
            const pixels = name === 'dense' && network === 'generator' ? 16 : 1;
            expect(shape[2] * pixels, name).to.equal(out);
          }
        }
        const {size} = config;
        expect(layers.mask.at(-1)).to.deep.equal({
          name: 'masks',
          shape: [size, size, config.regions],
          activation: 'mask',
          weighted: false,
        });
        expect(layers.generator.at(-1)!.shape).to.deep.equal([size, size, 3]);
        expect(layers.discriminator.at(-1)!.shape).to.deep.equal([1, 1, 1]);
        await expectNothingKept(() => layersOf(weights, config));
      });
    });
  }
});

describeOn('wasm', 'featuresOf(weights, config, subject, request)', () => {
  it('of the first layer of f are a convolution of the reflected image', async () => {
    await withSubject(TINY, async ({weights, image, look}) => {
      const {channels, planes, mean, spread, activation} = await look({
        network: 'mask',
        layer: 'cnn.0.mods.1',
      });
      expect([channels, planes.width, planes.height, activation]).to.deep.equal([
        1,
        16,
        16,
        undefined,
      ]);
      const wanted = tf.tidy(() => {
        const padded = tf.mirrorPad(
          image,
          [
            [0, 0],
            [3, 3],
            [3, 3],
            [0, 0],
          ],
          'reflect'
        );
        return tf
          .conv2d(padded, weights.mask['cnn.0.mods.1.weight'] as tf.Tensor4D, 1, 'valid')
          .dataSync<'float32'>();
      });
      expect(relativeError(planes.values, wanted)).to.be.below(1e-5);
      const average = wanted.reduce((sum, value) => sum + value / 256, 0);
      const square = wanted.reduce((sum, value) => sum + (value - average) ** 2 / 256, 0);
      expect(mean[0]).to.be.closeTo(average, 1e-5);
      expect(spread[0]).to.be.closeTo(Math.sqrt(square), 1e-5);
    });
  });

  it('of what f ends with are the masks', async () => {
    await withSubject(ATTENTIVE, async ({masks, look}) => {
      const {planes, activation} = await look({network: 'mask', layer: 'masks'});
      expect(activation).to.equal('mask');
      for (const k of [0, 1, 2]) {
        const found = planes.values.subarray(k * 1024, (k + 1) * 1024);
        expect(relativeError(found, plane(masks, k))).to.be.below(1e-6);
      }
    });
  });

  it('of what a generator ends with are its pixels, of that region and code', async () => {
    await withSubject(ATTENTIVE, async ({weights, masks, look}) => {
      const {planes} = await look({network: 'generator', layer: 'pixels', redraw: REDRAW});
      const pixels = tf.tidy(() => {
        const codes = tf.tensor2d(CODE, [1, 2]);
        return paintRegion(weights.generator, 1, maskOf(masks, 1), codes, ATTENTIVE);
      });
      expect(relativeError(planes.values.subarray(1024, 2048), plane(pixels, 1))).to.be.below(1e-6);
      pixels.dispose();
      const other = await look({
        network: 'generator',
        layer: 'pixels',
        redraw: {...REDRAW, region: 2},
      });
      expect(relativeError(other.planes.values, planes.values)).to.be.above(0.01);
    });
  });

  it('of D are of the image, or of its redraw', async () => {
    await withSubject(TINY, async ({weights, image, masks, look}) => {
      const redrawn: tf.Tensor4D = tf.tidy(() => {
        const mask = maskOf(masks, 1);
        const painted = paintRegion(weights.generator, 1, mask, tf.tensor2d(CODE, [1, 2]), TINY);
        return compose(tf.mul(painted, mask), mask, image);
      });
      for (const [seen, redraw] of [
        [image, undefined],
        [redrawn, REDRAW],
      ] as const) {
        const wanted: tf.Tensor4D = tf.tidy(() => {
          const {'bloc0.0.weight': weight, 'bloc0.0.bias': bias} = weights.discriminator;
          return tf.relu(tf.add(tf.conv2d(seen, weight as tf.Tensor4D, 1, 'same'), bias!));
        });
        const {planes, dead, activation} = await look({
          network: 'discriminator',
          layer: 'bloc0.1',
          redraw,
        });
        expect(activation).to.equal('relu');
        const second = plane(wanted, 1);
        expect(relativeError(planes.values.subarray(256), second)).to.be.below(1e-5);
        expect(dead[1]).to.be.closeTo(second.filter(value => value === 0).length / 256, 1e-6);
        wanted.dispose();
      }
      redrawn.dispose();
    });
  });

  it('tell a channel that is dead', async () => {
    await withSubject(TINY, async ({weights, look}) => {
      const request = {network: 'discriminator', layer: 'blocs.0.2'} as const;
      const {channels, dead: before} = await look(request);
      expect(Math.max(...before)).to.be.below(1);
      const bias = weights.discriminator['blocs.0.1.bias']!;
      weights.discriminator['blocs.0.1.bias'] = tf.tensor1d([
        ...bias.dataSync().slice(0, channels - 1),
        -1000,
      ]);
      bias.dispose();
      const {dead, mean, spread} = await look(request);
      expect([...dead.subarray(0, -1)]).to.deep.equal([...before.subarray(0, -1)]);
      expect([dead.at(-1), mean.at(-1), spread.at(-1)]).to.deep.equal([1, 0, 0]);
    });
  });

  it('of a vector are maps of one pixel', async () => {
    await withSubject(TINY, async ({look}) => {
      const {channels, planes, mean} = await look({
        network: 'generator',
        layer: 'gammaA.0',
        redraw: REDRAW,
      });
      expect(planes).to.include({width: 1, height: 1});
      expect(planes.values).to.have.length(channels);
      expect([...mean]).to.deep.equal([...planes.values]);
    });
  });

  it('keep nothing', async () => {
    await withSubject(ATTENTIVE, async ({look}) => {
      for (const request of [
        {network: 'mask', layer: 'psp.0.1'},
        {network: 'generator', layer: 'selfAtt', redraw: REDRAW},
        {network: 'discriminator', layer: 'selfAtt.h', redraw: REDRAW},
      ] as const) {
        await expectNothingKept(() => look(request));
      }
    });
  });
});

describeOn('wasm', 'spectrumOf(state, request)', () => {
  it('tells shape, moments, histogram and singular values, and the σ in use', async () => {
    await withSubject(TINY, async ({state}) => {
      const kernel = state.parameters('discriminator')['blocs.0.1.weight']!.dataSync<'float32'>();
      const found = await spectrumOf(state, {network: 'discriminator', layer: 'blocs.0.1'});
      expect(found.shape).to.deep.equal([4, 2, 3, 3]);
      const mean = kernel.reduce((sum, each) => sum + each / 72, 0);
      expect(found.mean).to.be.closeTo(mean, 1e-6);
      expect(found.histogram.counts.reduce((sum, count) => sum + count, 0)).to.equal(72);
      expect(found.histogram.from).to.equal(Math.min(...kernel));
      expect(found.histogram.to).to.equal(Math.max(...kernel));
      expect(found.rank).to.equal(4);
      expect(relativeError(found.singularValues, singularValues(kernel, 18, 4))).to.equal(0);
      const {'blocs.0.1.u': u, 'blocs.0.1.v': v} = state.vectors('discriminator');
      const sigma = tf.tidy(
        () => tf.matMul(tf.matMul(v!, tf.tensor2d(kernel, [18, 4])), u!, false, true).dataSync()[0]!
      );
      expect(found.sigma).to.be.closeTo(sigma, 1e-5);
      // The estimate is from below, and close after the power iterations that a new model makes.
      expect(found.sigma! / found.singularValues[0]!).to.be.within(0.9, 1 + 1e-6);
    });
  });

  it('is that of the generator of a region', async () => {
    await withSubject(TINY, async ({state}) => {
      const own = state.parameters('generator')['net.1.convOut.weight']!.dataSync();
      const {histogram, shape} = await spectrumOf(state, {
        network: 'generator',
        layer: 'convOut',
        region: 1,
      });
      expect(shape).to.deep.equal([3, 3, 3, 3]);
      expect(histogram.to).to.equal(Math.max(...own));
    });
  });

  it('has no σ where a layer is not normalised', async () => {
    await withSubject(TINY, async ({state}) => {
      const {sigma, shape, rank} = await spectrumOf(state, {
        network: 'discriminator',
        layer: 'dense',
      });
      expect(sigma).to.equal(undefined);
      expect(shape).to.deep.equal([1, 4]);
      expect(rank).to.equal(1);
    });
  });

  it('has the largest singular value alone where there would be too many', async () => {
    const config = {...TINY, widths: {...TINY.widths, mask: 260}, maskResidualBlocks: 0};
    const state = ModelState.random(config, 0.7, 1);
    const {singularValues: found, rank} = await spectrumOf(state, {
      network: 'mask',
      layer: 'cnn.0.mods.7',
    });
    expect(rank).to.equal(260);
    // Orthogonal, of that gain.
    expect(found).to.have.length(1);
    expect(found[0]).to.be.closeTo(0.7, 1e-4);
    state.dispose();
  });

  it('keeps nothing', async () => {
    await withSubject(TINY, async ({state}) => {
      await expectNothingKept(() => spectrumOf(state, {network: 'mask', layer: 'out.mods.1'}));
    });
  });

  it('refuses weights that have diverged', async () => {
    await withSubject(TINY, async ({state}) => {
      state.replaceParameters('mask', {'psp.0.1.weight': tf.fill([1, 1, 4, 1], NaN)});
      const error = await spectrumOf(state, {network: 'mask', layer: 'psp.0.1'}).then(
        () => undefined,
        (error: Error) => error
      );
      expect(error!.message).to.include('spectrum: weights must be finite; got NaN');
    });
  });
});

describeOn('wasm', "Engine.request('layers' | 'features' | 'spectrum', body)", () => {
  const image = {split: 'val', index: 3} as const;

  it('answer, of f’s masks or of others, and keep nothing', async () => {
    const engine = wasmEngine();
    await withModel(engine, async model => {
      const {generator} = await engine.request('layers', {model});
      expect(generator.map(({name}) => name)).to.include('convB.1');
      const body = {model, image, network: 'generator', layer: 'convB.1'} as const;
      const own = await engine.request('features', {...body, redraw: REDRAW});
      const values = Float32Array.from({length: 512}, (_, i) => (i < 256 ? 0.3 : 0.7));
      const masks = {width: 16, height: 16, regions: 2, values};
      const other = await engine.request('features', {...body, redraw: {...REDRAW, masks}});
      expect(other.planes.values).to.have.length(own.planes.values.length);
      expect(relativeError(other.planes.values, own.planes.values)).to.be.above(1e-4);
      await expectNothingKept(async () => {
        await engine.request('features', {...body, redraw: {...REDRAW, masks}});
        await engine.request('layers', {model});
        await engine.request('spectrum', {model, network: 'generator', layer: 'sc.0.1', region: 1});
      });
    });
    engine.dispose();
  });

  it('refuse what does not fit', async () => {
    const engine = wasmEngine();
    await withModel(engine, async model => {
      const refused = (change: object): Promise<string> =>
        engine.request('features', {model, image, network: 'mask', layer: 'masks', ...change}).then(
          () => 'answered',
          (error: Error) => error.message
        );
      expect(await refused({layer: 'net'})).to.equal(
        'features: layer must be one of the mask network; got net'
      );
      expect(await refused({network: 'generator', layer: 'pixels'})).to.equal(
        'features: redraw must be given for the generator'
      );
      expect(await refused({redraw: {...REDRAW, region: 2}})).to.equal(
        'features: region must be from 0 to 1; got 2'
      );
      expect(await refused({redraw: {...REDRAW, code: Float32Array.of(1)}})).to.equal(
        'features: code must be 2 finite numbers; got [1]'
      );
      const spectrum = await engine
        .request('spectrum', {model, network: 'mask', layer: 'cnn.0.mods.2'})
        .then(
          () => 'answered',
          (error: Error) => error.message
        );
      expect(spectrum).to.equal(
        'spectrum: layer must be a convolution or a dense layer of the mask network; got cnn.0.mods.2'
      );
    });
    engine.dispose();
  });
});
