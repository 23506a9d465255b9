import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import type {Engine} from '../../../core/engine/engine.js';
import {OpenModel} from '../../../core/engine/open-model.js';
import type {Kind, Masks, OpenRequest, Progress, Requests} from '../../../core/engine/protocol.js';
import {findPreset} from '../../../core/model/presets.js';
import {NETWORKS} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import {readCheckpoint} from '../../../core/training/checkpoint.js';
import {type PhaseReport, PHASES} from '../../../core/training/report.js';
import {createBlobs} from '../../../datasets/blobs.js';
import type {Dataset} from '../../../datasets/dataset.js';
import {rejection} from '../../datasets/rejection.js';
import {pixelsOf} from '../../fixtures/pixels.js';
import {describeOn} from '../../support/backends.js';
import {OPEN, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept, held} from '../../support/memory.js';
import {TINY, TRAINING} from '../../support/models.js';

const IMAGE = {split: 'val', index: 3} as const;
const CODE = Float32Array.of(0.5, -1);
const OTHER_CODE = Float32Array.of(-2, 0.1);
const PHASE_COUNT = PHASES.generator.length + PHASES.discriminator.length;

/** Masks that are the same for every pixel. */
function flatMasks(...shares: number[]): Masks {
  const values = Float32Array.from({length: 256 * shares.length}, (_, i) => shares[i >> 8]!);
  return {width: 16, height: 16, regions: shares.length, values};
}

