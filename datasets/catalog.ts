/** The data sets by name. Their code and their files are loaded when they are opened. */

import type {Dataset} from './dataset.js';
import type {Reading} from './reading.js';
import type {DatasetSource} from './source.js';
import type {SyntheticOptions} from './synthetic.js';

/** What the caller chooses when a data set is opened. */
export interface DatasetOptions extends SyntheticOptions, Reading {
  /** Regions of the model, to which the truth of the user's own images is fitted; 2 if absent. */
  regions?: number;
}

const LOADERS = {
  blobs: async options => (await import('./blobs.js')).createBlobs(options),
  'colored-2-mnist': async options =>
    (await import('./colored-2-mnist.js')).createColored2Mnist(options),
} satisfies Record<string, (options: DatasetOptions) => Promise<Dataset>>;

export type DatasetName = keyof typeof LOADERS;

/** All that `openDataset` knows. */
export const DATASET_NAMES = Object.keys(LOADERS) as readonly DatasetName[];

/**
 * Opens a data set.
 *
 * @param set One of `DATASET_NAMES`, or where the user's own images are. Any string may come, because
 *     names come from attributes and commands.
 * What `signal` ends throws its reason.
 *
 * @throws Error if the name is unknown or the set's files can't be read.
 * @throws RangeError if the set has no images of that size.
 */
export async function openDataset(
  set: string | DatasetSource,
  options: DatasetOptions
): Promise<Dataset> {
  if (typeof set !== 'string') {
    const {openSource} = await import('./open-source.js');
    const {size, regions = 2, signal, onProgress} = options;
    return openSource(set, {size, regions, signal, onProgress});
  }
  const name = set;
  if (!isDatasetName(name)) {
    throw new Error(
      `openDataset: name must be one of ${DATASET_NAMES.join(', ')}; got ${JSON.stringify(name)}`
    );
  }
  return LOADERS[name](options);
}

/** Whether a data set is one that is opened by name. */
export function isDatasetName(name: string): name is DatasetName {
  return Object.hasOwn(LOADERS, name);
}
