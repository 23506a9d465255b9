/** The state of one viewer: what the user set, what follows from it, and the commands that change it. */

import {batch, computed, signal, type ReadonlySignal} from '@preact/signals-core';
import type {Tuning} from '../model/config.js';
import type {EngineClient, ImageRef, ModelInfo} from '../engine/protocol.js';
import {Background} from './background.js';
import {RegionCodes} from './codes.js';
import {History} from './history.js';
import {LabelledMasks} from './labelled-masks.js';
import {Latent} from './latent.js';
import {applyMaskDiff, diffMasks, type MaskDiff} from './mask-diff.js';
import {MaskHistory} from './mask-history.js';
import {
  OpenModel,
  type Command,
  type Failure,
  type ModelFile,
  type OpenOptions,
  type SessionProgress,
} from './open-model.js';
import type {Images, Place} from './place.js';
import {Timeline} from './timeline.js';
import {TrainingLoop} from './training-loop.js';
import {Validation} from './validation.js';
import {ViewHistory, type Moment} from './view-history.js';
import type {View} from './view-link.js';
import {Views} from './views.js';

/** Number of images to pick from at a time. */
export const STRIP_LENGTH = 12;

/** `waiting` is training that goes on as soon as the session is awake again. */
export type Status =
  | 'empty'
  | 'opening'
  | 'failed'
  | 'ready'
  | 'busy'
  | 'stepping'
  | 'playing'
  | 'waiting'
  | 'disposed';

/**
 * The session of one viewer with one model at a time.
 *
 * Sources are signals, `views` and `latent` are the nodes that follow from them, methods are the commands. A
 * command that fails states so in `failure`. The engine belongs to the caller.
 */
export class Session {
  /** Whether anything may be computed that goes on by itself: training waits while false. */
  readonly awake = signal(true);
  /** The region whose code is in hand, from 0. */
  readonly region = signal(0);
  /** The user's masks in the place of f's; they outlive training, and are gone with another image or model. */
  readonly maskEdits = new MaskHistory();
  /** Painted masks that f is taught by. */
  readonly labels = new LabelledMasks(supervision => this.opened.supervise(supervision));
  readonly codes = new RegionCodes();
  /** The way back over model, images, codes and masks; it begins anew where another model is asked for. */
  readonly viewHistory: ViewHistory;
  readonly history = new History();
  /** States of the training to go back to. */
  readonly timeline: Timeline;
  readonly training: TrainingLoop;
  /** How good the masks are on held-out images, as training goes on. */
  readonly validation: Validation;
  readonly views: Views;
  /** Where requests wait that give way to the hand. */
  readonly background: Background;
  readonly latent: Latent;
  readonly status: ReadonlySignal<Status>;
  /** Images to pick from: the page of them that holds the one in hand; empty while no model is open. */
  readonly strip: ReadonlySignal<readonly ImageRef[]>;

  private readonly engine: EngineClient;
  private readonly opened: OpenModel;
  /** What is to be in hand when the place that it was at has been come back to. */
  private destined?: Moment;
  private returned = false;
  /** Where the time line is to go next, and the going. */
  private destination?: number;
  private journey?: Promise<void>;
  private readonly state = {
    version: signal(0),
    iteration: signal(0),
    image: signal<ImageRef>({split: 'test', index: 0}),
    datasetVersion: signal(0),
    disposed: signal(false),
  };

  constructor(engine: EngineClient) {
    const {version, iteration, image} = this.state;
    this.engine = engine;
    this.timeline = new Timeline(engine);
    this.validation = new Validation(engine, this.history);
    this.opened = new OpenModel(engine, {
      onWeights: (model, command, seed) => this.takeWeights(model, command, seed),
      onStop: () => this.training.stop(),
      onKeep: () => this.history.record(),
      onLeave: () => {
        this.history.clear();
        this.timeline.clear();
        this.maskEdits.clear();
        this.labels.forget();
        iteration.value = 0;
      },
    });
    this.training = new TrainingLoop({
      engine,
      model: computed(() => this.model.value?.model),
      awake: this.awake,
      onStart: () => this.opened.forgetFailure(),
      onRest: async (model, signal) => {
        await this.timeline.keep('due', model, iteration.peek(), signal);
        const info = this.model.peek();
        if (info?.model === model) await this.validation.look(info, iteration.peek(), signal);
      },
      onReports: reports => {
        this.timeline.forgetFrom(reports[0]!.iteration);
        this.history.append(reports);
        iteration.value = reports.at(-1)!.iteration;
      },
      onRefresh: () => version.value++,
      onError: (reason, retry) => this.opened.fail('train', reason, retry),
    });
    // Over plain numbers, so that another image of the same page is no other page.
    const split = computed(() => image.value.split);
    const start = computed(() => image.value.index - (image.value.index % STRIP_LENGTH));
    const count = computed(() => this.model.value?.dataset.counts[split.value] ?? 0);
    this.strip = computed(() => {
      void this.state.datasetVersion.value;
      const length = Math.max(0, Math.min(STRIP_LENGTH, count.value - start.value));
      return Array.from({length}, (_, i) => ({split: split.value, index: start.value + i}));
    });
    const {model, region, strip} = this;
    const editedMasks = this.maskEdits.present;
    const codes = computed(() => this.codes.all);
    const present = computed(
      (): Moment | undefined =>
        this.place.value && {
          place: this.place.value,
          image: image.value,
          region: this.region.value,
          codes: codes.value.map(code => code.value),
          masks: editedMasks.value,
        }
    );
    this.viewHistory = new ViewHistory(present, moment => this.goBackTo(moment));
    this.views = new Views(engine, {model, version, image, strip, codes, editedMasks});
    this.background = new Background(engine, this.views.redraws, region);
    const {playing, remaining, running} = this.training;
    const training = computed(() => playing.value || remaining.value > 0 || running.value);
    this.latent = new Latent(this.background, {
      model,
      version,
      training,
      image,
      region,
      codes,
      editedMasks,
    });
    this.status = computed(() => this.currentStatus());
  }

