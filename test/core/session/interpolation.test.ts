import {expect} from '@open-wc/testing';
import {interpolate, wayBetween, type Way} from '../../../core/session/interpolation.js';
import {Random} from '../../../datasets/random.js';

const a = new Random('a').normals(8);
const b = new Random('b').normals(8);
const norm = (code: Float32Array) => Math.hypot(...code);

describe('interpolate(a, b, share, way)', () => {
  for (const way of ['linear', 'spherical'] satisfies Way[]) {
    it(`${way}: meets its ends to the bit, by new arrays, and not beyond them`, () => {
      for (const [share, end] of [
        [0, a],
        [1, b],
        [-0.5, a],
        [1.5, b],
      ] as const) {
        const code = interpolate(a, b, share, way);
        expect(code).to.deep.equal(end);
        expect(code).to.not.equal(end);
      }
    });

    it(`${way}: goes back by the same codes`, () => {
      const there = interpolate(a, b, 0.3, way);
      const back = interpolate(b, a, 0.7, way);
      there.forEach((value, i) => expect(value).to.be.closeTo(back[i]!, 1e-6));
    });
  }

  it('linear: is the mean of the ends, weighted', () => {
    const code = interpolate(Float32Array.of(0, 4), Float32Array.of(2, 0), 0.25, 'linear');
    expect([...code]).to.deep.equal([0.5, 3]);
  });

  it('spherical: its norm goes evenly from one to the other', () => {
    for (const share of [0.1, 0.25, 0.5, 0.9]) {
      const wanted = (1 - share) * norm(a) + share * norm(b);
      expect(norm(interpolate(a, b, share, 'spherical'))).to.be.closeTo(wanted, 1e-5);
    }
  });

  it('spherical: turns evenly, in the plane of its ends', () => {
    const code = interpolate(
      Float32Array.of(2, 0, 0),
      Float32Array.of(0, 4, 0),
      1 / 3,
      'spherical'
    );
    const length = 2 + 2 / 3;
    const wanted = [length * Math.cos(Math.PI / 6), length * Math.sin(Math.PI / 6), 0];
    code.forEach((value, i) => expect(value).to.be.closeTo(wanted[i]!, 1e-6));
  });

  it('spherical: between codes of one direction goes straight', () => {
    const code = interpolate(Float32Array.of(1, 1), Float32Array.of(3, 3), 0.5, 'spherical');
    code.forEach(value => expect(value).to.be.closeTo(2, 1e-6));
    expect([...interpolate(a, a, 0.4, 'spherical')].every(Number.isFinite)).to.equal(true);
  });

  it('spherical: goes straight between opposite codes, and from zero', () => {
    const opposite = a.map(value => -2 * value);
    expect(interpolate(a, opposite, 0.3, 'spherical')).to.deep.equal(
      interpolate(a, opposite, 0.3, 'linear')
    );
    expect(interpolate(new Float32Array(8), b, 0.3, 'spherical')).to.deep.equal(
      interpolate(new Float32Array(8), b, 0.3, 'linear')
    );
  });
});

describe('wayBetween(a, b, way)', () => {
  it('says which way is taken, and why it is another', () => {
    expect(wayBetween(a, b, 'linear')).to.deep.equal({way: 'linear'});
    expect(wayBetween(a, b, 'spherical')).to.deep.equal({way: 'spherical'});
    const opposite = a.map(value => -3 * value);
    expect(wayBetween(a, opposite, 'spherical')).to.deep.equal({way: 'linear', reason: 'opposite'});
    const zero = {way: 'linear', reason: 'zero'};
    expect(wayBetween(new Float32Array(8), b, 'spherical')).to.deep.equal(zero);
    expect(wayBetween(a, new Float32Array(8), 'spherical')).to.deep.equal(zero);
    expect(wayBetween(a, opposite, 'linear')).to.deep.equal({way: 'linear'});
  });
});
