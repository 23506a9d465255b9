import {expect} from '@open-wc/testing';
import {
  LOWERS,
  onBrightness,
  paintSaliency,
  RAISES,
  saliencyLimit,
} from '../../components/saliency-drawing.js';
import {scene} from '../fixtures/scene.js';

const pixel = ({pixels}: {pixels: Uint8ClampedArray}, i: number) => [
  ...pixels.subarray(4 * i, 4 * i + 4),
];

describe('onBrightness(pixels)', () => {
  it('is the sum over the channels', () => {
    const sums = onBrightness(Float32Array.of(1, 2, 3, -1, 0.5, 0));
    expect([...sums]).to.deep.equal([6, -0.5]);
  });
});

describe('saliencyLimit(values)', () => {
  it('is a size that one value in a hundred is beyond', () => {
    const values = Float32Array.from({length: 200}, (_, i) => (i % 2 ? -1 : 1) * (i + 1));
    values[0] = -1000;
    expect(saliencyLimit(values)).to.equal(200);
  });

  it('is the largest where nearly all are 0, and 0 where all are', () => {
    const values = new Float32Array(1000);
    expect(saliencyLimit(values)).to.equal(0);
    values[7] = -3;
    expect(saliencyLimit(values)).to.equal(3);
  });
});

describe('paintSaliency(values, width, limit, picture)', () => {
  it('is orange where the value is positive, purple where negative, full from the limit on', () => {
    const painted = paintSaliency(Float32Array.of(2, -2, 9, 0), 2, 2);
    expect([painted.width, painted.height]).to.deep.equal([2, 2]);
    expect(pixel(painted, 0)).to.deep.equal([...RAISES, 255]);
    expect(pixel(painted, 1)).to.deep.equal([...LOWERS, 255]);
    expect(pixel(painted, 2)).to.deep.equal([...RAISES, 255]);
    expect(pixel(painted, 3)[3]).to.equal(0);
  });

  it('lies over a pale grey of the picture, and over none of another size', () => {
    const {picture} = scene(0, 4, 2);
    const values = new Float32Array(16);
    const over = pixel(paintSaliency(values, 4, 1, picture), 5);
    expect(new Set(over.slice(0, 3)).size).to.equal(1);
    expect(over[0]).to.be.within(140, 254);
    expect(pixel(paintSaliency(values, 4, 1, scene(0, 8, 2).picture), 5)[3]).to.equal(0);
  });

  it('is as opaque as it is strong where nothing lies under it', () => {
    const painted = paintSaliency(Float32Array.of(1, -0.4), 2, 2);
    expect(pixel(painted, 0)).to.deep.equal([...RAISES, 128]);
    expect(pixel(painted, 1)).to.deep.equal([...LOWERS, 51]);
  });

  it('has no colour where the limit is 0', () => {
    expect(pixel(paintSaliency(Float32Array.of(0), 1, 0), 0)[3]).to.equal(0);
  });
});
