import {signal, untracked} from '@preact/signals-core';
import {html, LitElement, nothing, type PropertyValues, type TemplateResult} from 'lit';
import {customElement, property, state} from 'lit/decorators.js';
import {connectEngine} from '../core/engine/client.js';
import type {EngineClient, ImageRef} from '../core/engine/protocol.js';
import {isSplit, SPLITS, type Split} from '../datasets/dataset.js';
import type {DatasetSource} from '../datasets/source.js';
import type {Tuning} from '../core/model/config.js';
import type {PlaneChoice} from '../core/session/latent.js';
import {NO_WEIGHTS} from '../core/session/model-file.js';
import type {ModelFile} from '../core/session/open-model.js';
import type {Session} from '../core/session/session.js';
import type {View} from '../core/session/view-link.js';
import {MASK_LOOKS, renderImage} from './image-panel.js';
import type {Flow} from './data-flow.js';
import {datasetAt} from './dataset-address.js';
import {FileDrop} from './file-drop.js';
import {fileStem} from './file-stem.js';
import {loadLateElements} from './late-elements.js';
import {nameOf} from '../core/session/place.js';
import {readPanels, type PanelName} from './panel-names.js';
import type {SavableView} from './redo-save-menu.js';
import type {Sharable} from './redo-share-menu.js';
import type {TrainEvents} from './redo-train-controls.js';
import {strings} from './strings.js';
import {controls, theme} from './theme.js';
import {renderCode} from './viewer-code-panel.js';
import {flowOf} from './viewer-flow.js';
import {renderFlow} from './viewer-flow-panel.js';
import * as panels from './viewer-panels.js';
import {ViewerState, type Trouble} from './viewer-state.js';
import {UndoKeys} from './undo-keys.js';
import {ViewerLinks} from './viewer-links.js';
import {viewerStyles} from './viewer-styles.js';
import {Visibility} from './visibility.js';
import {Watcher} from './watcher.js';
import './redo-error-panel.js';
import './redo-progress.js';
import './redo-status-bar.js';

/** Properties that say what to open. */
const OPENING = ['preset', 'datasetName', 'weights', 'seed'] as const;

/**
 * ReDO at work: an image, its masks, every region redrawn from a code that can be moved by hand,
 * and the networks as they train.
 *
 * It starts when it is first seen, and computes nothing while out of sight. Viewers of equal
 * `backend` and `place` share one engine. Removed from the document, it frees what it holds.
 *
 * @summary The interactive visualizer.
 * @fires image-pick - The user picked an image; `detail` is `{index: number}`.
 * @fires region-pick - The user took a region in hand; `detail` is `{region: number}`.
 * @fires code-input - The user moved one component of the code; `detail` is `{dimension: number, value: number}`.
 * @fires code-move - The user moved the code on the map; `detail` is `{code: Float32Array}`.
 * @fires model-pick - The user picked a model file; `detail` is `{file: File}`.
 * @fires plane-pick - The user chose another plane of the map; `detail` is `{choice: PlaneChoice}`.
 * @csspart sheet - The sheet of panels.
 * @cssproperty --redo-ink - Text.
 * @cssproperty --redo-ink-soft - Text of second rank.
 * @cssproperty --redo-line - Hairlines.
 * @cssproperty --redo-line-strong - Outlines of controls.
 * @cssproperty --redo-surface - Background of panels.
 * @cssproperty --redo-sunken - Background of what lies lower.
 * @cssproperty --redo-accent - Main button, focus, picked image.
 * @cssproperty --redo-on-accent - Text on the accent.
 * @cssproperty --redo-danger - Errors.
 * @cssproperty --redo-radius - Radius of corners.
 * @cssproperty --redo-font - Font family.
 */
@customElement('redo-viewer')
export class RedoViewer extends LitElement {
  static override styles = [theme, controls, viewerStyles];

