import {expect} from '@open-wc/testing';

import type {Engine} from '../../../core/engine/engine.js';
import {Random} from '../../../datasets/random.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {IMAGE, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';

/** 19 draws, more than one batch, of two regions and two components. */
const CODES = new Random('recoveries').normals(19 * 2 * 2);

describeOn('wasm', "Engine.request('recoveries', body)", () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });
  after(() => engine.dispose());

  it("reads of each draw what 'recover' reads, of f’s masks or of others", async () => {
    await withModel(engine, async model => {
      const values = Float32Array.from({length: 512}, (_, i) => (i < 256 ? 0.3 : 0.7));
      for (const masks of [undefined, {width: 16, height: 16, regions: 2, values}]) {
        const about = {model, image: IMAGE, masks};
        const all = await engine.request('recoveries', {...about, codes: CODES});
        expect(all).to.have.length(CODES.length);
        for (let draw = 0; draw < 19; draw++) {
          const codes = [0, 1].map(k => CODES.slice(4 * draw + 2 * k, 4 * draw + 2 * k + 2));
          const {recovered} = await engine.request('recover', {...about, codes});
          recovered.forEach((code, k) =>
            code.forEach((value, d) =>
              expect(all[4 * draw + 2 * k + d], `draw ${draw}`).to.be.closeTo(value, 1e-5)
            )
          );
        }
        expect(new Set(all).size).to.be.above(40);
      }
    });
  });

  it('ends between batches when it is aborted, and keeps nothing', async () => {
    await withModel(engine, async model => {
      const body = {model, image: IMAGE, codes: CODES};
      await engine.request('recoveries', body);
      await expectNothingKept(() => engine.request('recoveries', body));
      await expectNothingKept(async () => {
        const abort = new AbortController();
        const reason = new Error('enough');
        const promise = engine.request('recoveries', body, {
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
      for (const codes of [new Float32Array(0), new Float32Array(6), CODES.map(() => NaN)]) {
        const error = await rejection(engine.request('recoveries', {model, image: IMAGE, codes}));
        expect(error.message).to.equal(
          `recoveries: codes must be finite numbers [draws, regions=2, codeSize=2]; got ${codes.length} numbers`
        );
      }
    });
  });
});
