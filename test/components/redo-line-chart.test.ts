import {aTimeout, expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import {historyCharts} from '../../components/history-charts.js';
import type {RedoLineChart} from '../../components/redo-line-chart.js';
import '../../components/redo-line-chart.js';
import {History} from '../../core/session/history.js';
import {find, findAll, record} from '../fixtures/elements.js';
import {until} from '../fixtures/idle.js';
import {iterationReport} from '../fixtures/scene.js';

function history(count: number): History {
  const history = new History();
  history.append(Array.from({length: count}, (_, i) => iterationReport(i + 1, 3)));
  return history;
}

async function chart(count = 20) {
  const numbers = history(count);
  const el = await fixture<RedoLineChart>(
    html`<redo-line-chart
      heading="Losses"
      .data=${historyCharts(numbers).losses}
    ></redo-line-chart>`
  );
  // The plot is drawn once its size is known.
  await until(() => el.shadowRoot!.querySelector('.plot path.line, .empty') !== null);
  return {el, numbers, plot: find(el, '.plot'), events: record('cursor-move')};
}

const legend = (el: RedoLineChart) => findAll(el, 'dd').map(each => each.textContent);

describe('redo-line-chart', () => {
  it('is accessible', async () => {
    const {el} = await chart();
    await expect(el).to.be.accessible();
  });

  it('is accessible without data', async () => {
    const {el} = await chart(0);
    await expect(el).to.be.accessible();
    expect(find(el, '.empty').textContent).to.include('Step');
    expect(legend(el)).to.deep.equal(['–', '–', '–']);
  });

  it('draws a line a series and reads the last row in its legend', async () => {
    const {el, numbers} = await chart();
    expect(findAll(el, '.plot path.line')).to.have.length(3);
    expect(legend(el)[0]).to.equal(numbers.scalars.generatorLoss.at(-1)!.toFixed(2));
    expect(find(el, 'h3').textContent).to.equal('Losses');
  });

  it('row moves the legend and the cursor', async () => {
    const {el, numbers} = await chart();
    el.row = 4;
    await el.updateComplete;
    expect(legend(el)[0]).to.equal(numbers.scalars.generatorLoss[4]!.toFixed(2));
    expect(find(el, '.at').textContent).to.equal('iteration 5');
    expect(findAll(el, 'circle.cursor')).to.have.length(3);
  });

  it('fires cursor-move as the pointer moves, and when it leaves', async () => {
    const {el, plot, events} = await chart();
    const {left, right} = plot.getBoundingClientRect();
    plot.dispatchEvent(new PointerEvent('pointermove', {clientX: right}));
    el.row = 19;
    plot.dispatchEvent(new PointerEvent('pointermove', {clientX: left}));
    el.row = 0;
    plot.dispatchEvent(new PointerEvent('pointerleave'));
    expect(events.map(each => each.detail)).to.deep.equal([{row: 19}, {row: 0}, {row: undefined}]);
  });

  it('fires cursor-move on arrow keys, within the rows', async () => {
    const {el, plot, events} = await chart();
    plot.focus();
    for (const key of ['ArrowLeft', 'Home', 'End', 'ArrowRight', 'PageDown']) {
      await sendKeys({press: key});
      el.row = (events.at(-1)!.detail as {row: number}).row;
    }
    expect(events.map(each => each.detail)).to.deep.equal([
      {row: 18},
      {row: 0},
      {row: 19},
      {row: 17},
    ]);
  });

  it('speaks the row at the cursor', async () => {
    const {el, plot, numbers} = await chart();
    el.row = 2;
    await el.updateComplete;
    expect(plot.getAttribute('aria-valuenow')).to.equal('3');
    expect(plot.getAttribute('aria-valuetext')).to.include('iteration 3');
    expect(plot.getAttribute('aria-valuetext')).to.include(
      numbers.scalars.recoveryLoss[2]!.toFixed(2)
    );
  });

  it('updates in place when its columns have grown', async () => {
    const {el, numbers} = await chart();
    const lines = findAll(el, '.plot path.line');
    numbers.append([iterationReport(21, 3)]);
    el.data = historyCharts(numbers).losses;
    await el.updateComplete;
    expect(findAll(el, '.plot path.line')).to.deep.equal(lines);
    expect(find(el, '.plot').getAttribute('aria-valuemax')).to.equal('21');
  });

  it('follows its width', async () => {
    const {el} = await chart();
    el.style.width = '200px';
    const svg = find(el, '.plot > svg');
    await until(() => svg.getAttribute('width') === '200');
  });

  it('stops watching its size when it is removed', async () => {
    const {el} = await chart();
    const svg = find(el, '.plot > svg');
    el.remove();
    el.style.width = '123px';
    await aTimeout(0);
    expect(svg.getAttribute('width')).to.not.equal('123');
  });
});
