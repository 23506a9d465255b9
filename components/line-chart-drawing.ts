/** Lines over iterations, drawn in place: the same nodes are there after an update, with new shapes. */

import {axisBottom, axisLeft, bisectCenter, format, line, scaleLinear, select} from 'd3';
import type {NumberValue, ScaleLinear} from 'd3';

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
}

const MARGIN = {top: 8, right: 10, bottom: 22, left: 38};

/** Width of a column that a line is thinned to: about its own thickness. */
const COLUMN_PX = 2;

type Scale = ScaleLinear<number, number>;
type Point = readonly [number, number];

/** Draws into an SVG element, which becomes `width × height`. */
export function drawLineChart(svg: SVGSVGElement, data: ChartData, options: ChartOptions): void {
  const {width, height, row} = options;
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
  root
    .selectAll<SVGGElement, number>('g.y')
    .data([0])
    .join('g')
    .attr('class', 'y')
    .attr('transform', `translate(${MARGIN.left} 0)`)
    .call(yAxis);

  const path = line<Point>()
    .digits(1)
    .defined(([, value]) => !Number.isNaN(value))
    .x(point => x(point[0]))
    .y(point => y(point[1]));
  const columns = Math.max(1, Math.round((width - MARGIN.left - MARGIN.right) / COLUMN_PX));
  root
    .selectAll<SVGPathElement, ChartSeries>('path.line')
    .data(data.series, series => series.name)
    .join('path')
    .attr('class', 'line')
    .style('stroke', series => series.colour)
    .attr('stroke-dasharray', series => series.dash ?? null)
    .attr('d', ({values}) => path(thin(data.x, values, columns)));

  const at = row === undefined ? undefined : data.x[row];
  root
    .selectAll<SVGLineElement, number>('line.cursor')
    .data(at === undefined ? [] : [at])
    .join('line')
    .attr('class', 'cursor')
    .attr('x1', x)
    .attr('x2', x)
    .attr('y1', MARGIN.top)
    .attr('y2', height - MARGIN.bottom);

  const marks = data.series.filter(
    ({values}) => row !== undefined && !Number.isNaN(values[row] ?? NaN)
  );
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

/** Row of the data that is nearest to a horizontal position; undefined where there is none. */
export function rowAt(data: ChartData, options: ChartOptions, pixel: number): number | undefined {
  if (data.x.length === 0) return undefined;
  return bisectCenter(data.x, chartScales(data, options).x.invert(pixel));
}

/**
 * Thins a line to what a screen shows of it: of each column the first, lowest, highest and last
 * point, in their order. No peak is lost, and the work of drawing is bounded.
 *
 * @param columns Number of columns that the line is wide.
 * @returns At most four points a column; all points, where they are no more than that.
 */
export function thin(x: readonly number[], values: readonly number[], columns: number): Point[] {
  const count = Math.min(x.length, values.length);
  if (count <= 4 * columns) return Array.from({length: count}, (_, i) => [x[i]!, values[i]!]);
  const points: Point[] = [];
  const start = x[0]!;
  const scale = columns / (x[count - 1]! - start);
  let column = 0;
  let first = 0;
  let low = 0;
  let high = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    // A comparison with NaN is false: the first number takes the place of a gap, a gap takes none.
    if (value < values[low]! || Number.isNaN(values[low])) low = i;
    if (value > values[high]! || Number.isNaN(values[high])) high = i;
    const next = i + 1 < count ? Math.floor(scale * (x[i + 1]! - start)) : -1;
    if (next === column) continue;
    let last = -1;
    for (const row of [first, Math.min(low, high), Math.max(low, high), i]) {
      if (row !== last) points.push([x[row]!, values[row]!]);
      last = row;
    }
    column = next;
    first = low = high = i + 1;
  }
  return points;
}

function chartScales(data: ChartData, {width, height}: ChartOptions): {x: Scale; y: Scale} {
  const first = data.x[0] ?? 0;
  const last = data.x.at(-1) ?? 0;
  const x = scaleLinear()
    .domain([first, Math.max(last, first + 1)])
    .range([MARGIN.left, width - MARGIN.right]);
  const y = scaleLinear()
    .domain(data.range ?? extentOf(data.series))
    .range([height - MARGIN.bottom, MARGIN.top]);
  return {x, y: data.range ? y : y.nice(4)};
}

/** Lowest and highest value of all lines; at least one apart from the other. */
function extentOf(series: readonly ChartSeries[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const {values} of series) {
    for (const value of values) {
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
