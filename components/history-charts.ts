/** The charts of a training's history. */

import type {History} from '../core/session/history.js';
import type {ChartData} from './line-chart-drawing.js';
import {regionInk} from './palette.js';
import {strings} from './strings.js';

export interface HistoryCharts {
  losses: ChartData;
  scores: ChartData;
  areas: ChartData;
  /** By the looks at held-out images: rows of its own. */
  iou: ChartData;
}

/** Charts over the history's own columns: nothing is copied. */
export function historyCharts(history: History): HistoryCharts {
  const {iterations: x, scalars, areas, looks} = history;
  const taught = scalars.supervisedLoss.some(Number.isFinite);
  const {charts, region} = strings;
  const marks = history.marks.map(mark => ({
    x: mark.iteration,
    label: charts.mark(mark),
  }));
  return {
    losses: {
      x,
      marks,
      series: [
        {
          name: 'generator',
          label: charts.generatorLoss,
          colour: regionInk(0),
          values: scalars.generatorLoss,
        },
        {
          name: 'discriminator',
          label: charts.discriminatorLoss,
          colour: regionInk(1),
          values: scalars.discriminatorLoss,
          dash: '6 2',
        },
        {
          name: 'recovery',
          label: charts.recoveryLoss,
          colour: regionInk(2),
          values: scalars.recoveryLoss,
          dash: '2 2',
        },
        ...(taught
          ? [
              {
                name: 'supervised',
                label: charts.supervisedLoss,
                colour: regionInk(3),
                values: scalars.supervisedLoss,
                dash: '8 2 2 2',
              },
            ]
          : []),
      ],
    },
    scores: {
      x,
      marks,
      series: [
        {name: 'real', label: charts.scoreReal, colour: regionInk(0), values: scalars.scoreReal},
        {
          name: 'redrawn',
          label: charts.scoreRedrawn,
          colour: regionInk(4),
          values: scalars.scoreRedrawn,
          dash: '6 2',
        },
      ],
    },
    areas: {
      x,
      marks,
      range: [0, 1],
      series: areas.map((values, k) => ({
        name: `region ${k}`,
        label: region(k),
        colour: regionInk(k),
        dash: [undefined, '6 2', '2 2'][k % 3],
        values,
      })),
    },
    iou: {
      x: looks.iterations,
      marks,
      range: [0, 1],
      series: [
        {name: 'iou', label: charts.objectIou, colour: regionInk(0), values: looks.objectIou},
        {
          name: 'accuracy',
          label: charts.accuracy,
          colour: regionInk(4),
          values: looks.accuracy,
          dash: '6 2',
        },
      ],
    },
  };
}
