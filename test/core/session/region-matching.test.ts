import {expect} from '@open-wc/testing';
import type {Masks} from '../../../core/engine/protocol.js';
import {matchRegions} from '../../../core/session/region-matching.js';

/** Hard masks from the region of each pixel. */
function masksOf(regionOf: readonly number[], regions: number, width: number): Masks {
  const values = new Float32Array(regions * regionOf.length);
  regionOf.forEach((region, pixel) => (values[region * regionOf.length + pixel] = 1));
  return {width, height: regionOf.length / width, regions, values};
}

describe('matchRegions(masks, labels)', () => {
  it('finds the permutation of perfect masks', () => {
    const labels = Uint8Array.of(0, 0, 1, 1, 2, 2);
    const {regionOf, accuracy} = matchRegions(masksOf([2, 2, 0, 0, 1, 1], 3, 3), labels);
    expect(regionOf).to.deep.equal([2, 0, 1]);
    expect(accuracy).to.equal(1);
  });

  it('gives each region to one true region only, so that most pixels agree', () => {
    // Taking each row's largest alone would give region 0 to both.
    const labels = Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1);
    const {regionOf, accuracy} = matchRegions(masksOf([0, 0, 0, 1, 1, 0, 0, 1], 2, 4), labels);
    expect(regionOf).to.deep.equal([0, 1]);
    expect(accuracy).to.equal(4 / 8);
    const other = matchRegions(masksOf([1, 1, 1, 1, 0, 1, 1, 0], 2, 4), labels);
    expect(other.regionOf).to.deep.equal([1, 0]);
    expect(other.accuracy).to.equal(5 / 8);
  });

  it('counts each pixel for its largest mask', () => {
    const masks: Masks = {
      width: 2,
      height: 1,
      regions: 2,
      values: Float32Array.of(0.6, 0.2, 0.4, 0.8),
    };
    expect(matchRegions(masks, Uint8Array.of(0, 1)).accuracy).to.equal(1);
  });

  it('refuses labels that do not fit', () => {
    const masks = masksOf([0, 1], 2, 2);
    expect(() => matchRegions(masks, Uint8Array.of(0))).to.throw(RangeError, 'got 1');
    expect(() => matchRegions(masks, Uint8Array.of(0, 2))).to.throw(RangeError, 'got 2');
  });
});
