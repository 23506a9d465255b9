/** The labelled images that a request asks f to be taught by. */

import type {Dataset} from '../../datasets/dataset.js';
import type {ModelConfig} from '../model/config.js';
import {labelledIndices} from '../training/labelled.js';
import type {LabelledImage} from '../training/lessons.js';
import type {Supervision} from './protocol.js';

/** @throws RangeError or Error if there is no such image, or labels are not for this model. */
export function labelledImages(
  {weight, examples}: Supervision,
  dataset: Dataset,
  {regions}: Pick<ModelConfig, 'regions'>
): LabelledImage[] {
  if (!(weight > 0 && weight < Infinity)) {
    throw new RangeError(`supervise: weight must be a number above 0; got ${weight}`);
  }
  if ('count' in examples) {
    const {split, count} = examples;
    const known = labelledIndices(dataset, split, Infinity);
    if (!Number.isInteger(count) || count < 1 || count > known.length) {
      throw new RangeError(
        `supervise: the labelled images must be from 1 to ${known.length}, which ${split} has; got ${count}`
      );
    }
    return known.slice(-count).map(index => ({split, index}));
  }
  if (examples.length === 0) {
    throw new RangeError('supervise: there must be at least 1 labelled image; got 0');
  }
  const pixels = dataset.size ** 2;
  return examples.map(({image: {split, index}, labels}) => {
    if (!(index >= 0 && index < dataset.counts[split])) {
      throw new RangeError(
        `supervise: images must be of the ${dataset.counts[split]} ${split} images; got number ${index}`
      );
    }
    if (labels.length !== pixels || labels.some(label => label >= regions)) {
      throw new RangeError(
        `supervise: labels must be ${pixels} regions from 0 to ${regions - 1}; got ${labels.length}, up to ${Math.max(...labels)}`
      );
    }
    return {split, index, labels};
  });
}
