/** What an update trains on: images of the training split, codes, a region. All of it from the seed. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import type {Dataset} from '../../datasets/dataset.js';
import {Random} from '../../datasets/random.js';
import {type ModelConfig, regionsInPlay, type TrainingConfig} from '../model/config.js';
import {regionIndices} from '../model/redo.js';
import type {Batch} from './losses.js';
import {drawMaskNoise} from './mask-noise.js';

/**
 * Draws batches by iteration, so that an iteration sees the same data whether or not the training
 * was interrupted before it.
 */
export class Batches {
  private readonly dataset: Dataset;
  private readonly config: ModelConfig;
  private readonly training: TrainingConfig;
  private readonly seed: number;

  constructor(dataset: Dataset, config: ModelConfig, training: TrainingConfig, seed: number) {
    this.dataset = dataset;
    this.config = config;
    this.training = training;
    this.seed = seed;
  }

  /** Images, codes, regions and noise for one update; the caller owns the tensors. `use` names the stream. */
  async batch(iteration: number, use: string): Promise<Batch> {
    const {regions, codeSize} = this.config;
    const images = await this.images(iteration, use);
    const random = new Random(this.seed, 'codes', use, iteration);
    const shape: [number, number, number] = [this.training.batchSize, regions, codeSize];
    const codes = tf.tensor3d(random.normals(tf.util.sizeFromShape(shape)), shape);
    const inPlay = regionsInPlay(this.training, this.config, iteration);
    const drawn =
      this.training.variant === 'published'
        ? regionIndices({regions: inPlay})
        : [random.integer(inPlay)];
    const noise = drawMaskNoise(
      this.config,
      this.training,
      iteration,
      new Random(this.seed, 'mask noise', use, iteration)
    );
    return {images, codes, regions: drawn, noise};
  }

  /** Images `[batchSize, size, size, 3]`; the caller owns them. */
  async images(iteration: number, use: string): Promise<Tensor4D> {
    const {batchSize} = this.training;
    const random = new Random(this.seed, 'images', use, iteration);
    const indices = Array.from({length: batchSize}, () =>
      random.integer(this.dataset.counts.train)
    );
    const {images, size} = await this.dataset.read('train', indices);
    return tf.tensor4d(images, [batchSize, size, size, 3]);
  }
}
