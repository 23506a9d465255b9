import {expect} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import {RegionCodes} from '../../../core/session/codes.js';

function codes(seed = 1): RegionCodes {
  const codes = new RegionCodes();
  codes.restart({regions: 3, codeSize: 4}, seed);
  return codes;
}

const values = (codes: RegionCodes) => codes.all.map(code => [...code.peek()]);

describe('RegionCodes', () => {
  it('restart(config, seed) draws one code a region, the same for the same seed', () => {
    expect(values(codes())).to.have.length(3);
    expect(values(codes())[0]).to.have.length(4);
    expect(values(codes())).to.deep.equal(values(codes()));
    expect(values(codes())).to.not.deep.equal(values(codes(2)));
    expect(values(codes())[0]).to.not.deep.equal(values(codes())[1]);
  });

  it('restart(config, seed) keeps the list of signals while the shape stays', () => {
    const kept = codes();
    const list = kept.all;
    kept.restart({regions: 3, codeSize: 4}, 2);
    expect(kept.all).to.equal(list);
    kept.restart({regions: 2, codeSize: 4}, 2);
    expect(kept.all).to.have.length(2);
  });

  it('setValue(region, dimension, value) changes that one signal, by a new array', () => {
    const changed = codes();
    const before = changed.all.map(code => code.peek());
    const runs = [0, 0, 0];
    changed.all.forEach((code, k) => effect(() => void (code.value, runs[k]!++)));
    changed.setValue(1, 2, -1.5);
    expect(runs).to.deep.equal([1, 2, 1]);
    expect(changed.all[1]!.peek()[2]).to.equal(-1.5);
    expect(before[1]![2]).to.not.equal(-1.5);
  });

  it('resample(region) goes through draws, reset(region) goes back to the first', () => {
    const drawn = codes();
    const [first, second] = values(drawn);
    drawn.resample(0);
    const next = values(drawn)[0];
    expect(next).to.not.deep.equal(first);
    drawn.resample(0);
    expect(values(drawn)[0]).to.not.deep.equal(next);
    drawn.reset(0);
    expect(values(drawn)).to.deep.equal([first, second, values(drawn)[2]]);
    drawn.resample(0);
    expect(values(drawn)[0]).to.deep.equal(next);
  });

  it('set(region, code) takes a copy', () => {
    const set = codes();
    const code = Float32Array.of(1, 2, 3, 4);
    set.set(2, code);
    code[0] = 9;
    expect(values(set)[2]).to.deep.equal([1, 2, 3, 4]);
  });

  it('refuses what does not fit', () => {
    expect(() => codes().set(0, new Float32Array(3))).to.throw(RangeError, 'got 3');
    expect(() => codes().setValue(0, 4, 0)).to.throw(RangeError, 'got 0 of 4');
    expect(() => codes().setValue(0, 0, NaN)).to.throw(RangeError, 'got NaN');
    expect(() => codes().resample(3)).to.throw(RangeError, 'less than 3; got 3');
  });
});
