import {expect} from '@open-wc/testing';

import {orthogonal} from '../../../core/nn/orthogonal.js';
import {Random} from '../../../datasets/random.js';

/** Largest deviation of the products of rows, or of columns, from `gain²` on the diagonal and 0 off it. */
function deviation(
  matrix: Float32Array,
  [rows, columns]: readonly [number, number],
  gain: number
): number {
  const tall = rows >= columns;
  const [count, length] = tall ? [columns, rows] : [rows, columns];
  const at = (vector: number, i: number): number =>
    matrix[tall ? i * columns + vector : vector * columns + i]!;
  let largest = 0;
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      let product = 0;
      for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
      largest = Math.max(largest, Math.abs(product - (a === b ? gain ** 2 : 0)));
    }
  }
  return largest;
}

describe('orthogonal(rows, columns, gain, random)', () => {
  const shapes: [number, number][] = [
    [27, 8],
    [8, 27],
    [16, 16],
    [1, 5],
    [5, 1],
    [144, 32],
  ];
  for (const shape of shapes) {
    it(`gives orthonormal rows or columns, whichever are fewer, times the gain: [${shape}]`, () => {
      for (const gain of [0.8, 1]) {
        const matrix = orthogonal(...shape, gain, new Random('orthogonal', ...shape));
        expect(matrix).to.have.length(shape[0] * shape[1]);
        expect(deviation(matrix, shape, gain)).to.be.below(1e-6);
      }
    });
  }

  it('leans to no side', () => {
    // The mean of an entry over many matrices: 0, give or take four standard errors.
    let sum = 0;
    for (let seed = 0; seed < 500; seed++) sum += orthogonal(3, 3, 1, new Random(seed))[4]!;
    expect(Math.abs(sum / 500)).to.be.below(4 * Math.sqrt(1 / 3 / 500));
  });

  it('is a function of its random stream', () => {
    const draw = (seed: number): Float32Array => orthogonal(6, 4, 0.8, new Random(seed));
    expect(draw(1)).to.deep.equal(draw(1));
    expect(draw(1)).to.not.deep.equal(draw(2));
  });
});
