import {expect} from '@open-wc/testing';

import type {Engine} from '../../../core/engine/engine.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';

/** More than one batch, and not in order. */
const INDICES = Array.from({length: 19}, (_, i) => (7 * i) % 40);
const CODES = [0, 1].map(k => INDICES.map((_, i) => Float32Array.of(Math.cos(i + k), 1 - i / 9)));

describeOn('wasm', "Engine.request('scores', body)", () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });
  after(() => engine.dispose());

  const body = (model: number) => ({model, split: 'test', indices: INDICES, codes: CODES}) as const;

  it("scores each image as 'segment' does, and each redraw as 'redraw' does", async () => {
    await withModel(engine, async model => {
      const {real, redrawn} = await engine.request('scores', body(model));
      expect([real.length, ...redrawn.map(row => row.length)]).to.deep.equal([19, 19, 19]);
      for (const [i, index] of INDICES.entries()) {
        const image = {split: 'test', index} as const;
        const {score} = await engine.request('segment', {model, image});
        expect(real[i], `image ${index}`).to.be.closeTo(score, 1e-5);
        for (const [region, row] of redrawn.entries()) {
          const code = CODES[region]![i]!;
          await engine.request('redraw', {model, image, region, code});
          const alone = await engine.request('score', {model, region});
          expect(row[i], `image ${index}, region ${region}`).to.be.closeTo(alone!, 1e-5);
        }
      }
      expect(new Set(real).size).to.be.above(10);
    });
  });

  it('ends between batches when it is aborted, and keeps nothing', async () => {
    await withModel(engine, async model => {
      await engine.request('scores', body(model));
      await expectNothingKept(() => engine.request('scores', body(model)));
      await expectNothingKept(async () => {
        const abort = new AbortController();
        const reason = new Error('enough');
        const promise = engine.request('scores', body(model), {
          signal: abort.signal,
          onProgress: () => abort.abort(reason),
        });
        expect(await rejection(promise)).to.equal(reason);
        await engine.request('memory', {});
      });
    });
  });

  it('refuses what does not fit', async () => {
    await withModel(engine, async model => {
      const refused = async (change: object): Promise<string> =>
        (await rejection(engine.request('scores', {...body(model), ...change}))).message;
      expect(await refused({codes: [CODES[0]]})).to.equal(
        'scores: codes must be [regions=2][images=19]; got [1][19]'
      );
      expect(await refused({indices: [1, 2]})).to.equal(
        'scores: codes must be [regions=2][images=2]; got [2][19,19]'
      );
      const wrong = CODES.map(row => row.map(() => Float32Array.of(NaN, 0)));
      expect(await refused({codes: wrong})).to.equal(
        'scores: code must be 2 finite numbers; got [NaN,0]'
      );
      expect(await refused({indices: INDICES.map(() => -1)})).to.include('-1');
    });
  });
});
