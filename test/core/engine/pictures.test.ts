import {expect} from '@open-wc/testing';

import {fromMasks, toMasks, toPicture} from '../../../core/engine/pictures.js';

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
