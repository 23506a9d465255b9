/** The supervised baseline (paper, figure 3): the same f, taught by the masks of a few images. */

import type {Dataset, Split} from '../../datasets/dataset.js';
import type {TrainingConfig} from '../model/config.js';
import type {ModelState} from '../model/state.js';
import {Adam} from './adam.js';
import {supervisedPass} from './gradients.js';
import {Held} from './held.js';
import {LabelledBatches} from './lessons.js';

/** The images that have labels. */
export interface Labelled {
  dataset: Dataset;
  split: Split;
  /** Indices in the split, at least one. */
  indices: readonly number[];
}

/** Trains f alone. Owns its optimiser, not the model's state. */
export class SupervisedTrainer {
  private readonly state: ModelState;
  private readonly batches: LabelledBatches;
  private readonly optimizer: Adam;
  private iteration = 0;

  /** @param training Its rate for f, its weight decay and batch size count. */
  constructor(state: ModelState, training: TrainingConfig, labelled: Labelled, seed: number) {
    const {dataset, split, indices} = labelled;
    const examples = indices.map(index => ({split, index}));
    const {batchSize} = training;
    this.state = state;
    this.batches = new LabelledBatches(dataset, examples, {batchSize, seed, use: 'supervised'});
    this.optimizer = new Adam('mask', training);
  }

  /**
   * One step of Adam on a batch drawn from the labelled images, each at most once where they are enough.
   *
   * @returns The cross-entropy before the step.
   * @throws Error if an image has no labels, or the loss is no longer a number.
   */
  async iterate(): Promise<number> {
    const held = new Held();
    try {
      const {images, labels} = held.take(await this.batches.batch(this.iteration));
      const pass = held.take(supervisedPass(this.state, images, labels));
      this.optimizer.apply(this.state, pass.gradients.mask!, this.iteration++);
      const [loss] = await pass.numbers.data();
      if (!Number.isFinite(loss)) {
        throw new Error(`supervised: the loss must stay finite; got ${loss}. Lower the rate of f`);
      }
      return loss!;
    } finally {
      held.dispose();
    }
  }

  dispose(): void {
    this.optimizer.dispose();
  }
}
