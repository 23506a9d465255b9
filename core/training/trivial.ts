/** Scores of answers that need no model: a model is evidence only where it beats both. */

import type {Dataset, Split} from '../../datasets/dataset.js';
import {type Evaluation, Evaluator} from './evaluation.js';
import {labelledIndices, readLabelled} from './labelled.js';

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
 * Scores the trivial answers on the first `count` images of a split that have true masks.
 *
 * @throws Error if no image of the split has a true mask.
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
  const scored = labelledIndices(dataset, split, count);
  for (let done = 0; done < scored.length; done += BATCH) {
    const indices = scored.slice(done, done + BATCH);
    const {labels, size} = await readLabelled(dataset, split, indices);
    for (let i = 0; i < indices.length; i++) {
      take(labels.subarray(i * size * size, (i + 1) * size * size));
    }
  }
}
