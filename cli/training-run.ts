/** Trains one model to its end, or until it is told to stop; through a folder it goes on after any kill. */

import type {EngineClient, ModelInfo, Supervision} from '../core/engine/protocol.js';
import type {ModelConfig, TrainingConfig} from '../core/model/config.js';
import {COLLAPSE_UNTIL, collapseRule} from '../core/session/collapse.js';
import type {Evaluation} from '../core/training/evaluation.js';
import type {IterationReport} from '../core/training/report.js';
import type {DatasetSource} from '../datasets/source.js';
import {drawProbe} from './probe.js';
import type {RunFolder} from './run-folder.js';

export interface TrainingOptions {
  preset: string;
  dataset: string | DatasetSource;
  overrides: {model: Partial<ModelConfig>; training: Partial<TrainingConfig>};
  seed: number;
  /** Iterations in all. */
  steps: number;
  /** Iterations between looks at validation images, 0 for none. */
  every: number;
  /** Iterations between checkpoints. */
  checkpointEvery: number;
  /** Held-out images to score. */
  images: number;
  /** How often a collapsed training may begin again. */
  restarts: number;
  /** Labelled images that f is taught by too. */
  supervision?: Supervision;
  /** Folder of another run, or a checkpoint, that a new run's folder begins with; empty for none. */
  from: string;
}

/** What is told while it runs. */
export interface TrainingObserver {
  onReport: (report: IterationReport) => void;
  onValidation: (iteration: number, evaluation: Evaluation | undefined) => void;
  onRestart: (collapse: string, seed: number) => void;
}

/** How a run ended. */
export type Outcome = 'done' | 'stopped' | 'collapsed';

/** Iterations over which the mean of the areas on training images is taken. */
const AREA_WINDOW = 50;

/** Seeds of the tries of one run are this far apart, so that runs of neighbouring seeds share none. */
const SEED_STRIDE = 1_000_003;

/** One model at a time, from its first iteration or from where its folder left it. */
export class TrainingRun {
  private readonly engine: EngineClient;
  private readonly options: TrainingOptions;
  private readonly folder: RunFolder | undefined;
  private open!: ModelInfo;
  /** Areas of the last iterations `[iterations][regions]`. */
  private areas: number[][] = [];
  /** Tries that collapsed. */
  private restarts = 0;

  private constructor(engine: EngineClient, options: TrainingOptions, folder?: RunFolder) {
    this.engine = engine;
    this.options = options;
    this.folder = folder;
  }

  static async begin(
    engine: EngineClient,
    options: TrainingOptions,
    folder?: RunFolder
  ): Promise<TrainingRun> {
    const run = new TrainingRun(engine, options, folder);
    await run.start(folder?.state.seed ?? options.seed);
    if (!folder) return run;
    const {model, config} = run.open;
    if (options.from && folder.isNew) await folder.takeOver(options.from, config);
    run.restarts = folder.state.restarts;
    const checkpoint = await folder.checkpoint();
    if (checkpoint) {
      run.open = await engine.request('restore', {model, checkpoint, keepTraining: true});
      run.areas = (await folder.reports()).slice(-AREA_WINDOW).map(({areas}) => areas!);
    }
    return run;
  }

  get model(): ModelInfo {
    return this.open;
  }

  /** Trains; resolves at the end, at the last collapse, or after the iteration in which `signal` aborts. */
  async train(observer: TrainingObserver, signal: AbortSignal): Promise<Outcome> {
    const {engine, folder} = this;
    const {steps, every, checkpointEvery} = this.options;
    for (let done = this.open.iteration; done < steps;) {
      const {model} = this.open;
      const [report] = await engine.request('iterate', {model, count: 1});
      done++;
      this.areas = [...this.areas.slice(1 - AREA_WINDOW), report!.areas!];
      await folder?.log(report!);
      observer.onReport(report!);
      if (every && (done % every === 0 || done === steps)) await this.validate(done, observer);
      const due = done % checkpointEvery === 0;
      const collapse = due ? await this.collapse(done) : undefined;
      if (collapse !== undefined) {
        await folder?.log({event: 'collapse', iteration: done, reason: collapse});
        if (this.restarts >= this.options.restarts) return 'collapsed';
        await this.restart(collapse, observer);
        done = 0;
        continue;
      }
      if (due || done === steps || signal.aborted) await this.commit(done);
      if (signal.aborted && done < steps) return 'stopped';
    }
    return 'done';
  }

