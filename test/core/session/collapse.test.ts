import {expect} from '@open-wc/testing';
import {
  COLLAPSE_RULE,
  collapseRule,
  findCollapse,
  findDecline,
} from '../../../core/session/collapse.js';
import {History} from '../../../core/session/history.js';

/** A history of two regions whose second has an area that follows the iteration. */
function course(length: number, area: (iteration: number) => number | undefined): History {
  const history = new History();
  history.append(
    Array.from({length}, (_, i) => {
      const own = area(i + 1);
      return {iteration: i + 1, stepMs: 1, ...(own !== undefined && {areas: [1 - own, own]})};
    })
  );
  return history;
}

describe('findCollapse(history, rule)', () => {
  it('finds nothing before the first check, and at the check the smallest region', () => {
    expect(
      findCollapse(
        course(499, () => 0.02),
        COLLAPSE_RULE
      )
    ).to.equal(undefined);
    const found = findCollapse(
      course(500, () => 0.02),
      COLLAPSE_RULE
    )!;
    expect(found).to.include({region: 1, iteration: 500});
    expect(found.area).to.be.closeTo(0.02, 1e-12);
  });

  it('goes by the mean over the iterations before the check', () => {
    const one = course(600, iteration => (iteration === 500 ? 0.01 : 0.3));
    expect(findCollapse(one, COLLAPSE_RULE)).to.equal(undefined);
    const late = course(600, iteration => (iteration > 440 ? 0.05 : 0.3));
    expect(findCollapse(late, COLLAPSE_RULE)!.iteration).to.equal(500);
    const later = course(999, iteration => (iteration > 500 ? 0.05 : 0.3));
    expect(findCollapse(later, COLLAPSE_RULE)).to.equal(undefined);
  });

  it('looks past iterations that tell no areas', () => {
    const gaps = course(500, iteration => (iteration % 2 ? undefined : 0.04));
    expect(findCollapse(gaps, COLLAPSE_RULE)!.area).to.be.closeTo(0.04, 1e-12);
    expect(
      findCollapse(
        course(500, () => undefined),
        COLLAPSE_RULE
      )
    ).to.equal(undefined);
  });

  it('is less strict with more than two regions', () => {
    const small = course(500, () => 0.04);
    expect(findCollapse(small, collapseRule({regions: 2}, {}))).to.not.equal(undefined);
    expect(findCollapse(small, collapseRule({regions: 3}, {}))).to.equal(undefined);
  });

  it('finds none while a split may still come', () => {
    const splits = {fromIteration: 0, toIteration: 500, every: 100};
    const until = collapseRule({regions: 3}, {splits});
    const empty = (length: number) => course(length, () => 0.001);
    expect(findCollapse(empty(999), until)).to.equal(undefined);
    expect(findCollapse(empty(1000), until)!.iteration).to.equal(1000);
  });
});

describe('findDecline(looks)', () => {
  /** Looks every fifty iterations. */
  const looks = (...objectIou: number[]) => ({
    iterations: objectIou.map((_, i) => 50 * i),
    accuracy: objectIou,
    objectIou,
  });

  it('finds the mean of the newest three looks well below the best mean of three', () => {
    const found = findDecline(looks(0.2, 0.8, 0.8, 0.8, 0.5, 0.5, 0.5))!;
    expect(found).to.include({iteration: 300, bestIteration: 150});
    expect(found.best).to.be.closeTo(0.8, 1e-12);
    expect(found.objectIou).to.be.closeTo(0.5, 1e-12);
  });

  it('finds nothing in one bad look, in a small loss, and in fewer than four looks', () => {
    expect(findDecline(looks(0.8, 0.8, 0.8, 0.8, 0.4))).to.equal(undefined);
    expect(findDecline(looks(0.8, 0.8, 0.8, 0.65, 0.65, 0.65))).to.equal(undefined);
    expect(findDecline(looks())).to.equal(undefined);
    expect(findDecline(looks(0.9, 0.1, 0.1))).to.equal(undefined);
  });

  it('finds nothing where no score is known', () => {
    expect(findDecline(looks(NaN, NaN, NaN, NaN))).to.equal(undefined);
  });
});