  @state() private looks: panels.Looks = {
    ...MASK_LOOKS,
    showRecovered: false,
    showEffects: false,
    byEffect: false,
    showMap: true,
    showFlow: true,
    logScale: false,
    smooth: false,
    watchIou: false,
  };
  @state() private engineError?: Error;
  private panelsError?: Error;
  private shown = readPanels(undefined);
  private readonly links = new ViewerLinks(this);
  /** Name of the data set that the user's own images stand in for. */
  /** Seed that the weights were made from last. */
  /** Split that was picked by hand, in the place of `split`; gone with another model or other images. */
  @state() pickedSplit?: Split;
  /** Version of the images that those properties are about. */
  private imagesVersion = 0;

  /** Name of a preset. */
  @property() preset = 'blobs-32';

  /** Name of a data set in the place of the preset's, or the address of an archive of images. */
  @property({attribute: 'dataset'}) datasetName?: string;

  /** Address of a model file: a checkpoint, published weights, `.pth`, or an archive of them; the name of a shipped model, such as `lfw-32`; `none` for new random weights. The preset's shipped model if absent. */
  @property() weights?: string;

  /** Seed of weights, batches, codes and generated images. */
  @property({type: Number}) seed = 1;

  /** A view, as links hold it: model, image, codes, masks and panels, in the place of what other properties say. */
  @property() view?: string;

  /** Split of the image in hand: `train`, `val` or `test`; the held-out ones if absent. Of the user's own images all are shown; a split without images gives way to another. */
  @property() split?: Split;

  /** Index of the image in hand within its split. */
  @property({type: Number}) image = 0;

  /** Region in hand, from 0. */
  @property({type: Number}) region = 0;

  /** Where to compute; `auto` takes the fastest that works. */
  @property() backend: 'auto' | 'webgl' | 'webgpu' | 'wasm' | 'cpu' = 'auto';

  /** Thread to compute on; a worker if absent and possible. */
  @property() place?: 'worker' | 'main';

  /** Goes on training while out of sight. */
  @property({type: Boolean}) background = false;

  /** `light`, `dark`, `auto` (as the reader's system is set); as the page is if absent. */
  @property({reflect: true}) theme?: 'light' | 'dark' | 'auto';

  /** Engine to use in the place of the page's shared one; it stays the caller's. */
  @property({attribute: false}) engine?: EngineClient;

  /** In a signal, so that elements that are bound to this one follow its session. */
  private readonly current = signal<ViewerState | undefined>(undefined);
  /**
   * Panels to show, by name with spaces between them; all if absent. What only the others show is
   * not computed. Names: `images`, `image`, `regions`, `code`, `training`, `history`, `timeline`,
   * `flow`, `explorer`, `save`, `status`.
   */
  @property() panels?: string;

  private readonly watcher = new Watcher(this);
  private readonly drop = new FileDrop(this, file => void this.openFile(file));
  private visible = false;
  /** Made, or tried in vain. */
  private connection?: {release: () => void};

