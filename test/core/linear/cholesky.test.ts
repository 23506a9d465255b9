import {expect} from '@open-wc/testing';
import {solvePositive} from '../../../core/linear/cholesky.js';
import {Random} from '../../../datasets/random.js';

describe('solvePositive(matrix, right)', () => {
  it('solves the equations', () => {
    const size = 40;
    const random = new Random(1);
    const root = random.normals(size * size);
    const at = (i: number, j: number): number => root[i * size + j]!;
    const matrix = Float64Array.from({length: size * size}, (_, n) => {
      const [i, j] = [Math.floor(n / size), n % size];
      let sum = i === j ? 0.1 : 0;
      for (let k = 0; k < size; k++) sum += at(i, k) * at(j, k);
      // Only the upper half is read.
      return i <= j ? sum : NaN;
    });
    const x = random.normals(size);
    const right = Float64Array.from({length: size}, (_, i) =>
      x.reduce((sum, each, j) => sum + each * matrix[Math.min(i, j) * size + Math.max(i, j)]!, 0)
    );
    solvePositive(matrix, right).forEach((found, i) => expect(found).to.be.closeTo(x[i]!, 1e-8));
  });

  it('refuses a matrix that is not positive definite', () => {
    for (const matrix of [
      [1, 2, 2, 1],
      [0, 0, 0, 0],
      [NaN, 0, 0, 1],
    ]) {
      expect(() => solvePositive(matrix, [1, 1])).to.throw(
        RangeError,
        'the matrix must be positive definite'
      );
    }
  });
});
