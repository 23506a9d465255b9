import {expect} from '@open-wc/testing';
import {principalDirections, sampleCodes} from '../../../core/session/principal-directions.js';

/** Covariance between codes of pixels that are a function of the code. */
function covarianceOf(
  codes: readonly Float32Array[],
  pixels: (code: Float32Array) => number[]
): Float32Array {
  const rows = codes.map(pixels);
  const means = rows[0]!.map((_, p) => rows.reduce((sum, row) => sum + row[p]!, 0) / rows.length);
  return Float32Array.from({length: codes.length ** 2}, (_, i) => {
    const a = rows[Math.floor(i / codes.length)]!;
    const b = rows[i % codes.length]!;
    return means.reduce((sum, mean, p) => sum + (a[p]! - mean) * (b[p]! - mean), 0);
  });
}

describe('sampleCodes(codeSize)', () => {
  it('gives the same codes each time, enough for their size', () => {
    expect(sampleCodes(5)).to.deep.equal(sampleCodes(5));
    expect(sampleCodes(5)).to.have.length(64);
    expect(sampleCodes(50)).to.have.length(100);
    expect(sampleCodes(5)[3]).to.have.length(5);
  });
});

describe('principalDirections(codes, covariance)', () => {
  it('finds the directions of a linear response, and their shares', () => {
    // J = diag(3, 2, 0) turned by 30° in the first two components.
    const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const codes = sampleCodes(3);
    const covariance = covarianceOf(codes, ([x = 0, y = 0]) => [
      7 + 3 * (c * x + s * y),
      1 + 2 * (c * y - s * x),
    ]);
    const {vectors, shares} = principalDirections(codes, covariance);
    const expected = [
      [c, s, 0],
      [-s, c, 0],
      [0, 0, 1],
    ];
    expected.forEach((vector, k) =>
      vector.forEach((value, d) => expect(vectors[k]![d]).to.be.closeTo(value, 1e-4))
    );
    [9 / 13, 4 / 13, 0].forEach((share, k) => expect(shares[k]).to.be.closeTo(share, 1e-5));
  });

  it('sees through a response that bends', () => {
    const codes = sampleCodes(4);
    const covariance = covarianceOf(codes, code => [Math.tanh(2 * code[2]!), 0.1 * code[0]! ** 3]);
    const {vectors} = principalDirections(codes, covariance);
    expect(vectors[0]![2]).to.be.above(0.98);
    expect(vectors[1]![0]).to.be.above(0.98);
  });

  it('gives shares of 0 where nothing changes', () => {
    const codes = sampleCodes(2);
    const {vectors, shares} = principalDirections(codes, new Float32Array(64 * 64));
    expect(shares).to.deep.equal([0, 0]);
    expect(vectors).to.have.length(2);
  });
});
