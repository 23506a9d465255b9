import {expect} from '@open-wc/testing';
import {largestSingularValue, singularValues} from '../../../core/nn/singular-values.js';
import {normals, relativeError} from '../../support/values.js';

/** Random orthonormal columns `[size][count]`, by Gram and Schmidt's method. */
function orthonormal(size: number, count: number, key: string): Float64Array[] {
  const columns: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const column = normals([size], key, k).data;
    // Twice: once leaves what rounding adds.
    for (const other of [...columns, ...columns]) {
      const along = other.reduce((sum, each, i) => sum + each * column[i]!, 0);
      column.forEach((_, i) => (column[i]! -= along * other[i]!));
    }
    const length = Math.hypot(...column);
    columns.push(column.map(each => each / length));
  }
  return columns;
}

/** U diag(values) Vᵀ `[rows, columns]`, of random U and V. */
function withSpectrum(values: readonly number[], rows: number, columns: number): Float32Array {
  const left = orthonormal(rows, values.length, 'left');
  const right = orthonormal(columns, values.length, 'right');
  return Float32Array.from({length: rows * columns}, (_, i) => {
    const [r, c] = [Math.floor(i / columns), i % columns];
    return values.reduce((sum, value, k) => sum + value * left[k]![r]! * right[k]![c]!, 0);
  });
}

const SHAPES = [
  [30, 7],
  [7, 30],
  [12, 12],
] as const;

describe('singularValues(matrix, rows, columns)', () => {
  for (const [rows, columns] of SHAPES) {
    it(`are those that a matrix of ${rows} × ${columns} was made of, falling`, () => {
      const values = [5, 3, 3, 1, 0.5, 0.01, 0.001];
      const found = singularValues(withSpectrum(values, rows, columns), rows, columns);
      expect(found).to.have.length(Math.min(rows, columns));
      expect(relativeError(found.subarray(0, 7), values)).to.be.below(1e-6);
      expect(found[6]).to.be.closeTo(0.001, 1e-6);
      for (const rest of found.subarray(7)) expect(rest).to.be.below(1e-5);
    });
  }

  it('of a diagonal matrix, of zeros and of one number are what they are', () => {
    const diagonal = Float32Array.of(0, 0, 0, 0, -4, 0, 0, 0, 2);
    expect([...singularValues(diagonal, 3, 3)]).to.deep.equal([4, 2, 0]);
    expect([...singularValues(new Float32Array(6), 2, 3)]).to.deep.equal([0, 0]);
    expect([...singularValues(Float32Array.of(-3), 1, 1)]).to.deep.equal([3]);
  });

  it('their squares sum to the squares of the weights, in a larger matrix', () => {
    const [rows, columns] = [300, 120];
    const matrix = Float32Array.from(normals([rows, columns], 'large').data);
    const squares = (list: Float32Array) => list.reduce((sum, each) => sum + each * each, 0);
    const found = singularValues(matrix, rows, columns);
    expect(squares(found) / squares(matrix)).to.be.closeTo(1, 1e-6);
    expect(found[0]).to.be.closeTo(largestSingularValue(matrix, rows, columns), 1e-3 * found[0]!);
  });
});

describe('largestSingularValue(matrix, rows, columns)', () => {
  for (const [rows, columns] of SHAPES) {
    it(`is the first of all, ${rows} × ${columns}`, () => {
      const matrix = withSpectrum([5, 3, 2, 1], rows, columns);
      expect(largestSingularValue(matrix, rows, columns)).to.be.closeTo(5, 1e-4);
    });
  }

  it('of zeros is 0', () => {
    expect(largestSingularValue(new Float32Array(6), 2, 3)).to.equal(0);
  });
});
