/** The one model that a session has open: the commands that open, change and free it. */

import {batch, signal, type ReadonlySignal} from '@preact/signals-core';
import type {Tuning} from '../model/config.js';
import type {EngineClient, ModelInfo, Progress, Requests, Supervision} from '../engine/protocol.js';
import {readModelFile, weightsUrl} from './model-file.js';
import type {Images, Place, Weights} from './place.js';

/** What to open. */
export interface OpenOptions {
  preset: string;
  /** Overrides the preset's data set: a name, or where the user's own images are. */
  dataset?: Images;
  /** Address of a checkpoint, `none` for new random weights, undefined for the preset's shipped model. */
  weights?: string;
  /** Seed of weights, batches, codes and generated images. */
  seed: number;
}

export type Command =
  'open' | 'open-file' | 'reset' | 'restore' | 'rewind' | 'return' | 'dataset' | 'train';

/** A file that may hold a model: one of the user's disk, or one that the browser keeps. */
export type ModelFile = Pick<File, 'name' | 'arrayBuffer'>;

/** A command that failed, and how to try it again. */
export interface Failure {
  during: Command;
  error: Error;
  retry: () => void;
}

/** Told while a command is at work: the engine's stages, and before them the download of weights. */
export interface SessionProgress {
  stage: Progress['stage'] | 'download';
  done: number;
  total: number;
}

/** Told of the model's comings and goings, in a batch with the change itself. */
export interface OpenModelHooks {
  /** The weights are new by a command; those of another training come with a seed. */
  onWeights: (model: ModelInfo, command: Command, seed: number | undefined) => void;
  /** The weights are about to be replaced or left: what works on them should stop. */
  onStop: () => void;
  /** The weights are about to be left, and may be come back to. */
  onKeep: () => NonNullable<Weights['left']>['record'];
  onLeave: () => void;
}

/** What a command leads to. */
interface Outcome {
  /** Seed of the training, where the command begins another. */
  seed?: (info: ModelInfo) => number | undefined;
  /** Where the session is then; where it was, if absent. */
  place?: (info: ModelInfo) => Place;
}

/** Commands that fail do not throw: they state so in `failure`, and what was there lives on. */
export class OpenModel {
  private readonly state = {
    info: signal<ModelInfo | undefined>(undefined),
    progress: signal<SessionProgress | undefined>(undefined),
    failure: signal<Failure | undefined>(undefined),
    command: signal<Command | undefined>(undefined),
    place: signal<Place | undefined>(undefined),
  };
  private readonly engine: EngineClient;
  private readonly hooks: OpenModelHooks;
  /** Ends what the open model has under way. */
  private scope = new AbortController();
  /** Ends the reading of files that is under way. */
  private reading?: AbortController;
  /** Counts the commands: only the newest clears up. */
  private turn = 0;

  constructor(engine: EngineClient, hooks: OpenModelHooks) {
    this.engine = engine;
    this.hooks = hooks;
  }

  /** The open model; undefined before, and while another is being opened. */
  get info(): ReadonlySignal<ModelInfo | undefined> {
    return this.state.info;
  }

  /** Where the open model and its images came from. */
  get place(): ReadonlySignal<Place | undefined> {
    return this.state.place;
  }

  get progress(): ReadonlySignal<SessionProgress | undefined> {
    return this.state.progress;
  }

  /** The last command's failure; gone with the next command. */
  get failure(): ReadonlySignal<Failure | undefined> {
    return this.state.failure;
  }

  /** The command at work. */
  get command(): ReadonlySignal<Command | undefined> {
    return this.state.command;
  }

  /** Opens a model in the place of the present one. A newer `open` aborts an older. */
  async open(options: OpenOptions): Promise<void> {
    void this.leave();
    const {preset, dataset, seed} = options;
    const work: Work = async (signal, onProgress) => {
      const url = weightsUrl(preset, options.weights);
      const weights =
        url === undefined
          ? undefined
          : await readModelFile(url, signal, (done, total) =>
              onProgress({stage: 'download', done, total})
            );
      const request = {preset, dataset, weights, seed};
      const info = await this.engine.request('open', request, {signal, onProgress});
      if (signal.aborted) void this.close(info);
      return info;
    };
    const place = (info: ModelInfo): Place => {
      const images = dataset ?? info.dataset.name;
      const weights = {origin: 'address', iteration: info.iteration, seed} as const;
      return {weights, images, usual: images};
    };
    await this.run('open', work, {seed: () => seed, place});
  }

