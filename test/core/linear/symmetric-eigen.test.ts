import {expect} from '@open-wc/testing';
import {symmetricEigen} from '../../../core/linear/symmetric-eigen.js';
import {Random} from '../../../datasets/random.js';

/** A random symmetric matrix, of ten times smaller numbers from one row to the next. */
function randomMatrix(size: number): Float64Array {
  const random = new Random('eigen', size);
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const entry = random.normal() * 10 ** -(i % 4);
      matrix[i * size + j] = matrix[j * size + i] = entry;
    }
  }
  return matrix;
}

describe('symmetricEigen(matrix, size)', () => {
  it('finds values and vectors that are known', () => {
    const {values, vectors} = symmetricEigen([2, 1, 1, 2], 2);
    expect(values[0]).to.be.closeTo(3, 1e-12);
    expect(values[1]).to.be.closeTo(1, 1e-12);
    const half = Math.SQRT1_2;
    [half, half].forEach((entry, i) => expect(vectors[0]![i]).to.be.closeTo(entry, 1e-12));
    expect(Math.abs(vectors[1]![0]! + vectors[1]![1]!)).to.be.below(1e-12);
  });

  for (const size of [1, 2, 5, 16, 64]) {
    it(`solves A v = λ v with orthonormal vectors and falling values, size ${size}`, () => {
      const matrix = randomMatrix(size);
      const {values, vectors} = symmetricEigen(matrix, size);
      expect(values).to.deep.equal([...values].sort((a, b) => b - a));
      vectors.forEach((vector, k) => {
        for (let i = 0; i < size; i++) {
          let product = 0;
          for (let j = 0; j < size; j++) product += matrix[i * size + j]! * vector[j]!;
          expect(product).to.be.closeTo(values[k]! * vector[i]!, 1e-10);
        }
        vectors.forEach((other, l) => {
          const dot = vector.reduce((sum, entry, i) => sum + entry * other[i]!, 0);
          expect(dot).to.be.closeTo(k === l ? 1 : 0, 1e-12);
        });
        const largest = [...vector].sort((a, b) => Math.abs(b) - Math.abs(a))[0]!;
        expect(largest).to.be.above(0);
      });
    });
  }

  it('takes a diagonal matrix, and one of zeros, as they are', () => {
    expect(symmetricEigen([1, 0, 0, 0, 5, 0, 0, 0, -2], 3).values).to.deep.equal([5, 1, -2]);
    expect(symmetricEigen([0, 0, 0, 0], 2).values).to.deep.equal([0, 0]);
  });

  it('refuses what is no matrix of that size, and what is not finite', () => {
    expect(() => symmetricEigen([1, 2, 3], 2)).to.throw(
      RangeError,
      'symmetricEigen: matrix must have size² = 4 entries; got 3'
    );
    expect(() => symmetricEigen([1, NaN, 0, 1], 2)).to.throw(
      RangeError,
      'symmetricEigen: entries must be finite; got NaN'
    );
  });
});
