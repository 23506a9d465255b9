/** A plane of codes: thumbnails on a canvas, axes and marks in an SVG element over it, updated in place. */

import {axisBottom, axisLeft, scaleLinear, select} from 'd3';
import type {ScaleLinear, ZoomTransform} from 'd3';
import type {Picture} from '../core/engine/protocol.js';
import type {Coordinates} from '../core/session/code-plane.js';
import {CODE_LIMIT} from '../core/session/codes.js';
import {strings} from './strings.js';

/** From coordinates to CSS pixels of the field, as it is zoomed. */
export interface MapScales {
  x: ScaleLinear<number, number>;
  y: ScaleLinear<number, number>;
}

/** What is drawn over the thumbnails. */
export interface MapMarks {
  /** Where the code is; nowhere if absent. */
  code?: Coordinates;
  /** Where the code that was read back is. */
  recovered?: Coordinates;
  /** Any CSS colour. */
  hue: string;
  labels: readonly [x: string, y: string];
}

/** Thumbnails at the points of a square grid, and the one canvas that they are kept in. */
export interface Atlas {
  canvas: HTMLCanvasElement;
  /** Thumbnails in a row. */
  columns: number;
  /** Pixels of a thumbnail, along each side. */
  side: number;
}

/** Distances from 0 that are marked, in standard deviations. */
const RINGS = [1, 2];

/** Opacity of a mask that counts as the region, of 255. */
const SEEN_ALPHA = 26;

/** Least part of a picture that a thumbnail shows, along each side. */
const LEAST_PART = 0.25;

/** @param side Height and width of the field, in CSS pixels. */
export function mapScales(side: number, transform: ZoomTransform): MapScales {
  const limits = [-CODE_LIMIT, CODE_LIMIT];
  return {
    x: transform.rescaleX(scaleLinear(limits, [0, side])),
    y: transform.rescaleY(scaleLinear(limits, [side, 0])),
  };
}

/**
 * The square around what is not transparent, so that a small region is seen large. All pictures
 * share one mask.
 */
export function squareAround({width, height, pixels}: Picture): {
  left: number;
  top: number;
  side: number;
} {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let i = 0; i < width * height; i++) {
    if (pixels[4 * i + 3]! < SEEN_ALPHA) continue;
    const [column, row] = [i % width, Math.floor(i / width)];
    left = Math.min(left, column);
    right = Math.max(right, column + 1);
    top = Math.min(top, row);
    bottom = Math.max(bottom, row + 1);
  }
  const limit = Math.min(width, height);
  if (left >= right) return {left: 0, top: 0, side: limit};
  const least = Math.ceil(LEAST_PART * limit);
  const side = Math.min(Math.max(right - left, bottom - top, least), limit);
  const start = (low: number, high: number, length: number): number =>
    Math.min(Math.max(Math.round((low + high - side) / 2), 0), length - side);
  return {left: start(left, right, width), top: start(top, bottom, height), side};
}

/** Puts pictures, row by row, into one canvas, cut to where their region is. */
export function makeAtlas(pictures: readonly Picture[], columns: number): Atlas {
  const canvas = document.createElement('canvas');
  const {left, top, side} = squareAround(pictures[0]!);
  canvas.width = columns * side;
  canvas.height = Math.ceil(pictures.length / columns) * side;
  const context = canvas.getContext('2d')!;
  pictures.forEach(({width, height, pixels}, i) => {
    const [x, y] = [(i % columns) * side, Math.floor(i / columns) * side];
    const image = new ImageData(pixels, width, height);
    context.putImageData(image, x - left, y - top, left, top, side, side);
  });
  return {canvas, columns, side};
}

/**
 * Draws thumbnails at their codes' places; clears the canvas where there are none.
 *
 * @param grid Coordinates of the thumbnails, in their order.
 */
