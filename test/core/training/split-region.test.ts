import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import {drawRegions, recover, segment} from '../../../core/model/redo.js';
import type {ColourDifference} from '../../../core/training/colour-difference.js';
import {chooseSplit, ownedShares, splitRegion} from '../../../core/training/split-region.js';
import {Random} from '../../../datasets/random.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {changes, numbers, type Run, type RunOptions, start} from '../../support/models.js';

const THREE: RunOptions = {config: {regions: 3, temperature: 0.5}};
const SPLIT = {from: 2, to: 0};

/** What three regions see and draw: masks, their redraws, the codes that are read in an image. */
interface Seen {
  masks: number[][];
  drawn: number[][];
  codes: number[][];
}

/** Forward passes on one image, one code in all regions, and one mask for all generators. */
function look({state}: Run): Seen {
  const {config} = state;
  const all = [0, 1, 2];
  const random = new Random(3);
  return tf.tidy(() => {
    const image = tf.tensor4d(random.normals(16 * 16 * 3), [1, 16, 16, 3]);
    const masks = segment(state.weights('mask'), image, config);
    const code = tf.tensor3d(random.normals(2), [1, 1, 2]);
    const codes = tf.tile(code, [1, 3, 1]) as Tensor3D;
    const even = tf.fill([1, 16, 16, 3], 1 / 3) as Tensor4D;
    const drawn = drawRegions(state.weights('generator'), even, codes, all, config);
    const read = recover(state.weights('encoder'), image, config);
    const rows = (tensors: tf.Tensor[]): number[][] => tensors.map(each => [...each.dataSync()]);
    return {
      masks: rows(tf.unstack(masks, 3)),
      drawn: rows(drawn),
      codes: rows(tf.unstack(read, 1)),
    };
  });
}

/** One that makes halves of pixels that are bright, or not, in the first of what f's last convolution reads. */
function difference({state}: Run): ColourDifference {
  const channels = state.parameters('mask')['out.mods.9.weight']!.shape[2]!;
  const weights = new Float64Array(7 * 7 * channels);
  weights[3 * 7 * channels + 3 * channels] = 0.5;
  return {weights, bias: -0.25};
}

/** Makes the mask of region 0 empty, as the one that a split is over. */
function empty({state}: Run): void {
  const bias = state.parameters('mask')['out.mods.9.bias']!;
  state.replaceParameters('mask', {
    'out.mods.9.bias': tf.tidy(() => tf.add(bias, tf.tensor1d([-1e3, 0, 0]))),
  });
}

for (const backend of ['cpu', 'wasm'] as const) {
  describeOn(backend, 'splitRegion(state, optimizers, split, difference)', () => {
    let run: Run;
    before(async () => {
      run = start(THREE);
      // So that Adam has moments of all.
      await run.trainer.iterate();
      empty(run);
    });
    after(() => run.dispose());

    const split = (): void =>
      splitRegion(run.state, run.trainer.optimizers, SPLIT, difference(run));

    it('gives half of a mask to the other, and leaves the rest of the image nearly as it was', async () => {
      const before = look(run);
      split();
      const after = look(run);
      const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
      const moved = before.masks[1]!.map((share, i) => Math.abs(after.masks[1]![i]! - share));
      // The halves together are as large as the whole was where they are alike, larger where they differ.
      expect(mean(moved)).to.be.lessThan(0.1);
      expect(mean(after.masks[0]!))
        .to.be.within(0.1, 0.8)
        .and.be.closeTo(mean(after.masks[2]!), 0.3);
      expect(after.masks[0], 'the halves differ').not.to.deep.equal(after.masks[2]);
    });

    it('copies the generator and what δ reads', () => {
      const {drawn, codes} = look(run);
      expect(drawn[0]).to.deep.equal(drawn[2]);
      expect(drawn[0]).not.to.deep.equal(drawn[1]);
      expect(codes[0]).to.deep.equal(codes[2]);
      expect(codes[0]).not.to.deep.equal(codes[1]);
    });

    it("copies Adam's moments, and touches nothing of the others", () => {
      const {generator, encoder, mask} = run.trainer.optimizers;
      for (const key of ['mean', 'square'] as const) {
        const own = (name: string): number[] => [...generator.moments[name]![key].dataSync()];
        for (const name of Object.keys(generator.moments).filter(each =>
          each.startsWith('net.2.')
        )) {
          expect(own(name.replace('net.2.', 'net.0.')), name).to.deep.equal(own(name));
        }
        const dense = tf.tidy(() => encoder.moments['net.dense.bias']![key].dataSync());
        expect([...dense.slice(0, 2)]).to.deep.equal([...dense.slice(4)]);
        const bias = mask.moments['out.mods.9.bias']![key].dataSync();
        expect(bias[0]).to.equal(bias[2]);
      }
      const before = numbers(run.state, run.trainer.optimizers);
      split();
      const changed = changes(before, numbers(run.state, run.trainer.optimizers));
      // The copy is a copy already: only the halves of the mask move apart.
      expect(changed).to.deep.equal(['mask/out.mods.9.weight', 'mask/out.mods.9.bias']);
    });

    it('keeps no tensor but those of the model', async () => {
      await expectNothingKept(() => Promise.resolve(split()));
    });
  });
}

