/** From what a viewer shows to a view that can be shared, and back. */

import type {Split} from '../datasets/dataset.js';
import {isNamed} from '../core/session/model-file.js';
import type {Session} from '../core/session/session.js';
import {decodeView, type View} from '../core/session/view-link.js';
import {absoluteDataset} from './dataset-address.js';
import type {Sharable} from './redo-share-menu.js';
import {strings} from './strings.js';

/** The properties of a viewer that a view is made of. */
export interface LinkedViewer {
  readonly session: Session | undefined;
  preset: string;
  datasetName?: string;
  weights?: string;
  seed: number;
  view?: string;
  pickedSplit?: Split;
  image: number;
  region: number;
  panels?: string;
  requestUpdate(name?: PropertyKey, old?: unknown): void;
}

/** Shows views in a viewer, and says what it shows. */
export class ViewerLinks {
  /** Why a view could not be shown. */
  error?: Error;
  /** What a view that was shown does not bring along. */
  note = '';

  private readonly viewer: LinkedViewer;
  /** A view to be shown once its model is open. */
  private wanted?: View;
  /** The view whose model is being opened. */
  private awaited?: View;

  constructor(viewer: LinkedViewer) {
    this.viewer = viewer;
  }

  /** Shows the view of a link, unless another is to be shown when it has been read. */
  async follow(text: string): Promise<void> {
    try {
      const view = await decodeView(text);
      if (text === this.viewer.view) this.show(view);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  /** Has the model of a view opened, and shows the view in it then. */
  show(view: View): void {
    const {preset, dataset, weights, seed, image, region, panels} = view;
    const {viewer} = this;
    this.error = undefined;
    this.wanted = view;
    Object.assign(viewer, {preset, datasetName: dataset, weights, seed, region});
    viewer.image = image.index;
    if (panels !== undefined) viewer.panels = panels;
    // Opened anew also if it is the same model: it may have been trained since.
    viewer.requestUpdate('preset', null);
  }

  /** To be told that a model is about to be opened. @returns What is to be done once it is open. */
  opening(): (session: Session) => Promise<void> {
    const {wanted} = this;
    this.wanted = undefined;
    this.awaited = wanted;
    this.note = '';
    return async session => {
      this.awaited = undefined;
      if (wanted) await this.finish(session, wanted);
    };
  }

  /** To be told that what is being opened will never be open: its view goes to what is opened next. */
  interrupted(): void {
    this.wanted ??= this.awaited;
    this.awaited = undefined;
  }

  say(note: string): void {
    this.note = note;
    this.viewer.requestUpdate();
  }

  forgetError(): void {
    this.error = undefined;
    this.viewer.requestUpdate();
  }

  /** What is seen now, to be shown again; undefined while no model is open. */
  async current(): Promise<View | undefined> {
    const {session, preset, datasetName, weights, seed, panels} = this.viewer;
    if (!session?.model.peek()) return undefined;
    return {
      preset,
      dataset: datasetName && absoluteDataset(datasetName),
      // Read from another page, an address relative to this one would lead elsewhere.
      weights: weights && !isNamed(weights) ? new URL(weights, document.baseURI).href : weights,
      seed,
      iteration: session.iteration.peek(),
      image: session.image.peek(),
      region: session.region.peek(),
      codes: session.codes.all.map(code => code.peek()),
      masks: await session.maskDiff(),
      panels,
    };
  }

  /** The same, with what it leaves out. */
  async sharable(): Promise<Sharable | undefined> {
    const view = await this.current();
    const config = this.viewer.session?.model.peek()?.config;
    const place = this.viewer.session?.place.peek();
    if (!view || !config || !place) return undefined;
    const {iteration, origin} = place.weights;
    const trained = origin === 'random' || view.iteration !== iteration;
    const {share} = strings;
    const left = [
      ...(origin === 'file' ? [share.leftModel] : []),
      ...(trained ? [share.leftWeights(view.iteration)] : []),
      ...(place.images !== place.usual ? [share.leftImages] : []),
    ];
    return {view, config, left};
  }

  private async finish(session: Session, view: View): Promise<void> {
    try {
      this.viewer.pickedSplit = view.image.split;
      await session.show(view);
      const iteration = session.iteration.peek();
      if (view.iteration !== iteration) this.say(strings.otherIteration(view.iteration, iteration));
    } catch (error) {
      this.viewer.pickedSplit = undefined;
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    this.error = error;
    this.viewer.requestUpdate();
  }
}
