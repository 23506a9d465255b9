import {expect} from '@open-wc/testing';
import {
  BARS_HEIGHT,
  drawHistogram,
  drawShares,
  drawSpectrum,
} from '../../components/inside-drawing.js';

const SVG = 'http://www.w3.org/2000/svg';

const made = () => document.createElementNS(SVG, 'svg');
const pathOf = (svg: Element, name: string) =>
  svg.querySelector(`path.${name}`)!.getAttribute('d')!;

/** Left edge and height of each bar. */
const barsOf = (svg: Element, name: string) =>
  [...pathOf(svg, name).matchAll(/M(\S+) \S+?v-?([\d.]+)/g)].map(match => [
    Number(match[1]),
    Number(match[2]),
  ]);

/** Where the dots are. */
const dotsOf = (svg: Element) =>
  [...pathOf(svg, 'dots').matchAll(/M(\S+) (\S+)h0/g)].map(match => [
    Number(match[1]),
    Number(match[2]),
  ]);

describe('drawShares(svg, shares, width, marked)', () => {
  it('has a bar a channel, as high as its share', () => {
    const svg = made();
    drawShares(svg, [1, 0, 0.5, 0.25], 200);
    expect(barsOf(svg, 'shares')).to.deep.equal([
      [0, BARS_HEIGHT],
      [100, BARS_HEIGHT / 2],
      [150, BARS_HEIGHT / 4],
    ]);
    expect(barsOf(svg, 'marked')).to.be.empty;
  });

  it('marks a place over the full height', () => {
    const svg = made();
    drawShares(svg, [0, 0.5], 100, 1);
    expect(barsOf(svg, 'marked')).to.deep.equal([[50, BARS_HEIGHT]]);
  });

  it('updates in place, also to nothing', () => {
    const svg = made();
    drawShares(svg, [1, 0.5], 100, 0);
    const nodes = [...svg.children];
    drawShares(svg, [], 100);
    expect([...svg.children]).to.deep.equal(nodes);
    expect(pathOf(svg, 'shares')).to.equal('');
  });
});

describe('drawHistogram(svg, histogram, width)', () => {
  const heightsOf = (svg: Element) =>
    [...pathOf(svg, 'counts').matchAll(/V(\S+?)H/g)].map(match => Number(match[1]));

  it('has a step a bin, the most frequent at the top', () => {
    const svg = made();
    drawHistogram(svg, {from: -1, to: 1, counts: Uint32Array.of(0, 4, 2, 1)}, 256);
    const [none, most, half, quarter] = heightsOf(svg);
    expect([none, most, half]).to.deep.equal([112, 8, 60]);
    expect(quarter).to.equal(86);
    // From the left margin to the right.
    expect([...pathOf(svg, 'counts').matchAll(/H(\S+?)V/g)].map(match => match[1])).to.deep.equal([
      '96.0',
      '146.0',
      '196.0',
      '246.0',
    ]);
    expect(pathOf(svg, 'zero')).to.equal('M146.0 8V112');
  });

  it('has no line at 0 where no weight is near, and room for weights that are equal', () => {
    const svg = made();
    drawHistogram(svg, {from: 2, to: 2, counts: Uint32Array.of(9, 0)}, 256);
    expect(pathOf(svg, 'zero')).to.equal('');
    expect(pathOf(svg, 'counts')).to.not.include('NaN');
  });
});

describe('drawSpectrum(svg, spectrum, width)', () => {
  it('has the values on a logarithmic scale: equal ratios are equal steps', () => {
    const svg = made();
    drawSpectrum(svg, {singularValues: Float32Array.of(8, 4, 2, 1), rank: 4}, 256);
    const dots = dotsOf(svg);
    const steps = [1, 2, 3].map(i => dots[i]![1]! - dots[i - 1]![1]!);
    steps.forEach(step => expect(step).to.be.closeTo(steps[0]!, 0.2));
    expect(steps[0]).to.be.above(20);
    expect([dots[0]![0], dots[3]![0]]).to.deep.equal([52, 246]);
    expect(svg.querySelector('line.sigma')).to.equal(null);
  });

  it('marks the σ in use at its height', () => {
    const svg = made();
    drawSpectrum(svg, {singularValues: Float32Array.of(8, 4, 2, 1), rank: 4, sigma: 4}, 256);
    const height = Number(svg.querySelector('line.sigma')!.getAttribute('y1'));
    expect(height).to.be.closeTo(dotsOf(svg)[1]![1]!, 0.1);
    expect(svg.querySelector('text.sigma')!.textContent).to.equal('σ 4.0');
  });

  it('holds values that are 0 at the foot', () => {
    const svg = made();
    drawSpectrum(svg, {singularValues: Float32Array.of(1, 0), rank: 2}, 256);
    expect(dotsOf(svg)[1]![1]).to.be.closeTo(112, 0.1);
    drawSpectrum(svg, {singularValues: Float32Array.of(0), rank: 1}, 256);
    expect(svg.innerHTML).to.not.include('NaN');
  });

  it('of the largest alone draws one dot, before the others', () => {
    const svg = made();
    drawSpectrum(svg, {singularValues: Float32Array.of(3), rank: 900, sigma: 2.9}, 256);
    expect(dotsOf(svg).map(([x]) => x)).to.deep.equal([52]);
  });

  for (const [values, ticks] of [
    [
      [2000, 5e-3],
      ['0.01', '1', '100'],
    ],
    [
      [2, 0.15],
      ['0.2', '0.5', '1', '2'],
    ],
    [
      [0.8, 0.79],
      ['0.5', '0.6', '0.7', '0.8', '0.9'],
    ],
  ] as const) {
    it(`has few ticks at round numbers, from ${values[1]} to ${values[0]}`, () => {
      const svg = made();
      drawSpectrum(svg, {singularValues: Float32Array.from(values), rank: 2}, 256);
      expect([...svg.querySelectorAll('g.y .tick')].map(each => each.textContent)).to.deep.equal(
        ticks
      );
    });
  }

  it('updates in place', () => {
    const svg = made();
    drawSpectrum(svg, {singularValues: Float32Array.of(8, 4), rank: 2, sigma: 8}, 256);
    const nodes = [...svg.querySelectorAll('path, line.sigma, text.sigma')];
    drawSpectrum(svg, {singularValues: Float32Array.of(5, 3), rank: 2, sigma: 4}, 256);
    const now = [...svg.querySelectorAll('path, line.sigma, text.sigma')];
    expect(now.filter(node => !node.closest('g'))).to.deep.equal(
      nodes.filter(node => !node.closest('g'))
    );
  });
});
