import {expect} from '@open-wc/testing';
import {zoomIdentity} from 'd3';
import {
  drawMarks,
  drawTiles,
  makeAtlas,
  mapScales,
  squareAround,
  type MapMarks,
} from '../../components/latent-map-drawing.js';
import type {Picture} from '../../core/engine/protocol.js';
import {surveyGrid} from '../../core/session/latent.js';
import {pixelOf} from '../fixtures/elements.js';

/** A picture of one colour that is opaque in a box, transparent outside. */
function boxed(
  size: number,
  [left, top, right, bottom]: readonly [number, number, number, number],
  colour: readonly [number, number, number] = [255, 0, 0]
): Picture {
  const pixels = new Uint8ClampedArray(4 * size * size);
  for (let i = 0; i < size * size; i++) {
    const [x, y] = [i % size, Math.floor(i / size)];
    const inside = x >= left && x < right && y >= top && y < bottom;
    pixels.set([...colour, inside ? 255 : 0], 4 * i);
  }
  return {width: size, height: size, pixels};
}

const SVG = 'http://www.w3.org/2000/svg';
const MARKS: MapMarks = {
  ...{code: [1, -2], recovered: [0.5, 0], hue: 'rgb(1, 2, 3)'},
  labels: ['across', 'up'],
};

describe('mapScales(side, transform)', () => {
  it('spans three standard deviations each way, upwards', () => {
    const {x, y} = mapScales(300, zoomIdentity);
    expect([x(-3), x(0), x(3)]).to.deep.equal([0, 150, 300]);
    expect([y(-3), y(0), y(3)]).to.deep.equal([300, 150, 0]);
  });

  it('follows a transform', () => {
    const {x, y} = mapScales(300, zoomIdentity.translate(-150, -150).scale(2));
    expect([x(0), y(0)]).to.deep.equal([150, 150]);
    expect(x(1) - x(0)).to.equal(100);
  });
});

describe('squareAround(picture)', () => {
  it('is centred on what is not transparent, within the picture', () => {
    expect(squareAround(boxed(32, [10, 4, 20, 24]))).to.deep.equal({left: 5, top: 4, side: 20});
    expect(squareAround(boxed(32, [0, 20, 4, 32]))).to.deep.equal({left: 0, top: 20, side: 12});
  });

  it('is at least a quarter of the picture, and all of it where nothing is seen', () => {
    expect(squareAround(boxed(32, [16, 16, 17, 17])).side).to.equal(8);
    expect(squareAround(boxed(32, [0, 0, 0, 0]))).to.deep.equal({left: 0, top: 0, side: 32});
  });
});

describe('makeAtlas(pictures, columns)', () => {
  it('holds each picture, cut, in its place', () => {
    const box = [8, 8, 24, 24] as const;
    const colours = [
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
    ] as const;
    const {canvas, columns, side} = makeAtlas(
      colours.map(colour => boxed(32, box, colour)),
      2
    );
    expect({columns, side}).to.deep.equal({columns: 2, side: 16});
    expect([canvas.width, canvas.height]).to.deep.equal([32, 32]);
    for (const [x, y, colour] of [
      [0, 0, colours[0]],
      [31, 15, colours[1]],
      [15, 31, colours[2]],
    ] as const) {
      expect(pixelOf(canvas, x, y)).to.deep.equal([...colour, 255]);
    }
    expect(pixelOf(canvas, 31, 31)[3]).to.equal(0);
  });
});

describe('drawTiles(canvas, atlas, grid, scales)', () => {
  const pictures = surveyGrid().map((_, i) => boxed(8, [0, 0, 8, 8], [5 * i, 0, 0]));
  const grid = surveyGrid();

  function canvasOf(side: number): HTMLCanvasElement {
    const canvas = document.createElement('canvas');
    canvas.style.cssText = `display: block; width: ${side}px; height: ${side}px`;
    document.body.append(canvas);
    return canvas;
  }

  /** The red of the canvas at coordinates. */
  function redAt(
    canvas: HTMLCanvasElement,
    side: number,
    u: number,
    v: number,
    view = zoomIdentity
  ) {
    const {x, y} = mapScales(side, view);
    return pixelOf(canvas, x(u) * devicePixelRatio, y(v) * devicePixelRatio)[0];
  }

  it('draws each picture around the point of its code', () => {
    const canvas = canvasOf(360);
    drawTiles(canvas, makeAtlas(pictures, 7), grid, mapScales(360, zoomIdentity));
    for (const [i, [u, v]] of grid.entries()) {
      expect(redAt(canvas, 360, u, v), String(i)).to.equal(5 * i);
    }
    canvas.remove();
  });

  it('follows a zoom, and clears without an atlas', () => {
    const canvas = canvasOf(360);
    const view = zoomIdentity.translate(-360, -360).scale(3);
    drawTiles(canvas, makeAtlas(pictures, 7), grid, mapScales(360, view));
    expect(redAt(canvas, 360, 0, 0, view)).to.equal(5 * 24);
    expect(redAt(canvas, 360, 0.3, -0.3, view)).to.equal(5 * 24);
    drawTiles(canvas, undefined, grid, mapScales(360, view));
    expect(pixelOf(canvas, 180, 180)).to.deep.equal([0, 0, 0, 0]);
    canvas.remove();
  });
});

describe('drawMarks(svg, marks, scales, side)', () => {
  const scales = mapScales(300, zoomIdentity);
  const numbers = (element: Element | null, ...names: string[]) =>
    names.map(name => Number(element!.getAttribute(name)));

  it('draws axes with names, rings of the prior, and both codes with a line between', () => {
    const svg = document.createElementNS(SVG, 'svg');
    drawMarks(svg, MARKS, scales, 300);
    expect([...svg.querySelectorAll('text.label')].map(each => each.textContent)).to.deep.equal([
      'across',
      'up',
    ]);
    expect(svg.querySelectorAll('.tick').length).to.be.above(6);
    const rings = [...svg.querySelectorAll('circle.ring.line')];
    expect(rings.map(ring => numbers(ring, 'cx', 'cy', 'r'))).to.deep.equal([
      [150, 150, 50],
      [150, 150, 100],
    ]);
    expect(numbers(svg.querySelector('.code'), 'cx', 'cy')).to.deep.equal([200, 250]);
    expect(numbers(svg.querySelector('.recovered'), 'cx', 'cy')).to.deep.equal([175, 150]);
    const between = numbers(svg.querySelector('.between.line'), 'x1', 'y1', 'x2', 'y2');
    expect(between).to.deep.equal([200, 250, 175, 150]);
  });

  it('updates in place, and leaves out what is not known', () => {
    const svg = document.createElementNS(SVG, 'svg');
    drawMarks(svg, MARKS, scales, 300);
    const nodes = [...svg.querySelectorAll('circle, line.between')];
    drawMarks(svg, {...MARKS, code: [0, 0]}, scales, 300);
    expect([...svg.querySelectorAll('circle, line.between')]).to.have.members(nodes);
    expect(numbers(svg.querySelector('.code'), 'cx', 'cy')).to.deep.equal([150, 150]);
    drawMarks(svg, {...MARKS, recovered: undefined}, scales, 300);
    expect(svg.querySelectorAll('.recovered, .between')).to.have.length(0);
    drawMarks(svg, {...MARKS, code: undefined}, scales, 300);
    expect(svg.querySelectorAll('.code, .between')).to.have.length(0);
  });
});
