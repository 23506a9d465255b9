import {expect} from '@open-wc/testing';
import {
  drawLineChart,
  rowAt,
  rowsIn,
  zoomBetween,
  type ChartData,
  type ChartOptions,
} from '../../components/line-chart-drawing.js';
import {History} from '../../core/session/history.js';

const SIZE = {width: 300, height: 160};

function chart(count: number): ChartData {
  const x = Array.from({length: count}, (_, i) => i + 1);
  return {
    x,
    series: [
      {name: 'a', label: 'A', colour: 'red', values: x.map(Math.sin)},
      {name: 'b', label: 'B', colour: 'blue', values: x.map(Math.cos), dash: '2 2'},
    ],
  };
}

const svg = () => document.createElementNS('http://www.w3.org/2000/svg', 'svg');

describe('drawLineChart(svg, data, options)', () => {
  it('draws a line a series, in its colour and dash, and two axes', () => {
    const root = svg();
    drawLineChart(root, chart(20), SIZE);
    const lines = [...root.querySelectorAll<SVGPathElement>('path.line')];
    expect(lines.map(line => line.style.stroke)).to.deep.equal(['red', 'blue']);
    expect(lines[1]!.getAttribute('stroke-dasharray')).to.equal('2 2');
    expect(lines[0]!.getAttribute('d')!.match(/[ML]/g)).to.have.length(20);
    expect(root.querySelectorAll('g.x .tick').length).to.be.at.least(2);
    expect(root.querySelectorAll('g.y .tick').length).to.be.at.least(2);
  });

  it('marks what happened on the way, where it is within what is shown', () => {
    const root = svg();
    const marks = [
      {x: 5, label: 'λ 2'},
      {x: 15, label: 'λ 1'},
    ];
    const shown = () =>
      [...root.querySelectorAll('.mark')].map(mark => mark.querySelector('title')!.textContent);
    drawLineChart(root, {...chart(20), marks}, SIZE);
    expect(shown()).to.deep.equal(['λ 2', 'λ 1']);
    const first = root.querySelector('.mark')!;
    drawLineChart(root, {...chart(20), marks}, {...SIZE, zoom: [1, 10]});
    expect(shown()).to.deep.equal(['λ 2']);
    expect(root.querySelector('.mark')).to.equal(first);
    drawLineChart(root, chart(20), SIZE);
    expect(shown()).to.be.empty;
  });

  it('updates in place: the nodes stay, their shapes change', () => {
    const root = svg();
    const data = chart(20);
    drawLineChart(root, data, SIZE);
    const nodes = [...root.querySelectorAll('path.line, g.x, g.y')];
    const line = root.querySelector('path.line')!;
    const before = line.getAttribute('d');
    (data.x as number[]).push(21);
    data.series.forEach(({values}) => (values as number[]).push(3));
    drawLineChart(root, {...data}, SIZE);
    expect([...root.querySelectorAll('path.line, g.x, g.y')]).to.deep.equal(nodes);
    expect(line.getAttribute('d')).to.not.equal(before);
  });

  /** Shapes of all lines, and the labels of the axes. */
  const drawn = (root: Element) =>
    [...root.querySelectorAll('path, g.tick text')].map(
      each => each.getAttribute('d') ?? each.textContent
    );
  const LOOKS: Record<string, Partial<ChartOptions>> = {
    'as it is': {},
    'smoothed, on a logarithmic axis': {smoothing: 0.9, log: true},
    'zoomed in, to beyond the end': {zoom: [700, 1400]},
    'zoomed in, to before the end': {zoom: [100, 950], smoothing: 0.5},
  };
  for (const [name, look] of Object.entries(LOOKS)) {
    it(`draws what has grown as if it had been there: ${name}`, () => {
      const whole = chart(1300);
      whole.series.forEach(({values}, k) => {
        for (let i = 300; i < 340 + 200 * k; i++) (values as number[])[i] = NaN;
        (values as number[])[1100] = 7;
      });
      const upTo = (count: number): ChartData => ({
        x: whole.x.slice(0, count),
        series: whole.series.map(each => ({...each, values: each.values.slice(0, count)})),
      });
      const grown = upTo(900);
      const root = svg();
      for (let count = 900; count <= 1300; count += 1 + (count % 7)) {
        for (let row = grown.x.length; row < count; row++) {
          (grown.x as number[]).push(whole.x[row]!);
          grown.series.forEach(({values}, k) =>
            (values as number[]).push(whole.series[k]!.values[row]!)
          );
        }
        drawLineChart(root, {...grown}, {...SIZE, ...look});
        const fresh = svg();
        drawLineChart(fresh, upTo(count), {...SIZE, ...look});
        expect(drawn(root)).to.deep.equal(drawn(fresh));
      }
    });
  }

  it('draws a history that was cut and has grown again as what it is now', () => {
    const history = new History();
    const reports = (from: number, to: number, shift: number) =>
      Array.from({length: to - from + 1}, (_, i) => ({
        iteration: from + i,
        stepMs: 1,
        generatorLoss: shift + Math.sin(from + i),
      }));
    const data = (): ChartData => ({
      x: history.iterations,
      series: [{name: 'a', label: 'A', colour: 'red', values: history.scalars.generatorLoss}],
    });
    const root = svg();
    history.append(reports(1, 1000, 0));
    drawLineChart(root, data(), {...SIZE, smoothing: 0.9});
    // Longer than before when it is drawn again.
    history.append(reports(500, 1010, 3));
    drawLineChart(root, data(), {...SIZE, smoothing: 0.9});
    const fresh = svg();
    const copy = data();
    const values = [...copy.series[0]!.values];
    drawLineChart(
      fresh,
      {x: [...copy.x], series: [{...copy.series[0]!, values}]},
      {...SIZE, smoothing: 0.9}
    );
    expect(drawn(root)).to.deep.equal(drawn(fresh));
  });

  it('touches the lines alone for a row that changes neither axis', () => {
    const root = svg();
    const data = chart(1000);
    drawLineChart(root, data, SIZE);
    const watch = new MutationObserver(() => {});
    watch.observe(root, {attributes: true, childList: true, characterData: true, subtree: true});
    (data.x as number[]).push(1001);
    data.series.forEach(({values}) => (values as number[]).push(0.5));
    drawLineChart(root, data, SIZE);
    const touched = watch.takeRecords().map(({target}) => (target as Element).localName);
    expect(touched).to.deep.equal(['path', 'path']);
  });

  it('follows another size', () => {
    const root = svg();
    const data = chart(1000);
    drawLineChart(root, data, SIZE);
    drawLineChart(root, data, {width: 500, height: 200});
    const fresh = svg();
    drawLineChart(fresh, chart(1000), {width: 500, height: 200});
    expect(drawn(root)).to.deep.equal(drawn(fresh));
    expect(root.getAttribute('width')).to.equal('500');
  });

  it('leaves a gap where a value is missing', () => {
    const root = svg();
    const data = chart(5);
    (data.series[0]!.values as number[])[2] = NaN;
    drawLineChart(root, data, SIZE);
    expect(root.querySelector('path.line')!.getAttribute('d')!.match(/M/g)).to.have.length(2);
  });

  it('marks the row of the cursor on each line that has a value there', () => {
    const root = svg();
    const data = chart(10);
    (data.series[0]!.values as number[])[4] = NaN;
    drawLineChart(root, data, {...SIZE, row: 4});
    expect(root.querySelectorAll('line.cursor')).to.have.length(1);
    expect(root.querySelectorAll('circle.cursor')).to.have.length(1);
    drawLineChart(root, data, SIZE);
    expect(root.querySelectorAll('.cursor')).to.have.length(0);
  });

  it('draws a bounded number of points, however long the history', () => {
    const root = svg();
    drawLineChart(root, chart(50_000), SIZE);
    const points = root.querySelector('path.line')!.getAttribute('d')!.match(/[ML]/g)!;
    expect(points.length).to.be.at.most(4 * SIZE.width);
  });

  it('draws what the zoom holds alone, and fits the values to it', () => {
    const root = svg();
    const data = chart(100);
    (data.series[0]!.values as number[])[80] = 1000;
    drawLineChart(root, data, {...SIZE, zoom: [10, 19]});
    const points = root.querySelector('path.line')!.getAttribute('d')!.match(/[ML]/g)!;
    expect(points).to.have.length(10);
    const labels = [...root.querySelectorAll('g.y text')].map(text => text.textContent);
    expect(labels).to.not.include('1,000');
    expect(labels).to.include('0.0');
  });

  it('marks no row outside the zoom', () => {
    const root = svg();
    drawLineChart(root, chart(100), {...SIZE, zoom: [10, 19], row: 50});
    expect(root.querySelectorAll('.cursor')).to.have.length(0);
  });

  it('labels powers of ten on a logarithmic axis, on both sides of 0', () => {
    const root = svg();
    const data = chart(3);
    data.series[0]!.values = [-20, 0, 300];
    drawLineChart(root, data, {...SIZE, log: true});
    const labels = [...root.querySelectorAll('g.y text')].map(text => text.textContent);
    expect(labels).to.include.members(['−10', '−1', '0', '1', '10', '100']);
    drawLineChart(root, data, SIZE);
    const linear = [...root.querySelectorAll('g.y text')].map(text => text.textContent);
    expect(linear).to.not.include('−1');
  });

  it('draws the values faintly behind their moving average', () => {
    const root = svg();
    drawLineChart(root, chart(50), {...SIZE, smoothing: 0.9});
    const shape = (selector: string) => root.querySelector(selector)!.getAttribute('d');
    expect(root.querySelectorAll('path.raw')).to.have.length(2);
    expect(shape('path.raw')).to.not.equal(shape('path.line'));
    drawLineChart(root, chart(50), SIZE);
    expect(root.querySelectorAll('path.raw')).to.have.length(0);
  });

  it('draws the brush between its two positions', () => {
    const root = svg();
    drawLineChart(root, chart(50), {...SIZE, brush: [120, 80]});
    const brush = root.querySelector('rect.brush')!;
    expect([brush.getAttribute('x'), brush.getAttribute('width')]).to.deep.equal(['80', '40']);
  });

  it('keeps to a stated range', () => {
    const root = svg();
    drawLineChart(root, {...chart(10), range: [0, 100]}, SIZE);
    const labels = [...root.querySelectorAll('g.y text')].map(text => text.textContent);
    expect(labels).to.include('100');
  });

  it('draws one point, and none, without a complaint', () => {
    const root = svg();
    drawLineChart(root, chart(1), SIZE);
    drawLineChart(root, chart(0), SIZE);
    expect(root.innerHTML).to.not.include('NaN');
  });
});

