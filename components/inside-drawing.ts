/** Channels and weights of a layer as small charts, drawn in place. */

// Of D3 no more than the other late charts use.
import {axisBottom, axisLeft, line, scaleLinear, scaleLog, select} from 'd3';
import type {NumberValue, ScaleContinuousNumeric} from 'd3';
import type {Spectrum} from '../core/engine/protocol.js';
import {explorerStrings} from './explorer-strings.js';

/** Height of the bars, and of the charts of weights with their axes, in CSS pixels. */
export const BARS_HEIGHT = 44;
export const CHART_HEIGHT = 132;

const MARGIN = {left: 46, right: 10, top: 8, bottom: 20};

/** Singular values that are less than this share of the largest stand at the foot. */
const REACH = 1e-6;

type Root = ReturnType<typeof select<SVGSVGElement, unknown>>;
type Scale = ScaleContinuousNumeric<number, number>;

/**
 * A bar a channel, up to the full height for a share of 1, in the order that is given.
 *
 * @param marked Place of the channel that is told of; none if absent.
 */
export function drawShares(
  svg: SVGSVGElement,
  shares: readonly number[],
  width: number,
  marked?: number
): void {
  const x = scaleLinear([0, Math.max(shares.length, 1)], [0, width]);
  // Bars that are wide enough stand apart.
  const bar = Math.max(x(1) - (x(1) > 3 ? 1 : 0), 0.5);
  const root = select(svg).attr('width', width).attr('height', BARS_HEIGHT);
  const rectangle = (at: number, share: number): string =>
    `M${x(at).toFixed(1)} ${BARS_HEIGHT}v${(-share * BARS_HEIGHT).toFixed(1)}h${bar.toFixed(1)}V${BARS_HEIGHT}z`;
  drawPath(root, 'field', `M0 0H${width}V${BARS_HEIGHT}H0z`);
  const places = marked === undefined ? [] : [marked];
  drawPath(root, 'marked', places.map(at => rectangle(at, 1)).join(''));
  drawPath(
    root,
    'shares',
    shares.map((share, at) => (share > 0 ? rectangle(at, share) : '')).join('')
  );
}

/** How the weights are distributed. */
export function drawHistogram(
  svg: SVGSVGElement,
  {from, to, counts}: Spectrum['histogram'],
  width: number
): void {
  const root = select(svg).attr('width', width).attr('height', CHART_HEIGHT);
  // Equal weights have no range of their own.
  const space = from < to ? 0 : Math.abs(from) / 2 || 0.5;
  const x = scaleLinear([from - space, to + space], [MARGIN.left, width - MARGIN.right]);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const y = scaleLinear([0, most], [CHART_HEIGHT - MARGIN.bottom, MARGIN.top]);
  const step = (to - from + 2 * space) / counts.length;
  const base = y(0);
  let path = `M${x(from - space).toFixed(1)} ${base}`;
  counts.forEach((count, i) => {
    path += `V${y(count).toFixed(1)}H${x(from - space + (i + 1) * step).toFixed(1)}`;
  });
  drawPath(root, 'counts', `${path}V${base}z`);
  drawPath(root, 'zero', from < 0 && to > 0 ? `M${x(0).toFixed(1)} ${MARGIN.top}V${base}` : '');
  drawAxes(root, x, y, width, y.ticks(3));
}

/** Singular values on a logarithmic scale, the largest first, and the σ in use across them. */
export function drawSpectrum(
  svg: SVGSVGElement,
  {singularValues, rank, sigma}: Pick<Spectrum, 'singularValues' | 'rank' | 'sigma'>,
  width: number
): void {
  const root = select(svg).attr('width', width).attr('height', CHART_HEIGHT);
  const largest = Math.max(singularValues[0] ?? 0, sigma ?? 0) || 1;
  const floor = largest * REACH;
  const held = (value: number): number => Math.max(value, floor);
  const marks = sigma !== undefined && sigma > 0 ? [sigma] : [];
  const least = held(Math.min(singularValues.at(-1) ?? largest, ...marks));
  const x = scaleLinear([1, Math.max(rank, 2)], [MARGIN.left + 6, width - MARGIN.right]);
  const y = scaleLog(
    [Math.min(least, largest / 2), largest * 1.15],
    [CHART_HEIGHT - MARGIN.bottom, MARGIN.top]
  );
  const points = Array.from(singularValues, (value, i) => [i + 1, held(value)] as const);
  const curve = line<readonly [number, number]>()
    .digits(1)
    .x(([place]) => x(place))
    .y(([, value]) => y(value));
  drawPath(root, 'curve', curve(points) ?? '');
  drawPath(
    root,
    'dots',
    points.map(([place, value]) => `M${x(place).toFixed(1)} ${y(value).toFixed(1)}h0`).join('')
  );
  const at = (value: number): number => y(held(value));
  root
    .selectAll<SVGLineElement, number>('line.sigma')
    .data(marks)
    .join('line')
    .attr('class', 'sigma')
    .attr('x1', MARGIN.left)
    .attr('x2', width - MARGIN.right)
    .attr('y1', at)
    .attr('y2', at);
  root
    .selectAll<SVGTextElement, number>('text.sigma')
    .data(marks)
    .join('text')
    .attr('class', 'sigma')
    .attr('text-anchor', 'end')
    .attr('x', width - MARGIN.right)
    // Over the line where there is room, else under it.
    .attr('y', value => at(value) + (at(value) > MARGIN.top + 14 ? -4 : 13))
    .text(value => explorerStrings.inside.sigma(value));
  drawAxes(root, x, y, width, logTicks(y.domain(), 4));
}

function drawPath(root: Root, name: string, path: string): void {
  root
    .selectAll<SVGPathElement, string>(`path.${name}`)
    .data([path])
    .join('path')
    .attr('class', name)
    .attr('d', each => each);
}

function drawAxes(root: Root, x: Scale, y: Scale, width: number, ticks: readonly number[]): void {
  const format = (value: NumberValue): string =>
    `${Number(Number(value).toPrecision(3))}`.replace('-', '−');
  const group = (name: string, place: string) =>
    root
      .selectAll<SVGGElement, number>(`g.${name}`)
      .data([0])
      .join('g')
      .attr('class', name)
      .attr('transform', place);
  const across = axisBottom(x)
    .ticks(Math.max(2, Math.floor(width / 90)))
    .tickFormat(format)
    .tickSizeOuter(0);
  group('x', `translate(0 ${CHART_HEIGHT - MARGIN.bottom})`).call(across);
  const up = axisLeft(y).tickValues(ticks).tickFormat(format).tickSize(4).tickSizeOuter(0);
  group('y', `translate(${MARGIN.left} 0)`).call(up);
}

/**
 * Ticks of a logarithmic scale, few enough to be read: powers of ten, with 2 and 5 between them where
 * there are not enough; of a range without those, the ticks of an even scale.
 */
function logTicks([low = 0, high = 0]: readonly number[], count: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const powers = Array.from({length: last - first + 1}, (_, i) => first + i);
  const within = (factors: readonly number[]): number[] =>
    powers
      .flatMap(power => factors.map(factor => Number(`${factor}e${power}`)))
      .filter(value => value >= low && value <= high);
  const decades = within([1]);
  if (decades.length > 2) {
    const step = Math.ceil(decades.length / (count + 1));
    return decades.filter((_, i) => i % step === 0);
  }
  const some = within([1, 2, 5]);
  return some.length > 1 ? some : scaleLinear([low, high], [0, 1]).ticks(count);
}
