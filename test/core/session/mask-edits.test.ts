import {expect} from '@open-wc/testing';
import type {Masks} from '../../../core/engine/protocol.js';
import {
  coverSegment,
  emptyCoverage,
  eraseRegion,
  floodCoverage,
  paintRegion,
  swapRegions,
  type Coverage,
} from '../../../core/session/mask-edits.js';
import {Random} from '../../../datasets/random.js';
import {sceneMasks} from '../../fixtures/scene.js';

const HARD = {size: 3, hardness: 1};

/** Masks of a row of pixels, region by region. */
function row(...regions: number[][]): Masks {
  const values = Float32Array.from(regions.flat());
  return {width: regions[0]!.length, height: 1, regions: regions.length, values};
}

function covering(...values: number[]): Coverage {
  return {width: values.length, height: 1, values: Float32Array.from(values)};
}

/** Values of each region, rounded to what single precision holds. */
const planes = ({regions, values}: Masks) =>
  Array.from({length: regions}, (_, k) =>
    [...values.slice((k * values.length) / regions, ((k + 1) * values.length) / regions)].map(
      value => Number(value.toFixed(6))
    )
  );

/** The pixels that a coverage reaches, as rows of # and dots. */
function drawn({width, height, values}: Coverage): string[] {
  const mark = (i: number) => (values[i]! === 0 ? '.' : values[i]! === 1 ? '#' : '+');
  return Array.from({length: height}, (_, y) =>
    Array.from({length: width}, (_, x) => mark(y * width + x)).join('')
  );
}

describe('coverSegment(coverage, from, to, brush)', () => {
  it('reaches one pixel with the smallest brush', () => {
    const coverage = emptyCoverage({width: 3, height: 3});
    coverSegment(coverage, {x: 1, y: 1}, {x: 1, y: 1}, {size: 1, hardness: 1});
    expect(drawn(coverage)).to.deep.equal(['...', '.#.', '...']);
  });

  it('is a disc about a point, smooth at its edge', () => {
    const coverage = emptyCoverage({width: 5, height: 5});
    coverSegment(coverage, {x: 2, y: 2}, {x: 2, y: 2}, HARD);
    expect(drawn(coverage)).to.deep.equal(['.....', '.+#+.', '.###.', '.+#+.', '.....']);
  });

  it('leaves no gap on the way, and does not leave the image', () => {
    const coverage = emptyCoverage({width: 6, height: 2});
    coverSegment(coverage, {x: -4, y: 0}, {x: 9, y: 0}, {size: 1, hardness: 1});
    expect(drawn(coverage)).to.deep.equal(['######', '......']);
  });

  it('falls off from the middle where it is soft', () => {
    const coverage = emptyCoverage({width: 9, height: 1});
    coverSegment(coverage, {x: 0, y: 0}, {x: 0, y: 0}, {size: 12, hardness: 0});
    const values = [...coverage.values];
    expect(values.slice(0, 7)).to.deep.equal([...values.slice(0, 7)].sort((a, b) => b - a));
    expect(values[3]).to.be.closeTo(0.5, 1e-6);
    expect(values[7]).to.equal(0);
  });

  it('keeps the most that each pixel was reached, and tells whether that grew', () => {
    const coverage = emptyCoverage({width: 9, height: 3});
    const point = {x: 4, y: 1};
    expect(coverSegment(coverage, point, point, {size: 5, hardness: 0.3})).to.equal(true);
    const before = coverage.values.slice();
    expect(coverSegment(coverage, point, point, {size: 5, hardness: 0.3})).to.equal(false);
    expect(coverage.values).to.deep.equal(before);
    expect(coverSegment(coverage, point, {x: 5, y: 1}, {size: 5, hardness: 0.3})).to.equal(true);
  });
});

describe('floodCoverage(masks, point)', () => {
  it('reaches what is connected by sides and has the same largest mask', () => {
    const one = [0, 0, 1, 1, 0, 1, 1, 0, 1];
    const values = Float32Array.from([
      ...one.map(value => 1 - 0.7 * value),
      ...one.map(v => 0.7 * v),
    ]);
    const masks: Masks = {width: 3, height: 3, regions: 2, values};
    expect(drawn(floodCoverage(masks, {x: 0, y: 0}))).to.deep.equal(['##.', '.#.', '.#.']);
    expect(drawn(floodCoverage(masks, {x: 0, y: 2}))).to.deep.equal(['...', '#..', '#..']);
    expect(drawn(floodCoverage(masks, {x: 2, y: 1}))).to.deep.equal(['..#', '..#', '..#']);
  });
});

