import {expect} from '@open-wc/testing';

import {connectEngine} from '../../../core/engine/client.js';
import type {EngineClient, Progress} from '../../../core/engine/protocol.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {IMAGE, CODE, OPEN, withModel} from '../../support/engines.js';

const DISPOSED = 'engine: must not be asked after dispose(); connect to it again';

/** Everything that a model tells, but for times. */
async function tellAll(engine: EngineClient): Promise<unknown> {
  return withModel(engine, async model => {
    const reports = await engine.request('iterate', {model, count: 2});
    return [
      reports.map(({stepMs: _stepMs, ...values}) => values),
      await engine.request('samples', {model, images: [IMAGE]}),
      await engine.request('segment', {model, image: IMAGE}),
      await engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE}),
      await engine.request('recover', {model, image: IMAGE, codes: [CODE, CODE]}),
      await engine.request('evaluate', {model, split: 'val', count: 10}),
      [...new Uint8Array(await engine.request('snapshot', {model}))],
    ];
  });
}

describeOn('wasm', 'connectEngine({backend, place})', () => {
  it('gives the same numbers in a worker and on the page', async () => {
    const main = connectEngine({backend: 'wasm', place: 'main'});
    const worker = connectEngine({backend: 'wasm'});
    const told = await tellAll(worker);
    expect(told).to.deep.equal(await tellAll(main));
    main.dispose();
    worker.dispose();
  });

  for (const place of ['worker', 'main'] as const) {
    describe(`place: '${place}'`, () => {
      let engine: EngineClient;
      before(() => {
        engine = connectEngine({backend: 'wasm', place});
      });
      after(() => engine.dispose());

      it('states where it lives', async () => {
        await withModel(engine, async (_, info) => {
          expect(info.backend).to.include({name: 'wasm', place});
        });
      });

      it('tells the progress', async () => {
        const seen: Progress[] = [];
        const {model} = await engine.request('open', OPEN, {onProgress: each => seen.push(each)});
        expect(seen[0]).to.deep.equal({stage: 'backend', done: 0, total: 1});
        expect(seen.at(-1)).to.deep.equal({stage: 'warm-up', done: 3, total: 3});
        await engine.request('close', {model});
      });

      it('rejects with the reason of an abort, and goes on', async () => {
        await withModel(engine, async model => {
          const abort = new AbortController();
          const reason = new Error('enough');
          const promise = engine.request(
            'iterate',
            {model, count: 100_000},
            {signal: abort.signal, onProgress: ({done}) => done === 2 && abort.abort(reason)}
          );
          expect(await rejection(promise)).to.equal(reason);
          const [report] = await engine.request('iterate', {model, count: 1});
          expect(report!.iteration).to.be.within(3, 5000);
        });
      });

      it('never runs what was aborted while it waited', async () => {
        await withModel(engine, async model => {
          const abort = new AbortController();
          const first = engine.request('iterate', {model, count: 1});
          const second = engine.request('iterate', {model, count: 1}, {signal: abort.signal});
          abort.abort(new Error('too slow'));
          expect((await rejection(second)).message).to.equal('too slow');
          await first;
          const [report] = await engine.request('iterate', {model, count: 1});
          expect(report!.iteration).to.equal(2);
        });
      });

      it('leaves no model behind whose opening was aborted at the last moment', async () => {
        await withModel(engine, async () => {
          const before = await engine.request('memory', {});
          const abort = new AbortController();
          const reason = new Error('at the end');
          const promise = engine.request('open', OPEN, {
            signal: abort.signal,
            onProgress: ({stage, done, total}) =>
              stage === 'warm-up' && done === total && abort.abort(reason),
          });
          expect(await rejection(promise)).to.equal(reason);
          // The first answer comes behind the opening, the second behind what follows from it.
          await engine.request('memory', {});
          expect(await engine.request('memory', {})).to.deep.equal(before);
        });
      });

      it('refuses an abort that came before', async () => {
        const signal = AbortSignal.abort(new Error('never'));
        const promise = engine.request('memory', {}, {signal});
        expect((await rejection(promise)).message).to.equal('never');
      });

      it("carries an error's name and message, and goes on", async () => {
        await withModel(engine, async model => {
          const promise = engine.request('redraw', {model, image: IMAGE, region: 7, code: CODE});
          const error = await rejection(promise);
          expect(error.name).to.equal('RangeError');
          expect(error.message).to.equal('redraw: region must be from 0 to 1; got 7');
          await engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE});
        });
      });

      it('leaves the caller what it sent', async () => {
        await withModel(engine, async model => {
          const code = CODE.slice();
          await engine.request('redraw', {model, image: IMAGE, region: 1, code});
          expect([...code]).to.deep.equal([...CODE]);
          const checkpoint = await engine.request('snapshot', {model});
          const {byteLength} = checkpoint;
          await engine.request('restore', {model, checkpoint});
          expect(checkpoint.byteLength).to.equal(byteLength);
        });
      });

      it('is one engine for all who ask for the same, until the last has disposed of it', async () => {
        const other = connectEngine({backend: 'wasm', place});
        await withModel(engine, async model => {
          // A handle of one is good for the other: they are the same engine.
          const mine = await engine.request('segment', {model, image: IMAGE});
          expect(await other.request('segment', {model, image: IMAGE})).to.deep.equal(mine);
          other.dispose();
          other.dispose();
          expect(await engine.request('segment', {model, image: IMAGE})).to.deep.equal(mine);
          expect((await rejection(other.request('memory', {}))).message).to.equal(DISPOSED);
        });
      });

      it('refuses requests after dispose(), those under way too', async () => {
        const info = await engine.request('open', OPEN);
        const underWay = engine.request('iterate', {model: info.model, count: 2}).then(
          () => 'done',
          (error: Error) => error.message
        );
        engine.dispose();
        // On the page what has begun is ended first; a worker is ended at once.
        expect(await underWay).to.equal(place === 'worker' ? DISPOSED : 'done');
        expect((await rejection(engine.request('memory', {}))).message).to.equal(DISPOSED);
        engine = connectEngine({backend: 'wasm', place});
        expect((await engine.request('memory', {})).tensors).to.be.a('number');
      });
    });
  }

  it('says what keeps a backend from starting, and can be asked again', async () => {
    const engine = connectEngine({backend: 'webnn' as 'webgl'});
    for (let i = 0; i < 2; i++) {
      const error = await rejection(engine.request('open', OPEN));
      expect(error.message).to.match(/^backend: webnn could not start; /);
    }
    engine.dispose();
  });

  it('lives on the page where there are no workers', async () => {
    const {Worker} = globalThis;
    Object.defineProperty(globalThis, 'Worker', {value: undefined, configurable: true});
    // Of all that is shared under this name the last user has gone.
    const engine = connectEngine({backend: 'wasm', place: 'worker'});
    Object.defineProperty(globalThis, 'Worker', {value: Worker, configurable: true});
    await withModel(engine, async (_, info) => expect(info.backend.place).to.equal('main'));
    engine.dispose();
  });
});

describe('connectEngine() with the backend left to it', function () {
  this.timeout(120_000);

  it('measures once for the page', async () => {
    const opened = async () => {
      const engine = connectEngine();
      const {backend} = await engine.request('open', OPEN);
      engine.dispose();
      return backend;
    };
    const first = await opened();
    expect(first.race).to.be.an('object');
    // Another worker; measured again, it would be other milliseconds.
    expect(await opened()).to.deep.equal(first);
  });
});

describe('connectEngine({backend, place}) without WebGL', () => {
  it('shows a sentence on the page', async () => {
    const before = Object.getOwnPropertyDescriptor(OffscreenCanvas.prototype, 'getContext')!;
    Object.defineProperty(OffscreenCanvas.prototype, 'getContext', {...before, value: () => null});
    try {
      const engine = connectEngine({backend: 'webgl', place: 'main'});
      expect((await rejection(engine.request('open', OPEN))).message).to.equal(
        'backend: webgl needs WebGL 2, which this browser does not give; use backend="wasm"'
      );
      engine.dispose();
    } finally {
      Object.defineProperty(OffscreenCanvas.prototype, 'getContext', before);
    }
  });
});