  /** @returns Undefined where the images have no true masks to score by. */
  async evaluate(split: 'val' | 'test'): Promise<Evaluation | undefined> {
    const {images: count} = this.options;
    const {model, dataset} = this.open;
    if (dataset.labelled?.[split] === 0) return undefined;
    return this.engine.request('evaluate', {model, split, count});
  }

  /** Scores on test images of the weights that were best on validation images. */
  async evaluateBest(): Promise<Evaluation | undefined> {
    const weights = await this.folder?.best();
    if (!weights) return undefined;
    const {preset, dataset, images: count} = this.options;
    const {seed} = this.folder!.state;
    const {model} = await this.engine.request('open', {preset, dataset, weights, seed});
    try {
      return await this.engine.request('evaluate', {model, split: 'test', count});
    } finally {
      await this.engine.request('close', {model});
    }
  }

  close(): Promise<void> {
    return this.engine.request('close', {model: this.open.model});
  }

  private async start(seed: number): Promise<void> {
    const {preset, dataset, overrides, supervision} = this.options;
    this.open = await this.engine.request('open', {preset, dataset, overrides, seed});
    const {model} = this.open;
    if (supervision) this.open = await this.engine.request('supervise', {model, supervision});
  }

  private async commit(iteration: number): Promise<void> {
    if (!this.folder) return;
    const {model} = this.open;
    await this.folder.commit(iteration, await this.engine.request('snapshot', {model}));
  }

  private async validate(iteration: number, observer: TrainingObserver): Promise<void> {
    const evaluation = await this.evaluate('val');
    observer.onValidation(iteration, evaluation);
    await this.folder?.keepProbe(
      iteration,
      await drawProbe(this.engine, this.open, this.options.seed)
    );
    if (!evaluation) return;
    const {accuracy, iou, objectIou, areas} = evaluation;
    await this.folder?.log({event: 'validation', iteration, accuracy, iou, objectIou, areas});
    const best = this.folder?.state.best;
    if (this.folder && !(best && best.objectIou >= objectIou)) {
      const {model} = this.open;
      const weights = await this.engine.request('snapshot', {model, compact: true});
      await this.folder.keepBest(iteration, objectIou, weights);
    }
  }

  /**
   * The published rule (METHOD «Collapse and restart»): a region whose mean mask is under a threshold
   * on training and on validation images, where these can be scored, early enough to begin again.
   */
  private async collapse(iteration: number): Promise<string | undefined> {
    const {config, training} = this.open;
    const {regions} = config;
    const {area: threshold, after} = collapseRule(config, training);
    if (iteration <= after || iteration > COLLAPSE_UNTIL) return undefined;
    const train = Array.from({length: regions}, (_, k) => mean(this.areas.map(area => area[k]!)));
    if (Math.min(...train) >= threshold) return undefined;
    const val = (await this.evaluate('val'))?.areas ?? train;
    if (Math.min(...val) >= threshold) return undefined;
    const [onTrain, onVal] = [train, val].map(areas => Math.min(...areas).toFixed(3));
    return `the smallest region has ${onTrain} of training and ${onVal} of validation images, under ${threshold}`;
  }

  private async restart(reason: string, observer: TrainingObserver): Promise<void> {
    const seed = this.options.seed + ++this.restarts * SEED_STRIDE;
    await this.folder?.restart(seed);
    await this.close();
    await this.start(seed);
    this.areas = [];
    observer.onRestart(reason, seed);
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
