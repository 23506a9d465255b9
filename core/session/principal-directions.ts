/**
 * In which directions of the code space a generator's region changes most.
 *
 * The region's pixels are regressed on the codes they were drawn from, linearly: V ≈ V̄ + J (z − z̄).
 * The eigenvectors of JᵀJ are the directions in which a step of one standard deviation changes the
 * pixels most, on average over the codes. J itself, as long as an image, is not needed: with
 * A = Z (ZᵀZ)⁻¹ of the centred codes Z, JᵀJ = Aᵀ G A, where G is the pixels' covariance between codes.
 */

import {Random} from '../../datasets/random.js';
import {symmetricEigen} from '../linear/symmetric-eigen.js';

export interface Directions {
  /** One a dimension of the code, the one of the largest effect first; orthonormal. */
  vectors: Float32Array[];
  /** Share of each in Σ of JᵀJ's eigenvalues; falling, summing to 1, or all 0 where nothing changes. */
  shares: number[];
}

/** Codes to learn from: always the same for the same size. At least twice as many as dimensions. */
export function sampleCodes(codeSize: number): Float32Array[] {
  const random = new Random('directions', codeSize);
  return Array.from({length: Math.max(64, 2 * codeSize)}, () => random.normals(codeSize));
}

/**
 * @param codes The codes, more than they have dimensions.
 * @param covariance What the engine answers for them, `[codes, codes]`.
 */
export function principalDirections(
  codes: readonly Float32Array[],
  covariance: Float32Array
): Directions {
  const size = codes[0]!.length;
  const count = codes.length;
  const mean = codes[0]!.map((_, d) => codes.reduce((sum, code) => sum + code[d]! / count, 0));
  const centred = codes.map(code => Float64Array.from(code, (value, d) => value - mean[d]!));
  const inverse = inverseOf(centred, size);
  const a = centred.map(row => Float64Array.from(row, (_, d) => dot(row, inverse[d]!)));
  const ga = codes.map((_, i) => {
    const row = new Float64Array(size);
    a.forEach((each, j) =>
      each.forEach((value, d) => (row[d]! += covariance[i * count + j]! * value))
    );
    return row;
  });
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size * size; i++) {
    const [d, e] = [Math.floor(i / size), i % size];
    gram[i] = a.reduce((sum, row, j) => sum + row[d]! * ga[j]![e]!, 0);
  }
  const {values, vectors} = symmetricEigen(gram, size);
  // Rounding may leave a value that is 0 a little below it.
  const positive = values.map(value => Math.max(value, 0));
  const total = positive.reduce((sum, value) => sum + value, 0);
  return {
    vectors: vectors.map(vector => Float32Array.from(vector)),
    shares: positive.map(value => (total > 0 ? value / total : 0)),
  };
}

/** (ZᵀZ)⁻¹ of Z's rows, by its eigenvalues. */
function inverseOf(rows: readonly Float64Array[], size: number): Float64Array[] {
  const gram = new Float64Array(size * size);
  for (let i = 0; i < size * size; i++) {
    gram[i] = rows.reduce((sum, row) => sum + row[Math.floor(i / size)]! * row[i % size]!, 0);
  }
  const {values, vectors} = symmetricEigen(gram, size);
  return Array.from({length: size}, (_, d) =>
    Float64Array.from({length: size}, (_, e) =>
      vectors.reduce((sum, vector, k) => sum + (vector[d]! * vector[e]!) / values[k]!, 0)
    )
  );
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
