import {expect} from '@open-wc/testing';
import {createColored2Mnist, drawScene, sampleScene} from '../../datasets/colored-2-mnist.js';
import type {PlacedDigit, Scene} from '../../datasets/colored-2-mnist.js';
import type {Split} from '../../datasets/dataset.js';
import {DIGIT_SIZE, loadMnist, packMnist, parseMnist, type Digits} from '../../datasets/mnist.js';
import {Random} from '../../datasets/random.js';
import type {Canvas, Color} from '../../datasets/synthetic.js';
import {rejection} from './rejection.js';

const SIDES = [
  [128, 56],
  [64, 28],
  [32, 14],
] as const;

const BACKGROUND: Color = [0.5, 0.5, 0.375];
const EVEN: Color = [0.25, 0.125, 0.125];
const ODD: Color = [0.75, 1, 0.75];

/** Two digits that are no digits: an even one and an odd one with ink where the functions say. */
function handmade(
  even: (row: number, column: number) => boolean,
  odd: (row: number, column: number) => boolean
): Digits {
  const images = [even, odd].flatMap(ink =>
    Array.from({length: DIGIT_SIZE ** 2}, (_, i) =>
      ink(Math.floor(i / DIGIT_SIZE), i % DIGIT_SIZE) ? 255 : 0
    )
  );
  const none = {images: new Uint8Array(), labels: new Uint8Array()};
  return parseMnist(
    packMnist({images: Uint8Array.from(images), labels: Uint8Array.from([0, 1])}, none)
  );
}

function draw(digits: Digits, size: number, scene: Partial<Scene>): Canvas {
  const canvas = {
    size,
    image: new Float32Array(size * size * 3).fill(NaN),
    labels: new Uint8Array(size * size).fill(255),
  };
  const at = (digit: number, color: Color): PlacedDigit => ({digit, x: 0, y: 0, color});
  const whole: Scene = {background: BACKGROUND, even: at(0, EVEN), odd: at(1, ODD), top: 'odd'};
  drawScene({...whole, ...scene}, digits, canvas);
  return canvas;
}

/** Scenes of a split, as a data set of seed 0 has them. */
function sampleScenes(digits: Digits, split: Split, size: number, count: number): Scene[] {
  return Array.from({length: count}, (_, index) =>
    sampleScene(digits, split, size, new Random(0, 'test', split, index))
  );
}