  /** The engine, for what is asked of it beside the views. */
  get client(): EngineClient {
    return this.engine;
  }

  /** The open model; undefined before, and while another is being opened. */
  get model(): ReadonlySignal<ModelInfo | undefined> {
    return this.opened.info;
  }

  /** Counts the changes of the weights. */
  get version(): ReadonlySignal<number> {
    return this.state.version;
  }

  /** Counts the changes of the data set under an open model. */
  get imagesVersion(): ReadonlySignal<number> {
    return this.state.datasetVersion;
  }

  /** Whether the images were come back to: then the one in hand is one that was picked before. */
  get cameBack(): boolean {
    return this.returned;
  }

  /** Iterations that the weights have behind them. */
  get iteration(): ReadonlySignal<number> {
    return this.state.iteration;
  }

  /** The image in hand. */
  get image(): ReadonlySignal<ImageRef> {
    return this.state.image;
  }

  /** How far the command at work is; undefined while none says. */
  get progress(): ReadonlySignal<SessionProgress | undefined> {
    return this.opened.progress;
  }

  /** The last command's failure; gone with the next command. */
  get failure(): ReadonlySignal<Failure | undefined> {
    return this.opened.failure;
  }

  /** Opens a model in the place of the present one. A newer `open` aborts an older. */
  open(options: OpenOptions): Promise<void> {
    this.viewHistory.clear();
    return this.opened.open(options);
  }

  /** Where the open model and its images came from; undefined while none is open. */
  get place(): ReadonlySignal<Place | undefined> {
    return this.opened.place;
  }

  /**
   * Opens a model file in the place of the present model, which stays if the file is no good: our
   * checkpoints, published weights, `.pth` files, and archives of them. A training that was kept whole
   * goes on to the same numbers as without the break.
   *
   * @param seed Of batches and images, and of what the file lacks, where it brings none.
   */
  openFile(file: ModelFile, seed = this.model.peek()?.seed ?? 1): Promise<void> {
    return this.opened.openFile(file, seed);
  }

  /** Starts again with new random weights; codes and history with them. */
  reset(seed: number): Promise<void> {
    return this.opened.reset(seed);
  }

  /**
   * Trains with another λ_z or other learning rates from the next iteration on; what is absent stays.
   * Rejects where the engine does.
   */
  async tune(tuning: Tuning): Promise<void> {
    await this.opened.tune(tuning);
    this.history.mark(this.state.iteration.peek(), tuning);
  }

  /**
   * The whole state of the model as a checkpoint in safetensors form; `plain` is its weights alone, a
   * state_dict for PyTorch. Rejects where the engine does.
   */
  snapshot({plain = false} = {}): Promise<ArrayBuffer> {
    return this.opened.snapshot(plain);
  }

  /** Takes over a checkpoint; what history and time line say of later iterations is forgotten. */
  restore(checkpoint: ArrayBuffer, fileName?: string): Promise<void> {
    return this.opened.restore(checkpoint, fileName);
  }

  /**
   * Goes on with other images, by name or the user's own, at the model's size: weights and codes
   * stay, and if they can't be opened, so do the present images.
   */
  useDataset(dataset: Images): Promise<void> {
    return this.opened.useDataset(dataset);
  }

  /** Ends the opening of other images or of a file; what is open stays. */
  stopReading(): void {
    this.opened.stopReading();
  }

  /**
   * Back, or forth again, to the last state of the time line that is not after an iteration. What
   * the history says of later iterations stays until training goes on from there.
   *
   * Of calls that come while one is at work only the last counts.
   */
  goTo(iteration: number): Promise<void> {
    this.destination = iteration;
    this.journey ??= this.travel().finally(() => (this.journey = undefined));
    return this.journey;
  }

  private async travel(): Promise<void> {
    const {timeline, opened, training} = this;
    const model = this.model.peek()?.model;
    const {signal} = new AbortController();
    await training.halt();
    if (model !== undefined) await timeline.keep('new', model, this.iteration.peek(), signal);
    while (this.destination !== undefined && model === this.model.peek()?.model) {
      const snapshot = timeline.at(this.destination);
      this.destination = undefined;
      if (snapshot) await opened.rewind(snapshot.checkpoint);
    }
  }

