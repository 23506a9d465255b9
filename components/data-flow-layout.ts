/** Where the places of the data flow stand, and how the ways between them run. */

import {path} from 'd3';
import {FLOW_PLACES, NETWORK_AT, type FlowPlace, type FlowWay} from './data-flow.js';

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface FlowLayout {
  width: number;
  height: number;
  /** Whether the flow runs downwards. */
  vertical: boolean;
  /** Each place: its picture or sign, and all of it with the caption below. */
  places: Record<FlowPlace, {body: Box; box: Box}>;
  /** SVG paths of the ways by name, each in the direction of the flow. */
  paths: Record<string, string>;
}

/** The main line, in order; the others stand beside one of these. */
const LINE = ['image', 'f', 'masks', 'mask', 'G', 'drawn', 'composition', 'D', 'score'] as const;

const BESIDE = {code: 'mask', delta: 'D', recovered: 'score'} as const;

/** From here on the flow runs from left to right. */
const WIDE_PX = 700;

const CAPTION_PX = 36;
/** Between a picture and a way that passes it by. */
const LANE_PX = 12;
const LANES_PX = 3 * LANE_PX + 8;
const CORNER_PX = 8;
/** Between a way's arrow and what it points at. */
const SPACE_PX = 3;

/** Ways that pass others by, from the nearest to the farthest lane, and where they leave and arrive off the middle. */
const PASSING: Record<string, {lane: number; leave: number; arrive: number}> = {
  'mask-composition': {lane: 1, leave: 0, arrive: -10},
  'image-composition': {lane: 2, leave: 8, arrive: 10},
  'image-D': {lane: 3, leave: -8, arrive: 0},
};

/** Ways between the line and what stands beside it. */
const TURNING = ['code-G', 'drawn-delta', 'composition-delta'];

type Point = readonly [x: number, y: number];

/** @param width Of the diagram, in CSS pixels. */
export function layoutFlow(width: number, ways: readonly FlowWay[]): FlowLayout {
  const {places, height, vertical} = width >= WIDE_PX ? across(width) : down(width);
  const paths = Object.fromEntries(
    ways.map(way => [way.name, rounded(pointsOf(way, places, vertical))])
  );
  return {width, height, vertical, places, paths};
}

/** From left to right, two rows. */
function across(width: number): Omit<FlowLayout, 'paths' | 'width'> {
  const least = Math.min(Math.max(width * 0.03, 16), 44);
  const picture = Math.min(104, Math.floor((width - 8 * least) / 7.5));
  const network = picture / 2;
  const gap = (width - 6 * picture - 3 * network) / 8;
  const rows = [LANES_PX + picture / 2, LANES_PX + 1.5 * picture + CAPTION_PX + 28] as const;
  const centres: Partial<Record<FlowPlace, Point>> = {};
  let x = 0;
  for (const place of LINE) {
    const extent = place in NETWORK_AT ? network : picture;
    centres[place] = [x + extent / 2, rows[0]];
    x += extent + gap;
  }
  for (const [place, beside] of Object.entries(BESIDE)) {
    centres[place as FlowPlace] = [centres[beside]![0], rows[1]];
  }
  const places = placesAt(centres as Record<FlowPlace, Point>, place =>
    place in NETWORK_AT
      ? {side: network, width: network + gap, reach: picture}
      : {side: picture, width: picture + Math.min(gap, 24), reach: picture}
  );
  return {places, height: rows[1] + picture / 2 + CAPTION_PX, vertical: false};
}

/** From top to bottom, two columns. */
function down(width: number): Omit<FlowLayout, 'paths' | 'width'> {
  const [picture, network, gap, column] = [72, 40, 24, 112];
  const apart = Math.min(Math.max(width - LANES_PX - 2 * column, 8), 72);
  const left = Math.max(0, (width - LANES_PX - 2 * column - apart) / 2) + LANES_PX;
  const columns = [left + column / 2, left + column + apart + column / 2] as const;
  const centres: Partial<Record<FlowPlace, Point>> = {};
  let y = 4;
  for (const place of LINE) {
    const extent = place in NETWORK_AT ? network : picture;
    centres[place] = [columns[0], y + extent / 2];
    y += extent + (place in NETWORK_AT ? CAPTION_PX / 2 : CAPTION_PX) + gap;
  }
  for (const [place, beside] of Object.entries(BESIDE)) {
    centres[place as FlowPlace] = [columns[1], centres[beside]![1]];
  }
  const places = placesAt(centres as Record<FlowPlace, Point>, place => {
    const side = place in NETWORK_AT ? network : picture;
    return {side, width: column, reach: side};
  });
  return {places, height: y - gap, vertical: true};
}

