import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {maskFeatures, masksOf} from '../../../core/model/mask-network.js';
import type {ModelState} from '../../../core/model/state.js';
import {colourDifference} from '../../../core/training/colour-difference.js';
import {Random} from '../../../datasets/random.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {type Run, start} from '../../support/models.js';

const SIZE = 16;

/** Images of squares, dark and bright, on grey, and noise, `[count, 16, 16, 3]`. */
function squares(count: number, seed: number): Tensor4D {
  const random = new Random(seed);
  const values = new Float32Array(count * SIZE ** 2 * 3);
  for (let image = 0; image < count; image++) {
    const [x, y] = [random.integer(4), random.integer(10)];
    for (let pixel = 0; pixel < SIZE ** 2; pixel++) {
      const [row, column] = [Math.floor(pixel / SIZE), pixel % SIZE];
      const inRows = row >= y && row < y + 6;
      const dark = inRows && column >= x && column < x + 5;
      const bright = inRows && column >= x + 6 && column < x + 11;
      for (let c = 0; c < 3; c++) {
        const colour = dark ? -0.8 : bright ? 0.8 : 0;
        values[(image * SIZE ** 2 + pixel) * 3 + c] = colour + 0.02 * random.normal();
      }
    }
  }
  return tf.tensor4d(values, [count, SIZE, SIZE, 3]);
}

/** The map a ∗ h + b and the colours, of the pixels of a region and of all others. */
function maps(
  state: ModelState,
  images: Tensor4D,
  region: number,
  {weights, bias}: {weights: Float64Array; bias: number}
): {own: number[]; others: number[]; colours: number[]} {
  const [map, owners, colours] = tf.tidy(() => {
    const h = maskFeatures(state.weights('mask'), images, state.config);
    const filter = tf.tensor4d(Float32Array.from(weights), [7, 7, h.shape[3], 1]);
    const masks = masksOf(state.weights('mask'), h, state.config);
    return [
      tf.add(tf.conv2d(h, filter, 1, 'valid'), bias).dataSync(),
      tf.argMax(masks, 3).dataSync(),
      tf.mean(images, 3).dataSync(),
    ];
  });
  const of = (values: ArrayLike<number>, isOwn: boolean): number[] =>
    Array.from(values).filter((_, i) => (owners[i] === region) === isOwn);
  return {own: of(map, true), others: of(map, false), colours: of(colours, true)};
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const deviation = (values: number[]): number =>
  Math.sqrt(mean(values.map(each => each ** 2)) - mean(values) ** 2);

function correlation(a: number[], b: number[]): number {
  const product = mean(a.map((each, i) => each * b[i]!)) - mean(a) * mean(b);
  return product / (deviation(a) * deviation(b));
}

for (const backend of ['cpu', 'wasm'] as const) {
  describeOn(backend, 'colourDifference(state, images, region)', () => {
    let run: Run;
    before(() => {
      run = start({
        config: {regions: 3, widths: {mask: 16, generator: 2, discriminator: 2, encoder: 2}},
      });
    });
    after(() => run.dispose());

    /** The region that owns the most of the images. */
    const largest = (images: Tensor4D): number =>
      tf.tidy(() => {
        const {state} = run;
        const h = maskFeatures(state.weights('mask'), images, state.config);
        const owners = tf.argMax(masksOf(state.weights('mask'), h, state.config), 3);
        const shares = tf.mean(tf.oneHot(owners, 3), [0, 1, 2]);
        return tf.argMax(shares).dataSync()[0]!;
      });

    it('tells the colours of a region apart, and is near 0 elsewhere', async () => {
      const images = squares(12, 1);
      const region = largest(images);
      const halves = tf.split<Tensor4D>(images, 2);
      const found = await colourDifference(run.state, halves, region);
      const {own, others, colours} = maps(run.state, images, region, found!);
      expect(own.length).to.be.greaterThan(100);
      expect(deviation(own)).to.be.closeTo(1, 1e-3);
      expect(correlation(own, colours)).to.be.greaterThan(0.5);
      expect(Math.abs(mean(others))).to.be.lessThan(0.5);
      // Of images that it was not made from.
      const unseen = squares(4, 2);
      const again = maps(run.state, unseen, region, found!);
      expect(correlation(again.own, again.colours)).to.be.greaterThan(0.3);
      tf.dispose([images, unseen, halves]);
    });

    it('is none for a region without a pixel, and none for images of one colour', async () => {
      const bias = run.state.parameters('mask')['out.mods.9.bias']!;
      run.state.replaceParameters('mask', {
        'out.mods.9.bias': tf.tidy(() => tf.add(bias, tf.tensor1d([0, -1e3, 0]))),
      });
      const images = squares(2, 1);
      expect(await colourDifference(run.state, [images], 1)).to.equal(undefined);
      const grey: Tensor4D = tf.zerosLike(images);
      for (const region of [0, 2]) {
        expect(await colourDifference(run.state, [grey], region)).to.equal(undefined);
      }
      expect(await colourDifference(run.state, [], 0)).to.equal(undefined);
      tf.dispose([images, grey]);
    });

    it('keeps nothing', async () => {
      const images = squares(2, 1);
      await expectNothingKept(() => colourDifference(run.state, [images], largest(images)));
      images.dispose();
    });
  });
}
