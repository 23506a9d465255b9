/** The one model that a session has open: the commands that open, change and free it. */

import {batch, signal, type ReadonlySignal} from '@preact/signals-core';
import type {DatasetSource} from '../../datasets/source.js';
import type {Tuning} from '../model/config.js';
import type {EngineClient, ModelInfo, Progress} from '../engine/protocol.js';
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

export type Command = 'open' | 'reset' | 'restore' | 'rewind' | 'dataset' | 'train';

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
  /** The weights are new by a command; `open` and `reset` come with a seed. */
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
  };
  private readonly engine: EngineClient;
  private readonly hooks: OpenModelHooks;
  /** Ends what the open model has under way. */
  private scope = new AbortController();
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

  /** The whole state as a checkpoint in safetensors form. Rejects where the engine does. */
  snapshot(): Promise<ArrayBuffer> {
    const {signal} = this.scope;
    return this.engine.request('snapshot', {model: this.handle()}, {signal});
  }

  /**
   * Takes over a checkpoint.
   *
   * @param command `rewind` if it is an earlier or later state of the same training.
   */
  async restore(checkpoint: ArrayBuffer, command: 'restore' | 'rewind' = 'restore'): Promise<void> {
    const model = this.handle();
    this.hooks.onStop();
    await this.run(command, undefined, signal =>
      this.engine.request('restore', {model, checkpoint}, {signal})
    );
  }

  /** Goes on with other images; weights, codes and history stay. */
  async useDataset(dataset: string | DatasetSource): Promise<void> {
    const model = this.handle();
    this.hooks.onStop();
    await this.run('dataset', undefined, (signal, onProgress) =>
      this.engine.request('dataset', {model, dataset}, {signal, onProgress})
    );
  }

  /** Leaves the model, or ends its opening; resolves when it is freed. */
  async leave(): Promise<void> {
    const info = this.state.info.peek();
    this.scope.abort();
    this.scope = new AbortController();
    this.turn++;
    batch(() => {
      this.hooks.onStop();
      this.state.info.value = undefined;
      this.clear();
      this.hooks.onLeave();
    });
    if (info) await this.close(info);
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

  /** Runs a command that ends with the model in a new state. */
  private async run(
    command: Command,
    seed: number | undefined,
    work: (
      signal: AbortSignal,
      onProgress: (progress: SessionProgress) => void
    ) => Promise<ModelInfo>
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
      batch(() => {
        this.state.info.value = info;
        this.hooks.onWeights(info, command, seed);
      });
    } catch (reason) {
      if (turn === this.turn) {
        this.fail(command, reason, () => void this.run(command, seed, work));
      }
    } finally {
      if (turn === this.turn) batch(() => this.clear());
    }
  }
}
