/** The panels of `<redo-viewer>`: each a template over the session, reading only what it shows. */

import {html, nothing, type TemplateResult} from 'lit';
import {live} from 'lit/directives/live.js';
import type {ModelInfo} from '../core/engine/protocol.js';
import {COLLAPSE_RULE, type Collapse, type Decline} from '../core/session/collapse.js';
import type {Session} from '../core/session/session.js';
import {chartListeners, renderChartChecks, renderCharts, type ChartLooks} from './charts-panel.js';
import type {MaskLooks} from './image-panel.js';
import type {PanelName} from './panel-names.js';
import type {SavableView} from './redo-save-menu.js';
import type {Sharable} from './redo-share-menu.js';
import type {RegionRow} from './redo-region-grid.js';
import {strings} from './strings.js';
import {updating} from './updating.js';
import type {ViewerState} from './viewer-state.js';

/** How the user wants the viewer to look: no part of the session. */
export interface Looks extends MaskLooks, ChartLooks {
  /** Whether δ's reading of the codes is shown. */
  showRecovered: boolean;
  /** Whether the effects of the code's components are shown, and whether these stand in their order. */
  showEffects: boolean;
  byEffect: boolean;
  /** Whether the map of codes is shown. */
  showMap: boolean;
  /** Whether the data flow is shown. */
  showFlow: boolean;
  /** Whether it is warned of masks that get worse on held-out images too. */
  watchIou: boolean;
  /** The check whose warning was dismissed last. */
  dismissed?: number;
}

/** How many of the panels stand side by side where there is room; at least one. */
export function countAcross(shown: ReadonlySet<PanelName>): number {
  const side = shown.has('code') || shown.has('training');
  return Math.max([shown.has('image'), shown.has('regions'), side].filter(Boolean).length, 1);
}

export type SetLooks = (change: Partial<Looks>) => void;

/**
 * @param usual Name of the preset's data set, where another is open.
 * @param target Where images are dropped.
 */
export function renderImages(
  session: Session,
  info: ModelInfo,
  usual: string | undefined,
  target: HTMLElement
): TemplateResult {
  const {images} = strings;
  const {dataset} = info;
  const strip = session.strip.value;
  const {split, index} = session.image.value;
  const first = strip[0]?.index ?? 0;
  const {value, pending} = session.views.samples.state.value;
  const {stage, done = 0, total = 1} = session.progress.value ?? {};
  return html`<section class="wide images" aria-label=${images.title}>
    <redo-image-strip
      .pictures=${strip.map((_, i) => (pending ? undefined : value?.[i]?.picture))}
      .first=${first}
      .selected=${index}
      .count=${dataset.counts[split]}
    ></redo-image-strip>
    <div class="tools">
      <redo-data-panel
        .info=${dataset}
        .usual=${usual}
        .target=${target}
        .working=${session.status.value === 'busy' && stage === 'dataset'}
        .progress=${done / total}
      ></redo-data-panel>
      <redo-open-model
        .fileName=${session.place.value?.weights.fileName}
        .info=${info}
      ></redo-open-model>
      ${renderUndo(session)}
    </div>
  </section>`;
}

/** The way back over image, codes and masks. */
function renderUndo({viewHistory}: Session): TemplateResult {
  const {undo} = strings;
  const button = (name: 'undo' | 'redo', can: boolean) =>
    html`<button
      class=${name}
      title=${undo[name].hint}
      ?disabled=${!can}
      @click=${({target}: Event) =>
        target!.dispatchEvent(new CustomEvent(`view-${name}`, {bubbles: true}))}
    >
      ${undo[name].label}
    </button>`;
  return html`<div class="undo-bar" role="group" aria-label=${undo.title}>
    ${button('undo', viewHistory.canUndo.value)}${button('redo', viewHistory.canRedo.value)}
  </div>`;
}

export function renderRegions({session, segmentation, redraws}: ViewerState): TemplateResult {
  const {masks, areas} = segmentation.value ?? {};
  const scores = session.views.scores.value;
  const rows = redraws.value.map((redraw, k): RegionRow => ({
    area: areas?.[k],
    drawn: redraw?.region,
    composition: redraw?.composition,
    score: redraw && scores[k]?.state.value.value?.score,
  }));
  const pending = session.views.redraws.value.some(({state}) => state.value.pending);
  return html`<section class="regions" data-view="regions" aria-labelledby="regions-title">
    <div class="head">
      <h2 id="regions-title">${strings.regions.title}</h2>
      ${updating(pending)}
    </div>
    <redo-region-grid
      .masks=${masks}
      .rows=${rows}
      .selected=${session.region.value}
    ></redo-region-grid>
  </section>`;
}

