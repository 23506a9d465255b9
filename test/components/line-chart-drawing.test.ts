import {expect} from '@open-wc/testing';
import {drawLineChart, rowAt, thin, type ChartData} from '../../components/line-chart-drawing.js';

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

describe('thin(x, values, columns)', () => {
  it('keeps every point where there are few', () => {
    expect(thin([1, 2, 3], [4, 5, 6], 10)).to.deep.equal([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
  });

  it('keeps peaks, ends and order, and at most four points a column', () => {
    const x = Array.from({length: 10_000}, (_, i) => i);
    const values = x.map(i => Math.sin(i / 7));
    values[4321] = 50;
    values[8765] = -50;
    const points = thin(x, values, 100);
    expect(points.length).to.be.at.most(4 * 101);
    expect(points).to.deep.include([4321, 50]);
    expect(points).to.deep.include([8765, -50]);
    expect(points[0]).to.deep.equal([0, values[0]]);
    expect(points.at(-1)).to.deep.equal([9999, values[9999]]);
    const order = points.map(([at]) => at);
    expect(order).to.deep.equal([...order].sort((a, b) => a - b));
  });

  it('does not lose values next to gaps', () => {
    const x = Array.from({length: 1000}, (_, i) => i);
    const values = x.map(i => (i % 2 === 0 ? NaN : i));
    const kept = thin(x, values, 10).filter(([, value]) => !Number.isNaN(value));
    expect(Math.max(...kept.map(([, value]) => value))).to.equal(999);
    expect(kept.length).to.be.at.least(10);
  });
});

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
