/** Long use leaves nothing behind. */

import {expect} from '@open-wc/testing';

import {connectEngine} from '../../core/engine/client.js';
import type {EngineClient, ModelId} from '../../core/engine/protocol.js';

/** Networks as small as they can be: what is counted is tensors, not pixels. */
const TINY = {
  model: {
    size: 16,
    maskResidualBlocks: 1,
    widths: {mask: 4, generator: 1, discriminator: 1, encoder: 1},
  },
  training: {batchSize: 1, variant: 'paper' as const},
};

/** Iterations, and then scrubs, in a row. */
const EACH = 5;

/** Trains and scrubs by turns. */
async function use(engine: EngineClient, model: ModelId, times: number): Promise<void> {
  for (let done = 0; done < times; done += EACH) {
    await engine.request('iterate', {model, count: EACH});
    const image = {split: 'val' as const, index: (done / EACH) % 20};
    for (let scrub = 0; scrub < EACH; scrub++) {
      const code = Float32Array.of((2 * scrub) / EACH - 1, 1 - (2 * scrub) / EACH);
      await engine.request('redraw', {model, image, region: scrub % 2, code});
    }
  }
}

for (const {backend, warmUp, times} of [
  {backend: 'wasm', warmUp: 10, times: 1000},
  // Software WebGL takes about a second an iteration; tfjs's pool of textures takes some to fill.
  {backend: 'webgl', warmUp: 10, times: 10},
] as const) {
  describe(`Engine in long use [${backend}]`, function () {
    this.timeout(180_000);

    it(`${times} iterations and ${times} scrubs leave tensors and bytes where they were`, async () => {
      const engine = connectEngine({backend});
      const {model} = await engine.request('open', {preset: 'blobs-32', overrides: TINY, seed: 1});
      await use(engine, model, warmUp);
      const before = await engine.request('memory', {});
      await use(engine, model, times);
      const after = await engine.request('memory', {});
      expect(after.tensors).to.equal(before.tensors);
      expect(after.bytes).to.equal(before.bytes);
      if (backend === 'webgl') expect(after.gpuBytes).to.equal(before.gpuBytes);
      await engine.request('close', {model});
      expect((await engine.request('memory', {})).tensors).to.equal(0);
      engine.dispose();
    });
  });
}
