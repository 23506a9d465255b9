/** The panels of `<redo-viewer>`: each a template over the session, reading only what it shows. */

import {html, nothing, type TemplateResult} from 'lit';
import {live} from 'lit/directives/live.js';
import type {ModelInfo} from '../core/engine/protocol.js';
import {fitChoice} from '../core/session/latent.js';
import type {Session} from '../core/session/session.js';
import type {HistoryCharts} from './history-charts.js';
import type {MaskLooks} from './image-panel.js';
import type {RegionRow} from './redo-region-grid.js';
import {strings} from './strings.js';
import {updating} from './updating.js';
import type {ViewerState} from './viewer-state.js';

/** How the user wants the viewer to look: no part of the session. */
export interface Looks extends MaskLooks {
  /** Whether δ's reading of the codes is shown. */
  showRecovered: boolean;
  /** Whether the effects of the code's components are shown, and whether these stand in their order. */
  showEffects: boolean;
  byEffect: boolean;
  /** Whether the map of codes is shown. */
  showMap: boolean;
  /** Row of the history that the charts' cursor is at. */
  row?: number;
}

type SetLooks = (change: Partial<Looks>) => void;

export function renderImages(session: Session, {dataset}: ModelInfo): TemplateResult {
  const {images} = strings;
  const strip = session.strip.value;
  const {split, index} = session.image.value;
  const first = strip[0]?.index ?? 0;
  const {value, pending} = session.views.samples.state.value;
  return html`<section class="wide images" aria-label=${images.title}>
    <redo-image-strip
      .pictures=${strip.map((_, i) => (pending ? undefined : value?.[i]?.picture))}
      .first=${first}
      .selected=${index}
      .count=${dataset.counts[split]}
    ></redo-image-strip>
  </section>`;
}

export function renderRegions({session, segmentation, redraws}: ViewerState): TemplateResult {
  const {masks, areas} = segmentation.value ?? {};
  const rows = redraws.value.map((redraw, k): RegionRow => ({
    area: areas?.[k],
    drawn: redraw?.region,
    composition: redraw?.composition,
    score: redraw?.score,
  }));
  const pending = session.views.redraws.value.some(({state}) => state.value.pending);
  return html`<section class="regions" aria-labelledby="regions-title">
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

export function renderCode(session: Session, looks: Looks, setLooks: SetLooks): TemplateResult {
  const {code} = strings;
  const {views, latent} = session;
  const region = session.region.value;
  const recovered = looks.showRecovered
    ? views.recovery.state.value.value?.recovered[region]
    : undefined;
  const effects = looks.showEffects ? latent.effects.state.value.value : undefined;
  const check = (name: string, key: 'showRecovered' | 'showEffects', label: string) =>
    html`<label class="check">
      <input
        type="checkbox"
        name=${name}
        .checked=${live(looks[key])}
        @change=${() => setLooks({[key]: !looks[key]})}
      />${label}
    </label>`;
  return html`<section class="code" aria-labelledby="code-title">
    <div class="head">
      <h2 id="code-title">${strings.region(region)}: ${code.title(region)}</h2>
      <div class="checks">
        ${check('effects', 'showEffects', code.showEffects)}
        ${check('recovered', 'showRecovered', code.recover)}
      </div>
    </div>
    <redo-code-sliders
      .region=${region}
      .code=${session.codes.all[region]!.value}
      .recovered=${recovered}
      .effects=${effects?.region === region ? effects.values : undefined}
      .byEffect=${looks.byEffect}
      @order-pick=${({detail}: CustomEvent<{byEffect: boolean}>) => setLooks(detail)}
    ></redo-code-sliders>
    ${session.codes.all[region]!.value.length > 1 ? renderMap(session, recovered, looks, setLooks) : nothing}
  </section>`;
}

function renderMap(
  session: Session,
  recovered: Float32Array | undefined,
  {showMap}: Looks,
  setLooks: SetLooks
): TemplateResult {
  const handleToggle = (event: Event) => {
    const {open} = event.target as HTMLDetailsElement;
    if (open !== showMap) setLooks({showMap: open});
  };
  return html`<details class="map" ?open=${showMap} @toggle=${handleToggle}>
    <summary>${strings.map.title}</summary>
    ${showMap ? renderOpenMap(session, recovered) : nothing}
  </details>`;
}

function renderOpenMap(session: Session, recovered: Float32Array | undefined): TemplateResult {
  const {map, code: names} = strings;
  const {latent} = session;
  const region = session.region.value;
  const code = session.codes.all[region]!.value;
  const choice = fitChoice(latent.choice.value, code.length);
  const directions =
    choice.kind === 'principal'
      ? latent.directions.state.value
      : {value: undefined, pending: false};
  const survey = latent.survey.state.value;
  const [across, up] =
    choice.kind === 'principal'
      ? [0, 1].map(rank => map.direction(rank, directions.value?.shares[rank]))
      : [choice.x, choice.y].map(names.dimension);
  const fits = survey.value?.region === region && survey.value.image === session.image.value;
  return html`<redo-latent-map
    .region=${region}
    .code=${code}
    .plane=${latent.plane.value}
    .survey=${fits ? survey.value : undefined}
    .recovered=${recovered}
    .across=${across}
    .up=${up}
    .pending=${survey.pending || directions.pending}
  >
    ${
      code.length > 2
        ? html`<redo-plane-choice .codeSize=${code.length} .choice=${choice}></redo-plane-choice>`
        : nothing
    }
  </redo-latent-map>`;
}

/** @param seed What the weights were made from last. */
export function renderTraining({training, status}: Session, seed: number): TemplateResult {
  const {playing, remaining, side, stepsPerFrame, phase} = training;
  return html`<section class="training" aria-labelledby="training-title">
    <div class="head"><h2 id="training-title">${strings.training.title}</h2></div>
    <redo-train-controls
      .playing=${playing.value}
      .remaining=${remaining.value}
      .side=${side.value}
      .stepsPerFrame=${stepsPerFrame.value}
      .phase=${phase.value}
      .seed=${seed}
      .disabled=${status.value === 'opening' || status.value === 'disposed'}
    ></redo-train-controls>
  </section>`;
}

export function renderHistory(
  charts: HistoryCharts,
  {row}: Looks,
  setLooks: SetLooks
): TemplateResult {
  const chart = (name: keyof HistoryCharts) =>
    html`<redo-line-chart
      heading=${strings.charts[name]}
      .data=${charts[name]}
      .row=${row}
    ></redo-line-chart>`;
  return html`<section
    class="history"
    aria-label=${strings.charts.title}
    @cursor-move=${(event: CustomEvent<{row?: number}>) => setLooks({row: event.detail.row})}
  >
    <div class="charts">${chart('losses')}${chart('scores')}${chart('areas')}</div>
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
  return html`<redo-status-bar
    class="wide foot"
    .status=${status.value}
    .facts=${facts}
    .iteration=${iteration.value}
    .stepMs=${stepMs}
  ></redo-status-bar>`;
}
