import {expect} from '@open-wc/testing';
import {bucketSize, smooth, thin} from '../../components/line-thinning.js';

const range = (count: number) => Array.from({length: count}, (_, i) => i);

describe('thin(x, values, size, rows)', () => {
  it('keeps every row in buckets of one iteration', () => {
    expect(thin([1, 2, 3], [4, 5, 6], 1)).to.deep.equal([0, 1, 2]);
    expect(thin([], [], 1)).to.deep.equal([]);
  });

  it('keeps peaks, ends and order, and at most two rows a bucket', () => {
    const x = range(10_000);
    const values = x.map(i => Math.sin(i / 7));
    values[4321] = 50;
    values[8765] = -50;
    const rows = thin(x, values, 128);
    expect(rows.length).to.be.at.most(2 * Math.ceil(10_000 / 128) + 2);
    expect(rows).to.include.members([0, 4321, 8765, 9999]);
    expect(rows).to.deep.equal([...new Set(rows)].sort((a, b) => a - b));
  });

  it('takes no row from outside, also where a range ends within a bucket', () => {
    const x = range(1000);
    const values = x.map(i => (i === 500 || i === 600 ? 99 : Math.sin(i)));
    for (const rows of [
      [501, 600],
      [510, 530],
      [508, 514],
      [520, 520],
    ] as const) {
      const kept = thin(x, values, 64, rows);
      expect(kept.every(row => row >= rows[0] && row < rows[1])).to.equal(true);
      const highest = Math.max(...values.slice(...rows));
      expect(Math.max(...kept.map(row => values[row]!))).to.equal(highest);
    }
  });

  it('does not lose values next to gaps', () => {
    const x = range(1000);
    const values = x.map(i => (i % 2 === 0 ? NaN : i));
    const kept = thin(x, values, 128).filter(row => !Number.isNaN(values[row]));
    expect(Math.max(...kept)).to.equal(999);
    expect(kept.length).to.be.at.least(8);
  });

  it('is the same for a column that has grown', () => {
    const x: number[] = [];
    const values: number[] = [];
    for (let i = 0; i < 500; i++) {
      // Iterations may be left out.
      x.push(i < 200 ? i : 3 * i);
      values.push(i % 50 < 20 ? NaN : Math.sin(i * i));
      expect(thin(x, values, 16)).to.deep.equal(thin([...x], [...values], 16));
    }
  });
});

describe('bucketSize(span, columns)', () => {
  it('is a power of two, within half an octave of a column', () => {
    expect(bucketSize(50, 100)).to.equal(1);
    expect(bucketSize(0, 100)).to.equal(1);
    for (const span of [1000, 9999, 12_345, 100_000]) {
      const size = bucketSize(span, 200);
      expect(Math.log2(size) % 1).to.equal(0);
      expect(Math.abs(Math.log2((size * 200) / span))).to.be.at.most(0.5);
    }
  });
});

describe('smooth(values, weight)', () => {
  it('averages, the latest the most, and begins at the first value', () => {
    expect(smooth([4, 4, 4], 0.9).map(value => value.toFixed(9))).to.deep.equal(
      Array.from({length: 3}, () => '4.000000000')
    );
    // (0.5 · 0.5 · 1 + 0.5 · 4) / 0.75
    expect(smooth([1, 4], 0.5)[1]).to.be.closeTo(3, 1e-12);
  });

  it('keeps gaps, and averages over them', () => {
    const [first, gap, last] = smooth([1, NaN, 4], 0.5);
    expect(first).to.equal(1);
    expect(gap).to.be.NaN;
    expect(last).to.be.closeTo(3, 1e-12);
  });

  it('goes on where values have grown, and begins anew for another weight', () => {
    const values = [1, 4];
    const early = smooth(values, 0.5);
    values.push(NaN, 2);
    expect(smooth(values, 0.5)).to.equal(early);
    expect(early).to.deep.equal(smooth([1, 4, NaN, 2], 0.5));
    expect(smooth(values, 0.9)).to.deep.equal(smooth([...values], 0.9));
  });
});
