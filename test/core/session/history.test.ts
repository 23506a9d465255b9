import {expect} from '@open-wc/testing';
import {History} from '../../../core/session/history.js';
import {iterationReport} from '../../fixtures/scene.js';

const range = (from: number, to: number) =>
  Array.from({length: to - from + 1}, (_, i) => iterationReport(from + i, 2));

describe('History', () => {
  it('append(reports) adds a row an iteration to every column', () => {
    const history = new History();
    history.append(range(1, 3));
    history.append(range(4, 5));
    expect(history.length).to.equal(5);
    expect(history.iterations).to.deep.equal([1, 2, 3, 4, 5]);
    expect(history.scalars.generatorLoss[4]).to.equal(iterationReport(5, 2).generatorLoss);
    expect(history.areas.map(column => column.length)).to.deep.equal([5, 5]);
    expect(history.revision.value).to.equal(2);
  });

  it('append(reports) puts NaN where a number is missing', () => {
    const history = new History();
    history.append([{iteration: 1, stepMs: 2}]);
    history.append(range(2, 2));
    history.append([{iteration: 3, stepMs: 2}]);
    expect(history.scalars.scoreReal.map(Number.isNaN)).to.deep.equal([true, false, true]);
    expect(history.areas[1]!.map(Number.isNaN)).to.deep.equal([true, false, true]);
  });

  it('look(iteration, scores) keeps looks apart, and forgets those that are trained anew', () => {
    const history = new History();
    history.append(range(1, 4));
    for (const iteration of [0, 2, 4]) history.look(iteration, {accuracy: 0.9, objectIou: 0.5});
    const {looks} = history;
    expect(looks.iterations).to.deep.equal([0, 2, 4]);
    history.look(2, {accuracy: 0.8, objectIou: 0.6});
    expect(history.looks).to.deep.equal({
      iterations: [0, 2],
      accuracy: [0.9, 0.8],
      objectIou: [0.5, 0.6],
    });
    expect(looks.iterations, 'rows that were there do not change').to.deep.equal([0, 2, 4]);
    history.append(range(2, 3));
    expect(history.looks.iterations).to.deep.equal([0]);
    history.clear();
    expect(history.looks.iterations).to.deep.equal([]);
  });

  it('append([]) is no change', () => {
    const history = new History();
    history.append([]);
    expect(history.revision.value).to.equal(0);
  });

  it('truncate(iteration) forgets what came after', () => {
    const history = new History();
    history.append(range(1, 5));
    history.truncate(3);
    expect(history.iterations).to.deep.equal([1, 2, 3]);
    expect(history.areas[0]).to.have.length(3);
    expect(history.scalars.stepMs).to.have.length(3);
    history.truncate(3);
    expect(history.revision.value).to.equal(2);
    history.truncate(0);
    expect(history.length).to.equal(0);
    expect(history.areas).to.be.empty;
  });

  it('truncate(iteration) leaves the columns that were read as they are, append grows them', () => {
    const history = new History();
    history.append(range(1, 5));
    const {iterations, areas} = history;
    const [area] = areas;
    history.append(range(6, 6));
    expect(history.iterations).to.equal(iterations);
    expect(history.areas[0]).to.equal(area);
    history.truncate(3);
    expect(iterations).to.have.length(6);
    expect(area).to.have.length(6);
    expect(history.iterations).to.deep.equal([1, 2, 3]);
  });

  it('mark(iteration, tuning) keeps changes until the training goes back before them', () => {
    const history = new History();
    history.mark(0, {lambdaZ: 4});
    history.append(range(1, 5));
    history.mark(5, {lambdaZ: 2, learningRates: {mask: 1e-4}});
    history.mark(5, {learningRates: {generator: 1e-3}});
    const both = {lambdaZ: 2, learningRates: {mask: 1e-4, generator: 1e-3}};
    expect(history.marks).to.deep.equal([
      {iteration: 0, tuning: {lambdaZ: 4}},
      {iteration: 5, tuning: both},
    ]);
    history.append(range(6, 8));
    expect(history.marks).to.have.length(2);
    history.append(range(3, 4));
    expect(history.marks.map(each => each.iteration)).to.deep.equal([0]);
    const {value: revision} = history.revision;
    history.clear();
    expect(history.marks).to.be.empty;
    expect(history.length).to.equal(0);
    expect(history.revision.value).to.be.above(revision);
  });

  it('marks a region that was split, beside what was changed there', () => {
    const history = new History();
    const split = {from: 2, to: 0};
    history.append(range(1, 5));
    history.mark(5, {lambdaZ: 4});
    history.append([{...range(6, 6)[0]!, split}, ...range(7, 8)]);
    history.append([{...range(9, 9)[0]!, split}]);
    expect(history.marks).to.deep.equal([
      {iteration: 5, tuning: {lambdaZ: 4}, split},
      {iteration: 8, tuning: {}, split},
    ]);
    history.append(range(8, 9));
    expect(history.marks.map(each => each.iteration)).to.deep.equal([5]);
  });
});