describe('paintRegion(masks, region, coverage)', () => {
  it('gives the region what it is painted with, and scales the others', () => {
    const masks = row([0.5, 0.5, 0.5], [0.3, 0.3, 0.3], [0.2, 0.2, 0.2]);
    expect(planes(paintRegion(masks, 1, covering(0, 0.5, 1)))).to.deep.equal([
      [0.5, 0.25, 0],
      [0.3, 0.65, 1],
      [0.2, 0.1, 0],
    ]);
    expect(planes(masks)[0]).to.deep.equal([0.5, 0.5, 0.5]);
  });

  it('gives the same masks back where nothing changes', () => {
    const masks = row([1, 0], [0, 1]);
    expect(paintRegion(masks, 0, covering(1, 0))).to.equal(masks);
    expect(eraseRegion(masks, 0, covering(0, 1))).to.equal(masks);
  });

  it('refuses a region or a coverage that does not fit', () => {
    const masks = row([1], [0]);
    expect(() => paintRegion(masks, 2, covering(1))).to.throw(RangeError, 'less than 2; got 2');
    expect(() => paintRegion(masks, 0, covering(1, 1))).to.throw(RangeError, 'got 2×1');
  });
});

describe('eraseRegion(masks, region, coverage)', () => {
  it('gives the others what it takes, in proportion', () => {
    const masks = row([0.5, 0.5, 0.5], [0.3, 0.3, 0.3], [0.2, 0.2, 0.2]);
    expect(planes(eraseRegion(masks, 0, covering(0, 0.5, 1)))).to.deep.equal([
      [0.5, 0.25, 0],
      [0.3, 0.45, 0.6],
      [0.2, 0.3, 0.4],
    ]);
  });

  it('gives it to the largest of the others where they have nothing', () => {
    const masks = row([1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]);
    expect(planes(eraseRegion(masks, 0, covering(1, 1, 1, 1)))).to.deep.equal([
      [0, 0, 0, 0],
      [0, 1, 0, 0],
      [1, 0, 1, 1],
    ]);
  });

  it('leaves a single region alone', () => {
    const masks = row([1, 1]);
    expect(eraseRegion(masks, 0, covering(1, 1))).to.equal(masks);
  });
});

describe('swapRegions(masks, first, second)', () => {
  it('gives each the other’s mask', () => {
    const masks = row([0.5, 1], [0.3, 0], [0.2, 0]);
    expect(planes(swapRegions(masks, 0, 2))).to.deep.equal([
      [0.2, 0],
      [0.3, 0],
      [0.5, 1],
    ]);
    expect(() => swapRegions(masks, 0, 3)).to.throw(RangeError, 'got 3');
  });
});

it('mask edits keep masks in [0, 1] and summing to 1, however many', () => {
  const size = 16;
  const random = new Random('mask edits', 1);
  const point = () => ({x: random.integer(size), y: random.integer(size)});
  let masks = sceneMasks(1, size, 4, 0.4);
  for (let i = 0; i < 300; i++) {
    const region = random.integer(4);
    const coverage = emptyCoverage(masks);
    const brush = {size: random.uniform(1, 9), hardness: random.uniform()};
    coverSegment(coverage, point(), point(), brush);
    masks =
      i % 3 === 0
        ? eraseRegion(masks, region, coverage)
        : paintRegion(masks, region, i % 10 === 1 ? floodCoverage(masks, point()) : coverage);
  }
  for (let pixel = 0; pixel < size * size; pixel++) {
    const shares = [0, 1, 2, 3].map(k => masks.values[k * size * size + pixel]!);
    expect(Math.min(...shares)).to.be.at.least(0);
    expect(Math.max(...shares)).to.be.at.most(1);
    expect(shares.reduce((a, b) => a + b)).to.be.closeTo(1, 1e-5);
  }
});
