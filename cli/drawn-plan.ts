/** A generated data set as a plan of image files, each drawn when it is read: so it can be packed. */

import {encode as encodePng} from 'fast-png';

import {openDataset} from '../datasets/catalog.js';
import type {Split} from '../datasets/dataset.js';
import type {TreeFile} from '../datasets/file-tree.js';
import type {ImageItem, ImagePlan} from '../datasets/image-set.js';
import {greyOf, greyRule} from '../datasets/packed.js';

export interface DrawnOptions {
  /** Height and width of the images, in pixels. */
  size: number;
  seed: number;
  /** Training images; the other splits are whole. */
  count: number;
}

/**
 * @param name Of a generated set.
 * @throws RangeError if the set has no images of that size, or fewer.
 */
export async function planDrawn(
  name: string,
  {size, seed, count}: DrawnOptions
): Promise<ImagePlan> {
  const dataset = await openDataset(name, {size, seed});
  const {regionNames, counts} = dataset;
  if (count > counts.train) {
    throw new RangeError(`--count must be at most ${counts.train} for ${name}; got ${count}`);
  }
  const item = (split: Split, index: number): ImageItem => {
    // The list of paths decides what a file that was begun is gone on with.
    const png = (place: string, encode: () => Promise<Uint8Array>): TreeFile => ({
      path: `${name}-${seed}/${place}/${split}-${String(index).padStart(6, '0')}.png`,
      read: async () => new Blob([new Uint8Array(await encode())]),
    });
    return {
      image: png('images', async () => {
        const {images} = await dataset.read(split, [index]);
        const data = Uint8Array.from(images, value => Math.round((value + 1) * 127.5));
        return encodePng({width: size, height: size, channels: 3, data});
      }),
      mask: png('masks', async () => {
        const {labels} = await dataset.read(split, [index]);
        const data = labels!.map(region => greyOf(region, regionNames.length));
        return encodePng({width: size, height: size, channels: 1, data});
      }),
    };
  };
  const items = (split: Split, length: number): ImageItem[] =>
    Array.from({length}, (_, index) => item(split, index));
  return {
    name,
    regionNames,
    rule: greyRule(regionNames.length),
    splits: {
      train: items('train', count),
      val: items('val', counts.val),
      test: items('test', counts.test),
    },
    resampling: 'nearest',
    notes: [],
  };
}
