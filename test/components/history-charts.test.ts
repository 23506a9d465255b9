import {expect} from '@open-wc/testing';
import {historyCharts} from '../../components/history-charts.js';
import {History} from '../../core/session/history.js';

describe('historyCharts(history)', () => {
  it('says what was changed where, and which region was split', () => {
    const history = new History();
    history.mark(0, {lambdaZ: 2, learningRates: {mask: 1e-4, discriminator: 5e-4}});
    history.append([{iteration: 1, stepMs: 1}]);
    history.append([{iteration: 2, stepMs: 1, split: {from: 2, to: 0}}]);
    const {losses, scores, areas} = historyCharts(history);
    expect(losses.marks).to.deep.equal([
      {x: 0, label: 'After iteration 0: λ 2, rate of f 0.0001, rate of D 0.0005'},
      {x: 1, label: 'After iteration 1: half of region 3 to region 1'},
    ]);
    expect(scores.marks).to.equal(losses.marks);
    expect(areas.marks).to.equal(losses.marks);
  });
});
