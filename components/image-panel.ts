/** The panel of the image in hand: its masks, to look at and to paint on, beside the truth. */

import {html, nothing, type TemplateResult} from 'lit';
import {live} from 'lit/directives/live.js';
import {swapRegions} from '../core/session/mask-edits.js';
import type {MaskTool} from '../core/session/mask-stroke.js';
import type {Session} from '../core/session/session.js';
import {formatShare} from './format.js';
import type {PaintEvents} from './paint-events.js';
import type {LegendEntry} from './redo-mask-legend.js';
import {strings} from './strings.js';
import {updating} from './updating.js';
import type {Truth, ViewerState} from './viewer-state.js';

/** How the user wants masks to look, and what is in the user's hand. */
export interface MaskLooks {
  maskMode: 'overlay' | 'colours';
  /** Of the colours in an overlay, in [0, 1]. */
  opacity: number;
  /** Whether each pixel is given whole to its largest mask. */
  hardMasks: boolean;
  /** Whether the region in hand is shown alone. */
  alone: boolean;
  patterns: boolean;
  showTruth: boolean;
  showErrors: boolean;
  /** Whether the masks are being painted on. */
  painting: boolean;
  tool: MaskTool;
  /** Diameter in pixels of the masks. */
  brushSize: number;
  hardness: number;
}

/** What a viewer begins with. */
export const MASK_LOOKS: MaskLooks = {
  maskMode: 'overlay',
  opacity: 0.6,
  hardMasks: false,
  alone: false,
  patterns: matchMedia('(prefers-contrast: more)').matches,
  showTruth: true,
  showErrors: false,
  painting: false,
  tool: 'brush',
  brushSize: 6,
  hardness: 0.8,
};

type SetLooks = (change: Partial<MaskLooks>) => void;

export function renderImage(
  state: ViewerState,
  looks: MaskLooks,
  setLooks: SetLooks
): TemplateResult {
  const {index} = state.session.image.value;
  const {pending} = state.session.views.segmentation.state.value;
  return html`<section class="image" data-view="image" aria-labelledby="image-title">
    <div class="head">
      <h2 id="image-title">${strings.images.item(index)}</h2>
      ${updating(pending)}
      <button aria-pressed=${looks.painting} @click=${() => setLooks({painting: !looks.painting})}>
        ${strings.paint.title}
      </button>
    </div>
    <div class="pictures">
      ${renderInput(state)}
      ${looks.painting ? renderEditor(state, looks, setLooks) : renderMasks(state, looks)}
      ${looks.showTruth ? renderTruth(state, looks) : nothing}
      ${looks.showErrors ? renderErrors(state) : nothing}
    </div>
    ${renderLegend(state, looks)} ${renderOptions(state.session.region.value, looks, setLooks)}
  </section>`;
}

function renderInput({input, segmentation, session}: ViewerState): TemplateResult {
  const {value} = segmentation;
  return html`<figure>
    <redo-picture
      label=${strings.input.alt(session.image.value.index)}
      .picture=${input.value.picture}
    ></redo-picture>
    <figcaption>
      <span>${strings.input.title}</span>
      <span class="soft">${value ? strings.masks.score(value.score) : nothing}</span>
    </figcaption>
  </figure>`;
}

function renderMasks(state: ViewerState, looks: MaskLooks): TemplateResult {
  const {masks} = strings;
  return html`<figure>
    <redo-mask-view
      label=${looks.maskMode === 'overlay' ? masks.overlayAlt : masks.coloursAlt}
      mode=${looks.maskMode}
      .masks=${state.segmentation.value?.masks}
      .picture=${state.segmented.value.picture}
      .region=${state.session.region.value}
      .opacity=${looks.opacity}
      .alone=${looks.alone}
      .hard=${looks.hardMasks}
      .patterns=${looks.patterns}
    ></redo-mask-view>
    ${renderMasksCaption(state)}
  </figure>`;
}

function renderMasksCaption({session, truth}: ViewerState): TemplateResult {
  const {masks} = strings;
  return html`<figcaption>
    <span>${session.maskEdits.present.value ? masks.edited : masks.title}</span>
    <span class="soft">${truth.value ? masks.agreement(truth.value.accuracy) : nothing}</span>
  </figcaption>`;
}

function renderEditor(state: ViewerState, looks: MaskLooks, setLooks: SetLooks): TemplateResult {
  const {session} = state;
  const {canUndo, canRedo, present} = session.maskEdits;
  const region = session.region.value;
  const masks = state.segmentation.value?.masks;
  const disabled = !masks || !state.editable.value;
  const handleSwap = ({detail}: CustomEvent<PaintEvents['mask-swap']>) =>
    session.maskEdits.commit(swapRegions(masks!, region, detail.other));
  return html`<figure
    class="painting"
    @mask-edit=${({detail}: CustomEvent<PaintEvents['mask-edit']>) => takeEdit(session, detail)}
    @mask-undo=${() => session.maskEdits.undo()}
    @mask-redo=${() => session.maskEdits.redo()}
    @mask-restore=${() => session.maskEdits.commit(undefined)}
    @mask-swap=${handleSwap}
    @tool-pick=${({detail}: CustomEvent<PaintEvents['tool-pick']>) => setLooks(detail)}
    @brush-change=${({detail}: CustomEvent<PaintEvents['brush-change']>) => setLooks(detail)}
  >
    <div class="canvas">
      <redo-mask-editor
        mode=${looks.maskMode}
        tool=${looks.tool}
        .masks=${masks}
        .picture=${state.segmented.value.picture}
        .region=${region}
        .brushSize=${looks.brushSize}
        .hardness=${looks.hardness}
        .opacity=${looks.opacity}
        .alone=${looks.alone}
        .hard=${looks.hardMasks}
        .patterns=${looks.patterns}
        .disabled=${disabled}
      ></redo-mask-editor>
      ${renderMasksCaption(state)}
    </div>
    <redo-paint-tools
      tool=${looks.tool}
      .brushSize=${looks.brushSize}
      .hardness=${looks.hardness}
      .region=${region}
      .regions=${masks?.regions ?? 0}
      .canUndo=${canUndo.value}
      .canRedo=${canRedo.value}
      .edited=${present.value !== undefined}
      .disabled=${disabled}
    ></redo-paint-tools>
  </figure>`;
}

