import {expect} from '@open-wc/testing';

import {
  applyMaskDiff,
  diffMasks,
  isMaskDiff,
  type MaskDiff,
} from '../../../core/session/mask-diff.js';
import type {Masks} from '../../../core/engine/protocol.js';
import {Random} from '../../../datasets/random.js';

const PIXELS = 6;

/** Masks of 3×2 pixels that sum to 1. */
function masks(seed: number): Masks {
  const random = new Random(seed);
  const first = Float32Array.from({length: PIXELS}, () => random.uniform(0, 1));
  const values = new Float32Array(2 * PIXELS);
  first.forEach((value, p) => {
    values[p] = value;
    values[PIXELS + p] = 1 - value;
  });
  return {width: 3, height: 2, regions: 2, values};
}

function changedAt(own: Masks, pixels: readonly number[]): Masks {
  const values = own.values.slice();
  for (const p of pixels) {
    values[p] = 1;
    values[PIXELS + p] = 0;
  }
  return {...own, values};
}

describe('diffMasks(edited, own), applyMaskDiff(diff, own)', () => {
  for (const pixels of [[], [0], [5], [1, 2, 4], [0, 1, 2, 3, 4, 5]]) {
    it(`brings back masks that differ at [${pixels}], bit by bit`, () => {
      const own = masks(1);
      const edited = changedAt(own, pixels);
      const diff = diffMasks(edited, own);
      expect(isMaskDiff(JSON.parse(JSON.stringify(diff)))).to.equal(true);
      expect(applyMaskDiff(diff, own)).to.deep.equal(edited);
    });
  }

  it('lays the changes on other masks, which stay as they are elsewhere', () => {
    const diff = diffMasks(changedAt(masks(1), [2]), masks(1));
    expect(applyMaskDiff(diff, masks(2))).to.deep.equal(changedAt(masks(2), [2]));
  });

  it('refuses masks of another shape', () => {
    const own = masks(1);
    const diff = diffMasks(own, own);
    const other = {...own, width: 2, height: 3};
    expect(() => diffMasks(own, other)).to.throw(RangeError, 'got 3×2×2 and 2×3×2');
    expect(() => applyMaskDiff(diff, other)).to.throw(
      RangeError,
      'must be of the model’s shape'.replace('’', "'")
    );
  });
});

describe('isMaskDiff(value)', () => {
  const sound = diffMasks(changedAt(masks(1), [1, 2]), masks(1));

  for (const [what, change] of [
    ['no object', 7],
    ['runs beyond the image', {...sound, runs: [1, 2, 4]}],
    ['a negative run', {...sound, runs: [3, -1, 4]}],
    ['values for fewer pixels', {...sound, values: sound.values.slice(0, 8)}],
    ['values that are no base64', {...sound, values: '!'}],
    ['a huge image', {...sound, width: 2 ** 60}],
    ['values above 1', {...sound, values: text([2, -1, 1, 0])}],
    ['values that do not sum to 1', {...sound, values: text([0.2, 0.2, 1, 0])}],
    ['NaN', {...sound, values: text([NaN, 1, 1, 0])}],
  ] as [string, unknown][]) {
    it(`says no to ${what}`, () => {
      expect(isMaskDiff(sound)).to.equal(true);
      expect(isMaskDiff(change)).to.equal(false);
    });
  }
});

/** The values of a difference whose changed pixels have these masks. */
function text(values: readonly number[]): MaskDiff['values'] {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return btoa(String.fromCharCode(...new Uint8Array(bytes.buffer))).replaceAll('=', '');
}
