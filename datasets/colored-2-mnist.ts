/**
 * colored-2-MNIST (section 4.1 of the paper; `CMNISTDataset` in the published code): an even and an
 * odd digit of MNIST, in colours of their own distributions, on a plain background.
 *
 * Departs from the published code: digits are drawn at random, not in the order of the file; a
 * digit may touch the right and the lower edge, where the code leaves a pixel free; the background
 * is region 0, not the last; and there are canvases of 64 and 32 pixels besides the published 128.
 */

import type {Dataset, Split} from './dataset.js';
import {DIGIT_SIZE, loadMnist, type Digits} from './mnist.js';
import type {Random} from './random.js';
import {createSynthetic, fill, paint} from './synthetic.js';
import type {Canvas, Color, SyntheticOptions} from './synthetic.js';

/** Height and width of a digit on each canvas, in pixels: always 7/16 of the canvas. */
const DIGIT_SIZES: ReadonlyMap<number, number> = new Map([
  [128, 2 * DIGIT_SIZE],
  [64, DIGIT_SIZE],
  [32, DIGIT_SIZE / 2],
]);

/** Whether there is a canvas of that size. */
export function hasColored2MnistSize(size: number): boolean {
  return DIGIT_SIZES.has(size);
}

/** A digit on the canvas. */
export interface PlacedDigit {
  /** Number of the digit in MNIST. */
  digit: number;
  /** Left and top edge of the digit's square, in pixels. */
  x: number;
  y: number;
  color: Color;
}

/** All that an image is made of. */
export interface Scene {
  background: Color;
  even: PlacedDigit;
  odd: PlacedDigit;
  /** Which of the two hides the other where they overlap. */
  top: 'even' | 'odd';
}

/**
 * Opens the set: label 0 is the background, 1 the even digit, 2 the odd digit.
 *
 * With the same seed, the canvases of 128, 64 and 32 pixels show the same scenes.
 *
 * @param options.size 128, 64 or 32.
 * @throws RangeError if there is no canvas of that size.
 * @throws Error if the digits can't be read.
 */
export async function createColored2Mnist({size, seed}: SyntheticOptions): Promise<Dataset> {
  checkSize('createColored2Mnist', size);
  const digits = await loadMnist();
  return createSynthetic({
    name: 'colored-2-mnist',
    size,
    seed,
    regionNames: ['background', 'even digit', 'odd digit'],
    draw: (random, split, canvas) =>
      drawScene(sampleScene(digits, split, size, random), digits, canvas),
  });
}

/** Draws what is to be seen; train digits for training, t10k digits for the other splits. */
export function sampleScene(digits: Digits, split: Split, size: number, random: Random): Scene {
  const room = size - checkSize('sampleScene', size) + 1;
  const place = (parity: 'even' | 'odd', color: Color): PlacedDigit => {
    const members = digits.members(split, parity);
    const digit = members[random.integer(members.length)]!;
    return {digit, x: random.integer(room), y: random.integer(room), color};
  };
  return {
    background: backgroundColor(random),
    even: place('even', evenColor(random)),
    odd: place('odd', oddColor(random)),
    top: random.integer(2) === 0 ? 'even' : 'odd',
  };
}

/** Paints a scene: the background, the lower digit, the upper digit. */
export function drawScene(scene: Scene, digits: Digits, canvas: Canvas): void {
  fill(canvas, scene.background, 0);
  for (const name of scene.top === 'odd'
    ? (['even', 'odd'] as const)
    : (['odd', 'even'] as const)) {
    const {digit, x, y, color} = scene[name];
    const side = checkSize('drawScene', canvas.size);
    const ink = resizeDigit(digits.bits(digit), side);
    ink.forEach((inked, i) => {
      if (inked) {
        const row = y + Math.floor(i / side);
        paint(canvas, row * canvas.size + x + (i % side), color, name === 'even' ? 1 : 2);
      }
    });
  }
}

/**
 * A digit at the size of its canvas: doubled by nearest neighbour, as published; as it is; or
 * halved, where a pixel is ink if at least half of its 2×2 pixels are.
 *
 * @param bits `[28, 28]`, 0 or 1.
 * @param side 56, 28 or 14.
 * @returns `[side, side]`, 0 or 1.
 */
function resizeDigit(bits: Uint8Array, side: number): Uint8Array {
  const at = (row: number, column: number) => bits[row * DIGIT_SIZE + column]!;
  return Uint8Array.from({length: side * side}, (_, i) => {
    const row = Math.floor(i / side);
    const column = i % side;
    if (side >= DIGIT_SIZE) {
      const scale = side / DIGIT_SIZE;
      return at(Math.floor(row / scale), Math.floor(column / scale));
    }
    const [r, c] = [2 * row, 2 * column];
    const mean = (at(r, c) + at(r, c + 1) + at(r + 1, c) + at(r + 1, c + 1)) / 4;
    return mean >= 0.5 ? 1 : 0;
  });
}

function backgroundColor(random: Random): Color {
  const redAndGreen = random.uniform(0.33, 0.66);
  return [redAndGreen, redAndGreen, random.uniform(0.33, 0.66)];
}

function evenColor(random: Random): Color {
  const red = random.uniform(0, 0.33);
  const greenAndBlue = random.uniform(0, 0.33);
  return [red, greenAndBlue, greenAndBlue];
}

function oddColor(random: Random): Color {
  const redAndBlue = random.uniform(0.66, 1);
  return [redAndBlue, random.uniform(0.66, 1), redAndBlue];
}

/** @returns Height and width of a digit on a canvas of this size. */
function checkSize(where: string, size: number): number {
  const side = DIGIT_SIZES.get(size);
  if (side === undefined) {
    throw new RangeError(`${where}: size must be one of ${[...DIGIT_SIZES.keys()]}; got ${size}`);
  }
  return side;
}
