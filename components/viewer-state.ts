/** A viewer's session with what follows from it for the eye alone. */

import {computed, type ReadonlySignal} from '@preact/signals-core';
import type {
  EngineClient,
  ImageRef,
  Masks,
  Picture,
  RedrawResult,
  Requests,
} from '../core/engine/protocol.js';
import type {Resource, ResourceState} from '../core/graph/resource.js';
import {
  collapseRule,
  findCollapse,
  findDecline,
  type Collapse,
  type Decline,
} from '../core/session/collapse.js';
import {matchRegions, type Agreement} from '../core/session/region-matching.js';
import {Session} from '../core/session/session.js';
import type {About} from '../core/session/views.js';
import {historyCharts, type HistoryCharts} from './history-charts.js';
import {masksOfLabels, paintErrors} from './mask-drawing.js';
import type {PanelName} from './panel-names.js';
import {strings} from './strings.js';

/** Something that failed, as it is shown. */
export interface Trouble {
  during: Parameters<typeof strings.failure>[0];
  message: string;
  retry: () => void;
}

/** What is computed only while it is looked at. */
export interface Shown {
  /** The panels on the page. */
  panels: ReadonlySet<PanelName>;
  showRecovered: boolean;
  showEffects: boolean;
  showMap: boolean;
  showFlow: boolean;
}

/** An image with its true labels; without either where it has not been read or labelled. */
export type Sample = Partial<Requests['samples']['result'][number]>;

/** The true regions of an image, matched with the model's. */
export interface Truth extends Agreement {
  masks: Masks;
}

/** Masks and redraws are shown of one image: while the next one's are computed, the last one's. */
export class ViewerState {
  readonly session: Session;
  /** The image in hand. */
  readonly input: ReadonlySignal<Sample>;
  /** Masks, areas and score; the user's masks where there are any. */
  readonly segmentation: ReadonlySignal<About<Requests['segment']['result']> | undefined>;
  /** Whether `segmentation` is about the image in hand, and not still about the last one. */
  readonly editable: ReadonlySignal<boolean>;
  /** The image that `segmentation` is about. */
  readonly segmented: ReadonlySignal<Sample>;
  readonly truth: ReadonlySignal<Truth | undefined>;
  /** Where the masks are wrong. */
  readonly errors: ReadonlySignal<Picture | undefined>;
  /** One a region. */
  readonly redraws: ReadonlySignal<readonly (About<RedrawResult> | undefined)[]>;
  readonly charts: ReadonlySignal<HistoryCharts>;
  /** What the last check of the region areas found. */
  readonly collapse: ReadonlySignal<Collapse | undefined>;
  /** Whether masks of held-out images have got much worse. */
  readonly decline: ReadonlySignal<Decline | undefined>;

  constructor(engine: EngineClient) {
    const session = new Session(engine);
    const {views, history, image} = session;
    const edited = session.maskEdits.present;
    this.session = session;
    this.input = computed(() => sampleOf(session, image.value));
    this.segmentation = computed(() => {
      const shown = present(views.segmentation.state.value, image.value);
      const masks = edited.value;
      return shown && masks ? {...shown, masks, areas: areasOf(masks)} : shown;
    });
    this.editable = computed(() => this.segmentation.value?.image === image.value);
    this.segmented = computed(() => sampleOf(session, this.segmentation.value?.image));
    this.redraws = computed(() =>
      views.redraws.value.map(({state}) => present(state.value, image.value))
    );
    // By themselves, because the truth is matched anew only where one of them is another.
    const masks = computed(() => this.segmentation.value?.masks);
    const labels = computed(() => this.segmented.value.labels);
    const agreement = computed(() => agreementOf(labels.value, masks.value));
    // A brush rarely changes which region is which: its strokes leave the drawn truth as it is.
    const order = settled(() => agreement.value?.regionOf);
    const trueMasks = computed(() => trueMasksOf(labels.value, masks.peek(), order.value));
    this.truth = computed(() => {
      const [known, drawn] = [agreement.value, trueMasks.value];
      return known && drawn && {...known, masks: drawn};
    });
    this.errors = computed(() => {
      const {picture, labels: known} = this.segmented.value;
      const {regionOf} = agreement.value ?? {};
      return picture && known && regionOf && masks.value
        ? paintErrors(masks.value, known, regionOf, picture)
        : undefined;
    });
    this.charts = computed(() => {
      // The columns grow in place: the revision is what tells.
      void history.revision.value;
      return historyCharts(history);
    });
    this.collapse = computed(() => {
      void history.revision.value;
      const model = session.model.value;
      return model && findCollapse(history, collapseRule(model.config, model.training));
    });
    this.decline = computed(() => {
      void history.revision.value;
      return findDecline(history.looks);
    });
  }