describeOn('wasm', 'Engine.request(kind, body)', () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });

  describe("'open'", () => {
    it('tells what the model is, and every stage of its progress', async () => {
      const seen: Progress[] = [];
      const info = await engine.request('open', OPEN, {onProgress: each => seen.push(each)});
      const {training} = findPreset(OPEN.preset);
      expect(info).to.deep.include({
        config: TINY,
        training: {...training, ...OPEN.overrides!.training},
        iteration: 0,
        version: 0,
      });
      expect(info.dataset).to.deep.include({
        name: 'blobs',
        regionNames: ['background', 'object'],
      });
      expect(info.backend).to.include({name: 'wasm', place: 'main'});
      expect([...new Set(seen.map(({stage}) => stage))]).to.deep.equal([
        'backend',
        'dataset',
        'weights',
        'warm-up',
      ]);
      for (const stage of new Set(seen.map(each => each.stage))) {
        const own = seen.filter(each => each.stage === stage);
        own.forEach(({done}, i) => expect(done).to.be.at.least(own[i - 1]?.done ?? 0));
        expect(own.at(-1)!.done).to.equal(own.at(-1)!.total);
      }
      await engine.request('close', {model: info.model});
    });

    it('opens a checkpoint with its own configuration', async () => {
      await withModel(engine, async model => {
        await engine.request('iterate', {model, count: 2});
        const weights = await engine.request('snapshot', {model});
        const {score} = await engine.request('segment', {model, image: IMAGE});
        const opened = {weights, overrides: undefined};
        await withModel(
          engine,
          async (again, info) => {
            expect(info.config).to.deep.equal(TINY);
            expect(info.iteration).to.equal(2);
            const segmented = await engine.request('segment', {model: again, image: IMAGE});
            expect(segmented.score).to.equal(score);
          },
          opened
        );
      });
    });

    const refusals: [title: string, change: Partial<OpenRequest>, message: string | RegExp][] = [
      ['an unknown preset', {preset: 'huge'}, /^preset: must be one of blobs-32, .*; got huge$/],
      [
        'an unknown data set',
        {dataset: 'cats'},
        /^openDataset: name must be one of .*; got "cats"$/,
      ],
      [
        'a size that is not 4 · 2^L',
        {overrides: {model: {size: 20}}},
        'size must be 16, 32, 64, 128 or 256 (4 · 2^L); got 20',
      ],
      [
        'a single region',
        {overrides: {model: {regions: 1}}},
        'regions must be a whole number of at least 2; got 1',
      ],
      [
        'fewer regions than the data set has',
        {dataset: 'colored-2-mnist', overrides: {model: {...TINY, size: 64}}},
        'open: the model must have a region for each of background, even digit, odd digit; got 2 regions for colored-2-mnist',
      ],
      [
        'rates that are no numbers',
        {overrides: {training: {lambdaZ: NaN}}},
        'lambdaZ must be a number of at least 0; got NaN',
      ],
      ['a seed that is no whole number', {seed: 0.5}, 'open: seed must be a whole number; got 0.5'],
      [
        'weights that are no model',
        {weights: new ArrayBuffer(20), overrides: undefined},
        'model: the file must be safetensors, what torch.save wrote',
      ],
      [
        'weights together with overrides',
        {weights: new ArrayBuffer(20)},
        'open: overrides must not be given with weights, which bring their configuration',
      ],
    ];
    for (const [title, change, message] of refusals) {
      it(`refuses ${title}, and stays usable`, async () => {
        const before = held();
        const error = await rejection(engine.request('open', {...OPEN, ...change}));
        if (typeof message === 'string') expect(error.message).to.include(message);
        else expect(error.message).to.match(message);
        expect(held()).to.deep.equal(before);
        await withModel(engine, async (_, info) => expect(info.version).to.equal(0));
      });
    }

    it('frees what it built when it is aborted', async () => {
      const before = held();
      for (const stage of ['backend', 'dataset', 'weights', 'warm-up'] as const) {
        const abort = new AbortController();
        const reason = new Error(`no more at ${stage}`);
        const promise = engine.request('open', OPEN, {
          signal: abort.signal,
          onProgress: progress => progress.stage === stage && abort.abort(reason),
        });
        expect(await rejection(promise)).to.equal(reason);
        // Behind the work of what was aborted, which may still go on.
        await engine.request('memory', {});
        expect(held(), stage).to.deep.equal(before);
      }
    });
  });

  describe("'close'", () => {
    it('frees everything that a model holds, in the middle of an iteration too', async () => {
      await expectNothingKept(() =>
        withModel(engine, async model => {
          await engine.request('iterate', {model, count: 1});
          await engine.request('segment', {model, image: IMAGE});
          await engine.request('redraw', {model, image: IMAGE, region: 0, code: CODE});
          for (let i = 0; i < 5; i++) await engine.request('phase', {model});
        })
      );
    });

    it('leaves other models open', async () => {
      await withModel(engine, async one => {
        const {score} = await engine.request('segment', {model: one, image: IMAGE});
        await withModel(engine, async other => expect(other).to.not.equal(one));
        const again = await engine.request('segment', {model: one, image: IMAGE});
        expect(again.score).to.equal(score);
      });
    });

    it('makes every later request fail', async () => {
      const model = await withModel(engine, async id => id);
      const bodies: {[K in Kind]?: Requests[K]['request']} = {
        close: {model},
        samples: {model, images: [IMAGE]},
        segment: {model, image: IMAGE},
        redraw: {model, image: IMAGE, region: 0, code: CODE},
        survey: {model, image: IMAGE, region: 0, codes: [CODE]},
        contrast: {model, image: IMAGE, region: 0, codes: [CODE], others: [CODE]},
        covariance: {model, image: IMAGE, region: 0, codes: [CODE]},
        recover: {model, image: IMAGE, codes: [CODE, CODE]},
        phase: {model},
        iterate: {model, count: 1},
        reset: {model, seed: 1},
        evaluate: {model, split: 'val', count: 1},
        snapshot: {model},
        restore: {model, checkpoint: new ArrayBuffer(8)},
      };
      for (const [kind, body] of Object.entries(bodies)) {
        const error = await rejection(engine.request(kind as Kind, body));
        expect(error.message, kind).to.equal(
          `engine: the model must be open; got ${model}, which is closed`
        );
      }
    });
  });

  describe("'samples'", () => {
    it('gives images and their labels', async () => {
      await withModel(engine, async model => {
        const images = [IMAGE, {split: 'train', index: 0}] as const;
        const [first, second] = await engine.request('samples', {model, images});
        expect(first!.picture).to.include({width: 16, height: 16});
        expect(first!.picture.pixels).to.have.length(16 * 16 * 4);
        expect(first!.labels).to.have.length(16 * 16);
        expect(Math.max(...first!.labels!)).to.equal(1);
        expect([...second!.picture.pixels]).to.not.deep.equal([...first!.picture.pixels]);
      });
    });

    it('refuses an image that is not there', async () => {
      await withModel(engine, async model => {
        const images = [{split: 'val', index: 1000}] as const;
        const error = await rejection(engine.request('samples', {model, images}));
        expect(error.message).to.equal(
          'blobs.read: indices of val must be integers from 0 to 999; got 1000'
        );
        expect(await engine.request('samples', {model, images: []})).to.deep.equal([]);
      });
    });
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

  describe("'iterate'", () => {
    it('counts iterations and reports each', async () => {
      await withModel(engine, async model => {
        const seen: number[] = [];
        const reports = await engine.request(
          'iterate',
          {model, count: 3},
          {onProgress: ({done}) => seen.push(done)}
        );
        expect(reports.map(({iteration}) => iteration)).to.deep.equal([1, 2, 3]);
        expect(seen).to.deep.equal([1, 2, 3]);
        const [side] = await engine.request('iterate', {model, count: 1, side: 'discriminator'});
        expect(side).to.include({iteration: 4});
        expect(side).to.not.have.any.keys(['generatorLoss']);
      });
    });

    it('ends after the iteration under way when another request waits', async () => {
      await withModel(engine, async model => {
        let scrub: Promise<unknown> | undefined;
        const order: string[] = [];
        const reports = await engine.request(
          'iterate',
          {model, count: 1000},
          {
            onProgress: ({done}) => {
              order.push(`iteration ${done}`);
              if (done !== 2) return;
              scrub = engine
                .request('redraw', {model, image: IMAGE, region: 1, code: CODE})
                .then(() => order.push('scrub'));
            },
          }
        );
        await scrub;
        expect(reports.map(({iteration}) => iteration)).to.deep.equal([1, 2]);
        expect(order).to.deep.equal(['iteration 1', 'iteration 2', 'scrub']);
      });
    });

    it('ends after the iteration under way when it is aborted', async () => {
      await withModel(engine, async model => {
        const abort = new AbortController();
        const promise = engine.request(
          'iterate',
          {model, count: 1000},
          {signal: abort.signal, onProgress: ({done}) => done === 2 && abort.abort(new Error('!'))}
        );
        expect((await rejection(promise)).message).to.equal('!');
        const [report] = await engine.request('iterate', {model, count: 1});
        expect(report!.iteration).to.be.within(3, 4);
      });
    });

    it('shows in what is looked at: the version grows, and the masks are others', async () => {
      await withModel(engine, async model => {
        const before = await engine.request('segment', {model, image: IMAGE});
        await engine.request('iterate', {model, count: 1});
        const after = await engine.request('segment', {model, image: IMAGE});
        expect([...after.masks.values]).to.not.deep.equal([...before.masks.values]);
        const versions: number[] = [];
        for (let i = 0; i < 3; i++) {
          await engine.request('iterate', {model, count: 1});
          versions.push((await engine.request('reset', {model, seed: 1})).version);
        }
        versions.forEach((version, i) => expect(version).to.be.above(versions[i - 1] ?? 0));
      });
    });
  });

  describe("'phase'", () => {
    it('gives the numbers of a whole iteration', async () => {
      await withModel(engine, async one => {
        await withModel(engine, async other => {
          const [whole] = await engine.request('iterate', {model: one, count: 1});
          let last: PhaseReport | undefined;
          for (let i = 0; i < PHASE_COUNT; i++)
            last = await engine.request('phase', {model: other});
          expect(last).to.include({ended: true, iteration: 1});
          const {iteration, stepMs, ...values} = whole!;
          expect(iteration).to.equal(1);
          expect(stepMs).to.be.above(0);
          const {gradientNorms, ...told} = last!.values;
          expect(told).to.deep.equal(values);
          expect(gradientNorms).to.have.all.keys([...NETWORKS]);
          const image = IMAGE;
          expect(await engine.request('segment', {model: other, image})).to.deep.equal(
            await engine.request('segment', {model: one, image})
          );
        });
      });
    });
  });

  describe("'reset'", () => {
    it('gives the numbers of a model that was opened with that seed', async () => {
      await withModel(engine, async model => {
        const first = await engine.request('iterate', {model, count: 2});
        const info = await engine.request('reset', {model, seed: 1});
        expect(info).to.include({iteration: 0, model});
        const again = await engine.request('iterate', {model, count: 2});
        expect(again.map(({generatorLoss}) => generatorLoss)).to.deep.equal(
          first.map(({generatorLoss}) => generatorLoss)
        );
        await engine.request('reset', {model, seed: 2});
        const [other] = await engine.request('iterate', {model, count: 1});
        expect(other!.generatorLoss).to.not.equal(first[0]!.generatorLoss);
      });
    });

    it('gives up an iteration that is under way', async () => {
      await withModel(engine, async model => {
        for (let i = 0; i < 4; i++) await engine.request('phase', {model});
        await engine.request('reset', {model, seed: 1});
        const phase = await engine.request('phase', {model});
        expect(phase).to.include({phase: 'sample', iteration: 0});
      });
    });
  });

  describe("'tune'", () => {
    const masksOf = async (model: number) =>
      (await engine.request('segment', {model, image: IMAGE})).masks.values;
    const still = {learningRates: {mask: 0}};

    it('trains with the new rates from the next iteration on: a network of rate 0 stays', async () => {
      await withModel(engine, async (model, {training}) => {
        const {training: changed} = await engine.request('tune', {model, tuning: still});
        const learningRates = {...training.learningRates, mask: 0};
        expect(changed).to.deep.equal({...training, learningRates});
        const before = await masksOf(model);
        await engine.request('iterate', {model, count: 2});
        expect(await masksOf(model)).to.deep.equal(before);
        const {mask} = training.learningRates;
        await engine.request('tune', {model, tuning: {learningRates: {mask}}});
        await engine.request('iterate', {model, count: 1});
        expect(await masksOf(model)).to.not.deep.equal(before);
      });
    });

    it('takes λ_z into the next gradients', async () => {
      const normOf = (tuning: {lambdaZ?: number}) =>
        withModel(engine, async model => {
          await engine.request('tune', {model, tuning});
          const phases: PhaseReport[] = [];
          while (phases.at(-1)?.phase !== 'gradients') {
            phases.push(await engine.request('phase', {model}));
          }
          return phases.at(-1)!.values.gradientNorms!.encoder!;
        });
      expect(await normOf({})).to.be.greaterThan(0);
      expect(await normOf({lambdaZ: 0})).to.equal(0);
    });

    it('lets an iteration that is under way end as it began', async () => {
      await withModel(engine, async model => {
        const before = await masksOf(model);
        for (let i = 0; i < 4; i++) await engine.request('phase', {model});
        await engine.request('tune', {model, tuning: still});
        await engine.request('iterate', {model, count: 1});
        const ended = await masksOf(model);
        expect(ended).to.not.deep.equal(before);
        await engine.request('iterate', {model, count: 1});
        expect(await masksOf(model)).to.deep.equal(ended);
      });
    });

    it('is stated in checkpoints, and undone by an older one', async () => {
      await withModel(engine, async (model, {training}) => {
        const older = await engine.request('snapshot', {model});
        await engine.request('tune', {model, tuning: {lambdaZ: 9}});
        const newer = readCheckpoint(await engine.request('snapshot', {model})).info;
        expect(newer.training).to.deep.equal({...training, lambdaZ: 9});
        const back = await engine.request('restore', {model, checkpoint: older});
        expect(back.training).to.deep.equal(training);
      });
    });

    it('refuses a number out of its range, and changes nothing', async () => {
      await withModel(engine, async (model, {training}) => {
        const tuning = {lambdaZ: 2, learningRates: {encoder: -1}};
        const error = await rejection(engine.request('tune', {model, tuning}));
        expect(error.message).to.equal(
          'learningRates.encoder must be a number of at least 0; got -1'
        );
        const same = await engine.request('tune', {model, tuning: {}});
        expect(same.training).to.deep.equal(training);
      });
    });
  });

  describe("'evaluate'", () => {
    it('scores the first images of a split', async () => {
      await withModel(engine, async model => {
        const seen: Progress[] = [];
        const result = await engine.request(
          'evaluate',
          {model, split: 'val', count: 30},
          {onProgress: progress => seen.push(progress)}
        );
        expect(result.count).to.equal(30);
        expect(result.accuracy).to.be.within(0.5, 1);
        expect(result.iou).to.have.length(2);
        expect(result.objectIou).to.be.within(0, 1);
        expect(result.areas[0]! + result.areas[1]!).to.be.closeTo(1, 1e-4);
        expect(seen.map(({done}) => done)).to.deep.equal([0, 25, 30]);
        expect(await engine.request('evaluate', {model, split: 'val', count: 30})).to.deep.equal(
          result
        );
      });
    });
  });

  describe("'snapshot' and 'restore'", () => {
    it('go on to the same bits', async () => {
      await withModel(engine, async model => {
        await engine.request('iterate', {model, count: 2});
        const checkpoint = await engine.request('snapshot', {model});
        const look = async (): Promise<unknown> => [
          (await engine.request('iterate', {model, count: 2})).map(
            ({stepMs: _stepMs, ...values}) => values
          ),
          await engine.request('segment', {model, image: IMAGE}),
          await engine.request('redraw', {model, image: IMAGE, region: 0, code: CODE}),
        ];
        const first = await look();
        const info = await engine.request('restore', {model, checkpoint});
        expect(info.iteration).to.equal(2);
        expect(await look()).to.deep.equal(first);
      });
    });

    it('end an iteration that was begun by phases', async () => {
      await withModel(engine, async model => {
        for (let i = 0; i < 4; i++) await engine.request('phase', {model});
        const checkpoint = await engine.request('snapshot', {model});
        expect((await engine.request('restore', {model, checkpoint})).iteration).to.equal(1);
      });
    });

    it('save weights alone, to look at', async () => {
      await withModel(engine, async model => {
        await engine.request('iterate', {model, count: 1});
        const {areas} = await engine.request('segment', {model, image: IMAGE});
        const whole = await engine.request('snapshot', {model});
        const compact = await engine.request('snapshot', {model, compact: true});
        expect(compact.byteLength).to.be.below(whole.byteLength / 3);
        await engine.request('restore', {model, checkpoint: compact});
        const again = await engine.request('segment', {model, image: IMAGE});
        expect(again.areas[0]).to.be.closeTo(areas[0]!, 0.01);
        expect(again.areas[0]).to.not.equal(areas[0]);
      });
    });

    it('refuse a file that does not fit, and leave the model as it was', async () => {
      await withModel(engine, async model => {
        await engine.request('iterate', {model, count: 1});
        const checkpoint = await engine.request('snapshot', {model});
        const cut = checkpoint.slice(0, checkpoint.byteLength - 4);
        const larger = await withModel(
          engine,
          other => engine.request('snapshot', {model: other}),
          {overrides: {model: {...TINY, size: 32}}}
        );
        const before = await engine.request('segment', {model, image: IMAGE});
        for (const [file, message] of [
          [new ArrayBuffer(3), 'safetensors: the file must begin with 8 bytes of length'],
          [cut, '(truncated?)'],
          [larger, 'restore: the checkpoint must be for images of 16 pixels; got 32'],
        ] as const) {
          await expectNothingKept(async () => {
            const error = await rejection(engine.request('restore', {model, checkpoint: file}));
            expect(error.message).to.include(message);
          });
        }
        expect(await engine.request('segment', {model, image: IMAGE})).to.deep.equal(before);
        const [report] = await engine.request('iterate', {model, count: 1});
        expect(report!.iteration).to.equal(2);
      });
    });
  });

  describe("'memory'", () => {
    it('is after 30 mixed iterations and scrubs what it was', async () => {
      await withModel(engine, async model => {
        const look = async (shift: number): Promise<void> => {
          for (let i = 0; i < 3; i++) {
            const image = {split: 'val', index: i} as const;
            await engine.request('segment', {model, image});
            const code = Float32Array.of(shift, i);
            await engine.request('redraw', {model, image, region: i % 2, code});
            await engine.request('recover', {model, image, codes: [code, code]});
          }
        };
        await engine.request('iterate', {model, count: 1});
        await look(0);
        const before = await engine.request('memory', {});
        for (let i = 0; i < 30; i++) {
          if (i % 3 === 0) {
            for (let k = 0; k < PHASE_COUNT; k++) await engine.request('phase', {model});
          } else {
            await engine.request('iterate', {
              ...{model, count: 1},
              side: i % 3 === 1 ? undefined : 'generator',
            });
          }
          await look(i);
        }
        expect(await engine.request('memory', {})).to.deep.equal(before);
        expect(before.tensors).to.be.above(100);
      });
    });

    it('keeps the masks of a bounded number of images', async () => {
      await withModel(engine, async model => {
        const look = (index: number): Promise<unknown> =>
          engine.request('segment', {model, image: {split: 'val', index}});
        for (let index = 0; index < 20; index++) await look(index);
        await expectNothingKept(async () => {
          for (let index = 20; index < 60; index++) await look(index);
        });
      });
    });
  });

  it('serves several models by turns', async () => {
    await withModel(engine, async one => {
      await withModel(engine, async other => {
        const order: string[] = [];
        const ask = async (model: number, name: string): Promise<void> => {
          await engine.request('segment', {model, image: IMAGE});
          order.push(name);
        };
        await Promise.all([
          ...['a1', 'a2', 'a3'].map(name => ask(one, name)),
          ...['b1', 'b2'].map(name => ask(other, name)),
        ]);
        expect(order.indexOf('b1')).to.be.below(order.indexOf('a3'));
        expect(order.indexOf('a3')).to.be.below(order.indexOf('b2') + 2);
        expect(order.filter(name => name < 'b')).to.deep.equal(['a1', 'a2', 'a3']);
      });
    });
  });

  it('says that the training has diverged, and is usable after a reset', async () => {
    const training = {
      ...OPEN.overrides!.training,
      learningRates: {mask: 1e30, generator: 1e30, discriminator: 1e30, encoder: 1e30},
    };
    await withModel(
      engine,
      async model => {
        const promise = engine.request('iterate', {model, count: 20});
        expect((await rejection(promise)).message).to.match(
          /^training: \w+ must stay finite; got .* at iteration \d+\. Go back to a checkpoint/
        );
        expect(
          (await rejection(engine.request('segment', {model, image: IMAGE}))).message
        ).to.equal(
          'segment: masks must be finite; got NaN: the training has diverged. Reset, or go back to a checkpoint'
        );
        await engine.request('reset', {model, seed: 1});
        const {areas} = await engine.request('segment', {model, image: IMAGE});
        expect(areas.every(Number.isFinite)).to.equal(true);
      },
      {overrides: {model: TINY, training}}
    );
  });
});

