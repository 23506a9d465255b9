import {expect} from '@open-wc/testing';
import {channelStatistics, shrunkPlanes} from '../../../core/engine/channel-statistics.js';

/** Maps of two channels, one after the other, as a layer has them. */
function mixed(first: readonly number[], second: readonly number[]): Float32Array {
  return Float32Array.from(first.flatMap((value, i) => [value, second[i]!]));
}

describe('channelStatistics(values, channels, activation)', () => {
  it('has the mean and the standard deviation of each channel', () => {
    const {mean, spread} = channelStatistics(mixed([1, 3, 1, 3], [-2, -2, -2, -2]), 2);
    expect([...mean]).to.deep.equal([2, -2]);
    expect([...spread]).to.deep.equal([1, 0]);
  });

  it('is exact where the mean is much larger than the spread', () => {
    const {mean, spread} = channelStatistics(Float32Array.of(10_000, 10_002), 1, 'relu');
    expect([mean[0], spread[0]]).to.deep.equal([10_001, 1]);
  });

  for (const [activation, values, share] of [
    ['relu', [0, 0, 0, 0.005], 0.75],
    [undefined, [0, 1, -1, 0.995], 0.25],
    ['tanh', [-0.995, 0.995, 0, 0.9], 0.5],
    ['mask', [0.995, 0.005, 0.5, 0.4], 0.5],
  ] as const) {
    it(`tells what no gradient passes, ${activation ?? 'linear'}`, () => {
      const {dead} = channelStatistics(mixed(values, [0.5, 0.5, 0.5, 0.5]), 2, activation);
      expect([...dead]).to.deep.equal([share, 0]);
    });
  }
});

describe('shrunkPlanes(values, [height, width, channels])', () => {
  it('leaves small maps as they are, channel after channel', () => {
    const planes = shrunkPlanes(mixed([1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]), [2, 3, 2]);
    expect(planes).to.include({width: 3, height: 2});
    expect([...planes.values]).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('averages blocks of larger ones', () => {
    const large = Float32Array.from({length: 64 * 64}, (_, i) => i % 64);
    const planes = shrunkPlanes(large, [64, 64, 1]);
    expect(planes).to.include({width: 32, height: 32});
    expect([...planes.values.subarray(0, 3)]).to.deep.equal([0.5, 2.5, 4.5]);
    expect(planes.values.at(-1)).to.equal(62.5);
  });

  it('averages also what does not divide', () => {
    const planes = shrunkPlanes(new Float32Array(48 * 48).fill(2), [48, 48, 1]);
    expect(planes).to.include({width: 32, height: 32});
    expect(planes.values.every(value => value === 2)).to.equal(true);
  });

  it('is the smaller, the more channels there are', () => {
    const planes = shrunkPlanes(new Float32Array(512 * 32 * 32).fill(1), [32, 32, 512]);
    expect(planes).to.include({width: 16, height: 16});
    expect(planes.values).to.have.length(2 ** 17);
    expect(planes.values.every(value => value === 1)).to.equal(true);
  });
});
