/** Lines over iterations, drawn in place: the same nodes are there after an update, with new shapes. */

import {
  axisBottom,
  axisLeft,
  bisectCenter,
  bisectLeft,
  bisectRight,
  format,
  scaleLinear,
  scaleSymlog,
  select,
} from 'd3';
import type {NumberValue, ScaleContinuousNumeric, ScaleLinear} from 'd3';
import {LinePath} from './line-path.js';
import {bucketSize, bucketsOf, smooth, thin} from './line-thinning.js';

/** One line. */
export interface ChartSeries {
  /** Identifies the line from one update to the next. */
  name: string;
  label: string;
  /** Any CSS colour. */
  colour: string;
  /** SVG dash pattern, for those who do not tell colours apart. */
  dash?: string;
  /**
   * As many as `x` has; NaN is a gap. The array may grow between updates; where numbers in it change,
   * or go, it must be another array.
   */
  values: readonly number[];
}

/** Something that happened on the way. */
export interface ChartMark {
  /** Between this iteration and the next. */
  x: number;
  label: string;
}

export interface ChartData {
  /** Rising; grows as `values` do. */
  x: readonly number[];
  series: readonly ChartSeries[];
  /** Range of the vertical axis; from the values if absent. */
  range?: readonly [number, number];
  /** Drawn where they are within what is shown. */
  marks?: readonly ChartMark[];
}

export interface ChartOptions {
  /** In CSS pixels. */
  width: number;
  height: number;
  /** Row to mark; none if absent. */
  row?: number;
  /** First and last iteration to show; all where absent, or where there is nothing between. */
  zoom?: readonly [number, number];
  /** Whether the vertical axis is logarithmic, up and down from 0; not where the data state a range. */
  log?: boolean;
  /** Weight of what came before in a moving average, in [0, 1); 0 draws the values alone. */
  smoothing?: number;
  /** Horizontal positions that a range is being chosen between, in CSS pixels. */
  brush?: readonly [number, number];
}

const MARGIN = {top: 8, right: 10, bottom: 22, left: 38};

/** Width of a column that a line is thinned to: about its own thickness. */
const COLUMN_PX = 2;

/** Values nearer to 0 than about this are not told apart on a logarithmic axis. */
const LOG_FROM = 0.01;

type Scale = ScaleLinear<number, number>;
type ValueScale = ScaleContinuousNumeric<number, number>;

/** What the axes of a chart were drawn for last. */
const axesDrawn = new WeakMap<SVGSVGElement, string>();

/** What each line was drawn from last. */
const paths = new WeakMap<SVGPathElement, LinePath>();

/**
 * Draws into an SVG element, which becomes `width × height`.
 *
 * Touches only what has changed, since the browser pays for each touch: for a new row, as a rule, the
 * ends of the lines.
 */
