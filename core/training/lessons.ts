/**
 * True masks of a few images: what f is taught by beside what it finds out by redrawing.
 *
 * The paper leaves semi-supervised training as future work; this is ours. The generator's update of
 * each iteration adds weight · E[−log M_t], t being a pixel's true region, over a batch of these images.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import type {Dataset, Split} from '../../datasets/dataset.js';
import {Random} from '../../datasets/random.js';

/** An image and its true regions. */
export interface LabelledImage {
  split: Split;
  index: number;
  /** True region of each pixel `[size, size]`; those of the data set if absent. */
  labels?: Uint8Array;
}

/** Images with labels, as tensors that the caller owns. */
export interface LabelledBatch {
  /** I `[batch, size, size, 3]`. */
  images: Tensor4D;
  /** True region of each pixel `[batch, size, size]`, int32. */
  labels: Tensor3D;
}

/** A batch of labelled images, and what it weighs in the loss of f. */
export type Lesson = LabelledBatch & {weight: number};

/** Draws batches of labelled images by iteration, each image at most once a batch. */
export class LabelledBatches {
  private readonly dataset: Dataset;
  private readonly examples: readonly LabelledImage[];
  private readonly batchSize: number;
  private readonly seed: number;
  private readonly use: string;

  /**
   * @param examples At least one.
   * @param use Names the stream of random numbers.
   */
  constructor(
    dataset: Dataset,
    examples: readonly LabelledImage[],
    {batchSize, seed, use}: {batchSize: number; seed: number; use: string}
  ) {
    if (examples.length === 0) {
      throw new RangeError(`${use}: there must be at least 1 labelled image; got 0`);
    }
    this.dataset = dataset;
    this.examples = examples;
    this.batchSize = batchSize;
    this.seed = seed;
    this.use = use;
  }

  /** @throws Error if an image has no labels. */
  async batch(iteration: number): Promise<LabelledBatch> {
    const random = new Random(this.seed, this.use, iteration);
    const left = [...this.examples];
    const drawn = Array.from({length: Math.min(this.batchSize, left.length)}, () => {
      const [example] = left.splice(random.integer(left.length), 1);
      return example!;
    });
    const {size} = this.dataset;
    const pixels = size * size;
    const images = new Float32Array(drawn.length * pixels * 3);
    const labels = new Int32Array(drawn.length * pixels);
    for (const split of new Set(drawn.map(example => example.split))) {
      const places = drawn.flatMap((example, i) => (example.split === split ? [i] : []));
      const samples = await this.dataset.read(
        split,
        places.map(i => drawn[i]!.index)
      );
      for (const [row, i] of places.entries()) {
        const own = drawn[i]!.labels ?? samples.labels?.subarray(row * pixels, (row + 1) * pixels);
        if (!own) {
          throw new Error(`${this.use}: the ${split} images must have true masks; got none`);
        }
        images.set(
          samples.images.subarray(row * pixels * 3, (row + 1) * pixels * 3),
          i * pixels * 3
        );
        labels.set(own, i * pixels);
      }
    }
    return {
      images: tf.tensor4d(images, [drawn.length, size, size, 3]),
      labels: tf.tensor3d(labels, [drawn.length, size, size], 'int32'),
    };
  }
}

/** What f is taught by while a model trains. */
export interface Lessons {
  batches: LabelledBatches;
  /** Of the cross-entropy in the loss of f, at least 0. */
  weight: number;
}
