import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Engine} from '../../../core/engine/engine.js';
import type {Masks, Requests} from '../../../core/engine/protocol.js';
import {rejection} from '../../datasets/rejection.js';
import {pixelsOf} from '../../fixtures/pixels.js';
import {describeOn} from '../../support/backends.js';
import {CODE, flatMasks, IMAGE, OTHER_CODE, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';

describeOn('wasm', 'Engine.request(kind, body)', () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });

  describe("'segment'", () => {
    it('gives masks that sum to 1, their areas and a score', async () => {
      await withModel(engine, async model => {
        const {masks, areas, score} = await engine.request('segment', {model, image: IMAGE});
        expect(masks).to.include({width: 16, height: 16, regions: 2});
        for (let p = 0; p < 256; p++) {
          expect(masks.values[p]! + masks.values[256 + p]!).to.be.closeTo(1, 1e-5);
        }
        expect(areas[0]! + areas[1]!).to.be.closeTo(1, 1e-5);
        const mean = masks.values.subarray(0, 256).reduce((sum, value) => sum + value, 0) / 256;
        expect(areas[0]).to.be.closeTo(mean, 1e-6);
        expect(score).to.satisfy(Number.isFinite);
      });
    });
  });

  describe("'redraw'", () => {
    it('changes with its code and not with what was drawn before', async () => {
      await withModel(engine, async model => {
        const redraw = (
          region: number,
          code: Float32Array
        ): Promise<Requests['redraw']['result']> =>
          engine.request('redraw', {model, image: IMAGE, region, code});
        const first = await redraw(0, CODE);
        const other = await redraw(0, OTHER_CODE);
        expect([...pixelsOf(other.region)]).to.not.deep.equal([...pixelsOf(first.region)]);
        await redraw(1, OTHER_CODE);
        expect(await redraw(0, CODE)).to.deep.equal(first);
      });
    });

    it('does not change the masks, and does not compute them again', async () => {
      await withModel(engine, async model => {
        const before = await engine.request('segment', {model, image: IMAGE});
        // Only f pads by reflection.
        const kernelsOf = async (work: () => Promise<unknown>): Promise<string[]> => {
          const {kernelNames} = await tf.profile(async () => {
            await work();
            return tf.scalar(0);
          });
          return kernelNames;
        };
        const again = await kernelsOf(() =>
          engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE})
        );
        expect(again).to.include('RedoConv2D');
        expect(again).to.not.include('RedoReflectPad');
        const elsewhere = {split: 'val', index: 4} as const;
        const anew = await kernelsOf(() =>
          engine.request('redraw', {model, image: elsewhere, region: 1, code: CODE})
        );
        expect(anew).to.include('RedoReflectPad');
        const after = await engine.request('segment', {model, image: IMAGE});
        expect(after).to.deep.equal(before);
      });
    });

    it('is opaque as far as its mask', async () => {
      await withModel(engine, async model => {
        const {masks} = await engine.request('segment', {model, image: IMAGE});
        const {region} = await engine.request('redraw', {
          ...{model, image: IMAGE},
          ...{region: 1, code: CODE},
        });
        for (const pixel of [0, 100, 255]) {
          expect(pixelsOf(region)[4 * pixel + 3]).to.be.closeTo(
            255 * masks.values[256 + pixel]!,
            0.51
          );
        }
      });
    });

    it('uses edited masks', async () => {
      await withModel(engine, async model => {
        const [sample] = await engine.request('samples', {model, images: [IMAGE]});
        const redraw = (masks: Masks): Promise<Requests['redraw']['result']> =>
          engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE, masks});
        const none = await redraw(flatMasks(1, 0));
        expect([...pixelsOf(none.composition)]).to.deep.equal([...sample!.picture.pixels]);
        expect(pixelsOf(none.region)[3]).to.equal(0);
        const all = await redraw(flatMasks(0, 1));
        expect([...pixelsOf(all.composition)]).to.deep.equal([...pixelsOf(all.region)]);
        const half = await redraw(flatMasks(0.5, 0.5));
        pixelsOf(half.composition).forEach((value, i) => {
          const mean = (pixelsOf(half.region)[i]! + sample!.picture.pixels[i]!) / 2;
          if (i % 4 < 3) expect(value).to.be.closeTo(mean, 1.01);
        });
        // The edit is of this request alone.
        const {areas} = await engine.request('segment', {model, image: IMAGE});
        expect(areas[0]).to.not.equal(0.5);
      });
    });

    const refusals: [
      title: string,
      change: Partial<Requests['redraw']['request']>,
      message: string,
    ][] = [
      ['a region that is not there', {region: 2}, 'redraw: region must be from 0 to 1; got 2'],
      ['half a region', {region: 0.5}, 'redraw: region must be from 0 to 1; got 0.5'],
      [
        'a code that is too short',
        {code: Float32Array.of(1)},
        'redraw: code must be 2 finite numbers; got [1]',
      ],
      [
        'a code that is no number',
        {code: Float32Array.of(1, NaN)},
        'redraw: code must be 2 finite numbers; got [1,NaN]',
      ],
      [
        'masks of another number',
        {masks: flatMasks(1, 0, 0)},
        'masks must be [regions=2, 16, 16]; got [3, 16, 16]',
      ],
      [
        'an image that is not there',
        {image: {split: 'val', index: -1}},
        'blobs.read: indices of val must be integers from 0 to 999; got -1',
      ],
    ];
    it('refuses what does not fit, keeps nothing of it, and stays usable', async () => {
      await withModel(engine, async model => {
        const sound = {model, image: IMAGE, region: 0, code: CODE};
        const first = await engine.request('redraw', sound);
        for (const [title, change, message] of refusals) {
          await expectNothingKept(async () => {
            const error = await rejection(engine.request('redraw', {...sound, ...change}));
            expect(error.message, title).to.equal(message);
          });
        }
        expect(await engine.request('redraw', sound)).to.deep.equal(first);
      });
    });
  });

  describe("'score'", () => {
    it('is of the newest redraw of each region', async () => {
      await withModel(engine, async model => {
        const redraw = (region: number, masks: Masks) =>
          engine.request('redraw', {model, image: IMAGE, region, code: CODE, masks});
        const score = (region: number) => engine.request('score', {model, region});
        // Where the mask is nothing, the composition is the image.
        await redraw(1, flatMasks(1, 0));
        await redraw(0, flatMasks(1, 0));
        const segmented = await engine.request('segment', {model, image: IMAGE});
        const scores = [await score(0), await score(1)];
        expect(scores[1]).to.be.closeTo(segmented.score, 1e-6);
        expect(scores[0]).to.not.equal(scores[1]);
        await redraw(1, flatMasks(0, 1));
        expect(await score(1))
          .to.satisfy(Number.isFinite)
          .and.not.equal(scores[1]);
        expect(await score(0)).to.equal(scores[0]);
      });
    });

    it('is by the weights of now, and of no redraw from before a reset', async () => {
      await withModel(engine, async model => {
        const body = {model, image: IMAGE, region: 1, code: CODE, masks: flatMasks(1, 0)};
        await engine.request('reset', {model, seed: 2});
        expect(await engine.request('score', {model, region: 1})).to.equal(undefined);
        await engine.request('redraw', body);
        await engine.request('iterate', {model, count: 1});
        const segmented = await engine.request('segment', {model, image: IMAGE});
        const score = await engine.request('score', {model, region: 1});
        expect(score).to.be.closeTo(segmented.score, 1e-6);
      });
    });
  });

  describe("'recover'", () => {
    it('generates the whole image and reads a code for each region', async () => {
      await withModel(engine, async model => {
        const codes = [CODE, OTHER_CODE];
        const {generated, recovered} = await engine.request('recover', {
          ...{model, image: IMAGE},
          codes,
        });
        expect(pixelsOf(generated)).to.have.length(16 * 16 * 4);
        expect(recovered.map(code => code.length)).to.deep.equal([2, 2]);
        expect(recovered.flatMap(code => [...code])).to.satisfy((all: number[]) =>
          all.every(Number.isFinite)
        );
        const edited = await engine.request('recover', {
          ...{model, image: IMAGE, codes},
          masks: flatMasks(1, 0),
        });
        const {region} = await engine.request('redraw', {
          ...{model, image: IMAGE, region: 0, code: CODE},
          masks: flatMasks(1, 0),
        });
        expect([...pixelsOf(edited.generated)]).to.deep.equal([...pixelsOf(region)]);
      });
    });

    it('refuses codes that do not fit', async () => {
      await withModel(engine, async model => {
        const recover = (...codes: Float32Array[]): Promise<Error> =>
          rejection(engine.request('recover', {model, image: IMAGE, codes}));
        expect((await recover(CODE)).message).to.equal(
          'recover: codes must be 2, one a region; got 1'
        );
        expect((await recover(CODE, Float32Array.of(1, 2, 3))).message).to.equal(
          'recover: code must be 2 finite numbers; got [1,2,3]'
        );
      });
    });
  });
});
