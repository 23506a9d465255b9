/** What every data set is to the rest of the code: typed arrays, read by split and index. */

/** Training images, images for choosing a model, images for the final score. */
export type Split = 'train' | 'val' | 'test';

export const SPLITS: readonly Split[] = ['train', 'val', 'test'];

export function isSplit(value: unknown): value is Split {
  return (SPLITS as readonly unknown[]).includes(value);
}

/** Images with their ground truth, where there is one. */
export interface Samples {
  /** Number of images. */
  count: number;
  /** Height and width of every image, in pixels. */
  size: number;
  /** Colours `[count, size, size, 3]`, each in [-1, 1]. */
  images: Float32Array;
  /** True region of each pixel `[count, size, size]`, from 0; absent where nobody labelled the images. */
  labels?: Uint8Array;
}

/**
 * A set of square images of one size.
 *
 * Image `index` of a split is always the same image, whoever asks and in whatever order,
 * so an image can be named by `(split, index)`.
 */
export interface Dataset {
  /** Identifier, e.g. `colored-2-mnist`. */
  readonly name: string;
  /** Height and width of every image, in pixels. */
  readonly size: number;
  /** Names of the true regions in the order of their labels, the background first. */
  readonly regionNames: readonly string[];
  /** Number of images a split. A generated set is endless: it states how many it hands out. */
  readonly counts: Readonly<Record<Split, number>>;
  /** What was left out when the set was opened, in sentences for people. */
  readonly notes?: readonly string[];
  /** The split that holds every image, where one does; the others are parts of it. */
  readonly wholeSplit?: Split;
  /** Indices of the images that have ground truth, ascending; absent where all have. */
  readonly labelled?: Readonly<Record<Split, readonly number[]>>;

  /**
   * Reads images into memory that the caller owns.
   *
   * @param indices Each at least 0 and less than `counts[split]`.
   * @throws RangeError if an index is outside the split.
   */
  read(split: Split, indices: readonly number[]): Promise<Samples>;

  /**
   * Images made small, to be looked at and not to be computed with; absent where `read` is as fast.
   *
   * @param side Height and width, in pixels.
   * @returns Colours `[side, side, 3]` of each.
   * @throws RangeError if an index is outside the split.
   */
  thumbnails?(split: Split, indices: readonly number[], side: number): Promise<Uint8Array[]>;
}
