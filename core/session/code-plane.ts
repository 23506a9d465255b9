/** Planes through the space of codes, on which a code has two coordinates in standard deviations. */

/** A plane, and the code at its middle. */
export interface CodePlane {
  /** Directions of the two axes `[codeSize]`, orthonormal. */
  x: Float32Array;
  y: Float32Array;
  /** Code at (0, 0), at right angles to both axes: what the plane holds still. */
  origin: Float32Array;
}

export type Coordinates = readonly [x: number, y: number];

/** Rounding within which two codes lie on the same plane. */
const FLATNESS = 1e-4;

/** Direction along one component of the code. */
export function dimensionAxis(dimension: number, codeSize: number): Float32Array {
  return Float32Array.from({length: codeSize}, (_, d) => (d === dimension ? 1 : 0));
}

/** The plane of two directions through a code. */
export function planeThrough(code: Float32Array, x: Float32Array, y: Float32Array): CodePlane {
  const [u, v] = [dot(code, x), dot(code, y)];
  return {x, y, origin: code.map((value, d) => value - u * x[d]! - v * y[d]!)};
}

/** Coordinates of a code, or of the point of the plane that is nearest to it. */
export function coordinatesOf({x, y}: CodePlane, code: Float32Array): Coordinates {
  return [dot(code, x), dot(code, y)];
}

/** The code at a point of the plane. */
export function codeAt({x, y, origin}: CodePlane, [u, v]: Coordinates): Float32Array {
  return origin.map((value, d) => value + u * x[d]! + v * y[d]!);
}

/** Whether two planes are one, up to rounding. */
export function samePlane(a: CodePlane, b: CodePlane): boolean {
  return (['x', 'y', 'origin'] as const).every(
    name =>
      a[name].length === b[name].length &&
      a[name].every((value, d) => Math.abs(value - b[name][d]!) < FLATNESS)
  );
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, d) => sum + value * b[d]!, 0);
}
