/** The ways of the data flow and its codes, drawn in place. */

import {scaleBand, scaleLinear, scaleLog, select} from 'd3';
import type {FlowLights, FlowWay} from './data-flow.js';
import type {FlowLayout} from './data-flow-layout.js';

/** Width of a way at rest, in CSS pixels. */
const REST_PX = 1.25;
const LIT_PX = 2.5;

/** Norm of a gradient to width: four decades of norms, as thin as a line to as thick as still looks like one. */
const flowWidth = scaleLog([1e-3, 10], [1.5, 9]).clamp(true);

/** Codes are drawn from −3 to 3: one in 400 components lies beyond. */
const CODE_EXTENT = 3;

/** Draws the ways into an SVG element, which becomes as large as the layout. */
export function drawWays(
  svg: SVGSVGElement,
  ways: readonly FlowWay[],
  {width, height, paths}: FlowLayout,
  {forward, backward}: FlowLights
): void {
  select(svg)
    .attr('width', width)
    .attr('height', height)
    .select<SVGGElement>('g.ways')
    .selectAll<SVGPathElement, FlowWay>('path')
    .data(ways, ({name}) => name)
    .join('path')
    .attr('class', ({name}) => wayClass(name, forward, backward))
    .attr('data-way', ({name}) => name)
    .attr('d', ({name}) => paths[name]!)
    .attr('marker-end', ({name}) =>
      backward.has(name) ? null : `url(#head${forward.has(name) ? '-lit' : ''})`
    )
    .attr('marker-start', ({name}) => (backward.has(name) ? 'url(#head-back)' : null))
    .style('stroke-width', ({name}) => `${wayWidth(name, forward, backward)}px`)
    // What is lit lies over what is not.
    .sort((a, b) => rank(a.name) - rank(b.name));

  function rank(name: string): number {
    return forward.has(name) || backward.has(name) ? 1 : 0;
  }
}

function wayClass(
  name: string,
  forward: FlowLights['forward'],
  backward: FlowLights['backward']
): string {
  if (backward.has(name)) return 'way backward';
  return forward.has(name) ? 'way forward' : 'way';
}

function wayWidth(
  name: string,
  forward: FlowLights['forward'],
  backward: FlowLights['backward']
): number {
  const norm = backward.get(name);
  if (norm !== undefined) return flowWidth(norm);
  return forward.has(name) ? LIT_PX : REST_PX;
}

/**
 * Draws a code as bars up and down from 0, and another's components as marks on them.
 *
 * @param size Height and width, in CSS pixels.
 */
export function drawCode(
  svg: SVGSVGElement,
  code: ArrayLike<number>,
  size: number,
  marks: ArrayLike<number> = []
): void {
  const dimensions = Array.from(code, (_, i) => i);
  const x = scaleBand(dimensions, [4, size - 4]).paddingInner(0.25);
  const y = scaleLinear([-CODE_EXTENT, CODE_EXTENT], [size - 4, 4]).clamp(true);
  const root = select(svg).attr('width', size).attr('height', size);
  root
    .selectAll('line.zero')
    .data([0])
    .join('line')
    .attr('class', 'zero')
    .attr('x1', 2)
    .attr('x2', size - 2)
    .attr('y1', y(0))
    .attr('y2', y(0));
  root
    .selectAll<SVGRectElement, number>('rect')
    .data(dimensions)
    .join('rect')
    .attr('x', i => x(i)!)
    .attr('width', x.bandwidth())
    .attr('y', i => Math.min(y(0), y(code[i]!)))
    .attr('height', i => Math.abs(y(code[i]!) - y(0)));
  root
    .selectAll<SVGLineElement, number>('line.mark')
    .data(dimensions.filter(i => i < marks.length))
    .join('line')
    .attr('class', 'mark')
    .attr('x1', i => x(i)! - 1)
    .attr('x2', i => x(i)! + x.bandwidth() + 1)
    .attr('y1', i => y(marks[i]!))
    .attr('y2', i => y(marks[i]!));
}
