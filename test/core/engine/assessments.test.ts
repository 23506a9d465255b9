import {expect} from '@open-wc/testing';

import type {Engine} from '../../../core/engine/engine.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';

/** More than one batch, and not in order. */
const INDICES = Array.from({length: 19}, (_, i) => (7 * i) % 40);

describeOn('wasm', 'What is said of images one by one', () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });
  after(() => engine.dispose());

  it("'assess' scores as 'segment' and 'evaluate' do, and keeps nothing", async () => {
    await withModel(engine, async model => {
      const body = {model, split: 'val', indices: INDICES} as const;
      const {scores, accuracy, objectIou} = await engine.request('assess', body);
      const {images} = await engine.request('evaluate', {model, split: 'val', count: 40});
      for (const [i, index] of INDICES.entries()) {
        const image = {split: 'val', index} as const;
        const {score} = await engine.request('segment', {model, image});
        expect(scores[i], `image ${index}`).to.be.closeTo(score, 1e-5);
        expect(accuracy[i], `image ${index}`).to.be.closeTo(images[index]!.accuracy, 1e-6);
        expect(objectIou[i], `image ${index}`).to.be.closeTo(images[index]!.objectIou, 1e-6);
      }
      await expectNothingKept(() => engine.request('assess', body));
    });
  });

  it("'assess' refuses an image that is not there", async () => {
    await withModel(engine, async model => {
      const body = {model, split: 'val', indices: [0, 1000]} as const;
      expect((await rejection(engine.request('assess', body))).message).to.equal(
        'blobs.read: indices of val must be integers from 0 to 999; got 1000'
      );
    });
  });

  it("'thumbnails' averages images down", async () => {
    await withModel(engine, async model => {
      const [indices, split] = [[3, 5], 'val'] as const;
      const images = indices.map(index => ({split, index}));
      const whole = await engine.request('samples', {model, images});
      const small = await engine.request('thumbnails', {model, split, indices, side: 8});
      expect(small).to.have.length(2);
      small.forEach(({width, height, pixels}, i) => {
        expect([width, height, pixels.length]).to.deep.equal([8, 8, 256]);
        const {pixels: all} = whole[i]!.picture;
        for (const [x, y, c] of [
          [0, 0, 0],
          [7, 3, 1],
          [4, 7, 2],
          [2, 2, 3],
        ] as const) {
          const at = (dx: number, dy: number) => all[4 * ((2 * y + dy) * 16 + 2 * x + dx) + c]!;
          const mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
          expect(pixels[4 * (y * 8 + x) + c]).to.be.closeTo(mean, 0.51);
        }
      });
      const full = await engine.request('thumbnails', {model, split, indices, side: 16});
      expect(full).to.deep.equal(whole.map(({picture}) => picture));
    });
  });

  it("'thumbnails' refuses a side that does not divide the model's", async () => {
    await withModel(engine, async model => {
      const body = {model, split: 'val', indices: [0], side: 5} as const;
      expect((await rejection(engine.request('thumbnails', body))).message).to.equal(
        "thumbnails: side must divide the model's size 16; got 5"
      );
    });
  });
});