describe('drawScene', () => {
  const everywhere = () => true;
  const nowhere = () => false;

  for (const [size, side] of SIDES) {
    it(`drawScene(scene, digits, canvas) draws digits ${side} pixels wide on a canvas of ${size}`, () => {
      const [x, y] = [3, size - side];
      const {labels} = draw(handmade(everywhere, nowhere), size, {
        even: {digit: 0, x, y, color: EVEN},
      });
      const inside = (i: number) => {
        const [row, column] = [Math.floor(i / size), i % size];
        return row >= y && row < y + side && column >= x && column < x + side;
      };
      expect([...labels]).to.deep.equal(Array.from(labels, (_, i) => (inside(i) ? 1 : 0)));
    });

    for (const top of ['even', 'odd'] as const) {
      it(`drawScene(scene, digits, canvas) of ${size} hides what is under the ${top} digit`, () => {
        // The even digit is its upper half, the odd digit its left half; they share a quarter.
        const half = DIGIT_SIZE / 2;
        const digits = handmade(
          row => row < half,
          (_, column) => column < half
        );
        const {image, labels} = draw(digits, size, {top});
        const region = (row: number, column: number) => {
          const [upper, left] = [row < side / 2 && column < side, column < side / 2 && row < side];
          if (upper && left) {
            return top === 'even' ? 1 : 2;
          }
          return upper ? 1 : left ? 2 : 0;
        };
        const expected = Array.from(labels, (_, i) => region(Math.floor(i / size), i % size));
        expect([...labels]).to.deep.equal(expected);
        const colors = [BACKGROUND, EVEN, ODD];
        const values = expected.flatMap(label => colors[label]!.map(value => 2 * value - 1));
        expect([...image]).to.deep.equal(values);
      });
    }
  }

  it('drawScene(scene, digits, canvas) of 128 doubles each pixel, of 64 takes it as it is', async () => {
    const mnist = await loadMnist();
    const digit = mnist.members('train', 'even')[0]!;
    const bits = mnist.bits(digit);
    const odd = mnist.members('train', 'odd')[0]!;
    for (const [size, scale] of [
      [128, 2],
      [64, 1],
    ] as const) {
      const {labels} = draw(mnist, size, {
        even: {digit, x: 0, y: 0, color: EVEN},
        odd: {digit: odd, x: size - 28 * scale, y: size - 28 * scale, color: ODD},
      });
      for (let row = 0; row < 28 * scale; row++) {
        for (let column = 0; column < 28 * scale; column++) {
          const bit = bits[Math.floor(row / scale) * 28 + Math.floor(column / scale)];
          // Where the squares of the two digits overlap, the odd one may be on top.
          if (row < size - 28 * scale || column < size - 28 * scale) {
            expect(labels[row * size + column]).to.equal(bit);
          }
        }
      }
    }
  });

  it('drawScene(scene, digits, canvas) of 32 inks a pixel if at least half of its 2×2 pixels are', () => {
    // Block b of a row has as many inked pixels as b modulo 5 says: 0 to 4.
    const digits = handmade(
      (row, column) => (row % 2) * 2 + (column % 2) < Math.floor(column / 2) % 5,
      nowhere
    );
    const {labels} = draw(digits, 32, {});
    for (let row = 0; row < 14; row++) {
      expect([...labels.subarray(row * 32, row * 32 + 14)]).to.deep.equal([
        0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 1,
      ]);
    }
  });
});

