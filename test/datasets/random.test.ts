import {expect} from '@open-wc/testing';
import {Random} from '../../datasets/random.js';

/** Mean of `f` over `count` draws. */
function mean(count: number, f: () => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += f();
  }
  return sum / count;
}

describe('Random', () => {
  it('word() follows the reference sequence of xoshiro128**', () => {
    const random = new Random(0);
    random.restore([1, 2, 3, 4]);
    // As the authors' C code gives it from this state.
    const expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849];
    expect(expected.map(() => random.word())).to.deep.equal(expected);
  });

  it('new Random(...keys) begins the same stream in every version and browser', () => {
    const random = new Random(0, 'test');
    expect([random.word(), random.word(), random.word(), random.word()]).to.deep.equal([
      2626155948, 3404302304, 2117594883, 1148038746,
    ]);
    const batch = new Random(7, 'batch', 12);
    for (let i = 0; i < 999; i++) {
      batch.word();
    }
    expect(batch.word()).to.equal(4173069935);
    expect(batch.save()).to.deep.equal([1253152845, 3240969793, 3400242748, 2695633841]);
  });

  it('new Random(...keys) depends on each key, on their order and on where one ends', () => {
    const keys = [
      [0, 'a', 1],
      [1, 'a', 1],
      [0, 'b', 1],
      [0, 'a', 2],
      [1, 'a', 0],
      [0, 'a1'],
      ['0a', 1],
    ];
    const first = keys.map(key => new Random(...key).word());
    expect(new Set(first).size).to.equal(keys.length);
    expect(new Random(0, 'a', 1).word()).to.equal(first[0]);
  });

  it('new Random(...keys) tells apart images whose 32-bit hashes are equal', () => {
    // MurmurHash3's finalizer, folded over these keys from 0x9e3779b9, ends at the same word.
    const one = new Random(0, 'colored-2-mnist', 'train', 296_588);
    const other = new Random(0, 'colored-2-mnist', 'train', 323_352);
    expect(one.save().filter((word, i) => word === other.save()[i])).to.deep.equal([]);
  });

  it('save() and restore(state) continue the stream, and a saved state stays as it was', () => {
    const random = new Random(3);
    random.normals(5);
    const state = random.save();
    const copy = [...state];
    const ahead = random.normals(100);
    expect(state).to.deep.equal(copy);
    const other = new Random('another');
    other.restore(JSON.parse(JSON.stringify(state)) as number[]);
    expect(other.normals(100)).to.deep.equal(ahead);
  });

  it('uniform(low, high) stays in [low, high) and fills it evenly', () => {
    const random = new Random(1);
    const draws = Array.from({length: 100_000}, () => random.uniform(-2, 3));
    expect(draws.every(x => x >= -2 && x < 3)).to.equal(true);
    const counts = new Array<number>(10).fill(0);
    for (const x of draws) {
      counts[Math.floor((x + 2) * 2)]! += 1;
    }
    // 10,000 each, with a standard deviation of 95.
    expect(Math.min(...counts)).to.be.greaterThan(9_600);
    expect(Math.max(...counts)).to.be.lessThan(10_400);
  });

  it('integer(count) gives each of 0 … count - 1 as often', () => {
    const random = new Random(2);
    const counts = new Map<number, number>();
    for (let i = 0; i < 70_000; i++) {
      const value = random.integer(7);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
    // 10,000 each, with a standard deviation of 93.
    expect(Math.min(...counts.values())).to.be.greaterThan(9_600);
    expect(Math.max(...counts.values())).to.be.lessThan(10_400);
  });

  it('normal() has the moments of the standard normal distribution, and no memory', () => {
    const random = new Random(4);
    const values = Array.from({length: 100_000}, () => random.normal());
    let i = 0;
    // Standard errors: .0032, .0045, .0077 (third moment .0122), fourth .031, lag .0032.
    expect(mean(values.length, () => values[i++]!)).to.be.closeTo(0, 0.013);
    i = 0;
    expect(mean(values.length, () => values[i++]! ** 2)).to.be.closeTo(1, 0.018);
    i = 0;
    expect(mean(values.length, () => values[i++]! ** 3)).to.be.closeTo(0, 0.05);
    i = 0;
    expect(mean(values.length, () => values[i++]! ** 4)).to.be.closeTo(3, 0.13);
    i = 0;
    expect(mean(values.length - 1, () => values[i]! * values[++i]!)).to.be.closeTo(0, 0.013);
  });

  it('normals(count) is count calls of normal()', () => {
    const one = new Random(5);
    const other = new Random(5);
    const expected = Float32Array.from([one.normal(), one.normal(), one.normal()]);
    expect(other.normals(3)).to.deep.equal(expected);
    expect(other.normals(0)).to.have.length(0);
    expect(other.word()).to.equal(one.word());
  });
});
