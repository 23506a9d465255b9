import type {Dataset} from '../../datasets/dataset.js';
import {type ModelConfig, tuned, type TrainingConfig, type Tuning} from '../model/config.js';
import type {ModelState} from '../model/state.js';
import {type CheckpointInfo, readCheckpoint, writeCheckpoint} from '../training/checkpoint.js';
import type {IterationReport, PhaseReport, Side} from '../training/report.js';
import {LabelledBatches, type LabelledImage} from '../training/lessons.js';
import {startingState} from '../training/start.js';
import {Trainer} from '../training/trainer.js';
import {labelledImages} from './labelled-images.js';
import {type Inspected, Inspector} from './inspector.js';
import type {ModelInfo, ModelSource, RequestOptions, Supervision} from './protocol.js';

/** One open model: its weights and its training, of which it owns the tensors, and what can be asked of it. */
export class OpenModel implements Inspected {
  readonly inspector: Inspector;
  dataset: Dataset;
  config: ModelConfig;
  state: ModelState;
  private readonly preset: string;
  private training: TrainingConfig;
  private seed: number;
  private source?: ModelSource;
  /** What the images were generated from. */
  readonly datasetSeed: number;
  private trainer: Trainer;
  private supervision?: {examples: readonly LabelledImage[]; weight: number};
  private version = 0;

  /** Takes over `state`. @param source Where it came from, if from a file. */
  constructor(info: CheckpointInfo, state: ModelState, dataset: Dataset, source?: ModelSource) {
    this.dataset = dataset;
    this.preset = info.preset;
    this.config = info.config;
    this.training = info.training;
    this.seed = info.seed;
    this.datasetSeed = info.datasetSeed ?? info.seed;
    this.source = source;
    this.state = state;
    this.inspector = new Inspector(this);
    this.trainer = new Trainer(state, info.training, dataset, info.seed, info.iteration);
  }

  /** What is told of the model; the engine adds the handle and the backend. */
  info(): Omit<ModelInfo, 'model' | 'backend'> {
    const {name, regionNames, counts, notes, wholeSplit, labelled} = this.dataset;
    const labelledCounts = labelled && {
      train: labelled.train.length,
      val: labelled.val.length,
      test: labelled.test.length,
    };
    return {
      config: this.config,
      training: this.training,
      dataset: {
        name,
        regionNames,
        counts,
        notes,
        wholeSplit,
        ...(labelledCounts && {labelled: labelledCounts}),
      },
      ...(this.source && {source: this.source}),
      ...(this.supervision && {
        supervision: {
          count: this.supervision.examples.length,
          weight: this.supervision.weight,
        },
      }),
      seed: this.seed,
      iteration: this.trainer.iteration,
      version: this.version,
    };
  }

  async phase(side?: Side): Promise<PhaseReport> {
    try {
      return await this.trainer.phase(side);
    } finally {
      // Phases before the update advance spectral vectors, which the weights depend on too.
      this.changed();
    }
  }

  /** @param options Also whether somebody waits: then the iteration under way is the last. */
  async iterate(
    count: number,
    side: Side | undefined,
    {signal, onProgress, isAwaited}: RequestOptions & {isAwaited: () => boolean}
  ): Promise<IterationReport[]> {
    const reports: IterationReport[] = [];
    try {
      do {
        reports.push(await this.trainer.iterate(side));
        onProgress?.({stage: 'train', done: reports.length, total: count});
        // Messages, an abort and a scrub among them, come in between.
        await new Promise(resolve => setTimeout(resolve));
      } while (reports.length < count && !signal?.aborted && !isAwaited());
    } finally {
      this.changed();
    }
    return reports;
  }

  /** @throws RangeError if a number is out of its range; then nothing is changed. */
  tune(tuning: Tuning): void {
    this.training = tuned(this.training, tuning);
    this.trainer.tune(this.training);
  }

  /** @throws RangeError or Error if there is no such image, or labels are not for this model. */
  supervise(supervision: Supervision | undefined): void {
    this.supervision = supervision && {
      weight: supervision.weight,
      examples: labelledImages(supervision, this.dataset, this.config),
    };
    this.teach();
  }

  /** Gives the trainer of now its lessons. */
  private teach(): void {
    const {dataset, training, seed, supervision} = this;
    const {batchSize} = training;
    this.trainer.teach(
      supervision && {
        weight: supervision.weight,
        batches: new LabelledBatches(dataset, supervision.examples, {
          batchSize,
          seed,
          use: 'labelled',
        }),
      }
    );
  }

  /** Goes on with other images of the same size; an iteration that was begun by phases is ended first. */
  async useDataset(dataset: Dataset): Promise<void> {
    if (this.trainer.isUnderWay) await this.trainer.iterate();
    // What can't be read must not take the place of what can.
    await dataset.read('train', [0]);
    this.dataset = dataset;
    this.trainer.useDataset(dataset);
    this.supervise(undefined);
    this.inspector.forgetDrawn();
    this.changed();
  }

  /** New random weights. */
  async reset(seed: number): Promise<void> {
    const state = startingState(this.config, this.training, seed);
    await this.replace(state, this.training, seed, 0);
    this.source = undefined;
  }

  /** Takes over the moments that a checkpoint has, after which training goes on exactly. */
  resume(restoreOptimizers: (optimizers: Trainer['optimizers']) => void): void {
    restoreOptimizers(this.trainer.optimizers);
  }

  async snapshot({
    compact,
    plain,
  }: {compact?: boolean; plain?: boolean} = {}): Promise<ArrayBuffer> {
    if (this.trainer.isUnderWay) {
      await this.trainer.iterate();
      this.changed();
    }
    const info: CheckpointInfo = {
      preset: this.preset,
      dataset: this.dataset.name,
      config: this.config,
      training: this.training,
      iteration: this.trainer.iteration,
      seed: this.seed,
      ...(this.datasetSeed !== this.seed && {datasetSeed: this.datasetSeed}),
    };
    if (plain) return writeCheckpoint(info, this.state, undefined, 'F32');
    return writeCheckpoint(info, this.state, compact ? undefined : this.trainer.optimizers);
  }

  /** @throws Error if the file is damaged or of other image sizes; the model stays as it was. */
  async restore(file: ArrayBuffer, keepTraining = false): Promise<void> {
    const checkpoint = readCheckpoint(file);
    const {config, training, seed, iteration} = checkpoint.info;
    if (config.size !== this.dataset.size) {
      throw new Error(
        `restore: the checkpoint must be for images of ${this.dataset.size} pixels; got ${config.size}`
      );
    }
    const state = checkpoint.state();
    this.config = config;
    await this.replace(state, keepTraining ? this.training : training, seed, iteration);
    checkpoint.restoreOptimizers(this.trainer.optimizers);
  }

  async dispose(): Promise<void> {
    this.inspector.dispose();
    await this.trainer.dispose();
    this.state.dispose();
  }

  /** Takes over another state in the place of the present one. */
  private async replace(
    state: ModelState,
    training: TrainingConfig,
    seed: number,
    iteration: number
  ): Promise<void> {
    await this.trainer.dispose();
    this.state.dispose();
    this.state = state;
    this.training = training;
    this.seed = seed;
    this.trainer = new Trainer(state, training, this.dataset, seed, iteration);
    this.teach();
    this.inspector.forgetDrawn();
    this.changed();
  }

  /** The weights, or the images, are others now. */
  private changed(): void {
    this.version++;
    this.inspector.forget();
  }
}
