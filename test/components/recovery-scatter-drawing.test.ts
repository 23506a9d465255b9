import {expect} from '@open-wc/testing';
import {drawScatter} from '../../components/recovery-scatter-drawing.js';

const SVG = 'http://www.w3.org/2000/svg';

/** Where the dots are, in the order of the codes. */
const dotsOf = (svg: Element) =>
  [
    ...svg
      .querySelector('path.dots')!
      .getAttribute('d')!
      .matchAll(/M(\S+) (\S+)h0/g),
  ].map(match => [Number(match[1]), Number(match[2])]);

describe('drawScatter(svg, recovered, side, hue)', () => {
  it('has z across and ẑ upwards, from −3 to 3, and holds what is beyond at the edge', () => {
    const svg = document.createElementNS(SVG, 'svg');
    const codes = Float32Array.of(0, -3, 3, 1.5, 0);
    const recovered = Float32Array.of(0, -3, 3, 0, 7);
    drawScatter(svg, {codes, recovered}, 128, 'red');
    expect(dotsOf(svg)).to.deep.equal([
      [64, 64],
      [4, 124],
      [124, 4],
      [94, 64],
      [64, 4],
    ]);
  });

  it('draws the diagonal ẑ = z', () => {
    const svg = document.createElementNS(SVG, 'svg');
    drawScatter(svg, {codes: new Float32Array(), recovered: new Float32Array()}, 128, 'red');
    const line = svg.querySelector('line.diagonal')!;
    const numbers = ['x1', 'y1', 'x2', 'y2'].map(name => Number(line.getAttribute(name)));
    expect(numbers).to.deep.equal([4, 124, 124, 4]);
    expect(dotsOf(svg)).to.be.empty;
  });

  it('updates in place', () => {
    const svg = document.createElementNS(SVG, 'svg');
    const codes = Float32Array.of(1);
    drawScatter(svg, {codes, recovered: codes}, 128, 'red');
    const nodes = [...svg.children];
    drawScatter(svg, {codes, recovered: Float32Array.of(-3)}, 128, 'blue');
    expect([...svg.children]).to.deep.equal(nodes);
    expect(dotsOf(svg)).to.deep.equal([[84, 124]]);
    expect(svg.querySelector<SVGPathElement>('path.dots')!.style.stroke).to.equal('blue');
  });
});