  /** Takes another image in hand. */
  selectImage(image: ImageRef): void {
    const present = this.state.image.peek();
    if (image.split === present.split && image.index === present.index) return;
    batch(() => {
      this.state.image.value = image;
      this.maskEdits.clear();
    });
  }

  /**
   * Takes in hand what a view shows, of the model that is open: its image, codes and masks.
   *
   * @throws RangeError if they are not for this model; then nothing is changed.
   */
  async show({image, codes, masks: diff}: Pick<View, 'image' | 'codes' | 'masks'>): Promise<void> {
    const info = this.model.peek();
    if (!info) throw new Error('session: must have an open model; got none');
    const {regions, codeSize} = info.config;
    if (codes.length !== regions || codes.some(code => code.length !== codeSize)) {
      throw new RangeError(
        `view: it must be of a model of ${regions} regions with codes of ${codeSize}; got ${codes.length} codes of ${codes.map(code => code.length).join(', ')}. Open it with the model that it was made with`
      );
    }
    if (image.index >= info.dataset.counts[image.split]) {
      throw new RangeError(
        `view: its image must be one of ${info.dataset.counts[image.split]} ${image.split} images; got number ${image.index}. Open it with the images that it was made with`
      );
    }
    const {model} = info;
    const own = diff && (await this.engine.request('segment', {model, image})).masks;
    const edited = diff && applyMaskDiff(diff, own!);
    if (this.model.peek()?.model !== model) return;
    this.takeInHand({image, region: this.region.peek(), codes, masks: edited});
  }

  private goBackTo(moment: Moment): true | Promise<boolean> {
    if (moment.place !== this.place.peek()) {
      this.destined = moment;
      return this.opened.returnTo(moment.place).finally(() => (this.destined = undefined));
    }
    this.takeInHand(moment);
    return true;
  }

  private takeInHand({image, region, codes, masks}: Omit<Moment, 'place'>): void {
    batch(() => {
      this.selectImage(image);
      this.region.value = region;
      codes.forEach((code, k) => {
        if (code !== this.codes.all[k]!.peek()) this.codes.set(k, code);
      });
      this.maskEdits.commit(masks);
    });
  }

  /**
   * Teaches f the painted masks of the image in hand, from the next iteration on. Rejects where nothing
   * is painted, or the engine does.
   */
  async label(): Promise<void> {
    const masks = this.maskEdits.present.peek();
    if (!masks) throw new Error('labels: the masks of the image must be painted on; they are f’s');
    await this.labels.add(this.image.peek(), masks);
  }

  /** The masks of the user as what they change in f's; undefined where f's stand. */
  async maskDiff(): Promise<MaskDiff | undefined> {
    const edited = this.maskEdits.present.peek();
    const model = this.model.peek()?.model;
    if (!edited || model === undefined) return undefined;
    const image = this.image.peek();
    const {masks} = await this.engine.request('segment', {model, image});
    return diffMasks(edited, masks);
  }

  /** Ends everything under way; resolves when the model is freed. */
  async dispose(): Promise<void> {
    this.state.disposed.value = true;
    this.viewHistory.dispose();
    this.views.dispose();
    this.latent.dispose();
    const left = this.opened.leave();
    this.training.dispose();
    await left;
  }

  private takeWeights(model: ModelInfo, command: Command, seed: number | undefined): void {
    if (command === 'dataset' || command === 'return') {
      this.maskEdits.clear();
      this.labels.forget();
      // A new object, so that what is shown of the old image is asked for anew.
      this.state.image.value = {split: model.dataset.wholeSplit ?? 'test', index: 0};
      this.state.datasetVersion.value++;
      this.returned = command === 'return';
    } else if (command !== 'rewind') {
      this.history.truncate(model.iteration);
      this.timeline.forgetFrom(model.iteration + 1);
    }
    // With new weights nothing of the old training is left to go back to.
    if (seed !== undefined) this.timeline.clear();
    this.state.iteration.value = model.iteration;
    this.state.version.value++;
    this.region.value = Math.min(this.region.peek(), model.config.regions - 1);
    if (seed !== undefined) this.codes.restart(model.config, seed);
    if (command === 'open') this.viewHistory.clear();
    if (command === 'return' && this.destined) {
      const {left} = this.destined.place.weights;
      if (left) this.history.restore(left.record);
      this.takeInHand(this.destined);
    }
  }

  private currentStatus(): Status {
    const {command, info, failure} = this.opened;
    if (this.state.disposed.value) return 'disposed';
    if (command.value) {
      const opens = command.value === 'open' || (command.value === 'open-file' && !info.value);
      return opens ? 'opening' : 'busy';
    }
    if (!info.value) return failure.value ? 'failed' : 'empty';
    const {playing, remaining, running} = this.training;
    if (!playing.value && remaining.value === 0) return running.value ? 'busy' : 'ready';
    if (!this.awake.value) return 'waiting';
    return playing.value ? 'playing' : 'stepping';
  }
}
