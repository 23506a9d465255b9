import {expect} from '@open-wc/testing';
import {flowLights, flowWays} from '../../components/data-flow.js';
import {drawCode, drawWays} from '../../components/data-flow-drawing.js';
import {layoutFlow} from '../../components/data-flow-layout.js';
import {phaseReport} from '../fixtures/flow.js';

const WAYS = flowWays('published');
const SVG = 'http://www.w3.org/2000/svg';

function canvas(): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  const ways = document.createElementNS(SVG, 'g');
  ways.classList.add('ways');
  svg.append(ways);
  return svg;
}

describe('drawWays(svg, ways, layout, lights)', () => {
  const dark = flowLights(undefined, WAYS);
  const way = (svg: SVGSVGElement, name: string) =>
    svg.querySelector<SVGPathElement>(`[data-way="${name}"]`)!;

  it('draws a path a way, in place when the width changes', () => {
    const svg = canvas();
    drawWays(svg, WAYS, layoutFlow(1000, WAYS), dark);
    const before = new Map(WAYS.map(({name}) => [name, way(svg, name)]));
    const shape = way(svg, 'D-score').getAttribute('d');
    drawWays(svg, WAYS, layoutFlow(360, WAYS), dark);
    expect(svg.querySelectorAll('path')).to.have.length(WAYS.length);
    expect(WAYS.every(({name}) => way(svg, name) === before.get(name))).to.equal(true);
    expect(way(svg, 'D-score').getAttribute('d')).to.not.equal(shape);
  });

  it('marks the ways at work, and lets go of them', () => {
    const svg = canvas();
    const layout = layoutFlow(1000, WAYS);
    drawWays(svg, WAYS, layout, flowLights(phaseReport('generator', 'score'), WAYS));
    expect(way(svg, 'composition-D').classList.contains('forward')).to.equal(true);
    expect(way(svg, 'composition-D').getAttribute('marker-end')).to.equal('url(#head-lit)');
    drawWays(svg, WAYS, layout, dark);
    expect(svg.querySelectorAll('.forward')).to.be.empty;
  });

  it('turns the arrow of a gradient round, and makes it the thicker the larger', () => {
    const svg = canvas();
    const layout = layoutFlow(1000, WAYS);
    drawWays(svg, WAYS, layout, flowLights(phaseReport('generator', 'gradients'), WAYS));
    const [f, g] = [way(svg, 'f-masks'), way(svg, 'G-drawn')];
    expect(f.getAttribute('marker-start')).to.equal('url(#head-back)');
    expect(f.getAttribute('marker-end')).to.equal(null);
    expect(parseFloat(g.style.strokeWidth)).to.be.above(parseFloat(f.style.strokeWidth));
    expect(way(svg, 'image-f').classList.contains('backward')).to.equal(false);
  });
});

describe('drawCode(svg, code, size, marks)', () => {
  it('draws a bar a component, up or down from the middle, and a mark where there is one', () => {
    const svg = document.createElementNS(SVG, 'svg');
    drawCode(svg, [1.5, -3, 0], 60, [1.5]);
    const bars = [...svg.querySelectorAll('rect')];
    const number = (bar: Element, name: string) => Number(bar.getAttribute(name));
    expect(bars).to.have.length(3);
    expect(number(bars[0]!, 'y') + number(bars[0]!, 'height')).to.equal(30);
    expect(number(bars[1]!, 'y')).to.equal(30);
    expect(number(bars[1]!, 'height')).to.equal(2 * number(bars[0]!, 'height'));
    expect(number(bars[2]!, 'height')).to.equal(0);
    const marks = [...svg.querySelectorAll('line.mark')];
    expect(marks.map(mark => number(mark, 'y1'))).to.deep.equal([number(bars[0]!, 'y')]);
  });

  it('keeps to its size beyond three deviations, and updates in place', () => {
    const svg = document.createElementNS(SVG, 'svg');
    drawCode(svg, [9], 60);
    const [bar] = svg.querySelectorAll('rect');
    expect(bar!.getAttribute('y')).to.equal('4');
    drawCode(svg, [1], 60);
    expect(svg.querySelector('rect')).to.equal(bar);
  });
});