  constructor() {
    super();
    this.watcher.setPaused(true);
    new Visibility(this, visible => this.setVisible(visible));
    new UndoKeys(this, way => void this.goBack(way));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // An element that is moved is taken out and put back at once.
    queueMicrotask(() => {
      if (!this.isConnected) this.disconnect();
    });
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('view') && this.view) void this.links.follow(this.view);
    if (changed.has('panels')) this.choosePanels();
    if (changed.has('engine') || changed.has('backend') || changed.has('place')) this.disconnect();
    if (!this.connection) {
      if (this.visible && this.isConnected) this.connect();
    } else if (OPENING.some(name => changed.has(name))) {
      this.open();
    }
    if (changed.has('split')) this.pickedSplit = undefined;
    this.pushSources();
  }

  /** What is no panel is told of, and all are shown. */
  private choosePanels(): void {
    this.panelsError = undefined;
    try {
      this.shown = readPanels(this.panels);
    } catch (error) {
      this.shown = readPanels(undefined);
      this.panelsError = error as Error;
    }
  }

  private setVisible(visible: boolean): void {
    this.visible = visible;
    this.watcher.setPaused(!visible);
    this.requestUpdate();
  }

  private connect(): void {
    this.connection = {release: () => {}};
    try {
      const {backend, place} = this;
      const engine = this.engine ?? connectEngine({backend, place});
      const state = new ViewerState(engine);
      this.imagesVersion = 0;
      const owned = engine !== this.engine;
      this.connection.release = () =>
        void state.session.dispose().finally(() => {
          if (owned) engine.dispose();
        });
      this.current.value = state;
      this.open();
      loadLateElements().catch((error: Error) => (this.engineError = error));
    } catch (error) {
      this.engineError = error as Error;
    }
  }

  private disconnect(): void {
    this.links.interrupted();
    this.connection?.release();
    this.connection = undefined;
    this.current.value = undefined;
    this.engineError = undefined;
  }

  private reconnect(): void {
    this.disconnect();
    this.requestUpdate();
  }

  private open(): void {
    const {session, preset, datasetName, weights, seed} = this;
    this.pickedSplit = undefined;
    const opened = this.links.opening();
    const dataset = datasetName && datasetAt(datasetName);
    void session?.open({preset, dataset, weights, seed}).then(async () => {
      if (session === this.session && session.model.peek()) await opened(session);
    });
  }

  /** Opens the model of a view, and takes in hand what it shows. */
  showView(view: View): void {
    this.links.show(view);
  }

  /** What is seen now, to be shown again; undefined while no model is open. */
  currentView(): Promise<View | undefined> {
    return this.links.current();
  }

  private readonly sharable = (): Promise<Sharable | undefined> => this.links.sharable();

  /** What the images are called that the user's own are in the place of; undefined where none are. */
  private get usualDataset(): string | undefined {
    const place = this.session?.place.peek();
    return place && place.images !== place.usual ? nameOf(place.usual) : undefined;
  }

  /** The session's sources follow the element's properties. */
  private pushSources(): void {
    if (!this.session) return;
    this.session.awake.value = this.visible || this.background;
    this.session.validation.wanted.value = this.visible && this.shown.has('history');
    const version = this.session.imagesVersion.peek();
    if (version !== this.imagesVersion) {
      // What was in hand was one of the last images.
      Object.assign(this, {imagesVersion: version, image: 0, pickedSplit: undefined});
      if (this.session.cameBack) this.takeInHand(this.session);
    }
    const regions = this.session.model.peek()?.config.regions ?? Infinity;
    this.session.region.value = Math.min(Math.max(Math.trunc(this.region) || 0, 0), regions - 1);
    this.session.selectImage({
      split: this.shownSplit(),
      index: Math.max(Math.trunc(this.image) || 0, 0),
    });
  }

  /** The split that is picked or asked for, if it has images; else all images, or the held-out ones. */
  private shownSplit(): Split {
    const {counts, wholeSplit} = this.session!.model.peek()?.dataset ?? {};
    const wanted = [
      this.pickedSplit,
      this.usualDataset === undefined ? this.split : undefined,
      wholeSplit,
      ...SPLITS.toReversed(),
    ].filter(isSplit);
    return wanted.find(each => !counts || counts[each] > 0) ?? 'test';
  }

  private setLooks(change: Partial<panels.Looks>): void {
    this.looks = {...this.looks, ...change};
  }

  private async tune(tuning: Tuning): Promise<void> {
    // The numbers go back to what they were where the engine refuses them.
    await this.session!.tune(tuning).catch(() => this.requestUpdate());
  }

  /** Changes what f is taught by; where the engine refuses, it is said, and the labels are as they were. */
  private async label(change: (session: Session) => Promise<void>): Promise<void> {
    this.links.say('');
    await change(this.session!).catch((error: Error) => this.links.say(error.message));
    this.requestUpdate();
  }

  /** Goes on with the user's images, or with those that the model came with. */
  private async useImages(source?: DatasetSource): Promise<void> {
    const usual = this.session!.place.peek()?.usual;
    if (usual !== undefined) await this.session!.useDataset(source ?? usual);
  }

  /** Opens a model file in the place of the present model, which stays if the file is no good. */
  async openFile(file: ModelFile): Promise<void> {
    const {session} = this;
    await session?.openFile(file, this.seed);
    if (!session || session !== this.session || session.failure.peek()) return;
    // A file's model comes with its own data set.
    this.pickedSplit = undefined;
  }

  /** One step back, or forth again, over model, images, codes and masks. */
  private async goBack(way: 'undo' | 'redo'): Promise<void> {
    const {session} = this;
    if (!session?.model.peek()) return;
    const going = session.viewHistory[way]();
    this.takeInHand(session);
    await going;
    if (session === this.session) this.takeInHand(session);
  }

  /** The properties follow what the session has in hand. */
  private takeInHand({image, region}: Session): void {
    const {split, index} = image.peek();
    Object.assign(this, {pickedSplit: split, image: index, region: region.peek()});
  }

  private handleReset({detail}: CustomEvent<TrainEvents['train-reset']>): void {
    void this.session!.reset(detail.seed);
  }

  /** State and commands behind the element; undefined until it has started. */
  get session(): Session | undefined {
    return this.current.value?.session;
  }

  /** What files of this view are called: its model, and the user's images if they are shown. */
  private fileStem(session: Session): string {
    const model = session.place.value?.weights.fileName ?? this.weights;
    const named = model === undefined || model === NO_WEIGHTS ? this.preset : model;
    const images = this.usualDataset === undefined ? undefined : session.model.value?.dataset.name;
    return [named, images]
      .filter(name => name !== undefined)
      .map(fileStem)
      .join('-');
  }

  /** The panels that are on the page, and the whole sheet. */
  private readonly savableViews = (): SavableView[] => {
    const views = [...this.renderRoot.querySelectorAll<HTMLElement>('[data-view]')];
    return views.map(element => {
      const name = element.dataset.view as keyof typeof strings.save.views;
      return {name, label: strings.save.views[name], element};
    });
  };

  /** The data flow of what is in hand, as last rendered; for elements that are bound to this one. */
  get flow(): Flow | undefined {
    const current = this.current.value;
    return current && untracked(() => flowOf(current, this.looks.showRecovered));
  }

  private troubles(): Trouble[] {
    if (this.engineError) {
      const {message} = this.engineError;
      return [{during: 'engine', message, retry: () => this.reconnect()}];
    }
    const shown = {...this.looks, panels: this.shown};
    const troubles = this.current.value?.troubles(shown) ?? [];
    if (this.panelsError) {
      const {message} = this.panelsError;
      troubles.push({during: 'panels', message, retry: () => this.requestUpdate('panels')});
    }
    if (this.split && !isSplit(this.split)) {
      const message = `split: must be one of ${SPLITS.join(', ')}; got ${this.split as string}`;
      troubles.push({during: 'split', message, retry: () => this.requestUpdate('split')});
    }
    if (this.links.error) {
      const {message} = this.links.error;
      troubles.push({during: 'link', message, retry: () => this.links.forgetError()});
    }
    // What could not be opened may be the fault of the engine under it.
    return troubles.map(trouble =>
      trouble.during === 'open' ? {...trouble, retry: () => this.reconnect()} : trouble
    );
  }

  private renderTroubles() {
    const troubles = this.troubles();
    const {note} = this.links;
    if (troubles.length === 0 && !note) return nothing;
    return html`<div class="notices">
      ${note ? html`<p class="note soft" role="status">${note}</p>` : nothing}
      ${troubles.map(
        ({during, message, retry}) =>
          html`<redo-error-panel
            during=${during}
            message=${message}
            @try-again=${retry}
          ></redo-error-panel>`
      )}
    </div>`;
  }

  private renderPanels(state: ViewerState): TemplateResult {
    const {session} = state;
    const model = session.model.value;
    const setLooks = (change: Partial<panels.Looks>) => this.setLooks(change);
    if (!model) {
      return session.status.value === 'failed'
        ? html``
        : html`<div class="wide loading">
            <redo-progress .progress=${session.progress.value}></redo-progress>
          </div>`;
    }
    const {shown, looks} = this;
    const when = (name: PanelName, panel: () => TemplateResult) =>
      shown.has(name) ? panel() : nothing;
    const side = [
      when('code', () => renderCode(session, looks, setLooks)),
      when('training', () => panels.renderTraining(session)),
    ];
    return html`
      ${when('images', () => panels.renderImages(session, model, this.usualDataset, this))}
      ${when('image', () => renderImage(state, looks, setLooks))}
      ${when('regions', () => panels.renderRegions(state))}
      ${side.some(panel => panel !== nothing) ? html`<div class="side">${side}</div>` : nothing}
      ${when('history', () => panels.renderHistory(state, looks, setLooks))}
      ${when('timeline', () => panels.renderTimeline(session))}
      ${when('flow', () => renderFlow(state, looks, setLooks))}
      ${when('explorer', () => html`<redo-explorer class="wide" .viewer=${this}></redo-explorer>`)}
      ${when('save', () => panels.renderSave(session, this.fileStem(session), this.savableViews, this.sharable))}
    `;
  }

  protected override render() {
    return this.watcher.track(() => {
      const {value: current} = this.current;
      return html`
        ${this.renderTroubles()}
        <div
          part="sheet"
          class="sheet ${this.panels === undefined ? '' : 'chosen'}"
          style="--_across: ${panels.countAcross(this.shown)}"
          data-view="sheet"
          @image-pick=${({detail}: CustomEvent<{index: number}>) => (this.image = detail.index)}
          @region-pick=${(event: CustomEvent<{region: number}>) =>
            (this.region = event.detail.region)}
          @code-input=${({detail}: CustomEvent<{dimension: number; value: number}>) =>
            this.session?.codes.setValue(this.session.region.value, detail.dimension, detail.value)}
          @code-move=${({detail}: CustomEvent<{code: Float32Array}>) =>
            this.session?.codes.set(this.session.region.value, detail.code)}
          @plane-pick=${({detail}: CustomEvent<{choice: PlaneChoice}>) =>
            (this.session!.latent.choice.value = detail.choice)}
          @code-resample=${() => this.session?.codes.resample(this.session.region.value)}
          @code-reset=${() => this.session?.codes.reset(this.session.region.value)}
          @train-step=${({detail}: CustomEvent<TrainEvents['train-step']>) =>
            this.session?.training.step(detail.count)}
          @train-phase=${() => void this.session?.training.stepPhase()}
          @train-play=${() => this.session?.training.play()}
          @train-pause=${() => this.session?.training.pause()}
          @train-side=${({detail}: CustomEvent<TrainEvents['train-side']>) =>
            (this.session!.training.side.value = detail.side)}
          @train-rate=${({detail}: CustomEvent<TrainEvents['train-rate']>) =>
            (this.session!.training.stepsPerFrame.value = detail.stepsPerFrame)}
          @training-tune=${({detail}: CustomEvent<{tuning: Tuning}>) => void this.tune(detail.tuning)}
          @label-add=${() => void this.label(session => session.label())}
          @label-remove=${({detail}: CustomEvent<{image: ImageRef}>) =>
            void this.label(({labels}) => labels.remove(detail.image))}
          @label-weight=${({detail}: CustomEvent<{weight: number}>) =>
            void this.label(({labels}) => labels.setWeight(detail.weight))}
          @timeline-go=${({detail}: CustomEvent<{iteration: number}>) =>
            void this.session?.goTo(detail.iteration)}
          @train-reset=${this.handleReset}
          @images-pick=${({detail}: CustomEvent<{source: DatasetSource}>) =>
            void this.useImages(detail.source)}
          @images-stop=${() => this.session?.stopReading()}
          @images-reset=${() => void this.useImages()}
          @view-undo=${() => void this.goBack('undo')}
          @view-redo=${() => void this.goBack('redo')}
          @view-open=${({detail}: CustomEvent<{view: View}>) => this.showView(detail.view)}
          @model-pick=${({detail}: CustomEvent<{file: File}>) => void this.openFile(detail.file)}
        >
          ${current ? this.renderPanels(current) : nothing}
          ${current && this.shown.has('status') ? panels.renderFoot(current.session) : nothing}
        </div>
        ${this.drop.over ? html`<div class="drop">${strings.drop}</div>` : nothing}
        <p class="visually-hidden" role="status">${current?.announcement()}</p>
      `;
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'redo-viewer': RedoViewer;
  }
}
