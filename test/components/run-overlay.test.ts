import {expect} from '@open-wc/testing';
import {overlay} from '../../components/run-overlay.js';
import {History} from '../../core/session/history.js';
import {iterationLine} from '../fixtures/fake-run.js';

function history(looks: [number, number][], iterations = 0): History {
  const made = new History();
  made.append(Array.from({length: iterations}, (_, i) => iterationLine(i + 1)));
  for (const [at, objectIou] of looks) made.look(at, {accuracy: 0.9, objectIou});
  return made;
}

describe('overlay(runs, quantity)', () => {
  it('puts runs on the iterations of all of them, straight between their own numbers', () => {
    const runs = [
      {
        name: 'a',
        history: history([
          [0, 0.2],
          [100, 0.4],
        ]),
      },
      {
        name: 'b',
        history: history([
          [50, 0.1],
          [150, 0.5],
        ]),
      },
    ];
    const {x, series, range} = overlay(runs, 'objectIou');
    expect(x).to.deep.equal([0, 50, 100, 150]);
    const [a, b] = series.map(({values}) => values.map(value => +value.toFixed(3)));
    expect(a).to.deep.equal([0.2, 0.3, 0.4, NaN]);
    expect(b).to.deep.equal([NaN, 0.1, 0.3, 0.5]);
    expect(range).to.deep.equal([0, 1]);
    expect(series.map(({label}) => label)).to.deep.equal(['a', 'b']);
    expect(new Set(series.map(({colour}) => colour)).size).to.equal(2);
  });

  it('tells the smallest region, and losses as they are', () => {
    const runs = [{name: 'a', history: history([], 3)}];
    expect(overlay(runs, 'smallestArea').series[0]!.values).to.deep.equal([0.3, 0.3, 0.3]);
    const losses = overlay(runs, 'generatorLoss');
    expect(losses.series[0]!.values).to.deep.equal([1, 1 / 2, 1 / 3]);
    expect(losses.range).to.equal(undefined);
  });
});
