import {expect} from '@open-wc/testing';

import type {Engine} from '../../../core/engine/engine.js';
import type {Progress} from '../../../core/engine/protocol.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {IMAGE, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';
import {pixelsOf} from '../../fixtures/pixels.js';

/** More than one batch. */
const CODES = Array.from({length: 19}, (_, i) => Float32Array.of(i / 6 - 1.5, Math.sin(i)));

describeOn('wasm', "Engine.request('compositions', body)", () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });
  after(() => engine.dispose());

  const body = (model: number) => ({model, image: IMAGE, region: 1, codes: CODES});

  it("draws and scores what 'redraw' draws and scores from each code", async () => {
    await withModel(engine, async model => {
      const values = Float32Array.from({length: 512}, (_, i) => (i < 256 ? 0.3 : 0.7));
      for (const masks of [undefined, {width: 16, height: 16, regions: 2, values}]) {
        const {pictures, scores} = await engine.request('compositions', {...body(model), masks});
        expect(pictures).to.have.length(CODES.length);
        for (const [i, code] of CODES.entries()) {
          const one = {model, image: IMAGE, region: 1, code, masks};
          const {composition} = await engine.request('redraw', one);
          const score = await engine.request('score', {model, region: 1});
          expect(scores[i]).to.be.closeTo(score!, 1e-5);
          pixelsOf(composition).forEach((level, p) =>
            // Batches of another size may round the other way.
            expect(pictures[i]!.pixels[p], `${i}, ${p}`).to.be.closeTo(level, 1)
          );
        }
        expect(new Set(scores).size).to.be.above(10);
      }
    });
  });

  it('draws small pictures, means over squares of pixels, and scores the large ones', async () => {
    await withModel(engine, async model => {
      const whole = await engine.request('compositions', body(model));
      const small = await engine.request('compositions', {...body(model), side: 8});
      expect(small.scores).to.deep.equal(whole.scores);
      small.pictures.forEach(({width, height, pixels}, i) => {
        expect([width, height]).to.deep.equal([8, 8]);
        const {pixels: from} = whole.pictures[i]!;
        for (let p = 0; p < pixels.length; p++) {
          const [column, row, channel] = [(p >> 2) % 8, p >> 5, p % 4];
          const at = (x: number, y: number) =>
            from[4 * (16 * (2 * row + y) + 2 * column + x) + channel]!;
          const mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
          expect(pixels[p]).to.be.closeTo(mean, 1);
        }
      });
    });
  });

  it('tells how far it is, ends between batches when it is aborted, and keeps nothing', async () => {
    await withModel(engine, async model => {
      await engine.request('compositions', body(model));
      const told: Progress[] = [];
      await expectNothingKept(() =>
        engine.request('compositions', body(model), {onProgress: each => told.push(each)})
      );
      expect(told.map(({done}) => done)).to.deep.equal([0, 16, 19]);
      await expectNothingKept(async () => {
        const abort = new AbortController();
        const reason = new Error('enough');
        const done: number[] = [];
        const promise = engine.request('compositions', body(model), {
          signal: abort.signal,
          onProgress: each => {
            done.push(each.done);
            abort.abort(reason);
          },
        });
        expect(await rejection(promise)).to.equal(reason);
        // Behind the batch that was under way.
        await engine.request('memory', {});
        expect(done).to.deep.equal([0]);
      });
    });
  });

  it('refuses what does not fit', async () => {
    await withModel(engine, async model => {
      const refused = async (change: object): Promise<string> =>
        (await rejection(engine.request('compositions', {...body(model), ...change}))).message;
      expect(await refused({side: 3})).to.equal(
        "compositions: side must divide the model's size 16; got 3"
      );
      expect(await refused({codes: []})).to.equal('compositions: codes must be at least 1; got 0');
      expect(await refused({region: -1})).to.equal(
        'compositions: region must be from 0 to 1; got -1'
      );
    });
  });
});
