import {expect} from '@open-wc/testing';

import type {Engine} from '../../../core/engine/engine.js';
import type {Supervision} from '../../../core/engine/protocol.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {wasmEngine, withModel} from '../../support/engines.js';

const LAST: Supervision = {weight: 2, examples: {split: 'train', count: 4}};
const labels = new Uint8Array(256).fill(1);

describeOn('wasm', "Engine.request('supervise')", () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });

  const lossesOf = async (model: number, count: number): Promise<(number | undefined)[]> => {
    const losses: (number | undefined)[] = [];
    for (let i = 0; i < count; i++) {
      const [report] = await engine.request('iterate', {model, count: 1});
      losses.push(report!.supervisedLoss);
    }
    return losses;
  };

  it('teaches f from the next iteration on, until it is told otherwise', () =>
    withModel(engine, async model => {
      expect(await lossesOf(model, 1)).to.deep.equal([undefined]);
      const info = await engine.request('supervise', {model, supervision: LAST});
      expect(info.supervision).to.deep.equal({count: 4, weight: 2});
      expect((await lossesOf(model, 1))[0]).to.be.above(0);
      expect((await engine.request('supervise', {model})).supervision).to.equal(undefined);
      expect(await lossesOf(model, 1)).to.deep.equal([undefined]);
    }));

  it('learns masks of the user, and goes on from a checkpoint to the same numbers', () =>
    withModel(engine, async model => {
      const examples = [{image: {split: 'test', index: 1} as const, labels}];
      await engine.request('supervise', {model, supervision: {weight: 5, examples}});
      await lossesOf(model, 2);
      const checkpoint = await engine.request('snapshot', {model});
      const unbroken = await lossesOf(model, 3);
      await engine.request('restore', {model, checkpoint});
      expect(await lossesOf(model, 3)).to.deep.equal(unbroken);
    }));

  it('ends with another data set', () =>
    withModel(engine, async model => {
      await engine.request('supervise', {model, supervision: LAST});
      const info = await engine.request('dataset', {model, dataset: 'blobs'});
      expect(info.supervision).to.equal(undefined);
      expect(await lossesOf(model, 1)).to.deep.equal([undefined]);
    }));

  it('refuses what is no lesson, and changes nothing', () =>
    withModel(engine, async model => {
      await engine.request('supervise', {model, supervision: LAST});
      const image = {split: 'val', index: 0} as const;
      for (const [supervision, says] of [
        [{...LAST, weight: 0}, /weight must be a number above 0; got 0/],
        [{weight: 1, examples: []}, /at least 1 labelled image/],
        [{weight: 1, examples: {split: 'val', count: 0}}, /from 1 to \d+, which val has; got 0/],
        [{weight: 1, examples: [{image, labels: labels.slice(1)}]}, /256 regions from 0 to 1/],
        [{weight: 1, examples: [{image, labels: labels.map(() => 2)}]}, /got 256, up to 2/],
        [
          {weight: 1, examples: [{image: {split: 'val', index: 1e6}, labels}]},
          /images must be of the \d+ val images; got number 1000000/,
        ],
      ] as [Supervision, RegExp][]) {
        const error = await rejection(engine.request('supervise', {model, supervision}));
        expect(String(error)).to.match(says);
      }
      const {supervision} = await engine.request('tune', {model, tuning: {}});
      expect(supervision).to.deep.equal({count: 4, weight: 2});
    }));
});