  /**
   * Opens a file in the place of the present model, which stays if the file is no good. A training that
   * was kept whole goes on exactly; else `seed` is its seed. A newer file ends the opening of an older.
   */
  async openFile(file: ModelFile, seed: number): Promise<void> {
    const reading = this.beginReading();
    const work: Work = async (scope, onProgress) => {
      const signal = AbortSignal.any([scope, reading.signal]);
      try {
        const weights = await file.arrayBuffer();
        signal.throwIfAborted();
        return await this.replace({preset: '', weights, resume: true, seed}, signal, onProgress);
      } catch (cause) {
        throw new Error(`${file.name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
      }
    };
    const place = ({iteration, dataset, seed}: ModelInfo): Place => {
      const weights = {origin: 'file', fileName: file.name, iteration, seed} as const;
      return {weights, images: dataset.name, usual: dataset.name};
    };
    // A file may bring its own seed.
    await this.run('open-file', work, {seed: info => info.seed, place});
  }

  /** New random weights from a seed. */
  async reset(seed: number): Promise<void> {
    const model = this.handle();
    const {fileName} = this.here().weights;
    this.hooks.onStop();
    const work: Work = async signal => {
      await this.keep(signal);
      return this.engine.request('reset', {model, seed}, {signal});
    };
    const place = () => ({
      ...this.here(),
      weights: {origin: 'random', fileName, iteration: 0, seed} as const,
    });
    await this.run('reset', work, {seed: () => seed, place});
  }

  /** Trains with other numbers from the next iteration on. Rejects where the engine does. */
  async tune(tuning: Tuning): Promise<void> {
    const {signal} = this.scope;
    const {training} = await this.engine.request('tune', {model: this.handle(), tuning}, {signal});
    const info = this.state.info.peek();
    if (info && !signal.aborted) this.state.info.value = {...info, training};
  }

  /** Teaches f by labelled images too, or by none. Rejects where the engine does. */
  async supervise(supervision?: Supervision): Promise<void> {
    const {signal} = this.scope;
    const request = {model: this.handle(), supervision};
    const {supervision: told} = await this.engine.request('supervise', request, {signal});
    const info = this.state.info.peek();
    if (info && !signal.aborted) this.state.info.value = {...info, supervision: told};
  }

  /**
   * The whole state as a checkpoint in safetensors form; `plain` is weights alone, for PyTorch. Rejects
   * where the engine does.
   */
  snapshot(plain = false): Promise<ArrayBuffer> {
    const {signal} = this.scope;
    const model = this.handle();
    return this.engine.request('snapshot', {model, ...(plain && {plain})}, {signal});
  }

  /**
   * Takes over a checkpoint: a later state of a training that goes on elsewhere. There is no way back to
   * what was there before; what the hand has set stays.
   *
   * @param fileName Of the file that it is out of; the model keeps its name if absent.
   */
  async restore(checkpoint: ArrayBuffer, fileName?: string): Promise<void> {
    const place = ({iteration, seed}: ModelInfo): Place => {
      const here = this.here();
      Object.assign(here.weights, {origin: 'file', iteration, seed});
      if (fileName !== undefined) here.weights.fileName = fileName;
      return here;
    };
    this.hooks.onStop();
    await this.run('restore', signal => this.takeOver(checkpoint, signal), {place});
  }

  /** Takes over an earlier or later state of the same training. */
  async rewind(checkpoint: ArrayBuffer): Promise<void> {
    this.hooks.onStop();
    await this.run('rewind', signal => this.takeOver(checkpoint, signal));
  }

  private takeOver(checkpoint: ArrayBuffer, signal: AbortSignal): Promise<ModelInfo> {
    return this.engine.request('restore', {model: this.handle(), checkpoint}, {signal});
  }

  /** Goes on with other images; weights, codes and history stay. */
  async useDataset(dataset: Images): Promise<void> {
    this.hooks.onStop();
    const reading = this.beginReading();
    const work: Work = (scope, onProgress) =>
      this.exchange(dataset, AbortSignal.any([scope, reading.signal]), onProgress);
    await this.run('dataset', work, {place: () => ({...this.here(), images: dataset})});
  }

  private exchange(
    dataset: Images,
    signal: AbortSignal,
    onProgress: (progress: SessionProgress) => void
  ): Promise<ModelInfo> {
    const request = {model: this.handle(), dataset};
    return this.engine.request('dataset', request, {signal, onProgress});
  }

  /**
   * Goes back to a place: its images, and its weights as they were when they were left.
   *
   * @returns Whether it is there; if not, what was open stays.
   */
  async returnTo(place: Place): Promise<boolean> {
    const {weights, images} = place;
    const {left} = weights;
    const stays = weights === this.here().weights;
    if (!stays && !left) return false;
    this.hooks.onStop();
    const work: Work = (signal, onProgress) => {
      if (stays || !left) return this.exchange(images, signal, onProgress);
      const request = {
        preset: '',
        weights: left.checkpoint,
        resume: true,
        dataset: images,
        seed: 1,
      };
      return this.replace(request, signal, onProgress);
    };
    const seed = (info: ModelInfo) => (stays ? undefined : info.seed);
    return this.run('return', work, {seed, place: () => place});
  }

  /** Opens a model while the present one stays open, to be closed once the other is in its place. */
  private async replace(
    request: Requests['open']['request'],
    signal: AbortSignal,
    onProgress: (progress: SessionProgress) => void
  ): Promise<ModelInfo> {
    const info = await this.engine.request('open', request, {signal, onProgress});
    if (!signal.aborted && this.state.info.peek()) await this.keep(signal);
    if (signal.aborted) void this.close(info);
    signal.throwIfAborted();
    return info;
  }

  /** Keeps what the weights are now, before they are left. If that fails there is no way back to them. */
  private async keep(signal: AbortSignal): Promise<void> {
    const {weights} = this.here();
    try {
      const request = {model: this.handle()};
      const checkpoint = await this.engine.request('snapshot', request, {signal});
      weights.left = {checkpoint, record: this.hooks.onKeep()};
    } catch {
      weights.left = undefined;
    }
  }

  /** Ends the opening of other images or of a file; what is open stays. */
  stopReading(): void {
    this.reading?.abort();
  }

  /** Ends the reading of other files: a newer one counts. */
  private beginReading(): AbortController {
    this.reading?.abort();
    return (this.reading = new AbortController());
  }

  /** Leaves the model, or ends its opening; resolves when it is freed. */
  async leave(): Promise<void> {
    const info = this.state.info.peek();
    this.turn++;
    batch(() => {
      this.abandon();
      this.clear();
    });
    if (info) await this.close(info);
  }

  /** Ends what is under way with the present model and forgets it; it is still to be closed. */
  private abandon(): void {
    this.scope.abort();
    this.scope = new AbortController();
    this.hooks.onStop();
    this.state.info.value = undefined;
    this.state.place.value = undefined;
    this.hooks.onLeave();
  }

  /** States a failure of what others do with the model. */
  fail(during: Command, reason: unknown, retry: () => void): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    this.state.failure.value = {during, error, retry};
  }

  forgetFailure(): void {
    this.state.failure.value = undefined;
  }

  private handle(): number {
    const info = this.state.info.peek();
    if (!info) throw new Error('session: must have an open model; got none');
    return info.model;
  }

  private here(): Place {
    const place = this.state.place.peek();
    if (!place) throw new Error('session: must have an open model; got none');
    return place;
  }

  private async close({model}: ModelInfo): Promise<void> {
    // A model that can't be closed went down with its engine, which has said so already.
    await this.engine.request('close', {model}).catch(() => undefined);
  }

  private clear(): void {
    this.state.command.value = undefined;
    this.state.progress.value = undefined;
  }

  /**
   * Runs a command that ends with the model in a new state, or with another model.
   *
   * @returns Whether it went well.
   */
  private async run(command: Command, work: Work, outcome: Outcome = {}): Promise<boolean> {
    const {signal} = this.scope;
    const turn = ++this.turn;
    batch(() => {
      this.clear();
      this.state.command.value = command;
      this.forgetFailure();
    });
    try {
      const info = await work(signal, progress => {
        if (turn === this.turn) this.state.progress.value = progress;
      });
      if (signal.aborted) return false;
      const last = this.state.info.peek();
      const replaced = last && last.model !== info.model ? last : undefined;
      batch(() => {
        const place = outcome.place?.(info) ?? this.here();
        if (replaced) this.abandon();
        this.state.info.value = info;
        this.state.place.value = place;
        this.hooks.onWeights(info, command, outcome.seed?.(info));
        // In use again, they change.
        place.weights.left = undefined;
      });
      if (replaced) await this.close(replaced);
      return true;
    } catch (reason) {
      // Who stopped it needs no telling.
      const isStopped = isReading(command) && this.reading?.signal.aborted;
      if (turn === this.turn && !isStopped) {
        this.fail(command, reason, () => void this.run(command, work, outcome));
      }
      return false;
    } finally {
      if (turn === this.turn) batch(() => this.clear());
    }
  }
}

/** What a command asks of the engine. */
type Work = (
  signal: AbortSignal,
  onProgress: (progress: SessionProgress) => void
) => Promise<ModelInfo>;

function isReading(command: Command): boolean {
  return command === 'dataset' || command === 'open-file';
}
