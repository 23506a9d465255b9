import {expect} from '@open-wc/testing';
import {DATASET_NAMES, openDataset} from '../../datasets/catalog.js';
import type {Split} from '../../datasets/dataset.js';
import {rejection} from './rejection.js';

const SIZE = 32;
const PIXELS = SIZE * SIZE;
const SPLITS: readonly Split[] = ['train', 'val', 'test'];

for (const name of DATASET_NAMES) {
  describe(`openDataset('${name}', {size, seed})`, () => {
    const open = (seed = 0) => openDataset(name, {size: SIZE, seed});

    it('says what it is', async () => {
      const dataset = await open();
      expect(dataset.name).to.equal(name);
      expect(dataset.size).to.equal(SIZE);
      expect(dataset.counts).to.deep.equal({train: 1_000_000, val: 1_000, test: 1_000});
      expect(dataset.regionNames[0]).to.equal('background');
    });

    it('read(split, indices) gives as many images, in [-1, 1], with labels of every region', async () => {
      const dataset = await open();
      for (const split of SPLITS) {
        const {count, size, images, labels} = await dataset.read(split, [0, 7, 999]);
        expect([count, size]).to.deep.equal([3, SIZE]);
        expect(images)
          .to.be.an.instanceOf(Float32Array)
          .with.length(3 * PIXELS * 3);
        expect(labels)
          .to.be.an.instanceOf(Uint8Array)
          .with.length(3 * PIXELS);
        expect(images.every(value => value >= -1 && value <= 1)).to.equal(true);
        const regions = dataset.regionNames.map((_, region) => region);
        expect([...new Set(labels)].sort()).to.deep.equal(regions);
      }
    });

    it('read(split, indices) gives an image its own plain colour in each region', async () => {
      const {count, images, labels} = await (await open()).read('train', [1, 2, 3, 4, 5, 6, 7, 8]);
      for (let i = 0; i < count; i++) {
        const regionOf = new Map<string, number>();
        for (let pixel = i * PIXELS; pixel < (i + 1) * PIXELS; pixel++) {
          const color = images.subarray(pixel * 3, pixel * 3 + 3).join();
          const region = labels![pixel]!;
          expect(regionOf.get(color) ?? region).to.equal(region);
          regionOf.set(color, region);
        }
        const regions = new Set(labels!.subarray(i * PIXELS, (i + 1) * PIXELS));
        expect(regionOf.size, 'colours').to.equal(regions.size);
      }
    });

    it('read(split, indices) gives the same image whoever asks, in whatever order', async () => {
      const one = await open();
      const {images, labels} = await one.read('val', [3, 1, 3]);
      const [third, first] = [images.slice(0, PIXELS * 3), images.slice(PIXELS * 3, PIXELS * 6)];
      expect(images.slice(PIXELS * 6)).to.deep.equal(third);
      const other = await open();
      const alone = await other.read('val', [1]);
      expect(alone.images).to.deep.equal(first);
      expect(alone.labels).to.deep.equal(labels!.slice(PIXELS, 2 * PIXELS));
      expect((await other.read('val', [3])).images).to.deep.equal(third);
    });

    it('read(split, indices) gives another image for another seed, split or index', async () => {
      const dataset = await open();
      const images = await Promise.all([
        dataset.read('train', [0]),
        dataset.read('train', [1]),
        dataset.read('train', [999_999]),
        dataset.read('val', [0]),
        dataset.read('test', [0]),
        (await open(1)).read('train', [0]),
      ]);
      expect(new Set(images.map(samples => samples.images.join())).size).to.equal(images.length);
    });

    it('read(split, indices) leaves its memory to the caller', async () => {
      const dataset = await open();
      const samples = await dataset.read('test', [5]);
      const copy = samples.images.slice();
      samples.images.fill(0);
      samples.labels!.fill(9);
      const again = await dataset.read('test', [5]);
      expect(again.images).to.deep.equal(copy);
      expect(again.labels!.includes(9)).to.equal(false);
    });

    it('read(split, []) gives no images', async () => {
      const {count, size, images, labels} = await (await open()).read('train', []);
      expect([count, size, images.length, labels!.length]).to.deep.equal([0, SIZE, 0, 0]);
    });

    it('read(split, indices) refuses an index outside the split', async () => {
      const dataset = await open();
      for (const [split, last] of [
        ['train', 999_999],
        ['val', 999],
        ['test', 999],
      ] as const) {
        for (const index of [-1, last + 1, 0.5, NaN, Infinity]) {
          const error = await rejection(dataset.read(split, [0, index]));
          expect(error).to.be.an.instanceOf(RangeError);
          expect(error.message).to.equal(
            `${name}.read: indices of ${split} must be integers from 0 to ${last}; got ${index}`
          );
        }
        expect((await dataset.read(split, [last])).count).to.equal(1);
      }
    });
  });
}

describe('openDataset', () => {
  it('openDataset(name, options) names the sets it knows if it does not know the one', async () => {
    for (const name of ['mnist', '', 'toString', '__proto__']) {
      const {message} = await rejection(openDataset(name, {size: 64, seed: 0}));
      expect(message).to.equal(
        `openDataset: name must be one of blobs, colored-2-mnist; got ${JSON.stringify(name)}`
      );
    }
  });

  it('openDataset(name, options) refuses a size that the set does not have', async () => {
    for (const name of DATASET_NAMES) {
      expect(await rejection(openDataset(name, {size: 8, seed: 0}))).to.be.an.instanceOf(
        RangeError
      );
    }
  });
});