describe('sampleScene', () => {
  let digits: Digits;
  before(async () => {
    digits = await loadMnist();
  });

  it('sampleScene(digits, split, size, random) takes colours from the ranges of the paper', () => {
    const scenes = sampleScenes(digits, 'train', 128, 2_000);
    const channels = {
      background: scenes.map(scene => scene.background),
      even: scenes.map(scene => scene.even.color),
      odd: scenes.map(scene => scene.odd.color),
    };
    const ranges = {background: [0.33, 0.66], even: [0, 0.33], odd: [0.66, 1]} as const;
    for (const region of ['background', 'even', 'odd'] as const) {
      const [low, high] = ranges[region];
      for (const channel of [0, 1, 2]) {
        const values = channels[region].map(color => color[channel]!);
        expect(Math.min(...values)).to.be.within(low, low + 0.005);
        expect(Math.max(...values)).to.be.within(high - 0.005, high);
      }
    }
    for (const {background, even, odd} of scenes) {
      expect(background[0]).to.equal(background[1]);
      expect(background[0]).to.not.equal(background[2]);
      expect(even.color[1]).to.equal(even.color[2]);
      expect(even.color[1]).to.not.equal(even.color[0]);
      expect(odd.color[0]).to.equal(odd.color[2]);
      expect(odd.color[0]).to.not.equal(odd.color[1]);
    }
  });

  it('sampleScene(digits, split, size, random) takes digits of the right files and parity', () => {
    for (const split of ['train', 'val', 'test'] as const) {
      const scenes = sampleScenes(digits, split, 64, 2_000);
      for (const {even, odd} of scenes) {
        expect(digits.label(even.digit) % 2).to.equal(0);
        expect(digits.label(odd.digit) % 2).to.equal(1);
        for (const {digit} of [even, odd]) {
          const from = digit < 60_000 ? 'train' : digit % 2 === 0 ? 'val' : 'test';
          expect(from).to.equal(split);
        }
      }
      const drawn = scenes.flatMap(({even, odd}) => [even.digit, odd.digit]);
      // Digits are drawn from all over the files, and every figure occurs.
      expect(Math.max(...drawn) - Math.min(...drawn)).to.be.greaterThan(
        split === 'train' ? 59_000 : 9_900
      );
      expect(new Set(drawn.map(digit => digits.label(digit))).size).to.equal(10);
    }
  });

  for (const [size, side] of SIDES) {
    it(`sampleScene(digits, split, ${size}, random) uses every position from edge to edge as often`, () => {
      const scenes = sampleScenes(digits, 'train', size, 5_000);
      const positions = size - side + 1;
      const expected = scenes.length / positions;
      for (const name of ['even', 'odd'] as const) {
        for (const axis of ['x', 'y'] as const) {
          const counts = new Array<number>(positions).fill(0);
          for (const scene of scenes) {
            counts[scene[name][axis]]! += 1;
          }
          expect(counts).to.have.length(positions);
          // Five standard deviations.
          const slack = 5 * Math.sqrt(expected);
          expect(Math.min(...counts)).to.be.greaterThan(expected - slack);
          expect(Math.max(...counts)).to.be.lessThan(expected + slack);
        }
      }
    });
  }

  it('sampleScene(digits, split, size, random) puts either digit on top as often', () => {
    const scenes = sampleScenes(digits, 'train', 128, 5_000);
    const even = scenes.filter(scene => scene.top === 'even').length;
    expect(even).to.be.within(2_500 - 150, 2_500 + 150);
  });

  it('sampleScene(digits, split, size, random) shows the same scene at every size', () => {
    for (let index = 0; index < 100; index++) {
      const [large, ...smaller] = SIDES.map(([size]) =>
        sampleScene(digits, 'val', size, new Random(index))
      );
      smaller.forEach((scene, i) => {
        const scale = 2 ** (i + 1);
        for (const name of ['even', 'odd'] as const) {
          const {x, y, ...rest} = scene[name];
          const {x: largeX, y: largeY, ...largeRest} = large![name];
          expect(rest).to.deep.equal(largeRest);
          expect(x * scale).to.be.closeTo(largeX, scale);
          expect(y * scale).to.be.closeTo(largeY, scale);
        }
        expect(scene.background).to.deep.equal(large!.background);
        expect(scene.top).to.equal(large!.top);
      });
    }
  });
});

describe('createColored2Mnist', () => {
  for (const [size, side] of SIDES) {
    it(`createColored2Mnist({size: ${size}, seed}) draws digits as large as ${side} pixels`, async () => {
      const dataset = await createColored2Mnist({size, seed: 0});
      expect(dataset.regionNames).to.deep.equal(['background', 'even digit', 'odd digit']);
      const count = 40;
      const {labels} = await dataset.read('val', [...Array(count).keys()]);
      let tallest = 0;
      for (let i = 0; i < count; i++) {
        for (const region of [1, 2]) {
          const rows = new Set<number>();
          for (let pixel = 0; pixel < size * size; pixel++) {
            if (labels![i * size * size + pixel] === region) {
              rows.add(Math.floor(pixel / size));
            }
          }
          const height = Math.max(...rows) - Math.min(...rows) + 1;
          expect(height).to.be.within(1, side);
          tallest = Math.max(tallest, height);
        }
      }
      // The ink of a digit is 20 of its 28 pixels high.
      expect(tallest).to.be.within(Math.round((side * 19) / 28), Math.round((side * 21) / 28));
    });
  }

  it('createColored2Mnist({size, seed}) refuses a size that is not 128, 64 or 32', async () => {
    for (const size of [0, 16, 63, 256, NaN]) {
      const error = await rejection(createColored2Mnist({size, seed: 0}));
      expect(error).to.be.an.instanceOf(RangeError);
      expect(error.message).to.equal(
        `createColored2Mnist: size must be one of 128,64,32; got ${size}`
      );
    }
  });
});
