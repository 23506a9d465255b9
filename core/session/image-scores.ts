/** Scores of images one by one: as `npm run evaluate -- --csv` writes them, or of an evaluation. */

import type {Evaluation} from '../training/evaluation.js';
import type {RankedScores} from './ranked-images.js';

export interface ImageScore {
  /** Index within the split. */
  image: number;
  accuracy: number;
  objectIou: number;
}

/** @returns In the order of the evaluation. */
export function scoresOf({images, indices}: Pick<Evaluation, 'images' | 'indices'>): ImageScore[] {
  return images.map(({accuracy, objectIou}, i) => ({
    image: indices?.[i] ?? i,
    accuracy,
    objectIou,
  }));
}

/** @returns The scores as an evaluation of just these images has them. */
export function rankedScores(scores: readonly ImageScore[]): RankedScores {
  const mean = (name: 'accuracy' | 'objectIou'): number =>
    scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  return {
    ...{accuracy: mean('accuracy'), objectIou: mean('objectIou'), count: scores.length},
    ...{images: scores, indices: scores.map(({image}) => image)},
  };
}

/**
 * Reads the CSV of `npm run evaluate`: of several models, the first one's rows.
 *
 * @throws Error naming the line that is no row.
 */
export function parseScores(text: string): ImageScore[] {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  if (head !== 'model,image,accuracy,object_iou') {
    throw new Error(
      `scores: the file must begin with model,image,accuracy,object_iou, as npm run evaluate -- --csv writes it; got ${JSON.stringify(head?.slice(0, 60))}`
    );
  }
  let first: string | undefined;
  return lines.flatMap((line, i) => {
    const [, model, ...numbers] = /^("(?:[^"]|"")*"),(\d+),([\d.e-]+),([\d.e-]+)$/.exec(line) ?? [];
    const [image, accuracy, objectIou] = numbers.map(Number);
    const isShare = (value: number | undefined): boolean => value! >= 0 && value! <= 1;
    if (model === undefined || !isShare(accuracy) || !isShare(objectIou)) {
      throw new Error(
        `scores: line ${i + 2} must have a model, an image, and two numbers from 0 to 1; got ${line.slice(0, 80)}`
      );
    }
    first ??= model;
    return model === first ? [{image: image!, accuracy: accuracy!, objectIou: objectIou!}] : [];
  });
}
