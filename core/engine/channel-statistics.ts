/** Feature maps in numbers, and made small enough to be looked at. */

import type {Features} from './protocol.js';

/** Height and width of small maps, at most. */
const SIDE = 32;

/** Numbers in all small maps of a layer, at most. */
const MAX_VALUES = 2 ** 18;

/**
 * Mean, standard deviation and dead share of each channel; see `Features`.
 *
 * @param values `[…, channels]`.
 */
export function channelStatistics(
  values: Float32Array,
  channels: number,
  activation?: Features['activation']
): Pick<Features, 'mean' | 'spread' | 'dead'> {
  const count = values.length / channels;
  const sums = new Float64Array(channels);
  const dead = new Float32Array(channels);
  const isDead = deadBy(activation);
  for (let i = 0, c = 0; i < values.length; i++, c = c + 1 === channels ? 0 : c + 1) {
    const value = values[i]!;
    sums[c]! += value;
    if (isDead(value)) dead[c]!++;
  }
  const mean = sums.map(sum => sum / count);
  const squares = new Float64Array(channels);
  for (let i = 0, c = 0; i < values.length; i++, c = c + 1 === channels ? 0 : c + 1) {
    squares[c]! += (values[i]! - mean[c]!) ** 2;
  }
  return {
    mean: Float32Array.from(mean),
    spread: Float32Array.from(squares, square => Math.sqrt(square / count)),
    dead: dead.map(number => number / count),
  };
}

function deadBy(activation: Features['activation']): (value: number) => boolean {
  switch (activation) {
    case 'tanh':
      return value => Math.abs(value) > 0.99;
    case 'mask':
      return value => value < 0.01 || value > 0.99;
    case 'relu':
    case undefined:
      return value => value === 0;
  }
}

/** Maps averaged over blocks, channel after channel; see `Features`. @param values `[height, width, channels]`. */
export function shrunkPlanes(
  values: Float32Array,
  [height, width, channels]: readonly [number, number, number]
): Features['planes'] {
  let side = SIDE;
  while (side > 1 && channels * Math.min(side, height) * Math.min(side, width) > MAX_VALUES) {
    side /= 2;
  }
  const [rows, columns] = [Math.min(side, height), Math.min(side, width)];
  const planes = new Float32Array(channels * rows * columns);
  const start = (i: number, of: number, from: number): number => Math.floor((i * from) / of);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = [start(row, rows, height), start(row + 1, rows, height)];
    for (let column = 0; column < columns; column++) {
      const [left, right] = [start(column, columns, width), start(column + 1, columns, width)];
      const share = 1 / ((bottom - top) * (right - left));
      for (let y = top; y < bottom; y++) {
        for (let x = left; x < right; x++) {
          const pixel = (y * width + x) * channels;
          for (let c = 0; c < channels; c++) {
            planes[(c * rows + row) * columns + column]! += share * values[pixel + c]!;
          }
        }
      }
    }
  }
  return {width: columns, height: rows, values: planes};
}
