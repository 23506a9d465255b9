/** Opens a packed set in a worker, and answers what it found and how long that took. */

import {openDataset} from '../../datasets/catalog.js';

export interface PackedAnswer {
  openMs: number;
  counts: Readonly<Record<string, number>>;
  /** First red value of the last image of train, out of 255. */
  red: number;
}

onmessage = async ({data: blob}: MessageEvent<Blob>) => {
  // The code is loaded before the time is taken.
  await import('../../datasets/open-source.js');
  const begin = performance.now();
  const source = {name: 'set.redo.zip', files: [{path: 'set.redo.zip', blob}]};
  const dataset = await openDataset(source, {size: 8, seed: 0, regions: 2});
  const openMs = performance.now() - begin;
  const {counts} = dataset;
  const {images} = await dataset.read('train', [counts.train - 1]);
  const answer: PackedAnswer = {openMs, counts, red: Math.round((images[0]! + 1) * 127.5)};
  postMessage(answer);
};