  /** @param shown What is looked at: what is not, is not asked for. */
  troubles({panels, showRecovered, showEffects, showMap, showFlow}: Shown): Trouble[] {
    const {failure, views, latent} = this.session;
    const troubles: Trouble[] = [];
    if (failure.value) {
      const {during, error, retry} = failure.value;
      troubles.push({during, message: error.message, retry});
    }
    if (!this.session.model.value) return troubles;
    const {samples, segmentation, redraws, scores} = views;
    const isCode = panels.has('code');
    const isFlow = panels.has('flow') && showFlow;
    const isMap = isCode && showMap;
    const nodes: Resource<unknown>[] = [];
    if (panels.has('images') || panels.has('image') || isFlow) nodes.push(samples);
    if (panels.has('image') || panels.has('regions') || isFlow) nodes.push(segmentation);
    if (panels.has('regions') || isFlow) nodes.push(...redraws.value, ...scores.value);
    if ((isCode || isFlow) && showRecovered) nodes.push(views.recovery);
    if (isCode && showEffects) nodes.push(latent.effects);
    if (isMap) nodes.push(latent.survey);
    if (isMap && latent.choice.value.kind === 'principal') nodes.push(latent.directions);
    const failed = nodes.filter(node => node.state.value.error);
    // What fails for one reason is one trouble.
    for (const message of new Set(failed.map(node => node.state.value.error!.message))) {
      const alike = failed.filter(node => node.state.value.error!.message === message);
      const retry = () => alike.forEach(node => node.reload());
      troubles.push({during: 'view', message, retry});
    }
    return troubles;
  }

  /** What is said aloud: where things stand, not each iteration. */
  announcement(): string {
    const {status, progress, iteration} = this.session;
    const {announce} = strings;
    if (status.value === 'opening' && progress.value) return announce.stage(progress.value.stage);
    if (status.value === 'ready') return announce.ready(iteration.value);
    const training = status.value === 'stepping' || status.value === 'playing';
    return training ? announce.training : '';
  }
}

function sampleOf({strip, views}: Session, image: ImageRef | undefined): Sample {
  const {value, pending} = views.samples.state.value;
  // While another page is read, the samples are still those of the last.
  if (!image || pending) return {};
  const {split, index} = image;
  const at = strip.value.findIndex(each => each.index === index && each.split === split);
  return value?.[at] ?? {};
}

/**
 * What is known of an image. While that is computed the last image's stays, so that picking does
 * not flicker; where that failed there is nothing.
 */
function present<T extends {image: ImageRef}>(
  {value, pending}: ResourceState<T>,
  image: ImageRef
): T | undefined {
  return pending || value?.image === image ? value : undefined;
}

/** How masks agree with the truth; undefined where there is none of their size. */
function agreementOf(
  labels: Uint8Array | undefined,
  masks: Masks | undefined
): Agreement | undefined {
  if (!labels || !masks || labels.length !== masks.width * masks.height) return undefined;
  return matchRegions(masks, labels);
}

/** @param order The regions that stand for the true ones. */
function trueMasksOf(
  labels: Uint8Array | undefined,
  masks: Masks | undefined,
  order: readonly number[] | undefined
): Masks | undefined {
  return labels && masks && order && masksOfLabels(labels, masks.width, order);
}

/** Numbers that are the same list as before while they are equal. */
function settled(
  read: () => readonly number[] | undefined
): ReadonlySignal<readonly number[] | undefined> {
  let last: readonly number[] | undefined;
  return computed(() => {
    const now = read();
    const equal = now?.length === last?.length && now?.every((value, i) => value === last![i]);
    return equal ? last : (last = now);
  });
}

/** Mean of each mask. */
function areasOf({regions, values}: Masks): number[] {
  const pixels = values.length / regions;
  return Array.from({length: regions}, (_, region) => {
    let sum = 0;
    for (let i = region * pixels; i < (region + 1) * pixels; i++) sum += values[i]!;
    return sum / pixels;
  });
}
