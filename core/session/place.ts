/** Where a session is, and can come back to: its weights and its images. */

import type {DatasetSource} from '../../datasets/source.js';
import type {HistoryRecord} from './history.js';

/** Weights by where they came from, with what is needed to take them up again. Another object is others. */
export interface Weights {
  /** `address` is what a link leads to, `file` one of the user's, `random` those that were drawn here. */
  origin: 'address' | 'file' | 'random';
  /** Name of the file that the model was opened from; absent where it was none. */
  fileName?: string;
  /** Iterations that they had behind them when they came. */
  iteration: number;
  /** Seed of the training that they are of. */
  seed: number;
  /** What they had become when they were left; absent while they are in use, or if it could not be had. */
  left?: {checkpoint: ArrayBuffer; record: HistoryRecord};
}

/** Images by name, or where the user's own are. */
export type Images = string | DatasetSource;

/** Another object is another place. */
export interface Place {
  readonly weights: Weights;
  readonly images: Images;
  /** The images that the model came with. */
  readonly usual: Images;
}

/** What images are called. */
export function nameOf(images: Images): string {
  return typeof images === 'string' ? images : images.name;
}
