/** The charts of a training, linked: the cursor and the zoom of one are those of all. */

import {bisectCenter} from 'd3';
import {html, nothing, type TemplateResult} from 'lit';
import {live} from 'lit/directives/live.js';
import type {HistoryCharts} from './history-charts.js';
import {strings} from './strings.js';

/** How the charts are looked at. */
export interface ChartLooks {
  /** Row of the history that the cursor is at. */
  row?: number;
  /** First and last iteration that are shown; all if absent. */
  zoom?: readonly [number, number];
  /** Whether losses and scores are drawn on logarithmic axes, and all lines smoothed. */
  logScale: boolean;
  smooth: boolean;
}

/** Weight of what came before in smoothed lines: some twenty iterations are averaged over. */
const SMOOTHING = 0.95;

/** What the charts' looks are changed with, on the way up from a chart. */
export function chartListeners(set: (change: Partial<ChartLooks>) => void) {
  return {
    cursor: ({detail}: CustomEvent<{row?: number}>) => set({row: detail.row}),
    zoom: ({detail}: CustomEvent<Pick<ChartLooks, 'zoom'>>) => set({zoom: detail.zoom}),
  };
}

/** Log scale, smoothing, `more` of the kind, and the way back from a zoom. */
export function renderChartChecks(
  {zoom, logScale, smooth}: ChartLooks,
  set: (change: Partial<ChartLooks>) => void,
  more?: TemplateResult
): TemplateResult {
  const check = (name: string, checked: boolean, label: string, change: Partial<ChartLooks>) =>
    html`<label class="check">
      <input
        type="checkbox"
        name=${name}
        .checked=${live(checked)}
        @change=${() => set(change)}
      />${label}
    </label>`;
  return html`<div class="checks">
    ${check('log', logScale, strings.charts.log, {logScale: !logScale})}
    ${check('smooth', smooth, strings.charts.smooth, {smooth: !smooth})} ${more}
    ${
      zoom
        ? html`<button @click=${() => set({zoom: undefined})}>${strings.charts.whole}</button>`
        : html`<span class="soft">${strings.charts.hint}</span>`
    }
  </div>`;
}

/** What is said where there are no numbers. */
export interface EmptyTexts {
  empty?: string;
  iouEmpty?: string;
}

/** The charts themselves. Looks at held-out images have rows of their own, and the cursor is put over. */
export function renderCharts(
  charts: HistoryCharts,
  looks: ChartLooks,
  {empty = strings.charts.empty, iouEmpty = strings.charts.iouEmpty}: EmptyTexts = {}
): TemplateResult {
  const {row, zoom, logScale, smooth} = looks;
  const chart = (name: keyof HistoryCharts, at: number | undefined) =>
    html`<redo-line-chart
      heading=${strings.charts[name]}
      .data=${charts[name]}
      .row=${at}
      .zoom=${zoom}
      .log=${logScale}
      .smoothing=${smooth && name !== 'iou' ? SMOOTHING : 0}
      .empty=${name === 'iou' ? iouEmpty : empty}
      @cursor-move=${name === 'iou' ? translate : nothing}
    ></redo-line-chart>`;
  const [all, seen] = [charts.losses.x, charts.iou.x];
  const translate = (event: CustomEvent<{row?: number}>): void => {
    const {row: own} = event.detail;
    event.detail.row = own === undefined ? undefined : bisectCenter(all, seen[own]!);
  };
  const look = row === undefined || seen.length === 0 ? undefined : bisectCenter(seen, all[row]!);
  return html`<div class="charts">
    ${chart('losses', row)}${chart('scores', row)}${chart('areas', row)} ${chart('iou', look)}
  </div>`;
}