describe('rowAt(data, options, pixel)', () => {
  it('is the nearest row', () => {
    const data = chart(10);
    expect(rowAt(data, SIZE, 0)).to.equal(0);
    expect(rowAt(data, SIZE, 300)).to.equal(9);
    expect(rowAt(data, SIZE, 38 + (300 - 48) / 2)).to.be.oneOf([4, 5]);
  });

  it('is undefined without rows', () => {
    expect(rowAt(chart(0), SIZE, 10)).to.equal(undefined);
  });
});

describe('rowsIn(x, zoom)', () => {
  it('is the rows within, and all where none is', () => {
    const x = [1, 3, 5, 7];
    expect(rowsIn(x, undefined)).to.deep.equal([0, 4]);
    expect(rowsIn(x, [3, 6])).to.deep.equal([1, 3]);
    expect(rowsIn(x, [8, 20])).to.deep.equal([0, 4]);
  });
});

describe('zoomBetween(data, options, pixels)', () => {
  it('is in order and within what is shown', () => {
    const data = chart(101);
    const middle = 38 + (300 - 48) / 2;
    expect(zoomBetween(data, SIZE, [1000, middle])).to.deep.equal([51, 101]);
    expect(zoomBetween(data, {...SIZE, zoom: [51, 101]}, [0, middle])).to.deep.equal([51, 76]);
  });
});