export function drawLineChart(svg: SVGSVGElement, data: ChartData, options: ChartOptions): void {
  const {width, height, row, smoothing = 0, brush} = options;
  const rows = rowsIn(data.x, options.zoom);
  const scales = chartScales(data, options, rows);
  const {x, y} = scales;
  const root = select(svg);
  const axes = String([width, height, isLog(data, options), x.domain(), y.domain()]);
  if (axesDrawn.get(svg) !== axes) drawAxes(svg, data, options, scales);
  axesDrawn.set(svg, axes);

  const size = sizeOfBuckets(data, options, rows);
  const drawPath = (path: SVGPathElement, values: readonly number[]): void => {
    let line = paths.get(path);
    if (!line?.fits(data.x, values, size, rows[0], axes)) {
      line = new LinePath(bucketsOf(data.x, values, size), data.x, values, rows[0], {x, y, axes});
      paths.set(path, line);
    }
    attribute(path, 'd', line.upTo(rows[1]));
  };
  root
    .selectAll<SVGPathElement, ChartSeries>('path.raw')
    .data(smoothing > 0 ? data.series : [], series => series.name)
    .join(enter => enter.append('path').attr('class', 'raw'))
    .each(function ({colour, values}) {
      attribute(this, 'style', `stroke: ${colour}`);
      drawPath(this, values);
    });
  root
    .selectAll<SVGPathElement, ChartSeries>('path.line')
    .data(data.series, series => series.name)
    .join(enter => enter.append('path').attr('class', 'line'))
    .each(function ({colour, dash, values}) {
      attribute(this, 'style', `stroke: ${colour}`);
      attribute(this, 'stroke-dasharray', dash);
      drawPath(this, smoothing > 0 ? smooth(values, smoothing) : values);
    });

  const [from, to] = x.domain() as [number, number];
  root
    .selectAll<SVGGElement, ChartMark>('g.mark')
    .data(
      (data.marks ?? []).filter(mark => mark.x >= from && mark.x <= to),
      mark => mark.x
    )
    .join(enter => {
      const mark = enter.append('g').attr('class', 'mark');
      mark.append('title');
      mark.append('line');
      mark.append('path').attr('d', 'M-4,0H4L0,6Z');
      return mark;
    })
    .each(function (mark) {
      attribute(this, 'transform', `translate(${x(mark.x)} ${MARGIN.top})`);
      attribute(this.querySelector('line')!, 'y2', `${height - MARGIN.bottom - MARGIN.top}`);
      const title = this.querySelector('title')!;
      if (title.textContent !== mark.label) title.textContent = mark.label;
    });

  root
    .selectAll<SVGRectElement, readonly [number, number]>('rect.brush')
    .data(brush ? [brush] : [])
    .join('rect')
    .attr('class', 'brush')
    .attr('x', ([from, to]) => Math.min(from, to))
    .attr('width', ([from, to]) => Math.abs(to - from))
    .attr('y', MARGIN.top)
    .attr('height', height - MARGIN.bottom - MARGIN.top);

  const [firstShown, afterShown] = rows;
  const inside = row !== undefined && row >= firstShown && row < afterShown;
  const at = inside ? data.x[row] : undefined;
  root
    .selectAll<SVGLineElement, number>('line.cursor')
    .data(at === undefined ? [] : [at])
    .join('line')
    .attr('class', 'cursor')
    .attr('x1', x)
    .attr('x2', x)
    .attr('y1', MARGIN.top)
    .attr('y2', height - MARGIN.bottom);

  const marks = data.series.filter(({values}) => inside && !Number.isNaN(values[row] ?? NaN));
  root
    .selectAll<SVGCircleElement, ChartSeries>('circle.cursor')
    .data(marks, series => series.name)
    .join('circle')
    .attr('class', 'cursor')
    .attr('r', 3.5)
    .attr('cx', x(at ?? 0))
    .attr('cy', series => y(series.values[row!]!))
    .style('fill', series => series.colour);
}

function drawAxes(
  svg: SVGSVGElement,
  data: ChartData,
  options: ChartOptions,
  {x, y}: {x: Scale; y: ValueScale}
): void {
  const {width, height} = options;
  const root = select(svg).attr('width', width).attr('height', height);
  const ticks = Math.max(2, Math.floor(width / 90));
  const xAxis = axisBottom(x).ticks(ticks).tickSizeOuter(0).tickFormat(formatTick);
  root
    .selectAll<SVGGElement, number>('g.x')
    .data([0])
    .join('g')
    .attr('class', 'x')
    .attr('transform', `translate(0 ${height - MARGIN.bottom})`)
    .call(xAxis);

  const yAxis = axisLeft(y)
    .ticks(Math.max(2, Math.floor(height / 44)))
    .tickSize(-(width - MARGIN.left - MARGIN.right));
  if (isLog(data, options)) yAxis.tickValues(logTicks(y.domain())).tickFormat(format('~g'));
  root
    .selectAll<SVGGElement, number>('g.y')
    .data([0])
    .join('g')
    .attr('class', 'y')
    .attr('transform', `translate(${MARGIN.left} 0)`)
    .call(yAxis);
}