/** @param sizes Side of the picture or sign, width with the caption, height that the caption stands below. */
function placesAt(
  centres: Record<FlowPlace, Point>,
  sizes: (place: FlowPlace) => {side: number; width: number; reach: number}
): FlowLayout['places'] {
  const each = FLOW_PLACES.map(place => {
    const [x, y] = centres[place];
    const {side, width, reach} = sizes(place);
    const caption = place in NETWORK_AT ? CAPTION_PX / 2 : CAPTION_PX;
    // A network's caption follows its sign, also where pictures beside it are taller.
    const half = place in NETWORK_AT ? side / 2 : reach / 2;
    const body = {x: x - side / 2, y: y - side / 2, width: side, height: side};
    const box = {x: x - width / 2, y: y - half, width, height: 2 * half + caption};
    return [place, {body, box}] as const;
  });
  return Object.fromEntries(each) as FlowLayout['places'];
}

function pointsOf(
  {name, from, to}: FlowWay,
  places: FlowLayout['places'],
  vertical: boolean
): Point[] {
  const [a, b] = [places[from], places[to]];
  const [start, end] = [centre(a.body), centre(b.body)];
  const passing = PASSING[name];
  if (passing) {
    const {lane, leave, arrive} = passing;
    if (vertical) {
      const x = a.box.x + a.box.width / 2 - 56 - lane * LANE_PX;
      return [
        [a.body.x, start[1] + leave],
        [x, start[1] + leave],
        [x, end[1] + arrive],
        [b.body.x - SPACE_PX, end[1] + arrive],
      ];
    }
    const y = LANES_PX - 4 - lane * LANE_PX;
    return [
      [start[0] + leave, a.body.y],
      [start[0] + leave, y],
      [end[0] + arrive, y],
      [end[0] + arrive, b.body.y - SPACE_PX],
    ];
  }
  const [bottomOfA, bottomOfB] = [a, b].map(({box}) => box.y + box.height) as [number, number];
  const [rightOfA, rightOfB] = [a, b].map(({body}) => body.x + body.width) as [number, number];
  if (TURNING.includes(name)) {
    // From beside into the line, or from the line to what stands beside.
    const into = to === 'G';
    if (vertical) {
      return into
        ? [
            [start[0], bottomOfA],
            [start[0], end[1]],
            [rightOfB + SPACE_PX, end[1]],
          ]
        : [
            [rightOfA, start[1]],
            [end[0], start[1]],
            [end[0], b.body.y - SPACE_PX],
          ];
    }
    return into
      ? [
          [rightOfA, start[1]],
          [end[0], start[1]],
          [end[0], bottomOfB + SPACE_PX],
        ]
      : [
          [start[0], bottomOfA],
          [start[0], end[1]],
          [b.body.x - SPACE_PX, end[1]],
        ];
  }
  return vertical
    ? [
        [start[0], bottomOfA],
        [end[0], b.body.y - SPACE_PX],
      ]
    : [
        [rightOfA, start[1]],
        [b.body.x - SPACE_PX, end[1]],
      ];
}

function centre({x, y, width, height}: Box): Point {
  return [x + width / 2, y + height / 2];
}

/** A line through points, its corners rounded. */
function rounded(points: readonly Point[]): string {
  const line = path();
  line.moveTo(...points[0]!);
  for (let i = 1; i + 1 < points.length; i++) {
    line.arcTo(...points[i]!, ...points[i + 1]!, CORNER_PX);
  }
  line.lineTo(...points.at(-1)!);
  return line.toString();
}
