/** Scores of answers that need no model: a model is evidence only where it beats both. */

import type {Dataset, Samples, Split} from '../../datasets/dataset.js';
import {type Evaluation, Evaluator} from './evaluation.js';

/** Images read at a time. */
const BATCH = 25;

/** What is answered for every image, whatever it shows. */
export interface TrivialScores {
  /** One region takes every pixel. */
  oneRegion: Evaluation;
  /** Each pixel is of the region that it most often is over these very images: good where they are aligned. */
  meanMask: Evaluation;
}

/**
 * Scores the trivial answers on the first `count` images of a split.
 *
 * @throws Error if the images have no true masks.
 */
export async function trivialScores(
  dataset: Dataset,
  split: Split,
  count: number
): Promise<TrivialScores> {
  const regions = dataset.regionNames.length;
  const pixels = dataset.size ** 2;
  const votes = new Uint32Array(pixels * regions);
  await forEachLabels(dataset, split, count, labels =>
    labels.forEach((region, p) => votes[p * regions + region]!++)
  );
  const oneRegion = new Float32Array(pixels * regions);
  const meanMask = new Float32Array(pixels * regions);
  for (let p = 0; p < pixels; p++) {
    const own = votes.subarray(p * regions, (p + 1) * regions);
    oneRegion[p * regions] = 1;
    meanMask[p * regions + own.indexOf(Math.max(...own))] = 1;
  }
  const evaluators = [oneRegion, meanMask].map(masks => ({
    masks,
    evaluator: new Evaluator(regions, regions),
  }));
  await forEachLabels(dataset, split, count, labels =>
    evaluators.forEach(({masks, evaluator}) => evaluator.add(masks, labels))
  );
  const [one, mean] = evaluators.map(({evaluator}) => evaluator.result());
  return {oneRegion: one!, meanMask: mean!};
}

async function forEachLabels(
  dataset: Dataset,
  split: Split,
  count: number,
  take: (labels: Uint8Array) => void
): Promise<void> {
  const total = Math.min(count, dataset.counts[split]);
  for (let done = 0; done < total; done += BATCH) {
    const indices = Array.from({length: Math.min(BATCH, total - done)}, (_, i) => done + i);
    const {labels, size}: Samples = await dataset.read(split, indices);
    if (!labels) throw new Error(`evaluate: the ${split} images must have true masks; got none`);
    for (let i = 0; i < indices.length; i++) {
      take(labels.subarray(i * size * size, (i + 1) * size * size));
    }
  }
}
