/** What is said of images one by one: by D of the image, by the truth of f's masks. */

import * as tf from '@tensorflow/tfjs-core';

import type {Dataset, Split} from '../../datasets/dataset.js';
import type {ModelConfig} from '../model/config.js';
import {score, segment, type Weights} from '../model/redo.js';
import {Evaluator} from '../training/evaluation.js';
import type {Assessments, RequestOptions, Requests} from './protocol.js';
import {inBatches, read} from './survey.js';

/**
 * D(I), and the scores of f's masks under the permutation that is best for the image, of each image.
 *
 * @throws RangeError if an index is outside the split.
 */
export async function assessEach(
  weights: Weights,
  config: ModelConfig,
  dataset: Dataset,
  {split, indices}: Omit<Requests['assess']['request'], 'model'>,
  options: RequestOptions
): Promise<Assessments> {
  const blank = (): Float32Array<ArrayBuffer> => new Float32Array(indices.length).fill(NaN);
  const assessments = {scores: blank(), accuracy: blank(), objectIou: blank()};
  // Images with truth and without are read apart: a batch has labels only if all of its images have.
  for (const places of byTruth(dataset, split, indices)) {
    await inBatches(places.length, config.size, options, async (from, to) => {
      const batch = places.slice(from, to);
      const wanted = batch.map(place => indices[place]!);
      const {images, labels, size} = await dataset.read(split, wanted);
      const [scores, masks] = tf.tidy(() => {
        const pixels = tf.tensor4d(images, [batch.length, size, size, 3]);
        return [
          score(weights.discriminator, pixels, config),
          ...(labels ? [segment(weights.mask, pixels, config)] : []),
        ] as const;
      });
      const values = await read(scores);
      batch.forEach((place, i) => (assessments.scores[place] = values[i]!));
      if (!labels || !masks) return;
      const evaluator = new Evaluator(dataset.regionNames.length, config.regions);
      const planes = await read(masks);
      const area = size * size;
      batch.forEach((_, i) => {
        const [first, last] = [i * area, (i + 1) * area];
        const own = planes.subarray(first * config.regions, last * config.regions);
        evaluator.add(own, labels.subarray(first, last));
      });
      evaluator.result().images.forEach(({accuracy, objectIou}, i) => {
        assessments.accuracy[batch[i]!] = accuracy;
        assessments.objectIou[batch[i]!] = objectIou;
      });
    });
  }
  return assessments;
}

/** Places in `indices` of the images that have truth, and of those that have none. */
function byTruth(
  {labelled}: Dataset,
  split: Split,
  indices: readonly number[]
): readonly [number[], number[]] {
  const known = labelled && new Set(labelled[split]);
  const groups: [number[], number[]] = [[], []];
  indices.forEach((index, place) => groups[!known || known.has(index) ? 0 : 1].push(place));
  return groups;
}