export function renderTraining(session: Session): TemplateResult {
  const {training, status, model, labels, maskEdits, place} = session;
  const {playing, remaining, side, stepsPerFrame, phase} = training;
  return html`<section class="training" aria-labelledby="training-title">
    <div class="head"><h2 id="training-title">${strings.training.title}</h2></div>
    <redo-train-controls
      .playing=${playing.value}
      .remaining=${remaining.value}
      .side=${side.value}
      .stepsPerFrame=${stepsPerFrame.value}
      .phase=${phase.value}
      .seed=${place.value?.weights.seed ?? 1}
      .disabled=${status.value === 'opening' || status.value === 'disposed'}
    ></redo-train-controls>
    <details class="more">
      <summary>${strings.training.options}</summary>
      <redo-training-options
        .training=${model.value?.training}
        .disabled=${status.value === 'opening' || status.value === 'disposed'}
      ></redo-training-options>
    </details>
    <details class="more">
      <summary>${strings.training.labels}</summary>
      <redo-labelled-masks
        .list=${labels.list.value}
        .weight=${labels.weight.value}
        .painted=${maskEdits.present.value !== undefined}
        .disabled=${status.value === 'opening' || status.value === 'disposed'}
      ></redo-labelled-masks>
    </details>
  </section>`;
}

export function renderHistory(
  {session, charts, collapse, decline}: ViewerState,
  looks: Looks,
  setLooks: SetLooks
): TemplateResult {
  const worse = looks.watchIou ? decline.value : undefined;
  const found = collapse.value ?? worse;
  const {cursor, zoom} = chartListeners(setLooks);
  const canWatch = session.model.value?.dataset.labelled?.val !== 0;
  const watch = html`<label class="check">
    <input
      type="checkbox"
      name="watch-iou"
      .checked=${live(looks.watchIou)}
      @change=${() => setLooks({watchIou: !looks.watchIou})}
    />${strings.guard.watch}
  </label>`;
  return html`<section
    class="history"
    data-view="history"
    aria-label=${strings.charts.title}
    @cursor-move=${cursor}
    @zoom-change=${zoom}
    @collapse-dismiss=${({detail}: CustomEvent<{iteration: number}>) =>
      setLooks({dismissed: detail.iteration})}
  >
    <redo-collapse-guard
      .collapse=${found?.iteration === looks.dismissed ? undefined : found}
      .back=${found && stateBefore(session, found)}
      .seed=${session.place.value?.weights.seed ?? 1}
    ></redo-collapse-guard>
    <div class="head">
      <h2>${strings.charts.title}</h2>
      ${renderChartChecks(looks, setLooks, canWatch ? watch : undefined)}
    </div>
    ${renderCharts(charts.value, looks)}
  </section>`;
}

/** The kept state to go back to: the last one that is not after the best masks, or the check before. */
function stateBefore({timeline}: Session, found: Collapse | Decline): number | undefined {
  const until = 'best' in found ? found.bestIteration : found.iteration - COLLAPSE_RULE.every;
  return timeline.snapshots.value.findLast(({iteration}) => iteration <= until)?.iteration;
}

export function renderTimeline({timeline, iteration, status}: Session): TemplateResult {
  const kept = timeline.snapshots.value.map(snapshot => snapshot.iteration);
  return html`<section class="wide" aria-label=${strings.timeline.title}>
    <redo-timeline
      .kept=${kept}
      .iteration=${iteration.value}
      .bytes=${timeline.bytes}
      .error=${timeline.error.value?.message}
      .disabled=${status.value === 'disposed'}
    ></redo-timeline>
  </section>`;
}

/**
 * @param stem What files are called, before the name of the view.
 * @param views What is on the page to be saved.
 * @param sharable What is seen, to be reproduced elsewhere.
 */
export function renderSave(
  session: Session,
  stem: string,
  views: () => readonly SavableView[],
  sharable: () => Promise<Sharable | undefined>
): TemplateResult {
  return html`<section class="wide save" aria-labelledby="save-title">
    <div>
      <h2 id="save-title">${strings.save.title}</h2>
      <redo-save-menu file-name=${stem} .views=${views} .session=${session}></redo-save-menu>
    </div>
    <div>
      <h2>${strings.share.title}</h2>
      <redo-share-menu file-name=${stem} .sharable=${sharable}></redo-share-menu>
    </div>
  </section>`;
}

export function renderFoot(session: Session): TemplateResult {
  const {history, iteration, status} = session;
  const info = session.model.value;
  const facts = info && {
    backend: info.backend,
    size: info.config.size,
    dataset: info.dataset.name,
  };
  // The revision is what tells that the columns have grown.
  const stepMs = history.revision.value > 0 ? history.scalars.stepMs.at(-1) : undefined;
  return html`<div class="wide foot">
    <redo-status-bar
      .status=${status.value}
      .facts=${facts}
      .iteration=${iteration.value}
      .stepMs=${stepMs}
    ></redo-status-bar>
    ${info ? nothing : html`<redo-open-model></redo-open-model>`}
  </div>`;
}
