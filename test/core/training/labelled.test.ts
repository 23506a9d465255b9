import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {findPreset} from '../../../core/model/presets.js';
import {ModelState} from '../../../core/model/state.js';
import {evaluateMasks} from '../../../core/training/evaluate.js';
import {labelledIndices} from '../../../core/training/labelled.js';
import {trivialScores} from '../../../core/training/trivial.js';
import {createBlobs} from '../../../datasets/blobs.js';
import type {Dataset} from '../../../datasets/dataset.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';

const blobs = createBlobs({size: 32, seed: 0});

/** The blobs, of which only some have truth. */
function partly(val: readonly number[]): Dataset {
  const labelled = {train: [], val, test: []};
  return {
    ...blobs,
    labelled,
    read: async (split, indices) => {
      const {labels, ...samples} = await blobs.read(split, indices);
      const known = indices.every(index => (labelled[split] as readonly number[]).includes(index));
      return {...samples, ...(known && {labels})};
    },
  };
}

describe('labelledIndices(dataset, split, count)', () => {
  it('is the first images where all have truth, else the first that have', () => {
    expect(labelledIndices(blobs, 'val', 3)).to.deep.equal([0, 1, 2]);
    expect(labelledIndices(blobs, 'val', 1e9)).to.have.length(1000);
    expect(labelledIndices(partly([2, 5, 30]), 'val', 2)).to.deep.equal([2, 5]);
  });

  it('throws where none has', () => {
    expect(() => labelledIndices(partly([1]), 'test', 5)).to.throw(
      'evaluate: the test images must have true masks; got none'
    );
  });
});

describeOn('wasm', 'evaluateMasks(a split of which some images have truth)', () => {
  it('scores those, as if they were the whole split, and names them', async () => {
    const {model, training} = findPreset('blobs-32');
    const state = ModelState.random(model, training.initGain, 3);
    const weights = state.mergedWeights();
    const some = [2, 5, 30];
    const score = await evaluateMasks(weights.mask, state.config, partly(some), {
      split: 'val',
      count: 1000,
    });
    expect(score.count).to.equal(3);
    expect(score.indices).to.deep.equal(some);
    const all = await evaluateMasks(weights.mask, state.config, blobs, {split: 'val', count: 31});
    expect(all.indices).to.equal(undefined);
    expect(score.images).to.deep.equal(some.map(index => all.images[index]));
    tf.dispose(weights);
    state.dispose();
  });

  it('trivialScores scores the same images', async () => {
    const {oneRegion} = await trivialScores(partly([2, 5, 30]), 'val', 2);
    expect(oneRegion.count).to.equal(2);
    const none = await rejection(trivialScores(partly([]), 'val', 2));
    expect(none.message).to.match(/must have true masks/);
  });
});