describeOn('wasm', 'OpenModel.phase()', () => {
  it('shows the weights that a failing phase left', async () => {
    // Real images that are no numbers: the last phase makes D's weights none either, and says so.
    const blobs = createBlobs({size: 16, seed: 1});
    let reads = 0;
    const dataset: Dataset = {
      ...blobs,
      read: async (split, indices) => {
        const samples = await blobs.read(split, indices);
        if (split === 'train' && ++reads === 3) samples.images.fill(NaN);
        return samples;
      },
    };
    const state = ModelState.random(TINY, 0.8, 1);
    const info = {preset: 'blobs-32', dataset: 'blobs', config: TINY, training: TRAINING};
    const model = new OpenModel({...info, iteration: 0, seed: 1}, state, dataset);
    for (let i = 1; i < PHASE_COUNT; i++) await model.phase();
    expect((await model.inspector.segment({image: IMAGE})).score).to.satisfy(Number.isFinite);
    const {version} = model.info();
    const error = await rejection(model.phase());
    expect(error.message).to.match(/^training: scoreReal must stay finite; got NaN/);
    expect(model.info().version).to.be.above(version);
    expect((await model.inspector.segment({image: IMAGE})).score).to.satisfy(Number.isNaN);
    await model.dispose();
  });
});

describeOn('wasm', 'Engine.dispose()', () => {
  it('closes every model', async () => {
    const before = held();
    const engine = wasmEngine();
    for (let i = 0; i < 2; i++) await engine.request('open', OPEN);
    expect(held().tensors).to.be.above(before.tensors);
    engine.dispose();
    // Behind the work of closing them.
    expect((await rejection(engine.request('memory', {}))).message).to.match(/after dispose/);
    expect(held()).to.deep.equal(before);
  });

  it('closes a model that was still being opened', async () => {
    const before = held();
    const engine = wasmEngine();
    const opening = engine.request('open', OPEN);
    const waiting = engine.request('open', OPEN);
    await Promise.resolve();
    engine.dispose();
    expect((await rejection(opening)).message).to.match(/after dispose/);
    expect((await rejection(waiting)).message).to.match(/after dispose/);
    expect(held()).to.deep.equal(before);
  });
});
