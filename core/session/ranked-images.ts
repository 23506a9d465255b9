/** Which images figures 4 to 6 of the paper show: the best, some at random, the worst. */

import {Random} from '../../datasets/random.js';
import type {Evaluation, ImageScores} from '../training/evaluation.js';

/** What of an evaluation the figures show. */
export type RankedScores = Pick<Evaluation, 'accuracy' | 'objectIou' | 'count' | 'indices'> & {
  images: readonly Pick<ImageScores, 'accuracy' | 'objectIou'>[];
};

/** Images of one kind. */
export interface RankedBlock {
  title: string;
  /** Rows of an evaluation's `images`. */
  rows: readonly number[];
}

/**
 * The blocks of figures 4 to 6: the best by accuracy and by IoU, two of random images, the worst.
 *
 * @param columns Images a block; fewer where there are fewer.
 */
export function rankedBlocks(
  {images}: Pick<RankedScores, 'images'>,
  columns: number,
  seed: number
): RankedBlock[] {
  const count = Math.min(columns, images.length);
  const sorted = (score: 'accuracy' | 'objectIou'): number[] =>
    images.map((_, i) => i).sort((a, b) => images[b]![score] - images[a]![score] || a - b);
  const [byAccuracy, byIou] = [sorted('accuracy'), sorted('objectIou')];
  const random = new Random(seed, 'figure');
  const left = images.map((_, i) => i);
  const drawn = (): number[] =>
    Array.from({length: Math.min(count, left.length)}, () => {
      const [row] = left.splice(random.integer(left.length), 1);
      return row!;
    });
  const blocks = [
    {title: 'Top by accuracy', rows: byAccuracy.slice(0, count)},
    {title: 'Top by IoU', rows: byIou.slice(0, count)},
    {title: 'Random', rows: drawn()},
    {title: 'Random', rows: drawn()},
    {title: 'Worst by accuracy', rows: byAccuracy.slice(-count).reverse()},
    {title: 'Worst by IoU', rows: byIou.slice(-count).reverse()},
  ];
  return blocks.filter(({rows}) => rows.length > 0);
}
