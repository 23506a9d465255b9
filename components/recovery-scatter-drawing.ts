/** One component of many codes against what was read back of it, drawn in place. */

import {scaleLinear, select} from 'd3';
import {CODE_LIMIT} from '../core/session/codes.js';
import type {Recovered} from '../core/session/code-recovery.js';

/** Space around the field, for dots at its edge. */
const MARGIN = 4;

/**
 * Draws a square scatter into an SVG element: z across, ẑ upwards, both from −3 to 3; what lies
 * beyond stands at the edge.
 *
 * @param side Height and width in CSS pixels.
 * @param hue Any CSS colour.
 */
export function drawScatter(
  svg: SVGSVGElement,
  {codes, recovered}: Pick<Recovered, 'codes' | 'recovered'>,
  side: number,
  hue: string
): void {
  const limits = [-CODE_LIMIT, CODE_LIMIT];
  const x = scaleLinear(limits, [MARGIN, side - MARGIN]).clamp(true);
  const y = scaleLinear(limits, [side - MARGIN, MARGIN]).clamp(true);
  const root = select(svg).attr('width', side).attr('height', side);
  const [low, high] = [-CODE_LIMIT, CODE_LIMIT];
  const guides = [
    {name: 'axis across', from: [low, 0], to: [high, 0]},
    {name: 'axis up', from: [0, low], to: [0, high]},
    {name: 'diagonal', from: [low, low], to: [high, high]},
  ] as const;
  root
    .selectAll<SVGLineElement, (typeof guides)[number]>('line')
    .data(guides)
    .join('line')
    .attr('class', guide => guide.name)
    .attr('x1', guide => x(guide.from[0]))
    .attr('y1', guide => y(guide.from[1]))
    .attr('x2', guide => x(guide.to[0]))
    .attr('y2', guide => y(guide.to[1]));
  // One path of points: lines without length and with round ends. A node a dot would be thousands.
  const dots = Array.from(codes, (z, i) => `M${x(z).toFixed(1)} ${y(recovered[i]!).toFixed(1)}h0`);
  root
    .selectAll<SVGPathElement, string>('path.dots')
    .data([dots.join('')])
    .join('path')
    .attr('class', 'dots')
    .style('stroke', hue)
    .attr('d', path => path);
}