/** A stroke is seen while it is drawn, and is one step back once it has ended. */
function takeEdit({maskEdits}: Session, {masks, ended}: PaintEvents['mask-edit']): void {
  if (ended) maskEdits.commit(masks);
  else maskEdits.preview(masks);
}

function renderTruth(state: ViewerState, looks: MaskLooks): TemplateResult {
  const {masks} = strings;
  const {picture, labels} = state.segmented.value;
  const truth = state.truth.value;
  const caption = labels || !picture ? masks.truth : masks.noTruth;
  return html`<figure>
    <redo-mask-view
      label=${masks.truthAlt}
      mode=${looks.maskMode}
      .masks=${truth?.masks}
      .picture=${picture}
      .region=${state.session.region.value}
      .opacity=${looks.opacity}
      .alone=${looks.alone}
      .patterns=${looks.patterns}
    ></redo-mask-view>
    <figcaption>
      <span>${caption}</span>
      <span class="soft">
        ${truth?.objectIou === undefined ? nothing : masks.objectIou(truth.objectIou)}
      </span>
    </figcaption>
  </figure>`;
}

function renderErrors({errors, truth}: ViewerState): TemplateResult {
  const {masks} = strings;
  return html`<figure>
    <redo-picture class="errors" label=${masks.errorsAlt} .picture=${errors.value}></redo-picture>
    <figcaption>
      <span>${masks.errors}</span>
      <span class="soft">
        ${truth.value ? masks.wrong(1 - truth.value.accuracy) : masks.errorsNone}
      </span>
    </figcaption>
  </figure>`;
}

function renderLegend({session, truth}: ViewerState, looks: MaskLooks): TemplateResult {
  const {config, dataset} = session.model.value!;
  const entries = Array.from({length: config.regions}, (_, region) =>
    legendEntry(truth.value, region, dataset.regionNames)
  );
  return html`<redo-mask-legend
    .entries=${entries}
    .selected=${session.region.value}
    .patterns=${looks.patterns}
  ></redo-mask-legend>`;
}

function legendEntry(
  truth: Truth | undefined,
  region: number,
  names: readonly string[]
): LegendEntry {
  const object = truth?.objects.find(each => each.region === region);
  if (object) return {name: names[object.label], iou: object.iou};
  return truth?.regionOf[0] === region ? {name: names[0]} : {};
}

function renderOptions(region: number, looks: MaskLooks, setLooks: SetLooks): TemplateResult {
  const {masks} = strings;
  const check = (
    name: string,
    key: 'showTruth' | 'showErrors' | 'patterns' | 'alone',
    text: string
  ) =>
    html`<label class="check">
      <input
        type="checkbox"
        name=${name}
        .checked=${live(looks[key])}
        @change=${() => setLooks({[key]: !looks[key]})}
      />${text}
    </label>`;
  return html`<div class="options">
    <fieldset class="choice">
      <legend class="visually-hidden">${masks.views}</legend>
      ${(['overlay', 'colours'] as const).map(mode =>
        radio('mode', mode === looks.maskMode, masks[mode], () => setLooks({maskMode: mode}))
      )}
    </fieldset>
    <fieldset class="choice">
      <legend class="visually-hidden">${masks.reading}</legend>
      ${[false, true].map(hard =>
        radio('reading', hard === looks.hardMasks, hard ? masks.hard : masks.soft, () =>
          setLooks({hardMasks: hard})
        )
      )}
    </fieldset>
    <label class="check">
      ${masks.opacity}
      <input
        type="range"
        name="opacity"
        min="0"
        max="1"
        step="0.05"
        aria-valuetext=${formatShare(looks.opacity)}
        .value=${live(String(looks.opacity))}
        ?disabled=${looks.maskMode !== 'overlay'}
        @input=${(event: Event) =>
          setLooks({opacity: (event.target as HTMLInputElement).valueAsNumber})}
      />
    </label>
    ${check('truth', 'showTruth', masks.truth)} ${check('errors', 'showErrors', masks.errors)}
    ${check('patterns', 'patterns', masks.patterns)} ${check('alone', 'alone', masks.alone(region))}
  </div>`;
}

function radio(name: string, checked: boolean, text: string, pick: () => void): TemplateResult {
  return html`<label>
    <input type="radio" name=${name} .checked=${live(checked)} @change=${pick} />${text}
  </label>`;
}
