/** The numbers of several runs as lines of one chart. */

import {bisectLeft} from 'd3';
import type {History} from '../core/session/history.js';
import type {ChartData} from './line-chart-drawing.js';
import {regionInk} from './palette.js';

/** What can be compared. */
export const QUANTITIES = [
  'objectIou',
  'accuracy',
  'generatorLoss',
  'discriminatorLoss',
  'recoveryLoss',
  'smallestArea',
] as const;
export type Quantity = (typeof QUANTITIES)[number];

export interface NamedHistory {
  name: string;
  history: History;
}

const DASHES = [undefined, '6 2', '2 2', '8 2 2 2'];

/** Lines over the iterations of all runs; between its own numbers a run's line is straight. */
export function overlay(runs: readonly NamedHistory[], quantity: Quantity): ChartData {
  const lines = runs.map(({history}) => lineOf(history, quantity));
  const x = [...new Set(lines.flatMap(line => line.x))].sort((a, b) => a - b);
  const isShare = quantity !== 'generatorLoss' && !quantity.endsWith('Loss');
  return {
    x,
    ...(isShare && {range: [0, 1] as const}),
    series: runs.map(({name}, i) => ({
      name: `${i}`,
      label: name,
      colour: regionInk(i),
      dash: DASHES[Math.floor(i / 8) % DASHES.length] ?? DASHES[i % DASHES.length],
      values: x.map(at => valueAt(lines[i]!, at)),
    })),
  };
}

interface Line {
  x: readonly number[];
  values: readonly number[];
}

function lineOf({iterations, scalars, areas, looks}: History, quantity: Quantity): Line {
  switch (quantity) {
    case 'objectIou':
    case 'accuracy':
      return {x: looks.iterations, values: looks[quantity]};
    case 'smallestArea':
      return {
        x: iterations,
        values: iterations.map((_, row) => Math.min(...areas.map(area => area[row]!))),
      };
    default:
      return {x: iterations, values: scalars[quantity]};
  }
}

/** NaN outside of a line. */
function valueAt({x, values}: Line, at: number): number {
  const next = bisectLeft(x, at);
  if (x[next] === at) return values[next]!;
  if (next === 0 || next === x.length) return NaN;
  const [from, to] = [x[next - 1]!, x[next]!];
  const share = (at - from) / (to - from);
  return values[next - 1]! * (1 - share) + values[next]! * share;
}
