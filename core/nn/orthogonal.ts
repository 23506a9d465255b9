import type {Random} from '../../datasets/random.js';

/**
 * A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`
 * (Saxe, McClelland and Ganguli 2014; `nn.init.orthogonal_`). By Gram and Schmidt's process, twice
 * over so that rounding leaves no trace, on rows of normal numbers.
 *
 * @returns `[rows, columns]`, row-major.
 */
export function orthogonal(
  rows: number,
  columns: number,
  gain: number,
  random: Random
): Float32Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const basis: Float64Array[] = [];
  for (let k = 0; k < count; k++) {
    const vector = Float64Array.from({length}, () => random.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const along = dot(vector, other);
        for (let i = 0; i < length; i++) vector[i]! -= along * other[i]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i]! /= norm;
    basis.push(vector);
  }
  const matrix = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      matrix[r * columns + c] = gain * (rows < columns ? basis[r]![c]! : basis[c]![r]!);
    }
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
