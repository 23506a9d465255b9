import type {Dataset} from '../../datasets/dataset.js';
import {isSplitDue, type NetworkName, type TrainingConfig} from '../model/config.js';
import {NETWORKS} from '../model/redo.js';
import type {ModelState} from '../model/state.js';
import {Adam} from './adam.js';
import {Batches} from './batches.js';
import type {Lessons} from './lessons.js';
import type {IterationReport, IterationValues, PhaseReport, Side} from './report.js';
import {splitLargestObject} from './split-region.js';
import {discriminatorUpdate, generatorUpdate, type Update} from './updates.js';

/** An iteration that has begun: the updates that it still has to run, the first of them perhaps half way. */
interface UnderWay {
  updates: {side: Side; update: Update}[];
  values: IterationValues;
  stepMs: number;
}

/** Trains a model, whole iterations or phase by phase. Owns the optimisers, not the model's state. */
export class Trainer {
  /** Iterations that the state has behind it. */
  iteration: number;
  readonly optimizers: Record<NetworkName, Adam>;
  private readonly state: ModelState;
  private training: TrainingConfig;
  private readonly seed: number;
  private batches: Batches;
  private underWay?: UnderWay;
  private lessons?: Lessons;

  constructor(
    state: ModelState,
    training: TrainingConfig,
    dataset: Dataset,
    seed: number,
    iteration = 0
  ) {
    this.state = state;
    this.training = training;
    this.iteration = iteration;
    this.seed = seed;
    this.batches = new Batches(dataset, state.config, training, seed);
    const optimizers = NETWORKS.map(name => [name, new Adam(name, training)] as const);
    this.optimizers = Object.fromEntries(optimizers) as Record<NetworkName, Adam>;
  }

  /** Whether an iteration was begun by phases and has not ended. */
  get isUnderWay(): boolean {
    return this.underWay !== undefined;
  }

  /** Trains otherwise from the next iteration on; one that is under way ends as it began. */
  tune(training: TrainingConfig): void {
    this.training = training;
  }

  /** Teaches f by labelled images too, or by none, from the next iteration on. */
  teach(lessons: Lessons | undefined): void {
    this.lessons = lessons;
  }

  /** Draws batches from another data set; no iteration must be under way. */
  useDataset(dataset: Dataset): void {
    this.batches = new Batches(dataset, this.state.config, this.training, this.seed);
  }

  /**
   * Runs the next phase of the iteration under way, or the first of a new one.
   *
   * @param only Restricts a new iteration to the update of one side.
   */
  async phase(only?: Side): Promise<PhaseReport> {
    const startMs = performance.now();
    const underWay = (this.underWay ??= await this.begin(sidesOf(only), true));
    const {side, update} = underWay.updates[0]!;
    const phase = await this.orAbandon(async () => {
      const {value} = await update.next();
      // The last phase: let it free what it holds.
      if (value === 'update') await update.next();
      return value!;
    });
    if (phase === 'update') underWay.updates.shift();
    const stepMs = performance.now() - startMs;
    underWay.stepMs += stepMs;
    const ended = underWay.updates.length === 0;
    if (ended) this.end(underWay);
    const {values} = underWay;
    return {side, phase, iteration: this.iteration, ended, values: {...values}, stepMs};
  }

  /**
   * Runs one iteration, or ends the one under way.
   *
   * @param side Restricts a new iteration to the update of one side.
   * @throws Error if a loss is no longer a number.
   */
  async iterate(side?: Side): Promise<IterationReport> {
    const startMs = performance.now();
    const underWay = (this.underWay ??= await this.begin(sidesOf(side), false));
    await this.orAbandon(async () => {
      for (const {update} of underWay.updates) {
        while (!(await update.next()).done);
      }
    });
    underWay.stepMs += performance.now() - startMs;
    this.end(underWay);
    return {...underWay.values, iteration: this.iteration, stepMs: underWay.stepMs};
  }

  async dispose(): Promise<void> {
    await this.abandon();
    for (const optimizer of Object.values(this.optimizers)) optimizer.dispose();
  }

  /** Runs a part of the iteration under way; after an error in it the next call begins a new one. */
  private async orAbandon<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }

  private async abandon(): Promise<void> {
    for (const {update} of this.underWay?.updates ?? []) await update.return();
    this.underWay = undefined;
  }

  private async begin(sides: readonly Side[], look: boolean): Promise<UnderWay> {
    const values: IterationValues = {};
    const {state, training, batches, optimizers, iteration, lessons} = this;
    if (isSplitDue(training, iteration)) {
      const split = await splitLargestObject(state, optimizers, batches, iteration);
      if (split) values.split = split;
    }
    for (const optimizer of Object.values(optimizers)) optimizer.training = training;
    const at = {state, training, batches, optimizers, lessons, iteration, look, values};
    const updates = sides.map(side => ({
      side,
      update: side === 'generator' ? generatorUpdate(at) : discriminatorUpdate(at),
    }));
    return {updates, values, stepMs: 0};
  }

  private end({values}: UnderWay): void {
    this.underWay = undefined;
    this.iteration++;
    for (const [name, value] of Object.entries(values)) {
      // Norms are looked at, not trained by: their squares may leave a small float's range.
      if (name === 'gradientNorms' || name === 'split') continue;
      if (![value].flat().every(Number.isFinite)) {
        throw new Error(
          `training: ${name} must stay finite; got ${value} at iteration ${this.iteration}. ` +
            'Go back to a checkpoint, reset with another seed, or lower the learning rates'
        );
      }
    }
  }
}

function sidesOf(side: Side | undefined): readonly Side[] {
  return side ? [side] : ['generator', 'discriminator'];
}
