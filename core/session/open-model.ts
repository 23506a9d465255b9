/** The one model that a session has open: the commands that open, change and free it. */

import {batch, signal, type ReadonlySignal} from '@preact/signals-core';
import type {DatasetSource} from '../../datasets/source.js';
import type {Tuning} from '../model/config.js';
import type {EngineClient, ModelInfo, Progress, Supervision} from '../engine/protocol.js';
import {readModelFile, weightsUrl} from './model-file.js';

/** What to open. */
export interface OpenOptions {
  preset: string;
  /** Overrides the preset's data set: a name, or where the user's own images are. */
  dataset?: string | DatasetSource;
  /** Address of a checkpoint, `none` for new random weights, undefined for the preset's shipped model. */
  weights?: string;
  /** Seed of weights, batches, codes and generated images. */
  seed: number;
}

export type Command = 'open' | 'open-file' | 'reset' | 'restore' | 'rewind' | 'dataset' | 'train';

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
  onLeave: () => void;
}

/** Commands that fail do not throw: they state so in `failure`, and what was there lives on. */
export class OpenModel {
  private readonly state = {
    info: signal<ModelInfo | undefined>(undefined),
    progress: signal<SessionProgress | undefined>(undefined),
    failure: signal<Failure | undefined>(undefined),
    command: signal<Command | undefined>(undefined),
    fileName: signal<string | undefined>(undefined),
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

  /** Name of the file that the model was opened from; undefined where it was none. */
  get fileName(): ReadonlySignal<string | undefined> {
    return this.state.fileName;
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
    await this.run('open', options.seed, async (signal, onProgress) => {
      const {preset, dataset, seed} = options;
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
    });
  }

  /**
   * Opens a file in the place of the present model, which stays if the file is no good. A training that
   * was kept whole goes on exactly; else `seed` is its seed. A newer file ends the opening of an older.
   */
  async openFile(file: ModelFile, seed: number): Promise<void> {
    const reading = this.beginReading();
    const work = async (
      scope: AbortSignal,
      onProgress: (progress: SessionProgress) => void
    ): Promise<ModelInfo> => {
      const signal = AbortSignal.any([scope, reading.signal]);
      try {
        const weights = await file.arrayBuffer();
        signal.throwIfAborted();
        const request = {preset: '', weights, resume: true, seed};
        const info = await this.engine.request('open', request, {signal, onProgress});
        if (signal.aborted) void this.close(info);
        signal.throwIfAborted();
        return info;
      } catch (cause) {
        throw new Error(`${file.name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
      }
    };
    await this.run('open-file', undefined, work, file.name);
  }

  /** New random weights from a seed. */
  async reset(seed: number): Promise<void> {
    const model = this.handle();
    this.hooks.onStop();
    await this.run('reset', seed, signal => this.engine.request('reset', {model, seed}, {signal}));
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
   * Takes over a checkpoint.
   *
   * @param command `rewind` if it is an earlier or later state of the same training.
   * @param fileName Of the file that it is out of; the model keeps its name if absent.
   */
  async restore(
    checkpoint: ArrayBuffer,
    command: 'restore' | 'rewind' = 'restore',
    fileName?: string
  ): Promise<void> {
    const model = this.handle();
    this.hooks.onStop();
    const work = (signal: AbortSignal) =>
      this.engine.request('restore', {model, checkpoint}, {signal});
    await this.run(command, undefined, work, fileName);
  }

  /** Goes on with other images; weights, codes and history stay. */
  async useDataset(dataset: string | DatasetSource): Promise<void> {
    const model = this.handle();
    this.hooks.onStop();
    const reading = this.beginReading();
    await this.run('dataset', undefined, (scope, onProgress) => {
      const signal = AbortSignal.any([scope, reading.signal]);
      return this.engine.request('dataset', {model, dataset}, {signal, onProgress});
    });
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
    this.state.fileName.value = undefined;
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

  private async close({model}: ModelInfo): Promise<void> {
    // A model that can't be closed went down with its engine, which has said so already.
    await this.engine.request('close', {model}).catch(() => undefined);
  }

  private clear(): void {
    this.state.command.value = undefined;
    this.state.progress.value = undefined;
  }

  /** Runs a command that ends with the model in a new state, or with another model. */
  private async run(
    command: Command,
    seed: number | undefined,
    work: (
      signal: AbortSignal,
      onProgress: (progress: SessionProgress) => void
    ) => Promise<ModelInfo>,
    fileName?: string
  ): Promise<void> {
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
      if (signal.aborted) return;
      const last = this.state.info.peek();
      const replaced = last && last.model !== info.model ? last : undefined;
      batch(() => {
        if (replaced) this.abandon();
        this.state.info.value = info;
        if (fileName !== undefined) this.state.fileName.value = fileName;
        // A file may bring its own.
        this.hooks.onWeights(info, command, command === 'open-file' ? info.seed : seed);
      });
      if (replaced) await this.close(replaced);
    } catch (reason) {
      // Who stopped it needs no telling.
      const isStopped = isReading(command) && this.reading?.signal.aborted;
      if (turn === this.turn && !isStopped) {
        this.fail(command, reason, () => void this.run(command, seed, work, fileName));
      }
    } finally {
      if (turn === this.turn) batch(() => this.clear());
    }
  }
}

function isReading(command: Command): boolean {
  return command === 'dataset' || command === 'open-file';
}
