/** The supervised baseline (paper, figure 3): the same f, taught by the masks of a few images. */

import * as tf from '@tensorflow/tfjs-core';

import type {Dataset, Split} from '../../datasets/dataset.js';
import {Random} from '../../datasets/random.js';
import type {TrainingConfig} from '../model/config.js';
import type {ModelState} from '../model/state.js';
import {Adam} from './adam.js';
import {supervisedPass} from './gradients.js';
import {Held} from './held.js';

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
  private readonly training: TrainingConfig;
  private readonly labelled: Labelled;
  private readonly seed: number;
  private readonly optimizer: Adam;
  private iteration = 0;

  /** @param training Its rate for f, its weight decay and batch size count. */
  constructor(state: ModelState, training: TrainingConfig, labelled: Labelled, seed: number) {
    if (labelled.indices.length === 0) {
      throw new RangeError('supervised: there must be at least 1 labelled image; got 0');
    }
    this.state = state;
    this.training = training;
    this.labelled = labelled;
    this.seed = seed;
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
      const {images, labels} = held.take(await this.batch());
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

  private async batch(): Promise<{images: tf.Tensor4D; labels: tf.Tensor3D}> {
    const {dataset, split, indices} = this.labelled;
    const random = new Random(this.seed, 'supervised', this.iteration);
    const left = [...indices];
    const drawn = Array.from({length: Math.min(this.training.batchSize, left.length)}, () => {
      const [index] = left.splice(random.integer(left.length), 1);
      return index!;
    });
    const {images, labels, size, count} = await dataset.read(split, drawn);
    if (!labels) {
      throw new Error(`supervised: the ${split} images must have true masks; got none`);
    }
    return {
      images: tf.tensor4d(images, [count, size, size, 3]),
      labels: tf.tensor3d(Int32Array.from(labels), [count, size, size], 'int32'),
    };
  }
}