describe('chooseSplit(shares)', () => {
  it('splits the largest but the background, over the smallest', () => {
    expect(chooseSplit([0.9, 0, 0.1])).to.deep.equal({from: 2, to: 1});
    expect(chooseSplit([0.1, 0.2, 0.65, 0.05])).to.deep.equal({from: 1, to: 3});
  });
});

describeOn('wasm', 'ownedShares(state, images)', () => {
  it('counts the pixels that a region has the most of', async () => {
    const run = start(THREE);
    empty(run);
    const images = tf.tensor4d(new Random(5).normals(2 * 16 * 16 * 3), [2, 16, 16, 3]);
    const owners = tf.tidy(() => [
      ...tf.argMax(segment(run.state.weights('mask'), images, run.state.config), 3).dataSync(),
    ]);
    const halves = tf.split<Tensor4D>(images, 2);
    const shares = await ownedShares(run.state, halves);
    for (const k of [0, 1, 2]) {
      expect(shares[k]).to.be.closeTo(
        owners.filter(each => each === k).length / owners.length,
        1e-6
      );
    }
    expect(shares[0]).to.equal(0);
    tf.dispose([images, halves]);
    await run.dispose();
  });
});

const ONCE = {fromIteration: 0, toIteration: 1, every: 2};

describeOn('wasm', 'Trainer with splits', () => {
  it('splits before the iteration that is named, once, and reports it', async () => {
    const run = start({...THREE, training: {splits: {fromIteration: 1, toIteration: 2, every: 5}}});
    empty(run);
    const reports = [
      await run.trainer.iterate(),
      await run.trainer.iterate(),
      await run.trainer.iterate(),
    ];
    expect(reports.map(({split}) => split?.to)).to.deep.equal([undefined, 0, undefined]);
    await run.dispose();
  });

  it('leaves regions alone that all own something', async () => {
    const run = start({...THREE, training: {splits: ONCE}});
    expect((await run.trainer.iterate()).split).to.equal(undefined);
    await run.dispose();
  });

  it('is the same by phases', async () => {
    const after = async (step: (run: Run) => Promise<unknown>): Promise<Map<string, number[]>> => {
      const run = start({...THREE, training: {splits: ONCE}});
      empty(run);
      await step(run);
      const found = numbers(run.state, run.trainer.optimizers);
      await run.dispose();
      return found;
    };
    const byPhases = await after(async ({trainer}) => {
      let report = await trainer.phase();
      expect(report.values.split?.to).to.equal(0);
      while (!report.ended) report = await trainer.phase();
    });
    expect(changes(await after(({trainer}) => trainer.iterate()), byPhases)).to.deep.equal([]);
  });

  it('keeps nothing', async () => {
    await expectNothingKept(async () => {
      const run = start({...THREE, training: {splits: ONCE}});
      empty(run);
      await run.trainer.iterate();
      await run.dispose();
    });
  });
});
