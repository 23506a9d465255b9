import {expect} from '@open-wc/testing';
import {drawPatterns, swatch} from '../../components/mask-patterns.js';
import type {Picture} from '../../core/engine/protocol.js';

/** Two grey pixels beside each other. */
const GREY: Picture = {width: 2, height: 1, pixels: new Uint8ClampedArray(8).fill(128)};

/** Levels in one half of a patterned picture. */
function levels({width, height, pixels}: Picture, right: boolean): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < width * height; i++) {
    if (i % width >= width / 2 === right) found.add(pixels[4 * i]!);
  }
  return found;
}

describe('mask patterns', () => {
  it('drawPatterns(picture, regions) enlarges by a whole factor and inks each region’s pixels', () => {
    const drawn = drawPatterns(GREY, Uint8Array.of(0, 1));
    expect(drawn).to.include({width: 256, height: 128});
    expect([...levels(drawn, false)]).to.deep.equal([128]);
    expect(levels(drawn, true).size).to.equal(2);
  });

  it('drawPatterns(…, opacity) is as strong as the colours', () => {
    const half = levels(drawPatterns(GREY, Uint8Array.of(0, 1), 0.5), true);
    const whole = levels(drawPatterns(GREY, Uint8Array.of(0, 1), 1), true);
    const contrast = (found: Set<number>) => Math.max(...found) - Math.min(...found);
    expect(contrast(half)).to.be.closeTo(contrast(whole) / 2, 1);
    expect(levels(drawPatterns(GREY, Uint8Array.of(0, 1), 0), true).size).to.equal(1);
  });

  it('drawPatterns(…, only) leaves the other regions plain', () => {
    const drawn = drawPatterns(GREY, Uint8Array.of(1, 2), 1, 2);
    expect(levels(drawn, false).size).to.equal(1);
    expect(levels(drawn, true).size).to.equal(2);
  });

  it('no two of eight regions have the same pattern', () => {
    const ink = (region: number) => {
      const [plain, drawn] = [false, true].map(patterned => swatch(region, patterned).pixels);
      return drawn!.map((level, i) => Number(level !== plain![i])).join('');
    };
    expect(new Set(Array.from({length: 8}, (_, region) => ink(region))).size).to.equal(8);
  });
});
