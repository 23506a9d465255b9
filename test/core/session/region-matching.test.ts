import {expect} from '@open-wc/testing';
import {Evaluator} from '../../../core/training/evaluation.js';
import {scene, sceneMasks} from '../../fixtures/scene.js';
import type {Masks} from '../../../core/engine/protocol.js';
import {largestRegions, matchRegions} from '../../../core/session/region-matching.js';

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

  it('scores objects as the published evaluation does', () => {
    for (const regions of [2, 3, 4]) {
      for (const [index, certainty] of [0.05, 0.2, 0.5, 1].entries()) {
        const masks = sceneMasks(index, 16, regions, certainty);
        const {labels} = scene(index + 1, 16, regions);
        const pixels = labels.length;
        const interleaved = masks.values.map(
          (_, i) => masks.values[(i % regions) * pixels + Math.floor(i / regions)]!
        );
        const evaluator = new Evaluator(regions, regions);
        evaluator.add(interleaved, labels);
        const {accuracy, objectIou} = evaluator.result();
        const agreement = matchRegions(masks, labels);
        expect(agreement.accuracy).to.be.closeTo(accuracy, 1e-9);
        expect(agreement.objectIou).to.be.closeTo(objectIou, 1e-9);
      }
    }
  });

  it('says the IoU of each object with the region that stands for it', () => {
    const labels = Uint8Array.of(0, 0, 0, 1, 1, 2);
    const {regionOf, objects} = matchRegions(masksOf([2, 2, 0, 0, 0, 1], 3, 3), labels);
    expect(regionOf).to.deep.equal([2, 0, 1]);
    expect(objects).to.deep.equal([
      {label: 1, region: 0, iou: 2 / 3},
      {label: 2, region: 1, iou: 1},
    ]);
  });

  it('says nothing of objects that the image lacks', () => {
    const {objects, objectIou} = matchRegions(
      masksOf([0, 0, 1, 1], 3, 2),
      Uint8Array.of(0, 0, 2, 2)
    );
    expect(objects).to.deep.equal([{label: 2, region: 1, iou: 1}]);
    expect(objectIou).to.equal(1);
    const none = matchRegions(masksOf([0, 1], 2, 2), Uint8Array.of(0, 0));
    expect(none.objects).to.be.empty;
    expect(none.objectIou).to.equal(undefined);
  });
});

describe('largestRegions(masks)', () => {
  it('is the region with the largest mask at each pixel, the first of equals', () => {
    const values = Float32Array.of(0.5, 0.2, 0.1, 0.5, 0.8, 0.1, 0, 0, 0.8);
    expect([...largestRegions({width: 3, height: 1, regions: 3, values})]).to.deep.equal([0, 1, 2]);
  });
});
