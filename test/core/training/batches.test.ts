import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {Batches} from '../../../core/training/batches.js';
import {createBlobs} from '../../../datasets/blobs.js';
import {describeOn} from '../../support/backends.js';
import {TINY, TRAINING} from '../../support/models.js';

interface Drawn {
  images: number[];
  codes: number[];
  regions: readonly number[];
}

async function draw(
  [seed, iteration, use]: [number, number, string],
  variant: 'published' | 'paper' = 'published'
): Promise<Drawn> {
  const config = {...TINY, regions: 3, codeSize: 4};
  const training = {...TRAINING, batchSize: 5, variant};
  const batches = new Batches(createBlobs({size: 16, seed: 0}), config, training, seed);
  const {images, codes, regions} = await batches.batch(iteration, use);
  expect(images.shape).to.deep.equal([5, 16, 16, 3]);
  expect(codes.shape).to.deep.equal([5, 3, 4]);
  const drawn = {images: [...(await images.data())], codes: [...(await codes.data())], regions};
  tf.dispose([images, codes]);
  return drawn;
}

describeOn('cpu', 'Batches.batch(iteration, use)', () => {
  it('is a function of seed, iteration and use', async () => {
    const first = await draw([1, 7, 'generator']);
    expect(await draw([1, 7, 'generator'])).to.deep.equal(first);
    for (const other of [
      [2, 7, 'generator'],
      [1, 8, 'generator'],
      [1, 7, 'discriminator'],
    ] as [number, number, string][]) {
      const {images, codes} = await draw(other);
      expect(images, String(other)).to.not.deep.equal(first.images);
      expect(codes, String(other)).to.not.deep.equal(first.codes);
    }
  });

  it('redraws every region in the published loop', async () => {
    expect((await draw([1, 0, 'generator'])).regions).to.deep.equal([0, 1, 2]);
  });

  it('redraws one region in the paper, each as often as the others', async () => {
    const counts = [0, 0, 0];
    for (let iteration = 0; iteration < 300; iteration++) {
      const {regions} = await draw([1, iteration, 'generator'], 'paper');
      expect(regions).to.have.length(1);
      counts[regions[0]!]!++;
    }
    // A hundred each, give or take four standard deviations.
    for (const count of counts) expect(count).to.be.within(67, 133);
  });

  it('draws codes that are standard normal', async () => {
    const codes: number[] = [];
    for (let iteration = 0; iteration < 50; iteration++) {
      codes.push(...(await draw([3, iteration, 'generator'])).codes);
    }
    const mean = codes.reduce((sum, value) => sum + value, 0) / codes.length;
    const variance = codes.reduce((sum, value) => sum + value ** 2, 0) / codes.length;
    expect(Math.abs(mean)).to.be.below(4 / Math.sqrt(codes.length));
    expect(Math.abs(variance - 1)).to.be.below(4 * Math.sqrt(2 / codes.length));
  });
});
