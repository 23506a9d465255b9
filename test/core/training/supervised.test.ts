import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {ModelState} from '../../../core/model/state.js';
import {evaluateMasks} from '../../../core/training/evaluate.js';
import {crossEntropy} from '../../../core/training/losses.js';
import {SupervisedTrainer} from '../../../core/training/supervised.js';
import {createBlobs} from '../../../datasets/blobs.js';
import type {Dataset} from '../../../datasets/dataset.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {changes, numbers, TINY, TRAINING} from '../../support/models.js';

const blobs = createBlobs({size: TINY.size, seed: 1});

async function train(
  indices: readonly number[],
  steps: number,
  {dataset = blobs, seed = 1}: {dataset?: Dataset; seed?: number} = {}
): Promise<{state: ModelState; losses: number[]}> {
  const state = ModelState.random(TINY, TRAINING.initGain, 1);
  const training = {...TRAINING, learningRates: {...TRAINING.learningRates, mask: 1e-2}};
  const trainer = new SupervisedTrainer(state, training, {dataset, split: 'train', indices}, seed);
  const losses: number[] = [];
  try {
    for (let i = 0; i < steps; i++) losses.push(await trainer.iterate());
  } finally {
    trainer.dispose();
  }
  return {state, losses};
}

describeOn('wasm', 'crossEntropy(masks, labels)', () => {
  it('is the mean of −log M of the true region', async () => {
    const masks = tf.tensor4d([0.25, 0.75, 0.5, 0.5, 1, 0, 0.1, 0.9], [1, 2, 2, 2]);
    const labels = tf.tensor3d([1, 0, 0, 0], [1, 2, 2], 'int32');
    const [value] = await crossEntropy(masks, labels).data();
    const wanted = -(Math.log(0.75) + Math.log(0.5) + Math.log(1) + Math.log(0.1)) / 4;
    expect(value!).to.be.closeTo(wanted, 1e-6);
  });

  it('stays finite where a mask has nothing of the true region', async () => {
    const masks = tf.tensor4d([0, 1], [1, 1, 1, 2]);
    const [value] = await crossEntropy(masks, tf.tensor3d([0], [1, 1, 1], 'int32')).data();
    expect(value!).to.be.closeTo(-Math.log(1e-6), 1e-3);
  });
});

describeOn('wasm', 'SupervisedTrainer', () => {
  it('teaches f the masks of the labelled images, and leaves the other networks alone', async () => {
    const before = ModelState.random(TINY, TRAINING.initGain, 1);
    const {state, losses} = await train([0, 1, 2, 3], 60);
    expect(losses.at(-1)!).to.be.below(losses[0]! / 4);
    const changed = changes(numbers(before), numbers(state));
    expect(changed).not.to.be.empty;
    expect(changed.filter(name => !name.startsWith('mask/'))).to.deep.equal([]);
    const weights = state.mergedWeights();
    const {objectIou} = await evaluateMasks(weights.mask, TINY, blobs, {split: 'train', count: 4});
    expect(objectIou).to.be.above(0.8);
    tf.dispose(weights);
    before.dispose();
    state.dispose();
  });

  it('gives the same numbers for the same seed, others for another', async () => {
    const [first, again, other] = await Promise.all(
      [1, 1, 2].map(seed => train([0, 1, 2, 3, 4, 5], 3, {seed}))
    );
    expect(again!.losses).to.deep.equal(first!.losses);
    expect(other!.losses).not.to.deep.equal(first!.losses);
    [first, again, other].forEach(each => each!.state.dispose());
  });

  it('sees no image but the labelled ones, each at most once a batch', async () => {
    const seen: (readonly number[])[] = [];
    const dataset: Dataset = {
      ...blobs,
      read: (split, indices) => {
        seen.push(indices);
        return blobs.read(split, indices);
      },
    };
    const {state} = await train([7, 9, 11], 8, {dataset});
    state.dispose();
    expect(seen).to.have.length(8);
    for (const batch of seen) expect(new Set(batch).size).to.equal(TRAINING.batchSize);
    expect(new Set(seen.flat())).to.deep.equal(new Set([7, 9, 11]));
  });

  it('leaves nothing behind', async () => {
    await expectNothingKept(async () => (await train([0, 1], 2)).state.dispose());
  });

  it('refuses no images, and images without labels', async () => {
    expect(await rejection(train([], 1))).to.match(/at least 1 labelled image; got 0/);
    const dataset: Dataset = {
      ...blobs,
      read: async (split, indices) => {
        const {images, size, count} = await blobs.read(split, indices);
        return {images, size, count};
      },
    };
    expect(await rejection(train([0], 1, {dataset}))).to.match(/train images must have true masks/);
  });
});
