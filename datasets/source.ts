/** Where a data set of the user's own comes from: plain data that a worker's messages can carry. */

import type {Split} from './dataset.js';

/** A file by its path within a folder or an archive, `/` between the names; read when it is needed. */
export interface NamedFile {
  path: string;
  blob: Blob;
}

/**
 * How an image is brought to the model's size. `nearest` picks pixels, as the published code does;
 * `smooth` averages what a pixel covers.
 */
export type Resampling = 'nearest' | 'smooth';

/** Images to open: files, one archive of them (zip, tar, tar.gz), or addresses of images. */
export interface DatasetSource {
  /** What the set is called. */
  name: string;
  files?: readonly NamedFile[];
  /** Absolute addresses, of servers that allow this page to read them. */
  urls?: readonly string[];
  /** True masks in the place of the set's own, for one split; of the others nothing is known then. */
  masks?: {split: Split; missing: 'refuse' | 'skip'; from: Pick<DatasetSource, 'name' | 'files'>};
  /** The layout's own if absent: `nearest` for the paper's sets, `smooth` for any other images. */
  resampling?: Resampling;
}
