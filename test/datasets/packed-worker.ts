/** Opens a packed set in a worker, and answers what it found. */

import {openDataset} from '../../datasets/catalog.js';

export interface PackedAnswer {
  counts: Readonly<Record<string, number>>;
  /** First red value of the last image of train, out of 255. */
  red: number;
}

onmessage = async ({data: blob}: MessageEvent<Blob>) => {
  const source = {name: 'set.redo.zip', files: [{path: 'set.redo.zip', blob}]};
  const dataset = await openDataset(source, {size: 8, seed: 0, regions: 2});
  const {counts} = dataset;
  const {images} = await dataset.read('train', [counts.train - 1]);
  const answer: PackedAnswer = {counts, red: Math.round((images[0]! + 1) * 127.5)};
  postMessage(answer);
};
