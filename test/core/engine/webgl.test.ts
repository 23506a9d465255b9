import {expect} from '@open-wc/testing';
import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

import {Engine} from '../../../core/engine/engine.js';
import {rejection} from '../../datasets/rejection.js';
import {OPEN, withModel} from '../../support/engines.js';
import {WASM_FILES} from '../../support/wasm-files.js';

const IMAGE = {split: 'val', index: 3} as const;
const CODE = Float32Array.of(0.5, -1);

describe('Engine.request(kind, body) [webgl]', () => {
  let engine: Engine;
  before(() => {
    engine = new Engine({name: 'webgl', wasmFiles: WASM_FILES, place: 'main'});
  });

  it('trains and looks without leaving a tensor or a byte behind', async () => {
    await withModel(engine, async (model, info) => {
      expect(info.backend.name).to.equal('webgl');
      const round = async (): Promise<void> => {
        await engine.request('iterate', {model, count: 1});
        const {areas} = await engine.request('segment', {model, image: IMAGE});
        expect(areas.every(Number.isFinite)).to.equal(true);
        for (const region of [0, 1]) {
          await engine.request('redraw', {model, image: IMAGE, region, code: CODE});
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
