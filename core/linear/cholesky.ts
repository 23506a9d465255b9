/**
 * Solves A x = b for a symmetric, positive definite A, by Cholesky's decomposition.
 *
 * @param matrix A `[size, size]`; of each pair of entries the upper one is read.
 * @param right b `[size]`.
 * @throws RangeError if A is not positive definite.
 */
export function solvePositive(
  matrix: ArrayLike<number>,
  right: ArrayLike<number>
): Float64Array<ArrayBuffer> {
  const size = right.length;
  // A = L Lᵀ, L in the lower half.
  const l = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[j * size + i]!;
      for (let k = 0; k < j; k++) sum -= l[i * size + k]! * l[j * size + k]!;
      if (i === j && !(sum > 0)) {
        throw new RangeError('solvePositive: the matrix must be positive definite');
      }
      l[i * size + j] = i === j ? Math.sqrt(sum) : sum / l[j * size + j]!;
    }
  }
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i * size + k]! * x[k]!;
    x[i]! /= l[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= l[k * size + i]! * x[k]!;
    x[i]! /= l[i * size + i]!;
  }
  return x;
}
