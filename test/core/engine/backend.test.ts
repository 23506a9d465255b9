import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {UNBEATEN_MS} from '../../../core/engine/backend-race.js';
import {type BackendName, startBackend} from '../../../core/engine/backend.js';
import type {BackendInfo} from '../../../core/engine/protocol.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOnEach} from '../../support/backends.js';
import {WASM_FILES} from '../../support/wasm-files.js';

const startNamed = (name: BackendName | 'auto'): Promise<BackendInfo> =>
  startBackend({name, wasmFiles: WASM_FILES, place: 'main'});

describeOnEach('startBackend({name})', backend => {
  it('starts the backend, and says what it is', async () => {
    const info = await startNamed(backend);
    expect(info).to.include({name: backend, place: 'main', threads: 1});
    expect(info.device).to.match(/\w/);
    expect(tf.getBackend()).to.equal(backend);
    const sum = tf.tidy(() => tf.sum(tf.tensor1d([1, 2, 3])));
    expect([...(await sum.data())]).to.deep.equal([6]);
    sum.dispose();
  });
});

describe('startBackend({name})', () => {
  /** Puts something else in the place of a property while `work` runs. */
  async function replacing(
    holder: object,
    property: string,
    value: unknown,
    work: () => Promise<void>
  ): Promise<void> {
    const before = Object.getOwnPropertyDescriptor(holder, property)!;
    Object.defineProperty(holder, property, {value, configurable: true, writable: true});
    try {
      await work();
    } finally {
      Object.defineProperty(holder, property, before);
    }
  }

  it('says that there is no WebGL 2', async () => {
    await replacing(
      OffscreenCanvas.prototype,
      'getContext',
      () => null,
      async () => {
        expect((await rejection(startNamed('webgl'))).message).to.equal(
          'backend: webgl needs WebGL 2, which this browser does not give; use backend="wasm"'
        );
      }
    );
  });

  it('says that there is no WebGL 2 where there is no OffscreenCanvas either', async () => {
    await replacing(globalThis, 'OffscreenCanvas', undefined, () =>
      replacing(
        HTMLCanvasElement.prototype,
        'getContext',
        () => null,
        async () => {
          expect((await rejection(startNamed('webgl'))).message).to.include('webgl needs WebGL 2');
        }
      )
    );
  });

  it('starts WebGL on a canvas of the page where there is no OffscreenCanvas', async () => {
    await replacing(globalThis, 'OffscreenCanvas', undefined, async () => {
      expect(await startNamed('webgl')).to.include({name: 'webgl'});
    });
  });

  it('auto takes the faster of WebGL and wasm, and says how fast they were', async () => {
    const {name, race} = await startNamed('auto');
    const {webgl, wasm} = race!;
    expect(webgl).to.be.greaterThan(0);
    // A GPU that nothing can beat wins alone.
    if (wasm === undefined) expect(webgl).to.be.at.most(UNBEATEN_MS);
    expect(name).to.equal(wasm !== undefined && wasm < webgl! ? 'wasm' : 'webgl');
    expect(tf.getBackend()).to.equal(name);
    expect(tf.memory().numTensors).to.equal(0);
  });

  it('auto takes what it is told to know, with no race', async () => {
    const known = {name: 'cpu', race: {webgl: 40}} as const;
    const info = await startBackend({
      ...{name: 'auto', wasmFiles: WASM_FILES, place: 'main'},
      known,
    });
    expect(info).to.deep.include(known);
    expect(tf.getBackend()).to.equal('cpu');
  });

  it('starts WebGL, which lost a race, when it is asked for by name', async () => {
    await startNamed('auto');
    expect(await startNamed('webgl')).to.include({name: 'webgl'});
    const sum = tf.tidy(() => tf.sum(tf.tensor1d([1, 2, 3])));
    expect([...(await sum.data())]).to.deep.equal([6]);
    sum.dispose();
  });

  it('auto takes wasm where there is no WebGL 2', async () => {
    await replacing(
      OffscreenCanvas.prototype,
      'getContext',
      () => null,
      async () => {
        expect(await startNamed('auto')).to.deep.include({name: 'wasm', race: {}});
      }
    );
  });

  it('auto takes WebGL where there is no WebAssembly', async () => {
    await replacing(globalThis, 'WebAssembly', undefined, async () => {
      const {name, race} = await startNamed('auto');
      expect(name).to.equal('webgl');
      expect(Object.keys(race!)).to.deep.equal(['webgl']);
    });
  });

  it('says that there is no WebAssembly; auto takes JavaScript where there is no WebGL either', async () => {
    await replacing(globalThis, 'WebAssembly', undefined, async () => {
      expect((await rejection(startNamed('wasm'))).message).to.equal(
        'backend: wasm needs WebAssembly, which this browser does not give; use backend="cpu"'
      );
      await replacing(
        OffscreenCanvas.prototype,
        'getContext',
        () => null,
        async () => {
          expect(await startNamed('auto')).to.deep.include({name: 'cpu', race: {}});
        }
      );
    });
  });

  it('says that there is no WebGPU', async () => {
    const gpu = {requestAdapter: () => Promise.resolve(null)};
    for (const missing of [undefined, gpu]) {
      await replacing(Navigator.prototype, 'gpu', missing, async () => {
        expect((await rejection(startNamed('webgpu'))).message).to.equal(
          'backend: webgpu needs WebGPU, which this browser does not give on this machine; use backend="webgl"'
        );
      });
    }
  });

  it('names a backend that it does not know', async () => {
    const {message} = await rejection(startNamed('webnn' as BackendName));
    expect(message).to.match(/^backend: webnn could not start; /);
  });
});
