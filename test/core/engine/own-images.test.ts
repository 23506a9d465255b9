import {expect} from '@open-wc/testing';

import type {Engine} from '../../../core/engine/engine.js';
import type {DatasetSource} from '../../../datasets/source.js';
import {makePng, plainPng} from '../../datasets/images.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {wasmEngine, withModel} from '../../support/engines.js';

const RED: readonly [number, number, number] = [255, 0, 0];

function source(name: string, files: Record<string, Uint8Array<ArrayBuffer>>): DatasetSource {
  const named = Object.entries(files).map(([path, bytes]) => ({path, blob: new Blob([bytes])}));
  return {name, files: named};
}

const PLAIN = source('plain', {'1.png': plainPng(40, RED), '2.png': plainPng(40, [0, 0, 255])});
const LABELLED = source('labelled', {
  '1.png': plainPng(32, RED),
  'masks/1.png': makePng(32, 32, 1, x => [x < 16 ? 0 : 255]),
});

describeOn('wasm', "Engine.request('dataset')", () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });

  it('puts the user’s images under the open model, whose weights stay', () =>
    withModel(engine, async model => {
      await engine.request('iterate', {model, count: 1});
      const before = new Uint8Array(await engine.request('snapshot', {model, compact: true}));
      const info = await engine.request('dataset', {model, dataset: PLAIN});
      expect(info.dataset).to.deep.include({name: 'plain', wholeSplit: 'train', notes: []});
      expect(info.dataset.counts.train).to.equal(2);
      expect(info.iteration).to.equal(1);
      const images = [0, 1].map(index => ({split: 'train', index}) as const);
      const samples = await engine.request('samples', {model, images});
      expect([...samples[0]!.picture.pixels.subarray(0, 4)]).to.deep.equal([255, 0, 0, 255]);
      expect([...samples[1]!.picture.pixels.subarray(0, 4)]).to.deep.equal([0, 0, 255, 255]);
      expect(samples[0]!.labels).to.equal(undefined);
      await engine.request('dataset', {model, dataset: 'blobs'});
      const after = new Uint8Array(await engine.request('snapshot', {model, compact: true}));
      expect(after).to.deep.equal(before);
    }));

  it('segments, trains on and scores them', () =>
    withModel(engine, async model => {
      const image = {split: 'train', index: 0} as const;
      const before = await engine.request('segment', {model, image});
      await engine.request('dataset', {model, dataset: LABELLED});
      const {masks} = await engine.request('segment', {model, image});
      expect(masks.values).not.to.deep.equal(before.masks.values);
      const [report] = await engine.request('iterate', {model, count: 1});
      expect(Number.isFinite(report!.generatorLoss)).to.equal(true);
      const {count} = await engine.request('evaluate', {model, split: 'test', count: 9});
      expect(count).to.equal(1);
    }));

  it('ends an iteration that was begun by phases first', () =>
    withModel(engine, async model => {
      await engine.request('phase', {model});
      const {iteration} = await engine.request('dataset', {model, dataset: PLAIN});
      expect(iteration).to.equal(1);
    }));

  it('leaves the present images where others can’t be opened', () =>
    withModel(engine, async model => {
      const broken = plainPng(20, RED);
      broken.fill(9, 40);
      for (const [dataset, message] of [
        [source('empty', {}), /empty must hold files/],
        [source('broken', {'1.png': broken}), /1\.png must be a whole image/],
        ['nothing', /name must be one of blobs/],
      ] as const) {
        expect((await rejection(engine.request('dataset', {model, dataset}))).message).to.match(
          message
        );
      }
      const info = await engine.request('dataset', {model, dataset: 'blobs'});
      expect(info.dataset.name).to.equal('blobs');
    }));

  it('opens a model on them, and one from a checkpoint that was trained on them', () =>
    withModel(
      engine,
      async (model, info) => {
        expect(info.dataset.name).to.equal('plain');
        const weights = await engine.request('snapshot', {model});
        // The files are not in the checkpoint: the preset's set takes their place.
        const again = await engine.request('open', {preset: 'blobs-32', weights, seed: 1});
        expect(again.dataset.name).to.equal('blobs');
        await engine.request('close', {model: again.model});
      },
      {dataset: PLAIN}
    ));
});