export function drawTiles(
  canvas: HTMLCanvasElement,
  atlas: Atlas | undefined,
  grid: readonly Coordinates[],
  {x, y}: MapScales
): void {
  const ratio = window.devicePixelRatio;
  const [width, height] = [canvas.clientWidth * ratio, canvas.clientHeight * ratio].map(Math.round);
  if (canvas.width !== width) canvas.width = width!;
  if (canvas.height !== height) canvas.height = height!;
  const context = canvas.getContext('2d')!;
  context.clearRect(0, 0, canvas.width, canvas.height);
  if (!atlas) return;
  const {side, columns} = atlas;
  const pitch = ratio * (x(grid[1]![0]) - x(grid[0]![0]));
  const size = pitch - ratio;
  context.imageSmoothingEnabled = size < side;
  grid.forEach(([u, v], i) => {
    const [left, top] = [ratio * x(u) - size / 2, ratio * y(v) - size / 2];
    if (left > canvas.width || top > canvas.height || left + size < 0 || top + size < 0) return;
    const from = [(i % columns) * side, Math.floor(i / columns) * side] as const;
    context.drawImage(atlas.canvas, ...from, side, side, left, top, size, size);
  });
}

/** Draws axes and marks into an SVG element that covers the field; the axes stand outside of it. */
export function drawMarks(
  svg: SVGSVGElement,
  {code, recovered, hue, labels}: MapMarks,
  {x, y}: MapScales,
  side: number
): void {
  const root = select(svg).attr('width', side).attr('height', side);
  const ticks = Math.max(2, Math.floor(side / 56));
  root
    .selectAll<SVGGElement, number>('g.x')
    .data([0])
    .join('g')
    .attr('class', 'x')
    .attr('transform', `translate(0 ${side})`)
    .call(axisBottom(x).ticks(ticks).tickSizeOuter(0));
  root
    .selectAll<SVGGElement, number>('g.y')
    .data([0])
    .join('g')
    .attr('class', 'y')
    .call(axisLeft(y).ticks(ticks).tickSizeOuter(0));
  root
    .selectAll<SVGTextElement, string>('text.label')
    .data(labels)
    .join('text')
    .attr('class', 'label')
    .attr('transform', (_, i) =>
      i === 0 ? `translate(${side / 2} ${side + 36})` : `translate(-36 ${side / 2}) rotate(-90)`
    )
    .text(label => label);

  // An SVG element inside another cuts off what leaves it.
  const field = root
    .selectAll<SVGSVGElement, number>('svg.clip')
    .data([0])
    .join('svg')
    .attr('class', 'clip')
    .attr('width', side)
    .attr('height', side);
  const scale = Math.abs(x(1) - x(0));
  for (const layer of ['halo', 'line']) {
    field
      .selectAll<SVGCircleElement, number>(`circle.ring.${layer}`)
      .data(RINGS)
      .join('circle')
      .attr('class', `ring ${layer}`)
      .attr('cx', x(0))
      .attr('cy', y(0))
      .attr('r', ring => ring * scale);
  }
  field
    .selectAll<SVGTextElement, number>('text.ring')
    .data(RINGS)
    .join('text')
    .attr('class', 'ring')
    .attr('x', ring => x(ring * Math.SQRT1_2) + 3)
    .attr('y', ring => y(ring * Math.SQRT1_2) - 3)
    .text(strings.map.deviations);

  const between = code && recovered ? [[code, recovered] as const] : [];
  for (const layer of ['halo', 'line']) {
    field
      .selectAll<SVGLineElement, readonly [Coordinates, Coordinates]>(`line.between.${layer}`)
      .data(between)
      .join('line')
      .attr('class', `between ${layer}`)
      .attr('x1', ([from]) => x(from[0]))
      .attr('y1', ([from]) => y(from[1]))
      .attr('x2', ([, to]) => x(to[0]))
      .attr('y2', ([, to]) => y(to[1]));
  }
  const marks = [
    {name: 'recovered', at: recovered, radius: 6},
    {name: 'code', at: code, radius: 8},
  ].flatMap(({at, ...mark}) => (at ? [{...mark, at}] : []));
  field
    .selectAll<SVGCircleElement, (typeof marks)[number]>('circle.mark')
    .data(marks, mark => mark.name)
    .join('circle')
    .attr('class', mark => `mark ${mark.name}`)
    .attr('r', mark => mark.radius)
    .attr('cx', mark => x(mark.at[0]))
    .attr('cy', mark => y(mark.at[1]))
    .style('--hue', hue)
    .raise();
}
