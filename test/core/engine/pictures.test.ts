import {expect} from '@open-wc/testing';

import * as tf from '@tensorflow/tfjs-core';

import {closeBitmaps} from '../../../core/engine/bitmaps.js';
import {
  fromMasks,
  readPicture,
  toDrawable,
  toMasks,
  toPicture,
} from '../../../core/engine/pictures.js';
import {Random} from '../../../datasets/random.js';
import {pixelsOf, seenColours} from '../../fixtures/pixels.js';
import {describeOn, describeOnEach} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';

describe('toPicture(values, size, alpha)', () => {
  it('maps [-1, 1] to bytes, rounded and clamped', () => {
    const values = Float32Array.of(-1, 0, 1, -2, 2, 0.5, -0.5, 0.999, -0.999, NaN, 1, -1);
    const {width, height, pixels} = toPicture(values, 2);
    expect([width, height]).to.deep.equal([2, 2]);
    // Half-way values go to the even neighbour.
    expect([...pixels]).to.deep.equal([
      ...[0, 128, 255, 255],
      ...[0, 255, 191, 255],
      ...[64, 255, 0, 255],
      ...[0, 255, 0, 255],
    ]);
  });

  it('takes the opacity of each pixel', () => {
    const {pixels} = toPicture(new Float32Array(12), 2, Float32Array.of(0, 0.5, 1, 0.2));
    expect([3, 7, 11, 15].map(i => pixels[i])).to.deep.equal([0, 128, 255, 51]);
  });
});

describe('toMasks(values, size, regions)', () => {
  it('lays out a plane for each region', () => {
    const masks = toMasks(Float32Array.of(0, 10, 1, 11, 2, 12, 3, 13), 2, 2);
    expect(masks).to.deep.include({width: 2, height: 2, regions: 2});
    expect([...masks.values]).to.deep.equal([0, 1, 2, 3, 10, 11, 12, 13]);
  });
});

describe('fromMasks(masks, size, regions)', () => {
  it('is the inverse of toMasks', () => {
    const values = Float32Array.from({length: 27}, (_, i) => i);
    expect([...fromMasks(toMasks(values, 3, 3), 3, 3)]).to.deep.equal([...values]);
  });

  it('refuses masks of another size or number', () => {
    const masks = toMasks(new Float32Array(8), 2, 2);
    expect(() => fromMasks(masks, 2, 3)).to.throw(
      RangeError,
      'masks must be [regions=3, 2, 2]; got [2, 2, 2]'
    );
    expect(() => fromMasks(masks, 4, 2)).to.throw(
      RangeError,
      'masks must be [regions=2, 4, 4]; got [2, 2, 2]'
    );
    const short = {...masks, values: new Float32Array(7)};
    expect(() => fromMasks(short, 2, 2)).to.throw(RangeError);
  });
});

describeOnEach('toDrawable(colours, alpha)', () => {
  const random = new Random(1, 'pictures');

  for (const size of [4, 5, 32]) {
    it(`${size}×${size}: is what is read back, within a level`, async () => {
      // Some beyond what can be shown.
      const values = Float32Array.from({length: size * size * 3}, () => random.uniform(-1.1, 1.1));
      const opacity = Float32Array.from({length: size * size}, () => random.uniform());
      const colours = tf.tensor4d(values, [1, size, size, 3]);
      const alpha = tf.tensor4d(opacity, [1, size, size, 1]);
      await expectNothingKept(async () => {
        for (const given of [undefined, alpha]) {
          const [drawn, read] = [
            await toDrawable(colours, given),
            await readPicture(colours, given),
          ];
          expect(drawn).to.include({width: size, height: size});
          const expected = seenColours(read);
          const apart = seenColours(drawn).map((level, i) => Math.abs(level - expected[i]!));
          expect(apart).to.have.length(4 * size * size);
          expect(Math.max(...apart)).to.be.at.most(1);
          closeBitmaps(drawn);
        }
      });
      tf.dispose([colours, alpha]);
    });
  }
});

describeOn('webgl', 'toDrawable(colours, alpha)', () => {
  it('gives bitmaps of their own, as large as each picture', async () => {
    const flat = (size: number, level: number) => tf.fill<tf.Rank.R4>([1, size, size, 3], level);
    const tensors = [flat(4, -1), flat(6, 1), flat(6, 0)];
    const bitmaps = await Promise.all(tensors.map(each => toDrawable(each)));
    tf.dispose(tensors);
    expect(bitmaps.every(each => each instanceof ImageBitmap)).to.equal(true);
    expect(bitmaps.map(each => each.width)).to.deep.equal([4, 6, 6]);
    expect(bitmaps.map(each => [...pixelsOf(each).slice(0, 4)])).to.deep.equal([
      [0, 0, 0, 255],
      [255, 255, 255, 255],
      [128, 128, 128, 255],
    ]);
    closeBitmaps({bitmaps});
    expect(bitmaps.map(each => each.width)).to.deep.equal([0, 0, 0]);
  });
});
