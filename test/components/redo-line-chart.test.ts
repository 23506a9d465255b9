import {aTimeout, expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import {historyCharts} from '../../components/history-charts.js';
import type {RedoLineChart} from '../../components/redo-line-chart.js';
import '../../components/redo-line-chart.js';
import {History} from '../../core/session/history.js';
import {expectAccessible} from '../fixtures/accessible.js';
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
    await expectAccessible(el);
  });

  it('is accessible without data', async () => {
    const {el} = await chart(0);
    await expectAccessible(el);
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

  describe('zoom', () => {
    const at = (plot: Element, share: number) => {
      const {left, right} = plot.getBoundingClientRect();
      return {clientX: left + 38 + share * (right - left - 48), pointerId: 1, button: 0};
    };
    /** Drags across the plot, as far as the shares of its axis say. */
    function drag(plot: HTMLElement, from: number, to: number, pointerType = 'mouse') {
      // A pointer that is made up can't be captured.
      plot.setPointerCapture = () => undefined;
      for (const [type, share] of [
        ['pointerdown', from],
        ['pointermove', to],
        ['pointerup', to],
      ] as const) {
        plot.dispatchEvent(new PointerEvent(type, {...at(plot, share), pointerType}));
      }
    }

    it('fires zoom-change when a range was dragged over', async () => {
      const {plot} = await chart(101);
      const events = record('zoom-change');
      drag(plot, 0.7, 0.2);
      expect(events.map(each => each.detail)).to.deep.equal([{zoom: [21, 71]}]);
    });

    it('fires no zoom-change for a click, nor for a finger', async () => {
      const {plot} = await chart(101);
      const events = record('zoom-change');
      drag(plot, 0.5, 0.5);
      drag(plot, 0.2, 0.7, 'touch');
      expect(events).to.be.empty;
    });

    it('shows the range while it is dragged over', async () => {
      const {el, plot} = await chart(101);
      plot.setPointerCapture = () => undefined;
      plot.dispatchEvent(new PointerEvent('pointerdown', at(plot, 0.2)));
      plot.dispatchEvent(new PointerEvent('pointermove', at(plot, 0.6)));
      await el.updateComplete;
      expect(findAll(el, 'rect.brush')).to.have.length(1);
      plot.dispatchEvent(new PointerEvent('pointercancel', at(plot, 0.6)));
      await el.updateComplete;
      expect(findAll(el, 'rect.brush')).to.have.length(0);
    });

    it('a double click or Escape shows all again', async () => {
      const {el, plot} = await chart(101);
      const events = record('zoom-change');
      plot.focus();
      await sendKeys({press: 'Escape'});
      expect(events).to.be.empty;
      el.zoom = [10, 20];
      await sendKeys({press: 'Escape'});
      plot.dispatchEvent(new MouseEvent('dblclick'));
      expect(events.map(each => each.detail)).to.deep.equal([{zoom: undefined}, {zoom: undefined}]);
    });

    it('plus and minus zoom about the cursor', async () => {
      const {el, plot} = await chart(101);
      const events = record('zoom-change');
      el.row = 50;
      plot.focus();
      await sendKeys({press: '+'});
      el.zoom = [26, 76];
      await sendKeys({press: '-'});
      expect(events.map(each => each.detail)).to.deep.equal([{zoom: [26, 76]}, {zoom: undefined}]);
    });

    it('keeps the arrow keys within', async () => {
      const {el, plot, events} = await chart(101);
      el.zoom = [10, 20];
      plot.focus();
      await sendKeys({press: 'Home'});
      await sendKeys({press: 'End'});
      expect(events.map(each => each.detail)).to.deep.equal([{row: 9}, {row: 19}]);
    });
  });

  it('log and smoothing change the lines', async () => {
    const {el} = await chart(101);
    const shape = () => find(el, '.plot path.line').getAttribute('d');
    const shapes = [shape()];
    el.log = true;
    await el.updateComplete;
    shapes.push(shape());
    el.log = false;
    el.smoothing = 0.9;
    await el.updateComplete;
    shapes.push(shape());
    expect(new Set(shapes).size).to.equal(3);
    expect(findAll(el, 'path.raw')).to.have.length(3);
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
