import type {Dataset, Samples, Split} from '../../datasets/dataset.js';

/**
 * Indices of the first `count` images of a split that have true masks: those to score.
 *
 * @throws Error if no image of the split has one.
 */
export function labelledIndices(dataset: Dataset, split: Split, count: number): number[] {
  const labelled =
    dataset.labelled?.[split] ??
    Array.from({length: Math.min(count, dataset.counts[split])}, (_, i) => i);
  if (labelled.length === 0) throw unlabelled(split);
  return labelled.slice(0, count);
}

/** Reads images with their true masks. @throws Error if they have none. */
export async function readLabelled(
  dataset: Dataset,
  split: Split,
  indices: readonly number[]
): Promise<Required<Samples>> {
  const {labels, ...samples} = await dataset.read(split, indices);
  if (!labels) throw unlabelled(split);
  return {...samples, labels};
}

function unlabelled(split: Split): Error {
  return new Error(`evaluate: the ${split} images must have true masks; got none`);
}
