import {expect} from '@open-wc/testing';
import {
  masksOfLabels,
  paintErrors,
  paintMask,
  paintOverlay,
  paintRegions,
  regionAt,
} from '../../components/mask-drawing.js';
import {regionColour} from '../../components/palette.js';
import type {Masks, Picture} from '../../core/engine/protocol.js';

/** Two pixels: the first of region 0, the second half of each. */
const MASKS: Masks = {
  width: 2,
  height: 1,
  regions: 2,
  values: Float32Array.of(1, 0.5, 0, 0.5),
};

const WHITE: Picture = {width: 2, height: 1, pixels: new Uint8ClampedArray(8).fill(255)};

const pixel = ({pixels}: Picture, i: number) => [...pixels.slice(4 * i, 4 * i + 4)];

describe('mask drawing', () => {
  it('paintRegions(masks) weighs the regions’ colours by the masks', () => {
    const painted = paintRegions(MASKS);
    const [first, second] = [regionColour(0), regionColour(1)];
    expect(pixel(painted, 0)).to.deep.equal([...first, 255]);
    first.forEach((level, c) => {
      expect(pixel(painted, 1)[c]).to.be.closeTo((level + second[c]!) / 2, 1);
    });
  });

  it('paintOverlay(masks, image, opacity) goes from the image to the colours', () => {
    expect(pixel(paintOverlay(MASKS, WHITE, 0), 0)).to.deep.equal([255, 255, 255, 255]);
    expect(pixel(paintOverlay(MASKS, WHITE, 1), 0)).to.deep.equal([...regionColour(0), 255]);
    const [red] = pixel(paintOverlay(MASKS, WHITE, 0.5), 0);
    expect(red).to.be.closeTo((255 + regionColour(0)[0]) / 2, 1);
  });

  it('paintOverlay(masks, image, opacity) refuses an image of another size', () => {
    const image = {width: 1, height: 1, pixels: new Uint8ClampedArray(4)};
    expect(() => paintOverlay(MASKS, image, 1)).to.throw(RangeError, '2×1 like its masks; got 1×1');
  });

  it('paintRegions(masks, {hard}) gives each pixel whole to its largest mask', () => {
    const masks = {...MASKS, values: Float32Array.of(0.6, 0.1, 0.4, 0.9)};
    const painted = paintRegions(masks, {hard: true});
    expect(pixel(painted, 0)).to.deep.equal([...regionColour(0), 255]);
    expect(pixel(painted, 1)).to.deep.equal([...regionColour(1), 255]);
  });

  it('paintRegions(masks, {only}) is as opaque as that region’s mask', () => {
    const painted = paintRegions(MASKS, {only: 1});
    expect(pixel(painted, 0)[3]).to.equal(0);
    expect(pixel(painted, 1)).to.deep.equal([...regionColour(1), 128]);
  });

  it('paintOverlay(masks, image, opacity, {only}) leaves the image where the region is not', () => {
    const painted = paintOverlay(MASKS, WHITE, 1, {only: 1});
    expect(pixel(painted, 0)).to.deep.equal([255, 255, 255, 255]);
    expect(pixel(painted, 1)[0]).to.be.closeTo((255 + regionColour(1)[0]) / 2, 1);
  });

  it('paintErrors(masks, labels, regionOf, image) marks what is in the wrong region', () => {
    const masks = {...MASKS, values: Float32Array.of(1, 0.2, 0, 0.8)};
    const wrong = (labels: number[], regionOf: number[]) => {
      const painted = paintErrors(masks, Uint8Array.from(labels), regionOf, WHITE);
      return [0, 1].map(i => pixel(painted, i)[1] === 0);
    };
    expect(wrong([0, 1], [0, 1])).to.deep.equal([false, false]);
    expect(wrong([0, 0], [0, 1])).to.deep.equal([false, true]);
    expect(wrong([1, 0], [1, 0])).to.deep.equal([false, false]);
    const image = {width: 1, height: 1, pixels: new Uint8ClampedArray(4)};
    expect(() => paintErrors(masks, Uint8Array.of(0, 1), [0, 1], image)).to.throw(
      RangeError,
      'got 1×1'
    );
  });

  it('paintMask(masks, region) is black at 0 and white at 1', () => {
    expect(pixel(paintMask(MASKS, 0), 0)).to.deep.equal([255, 255, 255, 255]);
    expect(pixel(paintMask(MASKS, 1), 0)).to.deep.equal([0, 0, 0, 255]);
    expect(pixel(paintMask(MASKS, 1), 1)[0]).to.be.closeTo(127.5, 1);
  });

  it('regionAt(masks, x, y) is the region whose mask is largest', () => {
    const masks = {...MASKS, values: Float32Array.of(1, 0.4, 0, 0.6)};
    expect(regionAt(masks, 0, 0)).to.equal(0);
    expect(regionAt(masks, 1, 0)).to.equal(1);
  });

  it('masksOfLabels(labels, width, regionOf) puts each label into its region’s mask', () => {
    const masks = masksOfLabels(Uint8Array.of(0, 1, 2, 0), 2, [2, 0, 1]);
    expect(masks).to.include({width: 2, height: 2, regions: 3});
    expect([...masks.values]).to.deep.equal([0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1]);
  });
});
