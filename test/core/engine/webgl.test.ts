import {expect} from '@open-wc/testing';
import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

import {closeBitmaps} from '../../../core/engine/bitmaps.js';
import {Engine} from '../../../core/engine/engine.js';
import type {Progress} from '../../../core/engine/protocol.js';
import {rejection} from '../../datasets/rejection.js';
import {IMAGE, CODE, OPEN, withModel} from '../../support/engines.js';
import {WASM_FILES} from '../../support/wasm-files.js';

describe('Engine.request(kind, body) [webgl]', () => {
  let engine: Engine;
  before(() => {
    engine = new Engine({name: 'webgl', wasmFiles: WASM_FILES, place: 'main'});
  });

  it('opens with all programs of a look compiled at once, and tells how many are ready', async () => {
    const compiled: Progress[] = [];
    const links: Partial<Record<Progress['stage'], number>> = {};
    let stage: Progress['stage'] = 'backend';
    const {prototype} = WebGL2RenderingContext;
    // eslint-disable-next-line @typescript-eslint/unbound-method -- called on the context that it is of.
    const own = prototype.linkProgram;
    prototype.linkProgram = function (program) {
      links[stage] = (links[stage] ?? 0) + 1;
      own.call(this, program);
    };
    try {
      const {model} = await engine.request('open', OPEN, {
        onProgress: progress => {
          stage = progress.stage;
          if (stage === 'compile') compiled.push(progress);
        },
      });
      await engine.request('close', {model});
    } finally {
      prototype.linkProgram = own;
    }
    const [{done, total}] = compiled.slice(-1) as [Progress];
    expect(done).to.equal(total);
    expect(total).to.be.above(20);
    compiled.reduce((before, progress) => {
      expect(progress.total).to.equal(total);
      expect(progress.done).to.be.at.least(before);
      return progress.done;
    }, 0);
    // What is left is what unpacks values that are read back: masks, and a score.
    expect(links['warm-up'] ?? 0).to.be.at.most(2);
  });

  it('trains and looks without leaving a tensor or a byte behind', async () => {
    await withModel(engine, async (model, info) => {
      expect(info.backend.name).to.equal('webgl');
      const round = async (): Promise<void> => {
        await engine.request('iterate', {model, count: 1});
        const {areas} = await engine.request('segment', {model, image: IMAGE});
        expect(areas.every(Number.isFinite)).to.equal(true);
        for (const region of [0, 1]) {
          closeBitmaps(await engine.request('redraw', {model, image: IMAGE, region, code: CODE}));
        }
      };
      await round();
      const {tensors, bytes, gpuBytes} = await engine.request('memory', {});
      await round();
      const after = await engine.request('memory', {});
      expect(after).to.include({tensors, bytes});
      // Textures are kept for the next user: their bytes settle and do not grow for ever.
      expect(after.gpuBytes).to.be.at.most(1.5 * gpuBytes!);
    });
    expect((await engine.request('memory', {})).tensors).to.equal(0);
  });

  it('redraws with no read-back, and scores with one of one number', async () => {
    await withModel(engine, async model => {
      const redraw = () => engine.request('redraw', {model, image: IMAGE, region: 1, code: CODE});
      closeBitmaps(await redraw());
      const {gl} = (tf.backend() as MathBackendWebGL).gpgpu;
      const bytes: number[] = [];
      const counting = (name: 'readPixels' | 'getBufferSubData'): (() => void) => {
        const own = gl as unknown as Record<string, (...args: unknown[]) => void>;
        own[name] = (...args) => {
          const target = args.find(each => ArrayBuffer.isView(each));
          bytes.push(target?.byteLength ?? 0);
          return (WebGL2RenderingContext.prototype[name] as (...all: unknown[]) => void).apply(
            gl,
            args
          );
        };
        return () => delete own[name];
      };
      const stop = [counting('readPixels'), counting('getBufferSubData')];
      const {region, composition} = await redraw();
      expect(bytes).to.deep.equal([]);
      const score = await engine.request('score', {model, region: 1});
      stop.forEach(each => each());
      expect(score).to.satisfy(Number.isFinite);
      // The number's texel into a buffer of the GPU, and the number out of it.
      expect(bytes).to.deep.equal([0, 4]);
      for (const picture of [region, composition]) {
        expect(picture).to.be.instanceOf(ImageBitmap).and.include({width: 16, height: 16});
      }
      closeBitmaps([region, composition]);
    });
  });

  it('says that the GPU was taken away', async () => {
    const {model} = await engine.request('open', OPEN);
    const {gl} = (tf.backend() as MathBackendWebGL).gpgpu;
    const lost = new Promise(resolve => gl.canvas.addEventListener('webglcontextlost', resolve));
    gl.getExtension('WEBGL_lose_context')!.loseContext();
    await lost;
    for (let i = 0; i < 2; i++) {
      const error = await rejection(engine.request('segment', {model, image: IMAGE}));
      expect(error.message).to.equal(
        'engine: the GPU was taken away from this page (a driver reset, or too many pages that use it); reload the page'
      );
    }
    // Ends without an error that nobody catches.
    engine.dispose();
    await new Promise(resolve => setTimeout(resolve, 100));
  });
});
