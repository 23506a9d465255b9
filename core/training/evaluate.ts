import * as tf from '@tensorflow/tfjs-core';

import type {Dataset, Split} from '../../datasets/dataset.js';
import type {ModelConfig} from '../model/config.js';
import {segment} from '../model/redo.js';
import type {Tensors} from '../nn/parameters.js';
import {type Evaluation, Evaluator} from './evaluation.js';
import {labelledIndices, readLabelled} from './labelled.js';

/** Images scored at a time. */
const BATCH = 25;

/** What goes with a scoring that may take long. */
export interface EvaluateOptions {
  signal?: AbortSignal;
  /** Told the images done and those in all, before each batch and at the end. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Scores f's masks of the first `count` images of a split that have true masks.
 *
 * @param weights Of the mask network.
 * @throws Error if no image of the split has a true mask.
 */
export async function evaluateMasks(
  weights: Tensors,
  config: ModelConfig,
  dataset: Dataset,
  {split, count}: {split: Split; count: number},
  {signal, onProgress}: EvaluateOptions = {}
): Promise<Evaluation> {
  const {regions} = config;
  const evaluator = new Evaluator(dataset.regionNames.length, regions);
  const scored = labelledIndices(dataset, split, count);
  const total = scored.length;
  for (let done = 0; done < total; done += BATCH) {
    signal?.throwIfAborted();
    onProgress?.(done, total);
    const indices = scored.slice(done, done + BATCH);
    const {images, labels, size} = await readLabelled(dataset, split, indices);
    const tensor = tf.tidy(() =>
      segment(weights, tf.tensor4d(images, [indices.length, size, size, 3]), config)
    );
    const masks = (await tensor.data()) as Float32Array;
    tensor.dispose();
    const pixels = size * size;
    for (let i = 0; i < indices.length; i++) {
      evaluator.add(
        masks.subarray(i * pixels * regions, (i + 1) * pixels * regions),
        labels.subarray(i * pixels, (i + 1) * pixels)
      );
    }
  }
  onProgress?.(total, total);
  return {...evaluator.result(), ...(dataset.labelled && {indices: scored})};
}
