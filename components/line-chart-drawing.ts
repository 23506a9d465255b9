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

/** One line. */
export interface ChartSeries {
  /** Identifies the line from one update to the next. */
  name: string;
  label: string;
  /** Any CSS colour. */
  colour: string;
  /** SVG dash pattern, for those who do not tell colours apart. */
  dash?: string;
  /** As many as `x` has; NaN is a gap. The array may grow between updates. */
  values: readonly number[];
}

export interface ChartData {
  /** Rising. */
  x: readonly number[];
  series: readonly ChartSeries[];
  /** Range of the vertical axis; from the values if absent. */
  range?: readonly [number, number];
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
type Point = readonly [number, number];

/** Draws into an SVG element, which becomes `width × height`. */
export function drawLineChart(svg: SVGSVGElement, data: ChartData, options: ChartOptions): void {
  const {width, height, row, smoothing = 0, brush} = options;
  const {x, y} = chartScales(data, options);
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

  const path = (points: readonly Point[]) => pathOf(points, x, y);
  const columns = Math.max(1, Math.round((width - MARGIN.left - MARGIN.right) / COLUMN_PX));
  const rows = rowsIn(data.x, options.zoom);
  root
    .selectAll<SVGPathElement, ChartSeries>('path.raw')
    .data(smoothing > 0 ? data.series : [], series => series.name)
    .join('path')
    .attr('class', 'raw')
    .style('stroke', series => series.colour)
    .attr('d', ({values}) => path(thin(data.x, values, columns, rows)));
  root
    .selectAll<SVGPathElement, ChartSeries>('path.line')
    .data(data.series, series => series.name)
    .join('path')
    .attr('class', 'line')
    .style('stroke', series => series.colour)
    .attr('stroke-dasharray', series => series.dash ?? null)
    .attr('d', ({values}) => {
      const shown = smoothing > 0 ? smooth(values, smoothing) : values;
      return path(thin(data.x, shown, columns, rows));
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

/** A line through points, interrupted where a value is missing; tenths of a pixel. */
function pathOf(points: readonly Point[], x: Scale, y: ValueScale): string {
  // The horizontal scale is linear: two of its values tell all.
  const left = x(0);
  const step = x(1) - left;
  let shape = '';
  let drawing = false;
  for (const [at, value] of points) {
    if (Number.isNaN(value)) {
      drawing = false;
      continue;
    }
    const across = Math.round(10 * (left + step * at)) / 10;
    const up = Math.round(10 * y(value)) / 10;
    shape += `${drawing ? 'L' : 'M'}${across},${up}`;
    drawing = true;
  }
  return drawing && !shape.includes('L') ? `${shape}Z` : shape;
}

/** Row of the data that is nearest to a horizontal position; undefined where there is none. */
export function rowAt(data: ChartData, options: ChartOptions, pixel: number): number | undefined {
  const [from, to] = rowsIn(data.x, options.zoom);
  if (from === to) return undefined;
  return bisectCenter(data.x, horizontalScale(data, options).invert(pixel), from, to);
}

/** Iterations between two horizontal positions, in their order; within what is shown. */
export function zoomBetween(
  data: ChartData,
  options: ChartOptions,
  pixels: readonly [number, number]
): [number, number] {
  const x = horizontalScale(data, options).clamp(true);
  const [from, to] = pixels.map(pixel => Math.round(x.invert(pixel))) as [number, number];
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

/**
 * Exponential moving average, begun without a pull towards 0. A gap stays a gap and is averaged
 * over.
 *
 * @param weight Of what came before, in [0, 1).
 */
export function smooth(values: readonly number[], weight: number): Float64Array {
  const result = new Float64Array(values.length);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      result[i] = NaN;
      continue;
    }
    sum = weight * sum + (1 - weight) * value;
    total = weight * total + (1 - weight);
    result[i] = sum / total;
  }
  return result;
}

/**
 * Thins a line to what a screen shows of it: of each column the lowest and the highest point, in
 * their order, and both ends of the line. No peak is lost, and the work of drawing is bounded.
 *
 * @param columns Number of columns that the line is wide.
 * @param rows The first row to take and the one after the last.
 * @returns At most two points a column and the ends; all points, where they are fewer than that.
 */
export function thin(
  x: readonly number[],
  values: ArrayLike<number>,
  columns: number,
  rows: readonly [number, number] = [0, x.length]
): Point[] {
  const begin = rows[0];
  const end = Math.min(rows[1], values.length);
  if (end - begin <= 2 * columns) {
    return Array.from({length: end - begin}, (_, i) => [x[begin + i]!, values[begin + i]!]);
  }
  const points: Point[] = [];
  const start = x[begin]!;
  const scale = columns / (x[end - 1]! - start);
  let column = 0;
  let low = begin;
  let high = begin;
  for (let i = begin; i < end; i++) {
    const value = values[i]!;
    // A comparison with NaN is false: the first number takes the place of a gap, a gap takes none.
    if (value < values[low]! || Number.isNaN(values[low])) low = i;
    if (value > values[high]! || Number.isNaN(values[high])) high = i;
    const next = i + 1 < end ? Math.floor(scale * (x[i + 1]! - start)) : -1;
    if (next === column) continue;
    let last = -1;
    const ends = [Math.min(low, high), Math.max(low, high)];
    if (points.length === 0) ends.unshift(begin);
    if (next < 0) ends.push(i);
    for (const row of ends) {
      if (row !== last) points.push([x[row]!, values[row]!]);
      last = row;
    }
    column = next;
    low = high = i + 1;
  }
  return points;
}

function chartScales(data: ChartData, options: ChartOptions): {x: Scale; y: ValueScale} {
  const x = horizontalScale(data, options);
  const domain = data.range ?? extentOf(data.series, rowsIn(data.x, options.zoom));
  const range = [options.height - MARGIN.bottom, MARGIN.top] as const;
  if (isLog(data, options)) return {x, y: scaleSymlog(domain, range).constant(LOG_FROM)};
  const y = scaleLinear(domain, range);
  return {x, y: data.range ? y : y.nice(4)};
}

function horizontalScale(data: ChartData, {width, zoom}: ChartOptions): Scale {
  const [begin, end] = rowsIn(data.x, zoom);
  const first = data.x[begin] ?? 0;
  const last = data.x[end - 1] ?? 0;
  return scaleLinear([first, Math.max(last, first + 1)], [MARGIN.left, width - MARGIN.right]);
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
  series: readonly ChartSeries[],
  [from, to]: readonly [number, number]
): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const {values} of series) {
    for (let i = from; i < to; i++) {
      const value = values[i]!;
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