/** Sets an attribute that is another, or none if undefined. */
function attribute(element: Element, name: string, value: string | undefined): void {
  if ((element.getAttribute(name) ?? undefined) === value) return;
  if (value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Row of the data that is nearest to a horizontal position; undefined where there is none. */
export function rowAt(data: ChartData, options: ChartOptions, pixel: number): number | undefined {
  const rows = rowsIn(data.x, options.zoom);
  if (rows[0] === rows[1]) return undefined;
  return bisectCenter(data.x, horizontalScale(data, options, rows).invert(pixel), ...rows);
}

/** Iterations between two horizontal positions, in their order; within what is shown. */
export function zoomBetween(
  data: ChartData,
  options: ChartOptions,
  pixels: readonly [number, number]
): [number, number] {
  const rows = rowsIn(data.x, options.zoom);
  const x = horizontalScale(data, options, rows).clamp(true);
  const last = data.x[rows[1] - 1] ?? 0;
  const [from, to] = pixels.map(pixel => Math.min(Math.round(x.invert(pixel)), last)) as [
    number,
    number,
  ];
  return [Math.min(from, to), Math.max(from, to)];
}

/** The first row within a range of iterations and the one after the last; all where none is within. */
export function rowsIn(
  x: readonly number[],
  zoom: readonly [number, number] | undefined
): [number, number] {
  if (!zoom) return [0, x.length];
  const [from, to] = [bisectLeft(x, zoom[0]), bisectRight(x, zoom[1])];
  return from < to ? [from, to] : [0, x.length];
}

function chartScales(
  data: ChartData,
  options: ChartOptions,
  rows: readonly [number, number]
): {x: Scale; y: ValueScale} {
  const x = horizontalScale(data, options, rows);
  const domain = data.range ?? extentOf(data, rows, sizeOfBuckets(data, options, rows));
  const range = [options.height - MARGIN.bottom, MARGIN.top] as const;
  if (isLog(data, options)) return {x, y: scaleSymlog(domain, range).constant(LOG_FROM)};
  const y = scaleLinear(domain, range);
  return {x, y: data.range ? y : y.nice(4)};
}

/**
 * Ends with the last row's bucket, not with the row: so all that is drawn stays where it is until the
 * bucket is full, and no more than about a column is left empty.
 */
function horizontalScale(
  data: ChartData,
  options: ChartOptions,
  rows: readonly [number, number]
): Scale {
  const size = sizeOfBuckets(data, options, rows);
  const first = data.x[rows[0]] ?? 0;
  const last = data.x[rows[1] - 1] ?? 0;
  const end = (Math.floor(last / size) + 1) * size - 1;
  const range = [MARGIN.left, options.width - MARGIN.right];
  return scaleLinear([first, Math.max(end, first + 1)], range);
}

/** Iterations that are drawn as one. */
function sizeOfBuckets(
  {x}: ChartData,
  {width}: ChartOptions,
  [from, to]: readonly [number, number]
): number {
  const columns = Math.max(1, Math.round((width - MARGIN.left - MARGIN.right) / COLUMN_PX));
  return bucketSize(Math.max(1, (x[to - 1] ?? 0) - (x[from] ?? 0)), columns);
}

function isLog({range}: ChartData, {log = false}: ChartOptions): boolean {
  return log && !range;
}

/** Powers of ten up and down from 0 within a domain, and 0. */
function logTicks([low, high]: readonly number[]): number[] {
  const powers = [0.01, 0.1, 1, 10, 100, 1000, 10_000];
  const ticks = [...powers.map(power => -power).reverse(), 0, ...powers];
  return ticks.filter(tick => tick >= low! && tick <= high! && Math.abs(tick) !== LOG_FROM);
}

/** Lowest and highest value of all lines; at least one apart from the other. */
function extentOf(
  {x, series}: ChartData,
  rows: readonly [number, number],
  size: number
): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const {values} of series) {
    for (const row of thin(x, values, size, rows)) {
      const value = values[row]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

const compact = format('~s');

/** Iterations are whole: ticks between them have no label. */
function formatTick(value: NumberValue): string {
  const number = value.valueOf();
  return Number.isInteger(number) ? compact(number) : '';
}
