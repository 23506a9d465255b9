/** Distributions of D's scores, one lane under the other over one axis, drawn in place. */

// Of D3 no more than the charts use that are loaded first: a shared function would be loaded with them.
import {axisBottom, line, scaleLinear, select} from 'd3';
import type {ScaleLinear} from 'd3';
import {explorerStrings} from './explorer-strings.js';

/** Scores of one kind of images. */
export interface ScoreLane {
  /** Identifies the lane from one update to the next. */
  name: string;
  /** What stands over it. */
  label: string;
  /** Any CSS colour. */
  colour: string;
  scores: Float32Array;
  /** Score of the image in hand; none if absent. */
  needle?: number;
}

type Point = readonly [score: number, density: number];

/** Height of a lane: its label, and its curve. */
const LABEL = 18;
const CURVE = 40;
const LANE = LABEL + CURVE + 6;
const AXIS = 24;
const MARGIN = 10;

/** Points of a curve. */
const STEPS = 80;

/** Scores at which the hinge loss ends: real images beyond 1, redrawn ones beyond −1. */
const MARGINS = [-1, 1];

/** Height of the drawing, in CSS pixels. */
export function scoresHeight(lanes: number): number {
  return lanes * LANE + AXIS;
}

/**
 * Density of scores over a range, by Gaussian kernels of Silverman's width: as many points as are
 * drawn, their largest density 1. Empty where there are no scores.
 */
export function density(scores: Float32Array, [low, high]: readonly [number, number]): Point[] {
  if (scores.length === 0) return [];
  const centre = meanOf(scores);
  const squares = scores.reduce((sum, score) => sum + (score - centre) ** 2, 0);
  const spread = Math.sqrt(squares / Math.max(scores.length - 1, 1));
  // Equal scores have no width of their own: a narrow peak stands for them.
  const width = Math.max(1.06 * spread * scores.length ** -0.2, (high - low) / STEPS / 2);
  const points = Array.from({length: STEPS + 1}, (_, i): Point => {
    const at = low + ((high - low) * i) / STEPS;
    let sum = 0;
    for (const score of scores) sum += Math.exp(-0.5 * ((at - score) / width) ** 2);
    return [at, sum];
  });
  const most = Math.max(...points.map(([, each]) => each));
  return points.map(([at, each]) => [at, most > 0 ? each / most : 0]);
}

/** NaN where there are none. */
export function meanOf(scores: Float32Array): number {
  return scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** Range of all scores and needles, with a little space. */
export function scoreRange(lanes: readonly ScoreLane[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const {scores, needle = NaN} of lanes) {
    for (const score of [...scores, needle]) {
      if (score < low) low = score;
      if (score > high) high = score;
    }
  }
  if (low > high) return [-0.5, 0.5];
  const space = high > low ? 0.1 * (high - low) : 0.5;
  return [low - space, high + space];
}

/** Draws into an SVG element, which becomes `width × scoresHeight(lanes.length)`. */
export function drawScores(svg: SVGSVGElement, lanes: readonly ScoreLane[], width: number): void {
  const height = scoresHeight(lanes.length);
  const range = scoreRange(lanes);
  const x = scaleLinear(range, [MARGIN, width - MARGIN]);
  const root = select(svg).attr('width', width).attr('height', height);
  root
    .selectAll<SVGGElement, number>('g.x')
    .data([0])
    .join('g')
    .attr('class', 'x')
    .attr('transform', `translate(0 ${height - AXIS})`)
    .call(
      axisBottom(x)
        .ticks(Math.max(2, Math.floor(width / 80)))
        .tickSizeOuter(0)
    );
  const margins = MARGINS.filter(each => each > range[0] && each < range[1]);
  root
    .selectAll<SVGLineElement, number>('line.margin')
    .data(margins, each => each)
    .join('line')
    .attr('class', 'margin')
    .attr('x1', x)
    .attr('x2', x)
    .attr('y1', LABEL)
    .attr('y2', height - AXIS);
  const groups = root
    .selectAll<SVGGElement, ScoreLane>('g.lane')
    .data(lanes, lane => lane.name)
    .join('g')
    .attr('class', 'lane')
    .attr('transform', (_, i) => `translate(0 ${i * LANE})`)
    .style('--hue', lane => lane.colour);
  groups.each(function (lane) {
    drawLane(this, lane, x, width);
  });
}

function drawLane(
  group: SVGGElement,
  lane: ScoreLane,
  x: ScaleLinear<number, number>,
  width: number
): void {
  const {scores, needle} = lane;
  const base = LABEL + CURVE;
  const [low = 0, high = 0] = x.domain();
  const root = select(group);
  root
    .selectAll<SVGTextElement, string>('text.label')
    .data([lane.label])
    .join('text')
    .attr('class', 'label')
    .attr('x', MARGIN)
    .attr('y', LABEL - 6)
    .text(label => label);
  const curve = line<Point>()
    .digits(1)
    .x(([score]) => x(score))
    .y(([, share]) => base - share * CURVE);
  const points = density(scores, [low, high]);
  // Down to the base at both ends, which the fill needs.
  const closed = points.length > 0 ? [[low, 0] as const, ...points, [high, 0] as const] : [];
  root
    .selectAll<SVGPathElement, Point[]>('path.density')
    .data([closed])
    .join('path')
    .attr('class', 'density')
    .attr('d', curve);
  // One path for all ticks.
  const ticks = Array.from(scores, score => `M${x(score).toFixed(1)} ${base}v4`).join('');
  root
    .selectAll<SVGPathElement, string>('path.rug')
    .data([ticks])
    .join('path')
    .attr('class', 'rug')
    .attr('d', path => path);
  const centre = meanOf(scores);
  root
    .selectAll<SVGLineElement, number>('line.mean')
    .data(Number.isNaN(centre) ? [] : [centre])
    .join('line')
    .attr('class', 'mean')
    .attr('x1', x)
    .attr('x2', x)
    .attr('y1', base - CURVE / 2)
    .attr('y2', base);
  const needles = needle === undefined || !Number.isFinite(needle) ? [] : [needle];
  root
    .selectAll<SVGLineElement, number>('line.needle')
    .data(needles)
    .join('line')
    .attr('class', 'needle')
    .attr('x1', x)
    .attr('x2', x)
    .attr('y1', LABEL - 2)
    .attr('y2', base + 5);
  root
    .selectAll<SVGTextElement, number>('text.needle')
    .data(needles)
    .join('text')
    .attr('class', 'needle')
    .attr('text-anchor', score => (x(score) > width / 2 ? 'end' : 'start'))
    .attr('x', score => x(score) + (x(score) > width / 2 ? -4 : 4))
    .attr('y', LABEL + 8)
    .text(explorerStrings.discriminator.needle);
}
