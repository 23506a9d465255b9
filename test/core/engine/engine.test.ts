import {expect} from '@open-wc/testing';
import type {Engine} from '../../../core/engine/engine.js';
import type {Kind, OpenRequest, Progress, Requests} from '../../../core/engine/protocol.js';
import {findPreset} from '../../../core/model/presets.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {CODE, IMAGE, OPEN, PHASE_COUNT, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept, held} from '../../support/memory.js';
import {TINY} from '../../support/models.js';

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
