import {expect} from '@open-wc/testing';
import type {Engine} from '../../../core/engine/engine.js';
import {readSafetensors, writeSafetensors} from '../../../core/weights/safetensors.js';
import {OPEN, wasmEngine, withModel} from '../../support/engines.js';
import {TINY} from '../../support/models.js';
import {publishedArrays, tar} from '../../support/model-files.js';

/** Published weights as `torch.save` wrote them, where they lie beside the checkout. */
const FILES = import.meta.glob<string>('../../../../shared/reference/*.pth', {
  query: '?url',
  import: 'default',
});

const IMAGE = {split: 'test', index: 0} as const;

describe('Engine: models out of files [wasm]', () => {
  let engine: Engine;
  before(() => (engine = wasmEngine()));
  after(() => engine.dispose());

  /** Trains, and gives the numbers and the whole state after each iteration. */
  async function train(model: number, count: number) {
    const reports = [];
    for (let i = 0; i < count; i++) {
      reports.push(...(await engine.request('iterate', {model, count: 1})));
    }
    const state = new Uint8Array(await engine.request('snapshot', {model}));
    return {numbers: reports.map(({stepMs: _, ...each}) => each), state};
  }

  it('open {weights, resume} goes on to the very numbers of a run without a break', async () => {
    await withModel(engine, async model => {
      // A reset parts the seed of the weights from that of the images.
      await engine.request('reset', {model, seed: 9});
      await train(model, 2);
      const weights = await engine.request('snapshot', {model});
      const whole = await train(model, 2);
      const open = {preset: 'digits-64', overrides: undefined, weights, resume: true, seed: 77};
      await withModel(
        engine,
        async (other, info) => {
          expect([info.seed, info.iteration]).to.deep.equal([9, 2]);
          expect(info.source?.resumed).to.equal(true);
          const resumed = await train(other, 2);
          expect(resumed.numbers).to.deep.equal(whole.numbers);
          expect(resumed.state).to.deep.equal(whole.state);
        },
        open
      );
    });
  });

  it('open {weights} without resume begins under its own seed, Adam anew', async () => {
    await withModel(engine, async model => {
      await train(model, 1);
      const weights = await engine.request('snapshot', {model});
      const open = {overrides: undefined, weights, seed: 77};
      await withModel(
        engine,
        async (_, info) => {
          expect([info.seed, info.source?.resumed]).to.deep.equal([77, false]);
        },
        open
      );
    });
  });

  it('snapshot {plain} is a state_dict under published names, bit-equal through a round trip', async () => {
    await withModel(engine, async model => {
      await train(model, 1);
      const plain = await engine.request('snapshot', {model, plain: true});
      const {tensors} = readSafetensors(plain);
      expect([...tensors.keys()].every(name => /^net(EncM|GenX|DX|RecZ)\./.test(name))).to.equal(
        true
      );
      expect([...tensors.keys()].sort()).to.deep.equal([...publishedArrays(TINY).keys()].sort());
      // As PyTorch saves them: no word of ours is left.
      const weights = writeSafetensors(tensors);
      await withModel(
        engine,
        async (other, info) => {
          expect({...info.config, temperature: 1}).to.deep.equal(TINY);
          const back = readSafetensors(
            await engine.request('snapshot', {model: other, plain: true})
          );
          expect([...back.tensors]).to.deep.equal([...tensors]);
        },
        {overrides: undefined, weights}
      );
    });
  });

  it('gives networks that a file lacks new weights from the seed, and frees all', async () => {
    const before = await engine.request('memory', {});
    const arrays = [...publishedArrays(TINY)].filter(([name]) => !/^net(DX|RecZ)/.test(name));
    const weights = tar({'model.safetensors': new Uint8Array(writeSafetensors(arrays))}).buffer;
    await withModel(
      engine,
      async (model, info) => {
        expect(info.source?.missing).to.deep.equal(['discriminator', 'encoder']);
        expect(info.source?.members).to.deep.equal(['model.safetensors']);
        const {score} = await engine.request('segment', {model, image: IMAGE});
        expect(Number.isFinite(score)).to.equal(true);
      },
      {...OPEN, overrides: undefined, weights}
    );
    expect((await engine.request('memory', {})).tensors).to.equal(before.tensors);
  });

  const paths = Object.entries(FILES);
  if (paths.length === 0) {
    it('skipped: shared/reference beside the checkout has no .pth', function () {
      this.skip();
    });
  }
  for (const [path, address] of paths) {
    it(`opens ${path.slice(path.lastIndexOf('/') + 1)} and redraws`, async function () {
      this.timeout(60_000);
      const weights = await (await fetch(await address())).arrayBuffer();
      await withModel(
        engine,
        async (model, {config, dataset}) => {
          expect([config.size, config.regions, dataset.name]).to.deep.equal([128, 2, 'blobs']);
          const code = new Float32Array(config.codeSize).fill(1);
          const drawn = await engine.request('redraw', {model, image: IMAGE, region: 0, code});
          expect(drawn.composition.width).to.equal(128);
        },
        {overrides: undefined, weights}
      );
    });
  }
});
