import {expect} from '@open-wc/testing';
import type {Engine} from '../../../core/engine/engine.js';
import type {Masks, Progress} from '../../../core/engine/protocol.js';
import {rejection} from '../../datasets/rejection.js';
import {pixelsOf} from '../../fixtures/pixels.js';
import {describeOn} from '../../support/backends.js';
import {CODE, flatMasks, IMAGE, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';

describeOn('wasm', 'Engine.request(kind, body)', () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });

  describe("'survey', 'contrast', 'covariance'", () => {
    /** More than one batch. */
    const CODES = Array.from({length: 19}, (_, i) => Float32Array.of(i / 6 - 1.5, Math.sin(i)));
    const KINDS = ['survey', 'contrast', 'covariance'] as const;
    const sound = (model: number) => ({
      ...{model, image: IMAGE, region: 1},
      codes: CODES,
      others: CODES.map(() => CODE),
    });

    /** V_k of one code as numbers in [-1, 1] `[pixel][channel]`, as pictures round them. */
    async function redrawn(model: number, code: Float32Array, masks: Masks): Promise<number[][]> {
      const body = {model, image: IMAGE, region: 1, code, masks};
      const pixels = pixelsOf((await engine.request('redraw', body)).region);
      return Array.from({length: 256}, (_, p) =>
        [...pixels.subarray(4 * p, 4 * p + 3)].map(level => level / 127.5 - 1)
      );
    }

    it("'survey' draws what 'redraw' draws from each code, with edited masks too", async () => {
      await withModel(engine, async model => {
        for (const masks of [undefined, flatMasks(0.25, 0.75)]) {
          const pictures = await engine.request('survey', {...sound(model), masks});
          expect(pictures).to.have.length(CODES.length);
          for (const [i, code] of CODES.entries()) {
            const body = {model, image: IMAGE, region: 1, code, masks};
            const {region} = await engine.request('redraw', body);
            expect(region).to.include({width: 16, height: 16});
            pixelsOf(region).forEach((level, p) =>
              // Batches of another size may round the other way.
              expect(pictures[i]!.pixels[p], `${i}, ${p}`).to.be.closeTo(level, 1)
            );
          }
        }
      });
    });

    it("'survey' draws small pictures: means over squares of pixels", async () => {
      await withModel(engine, async model => {
        const whole = await engine.request('survey', sound(model));
        const small = await engine.request('survey', {...sound(model), side: 4});
        small.forEach(({width, height, pixels}, i) => {
          expect([width, height]).to.deep.equal([4, 4]);
          const {pixels: from} = whole[i]!;
          for (let p = 0; p < pixels.length; p++) {
            const [column, row, channel] = [(p >> 2) % 4, p >> 4, p % 4];
            let mean = 0;
            for (let q = 0; q < 16; q++) {
              const at = (4 * row + (q >> 2)) * 16 + 4 * column + (q % 4);
              mean += from[4 * at + channel]! / 16;
            }
            expect(pixels[p]).to.be.closeTo(mean, 1);
          }
        });
      });
    });

    it("'contrast' is the mean distance of the pixels, weighted by the mask", async () => {
      await withModel(engine, async model => {
        // Half of the image counts, the other hardly.
        const masks = flatMasks(0, 1);
        masks.values.forEach((_, i) => (masks.values[i] = i % 2 === i >> 8 ? 0.99 : 0.01));
        const contrasts = await engine.request('contrast', {...sound(model), masks});
        const other = await redrawn(model, CODE, masks);
        for (const [i, code] of CODES.entries()) {
          const colours = await redrawn(model, code, masks);
          const expected = colours.reduce((sum, colour, p) => {
            const apart = colour.map((level, c) => Math.abs(level - other[p]![c]!));
            return sum + (masks.values[256 + p]! * (apart[0]! + apart[1]! + apart[2]!)) / 3 / 128;
          }, 0);
          expect(contrasts[i]).to.be.closeTo(expected, 0.01);
        }
        expect(Math.max(...contrasts)).to.be.above(0.05);
      });
    });

    it("'covariance' is that of the pixels between codes", async () => {
      await withModel(engine, async model => {
        const masks = flatMasks(0.5, 0.5);
        const values = await engine.request('covariance', {...sound(model), masks});
        const drawn = await Promise.all(CODES.map(code => redrawn(model, code, masks)));
        const rows = drawn.map(colours => colours.flat());
        const means = rows[0]!.map((_, p) => rows.reduce((sum, row) => sum + row[p]!, 0) / 19);
        let largest = 0;
        for (let a = 0; a < 19; a++) {
          for (let b = 0; b < 19; b++) {
            const expected = rows[a]!.reduce(
              (sum, level, p) => sum + ((level - means[p]!) * (rows[b]![p]! - means[p]!)) / 768,
              0
            );
            largest = Math.max(largest, expected);
            expect(values[19 * a + b], `${a}, ${b}`).to.be.closeTo(expected, 0.01);
          }
        }
        expect(largest).to.be.above(0.02);
      });
    });

    it('give 0 where the mask is empty', async () => {
      await withModel(engine, async model => {
        const body = {...sound(model), masks: flatMasks(1, 0)};
        const contrasts = await engine.request('contrast', body);
        const values = await engine.request('covariance', body);
        expect([...contrasts, ...values].every(value => value === 0)).to.equal(true);
      });
    });

    it('tell how far they are, keep nothing, and leave the masks kept', async () => {
      await withModel(engine, async model => {
        await engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE});
        for (const kind of KINDS) {
          const told: Progress[] = [];
          await expectNothingKept(() =>
            engine.request(kind, sound(model), {onProgress: each => told.push(each)})
          );
          expect(told, kind).to.deep.equal(
            [0, 16, 19].map(done => ({stage: 'survey', done, total: 19}))
          );
        }
      });
    });

    it('end between batches when they are aborted, and keep nothing', async () => {
      await withModel(engine, async model => {
        await engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE});
        for (const kind of KINDS) {
          await expectNothingKept(async () => {
            const abort = new AbortController();
            const reason = new Error('enough');
            const told: number[] = [];
            const promise = engine.request(kind, sound(model), {
              signal: abort.signal,
              onProgress: ({done}) => {
                told.push(done);
                abort.abort(reason);
              },
            });
            expect(await rejection(promise)).to.equal(reason);
            // Behind the batch that was under way.
            await engine.request('memory', {});
            expect(told, kind).to.deep.equal([0]);
          });
        }
      });
    });

    it('refuse what does not fit, and keep nothing of it', async () => {
      await withModel(engine, async model => {
        await engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE});
        const long = Float32Array.of(1, 2, 3);
        const changes: [change: object, message: string][] = [
          [{region: 2}, 'region must be from 0 to 1; got 2'],
          [{codes: [], others: []}, 'codes must be at least 1; got 0'],
          [
            {codes: [CODE, long], others: [CODE, CODE]},
            'code must be 2 finite numbers; got [1,2,3]',
          ],
          [{masks: flatMasks(1, 0, 0)}, 'masks must be [regions=2, 16, 16]; got [3, 16, 16]'],
        ];
        for (const kind of KINDS) {
          for (const [change, message] of changes) {
            await expectNothingKept(async () => {
              const error = await rejection(engine.request(kind, {...sound(model), ...change}));
              expect(error.message, kind).to.be.oneOf([message, `${kind}: ${message}`]);
            });
          }
        }
        const refused = async (kind: 'survey' | 'contrast', change: object): Promise<string> =>
          (await rejection(engine.request(kind, {...sound(model), ...change}))).message;
        expect(await refused('contrast', {others: [CODE]})).to.equal(
          'contrast: others must be as many as codes, 19; got 1'
        );
        expect(await refused('contrast', {codes: [CODE], others: [long]})).to.equal(
          'contrast: code must be 2 finite numbers; got [1,2,3]'
        );
        for (const side of [3, 32, 0]) {
          expect(await refused('survey', {side})).to.equal(
            `survey: side must divide the model's size 16; got ${side}`
          );
        }
      });
    });
  });
});
