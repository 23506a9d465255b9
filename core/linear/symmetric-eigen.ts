/** Eigenvalues and eigenvectors of small symmetric matrices. */

export interface Eigen {
  /** Falling. */
  values: number[];
  /** One an eigenvalue, of length 1, its entry of the largest magnitude positive. */
  vectors: Float64Array[];
}

/** Sweeps after which a matrix of finite numbers has long converged. */
const MAX_SWEEPS = 60;

/**
 * Jacobi's method: each entry off the diagonal is rotated away in turn, until none is left.
 *
 * @param matrix `[size, size]`; of each pair of entries the upper one is read.
 * @throws RangeError if an entry is not finite, or the length is not size².
 */
export function symmetricEigen(matrix: ArrayLike<number>, size: number): Eigen {
  if (matrix.length !== size * size) {
    throw new RangeError(
      `symmetricEigen: matrix must have size² = ${size * size} entries; got ${matrix.length}`
    );
  }
  const a = Float64Array.from({length: size * size}, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    return matrix[Math.min(row, column) * size + Math.max(row, column)]!;
  });
  const bad = a.find(entry => !Number.isFinite(entry));
  if (bad !== undefined) {
    throw new RangeError(`symmetricEigen: entries must be finite; got ${bad}`);
  }
  // The columns become the eigenvectors.
  const v = Float64Array.from({length: size * size}, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
  const norm = Math.hypot(...a);
  for (let sweep = 0; sweep < MAX_SWEEPS && offDiagonal(a, size) > 1e-15 * norm; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
    }
  }
  const order = Array.from({length: size}, (_, i) => i);
  order.sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  return {
    values: order.map(i => a[i * size + i]!),
    vectors: order.map(i => facing(Float64Array.from({length: size}, (_, k) => v[k * size + i]!))),
  };
}

function offDiagonal(a: Float64Array, size: number): number {
  let sum = 0;
  for (let i = 0; i < size * size; i++) if (i % (size + 1) !== 0) sum += a[i]! ** 2;
  return Math.sqrt(sum);
}

/** Turns rows and columns p and q of `a` so that their common entry becomes 0. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const entry = a[p * size + q]!;
  if (entry === 0) return;
  const slope = (a[q * size + q]! - a[p * size + p]!) / (2 * entry);
  const tangent = (slope < 0 ? -1 : 1) / (Math.abs(slope) + Math.hypot(slope, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (x: Float64Array, i: number, j: number): void => {
    const [one, other] = [x[i]!, x[j]!];
    x[i] = cosine * one - sine * other;
    x[j] = sine * one + cosine * other;
  };
  for (let k = 0; k < size; k++) turn(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) turn(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) turn(v, k * size + p, k * size + q);
}

/** The vector or its opposite: an eigenvector's sign is free, and is to be the same each time. */
function facing(vector: Float64Array): Float64Array {
  const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? vector.map(entry => -entry) : vector;
}
