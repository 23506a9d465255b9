import {expect} from '@open-wc/testing';
import {
  codeAt,
  coordinatesOf,
  dimensionAxis,
  planeThrough,
  samePlane,
} from '../../../core/session/code-plane.js';

const CODE = Float32Array.of(0.5, -1, 2);
const HALF = Math.SQRT1_2;
const TILTED = [Float32Array.of(HALF, HALF, 0), Float32Array.of(0, 0, 1)] as const;

describe('planeThrough(code, x, y)', () => {
  it('of two components holds the others still, exactly', () => {
    const plane = planeThrough(CODE, dimensionAxis(2, 3), dimensionAxis(0, 3));
    expect([...plane.origin]).to.deep.equal([0, -1, 0]);
    expect(coordinatesOf(plane, CODE)).to.deep.equal([2, 0.5]);
    expect([...codeAt(plane, [1, -3])]).to.deep.equal([-3, -1, 1]);
  });

  it('of any two directions leads from a code to its coordinates and back', () => {
    const plane = planeThrough(CODE, ...TILTED);
    const at = coordinatesOf(plane, CODE);
    expect(at[0]).to.be.closeTo(-0.5 * HALF, 1e-6);
    expect(at[1]).to.equal(2);
    codeAt(plane, at).forEach((value, d) => expect(value).to.be.closeTo(CODE[d]!, 1e-6));
  });
});

describe('samePlane(a, b)', () => {
  it('is true for codes that lie on one plane, false for others', () => {
    const plane = planeThrough(CODE, ...TILTED);
    const along = codeAt(plane, [1.3, -0.7]);
    expect(samePlane(plane, planeThrough(along, ...TILTED))).to.equal(true);
    const off = Float32Array.of(0.6, -1, 2);
    expect(samePlane(plane, planeThrough(off, ...TILTED))).to.equal(false);
    expect(samePlane(plane, planeThrough(CODE, TILTED[1], TILTED[0]))).to.equal(false);
    const larger = planeThrough(Float32Array.of(1, 2), dimensionAxis(0, 2), dimensionAxis(1, 2));
    expect(samePlane(plane, larger)).to.equal(false);
  });
});
