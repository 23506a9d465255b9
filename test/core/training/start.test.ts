import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import type {ModelConfig, TrainingConfig} from '../../../core/model/config.js';
import {NETWORKS, segment} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import {balanceRegions, startingState} from '../../../core/training/start.js';
import {Random} from '../../../datasets/random.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {start, TINY, TRAINING} from '../../support/models.js';

const THREE: ModelConfig = {...TINY, regions: 3, temperature: 0.5};
const START: TrainingConfig = {...TRAINING, start: {regions: 2, warmUp: 0, balance: 5}};

/** Images of which two bright squares stand out. */
function images(): Tensor4D {
  const random = new Random(3);
  return tf.tensor4d(random.normals(4 * 16 * 16 * 3), [4, 16, 16, 3]);
}

/** M of some images, by region. */
function masksOf(state: ModelState): Float32Array[] {
  return tf.tidy(() => {
    const masks = segment(state.weights('mask'), images(), state.config);
    return tf.unstack(masks, 3).map(mask => mask.dataSync() as Float32Array);
  });
}

/** Mean over pixels of log M_i − log M_k: how far their mean logits are apart, divided by T. */
function apart([one, other]: readonly Float32Array[]): number {
  let sum = 0;
  one!.forEach((share, i) => (sum += Math.log(share) - Math.log(other![i]!)));
  return sum / one!.length;
}

/** Every parameter of a model, as plain numbers. */
function parametersOf(state: ModelState): [string, number[]][] {
  return NETWORKS.flatMap(network =>
    Object.entries(state.parameters(network)).map(([name, tensor]): [string, number[]] => [
      `${network} ${name}`,
      [...tensor.dataSync()],
    ])
  );
}

describeOn('wasm', 'startingState(config, training, seed)', () => {
  it('empties the regions that the training does not start with, and leaves the rest as drawn', () => {
    const states = [startingState(THREE, START, 1), ModelState.random(THREE, 0.8, 1)] as const;
    const [begun, drawn] = states;
    const masks = masksOf(begun);
    expect(Math.max(...masks[2]!)).to.be.below(1e-10);
    // Softmax over two in the place of three.
    const whole = masksOf(drawn);
    masks[0]!.forEach((share, i) => {
      expect(share).to.be.closeTo(whole[0]![i]! / (whole[0]![i]! + whole[1]![i]!), 1e-5);
    });
    const changed = parametersOf(begun).filter(
      ([, values], i) => String(values) !== String(parametersOf(drawn)[i]![1])
    );
    expect(changed.map(([name]) => name)).to.deep.equal([
      'mask out.mods.9.weight',
      'mask out.mods.9.bias',
    ]);
    states.forEach(state => state.dispose());
  });

  it('is what is drawn where no region is to be empty', () => {
    const drawn = ModelState.random(THREE, 0.8, 1);
    const whole = {...START.start!, regions: 3};
    for (const training of [TRAINING, {...START, start: whole}]) {
      const begun = startingState(THREE, training, 1);
      expect(parametersOf(begun)).to.deep.equal(parametersOf(drawn));
      begun.dispose();
    }
    drawn.dispose();
  });

  it('keeps nothing but the state', async () => {
    await expectNothingKept(() => startingState(THREE, START, 1).dispose());
  });
});

describeOn('wasm', 'balanceRegions(state, images, count)', () => {
  /** Balances the regions of a new model. */
  async function balanced(config: ModelConfig, count: number, training = TRAINING) {
    const state = startingState(config, training, 1);
    const before = masksOf(state);
    await expectNothingKept(() => {
      const batch = images();
      balanceRegions(state, batch, count);
      batch.dispose();
    });
    const after = masksOf(state);
    state.dispose();
    return {before, after};
  }

  it('gives two regions one mean logit', async () => {
    const {before, after} = await balanced({...TINY, temperature: 0.5}, 2);
    expect(Math.abs(apart(before))).to.be.above(0.01);
    expect(apart(after)).to.be.closeTo(0, 1e-4);
  });

  it('gives three regions one mean logit', async () => {
    const {before, after} = await balanced(THREE, 3);
    expect(Math.abs(apart(before))).to.be.above(0.01);
    expect(apart(after)).to.be.closeTo(0, 1e-4);
    expect(apart(after.slice(1))).to.be.closeTo(0, 1e-4);
  });

  it('leaves empty ones empty', async () => {
    const {before, after} = await balanced(THREE, 2, START);
    expect(Math.abs(apart(before))).to.be.above(0.01);
    expect(apart(after)).to.be.closeTo(0, 1e-4);
    expect(Math.max(...after[2]!)).to.be.below(1e-10);
  });
});

for (const variant of ['published', 'paper'] as const) {
  describeOn('wasm', `Trainer with a start, ${variant}`, () => {
    const splits = {fromIteration: 3, toIteration: 5, every: 10};
    const training = {...START, variant, splits};

    it('trains the regions it starts with, in balance, until a split fills the third', async () => {
      const state = startingState(THREE, training, 1);
      const run = start({config: THREE, training, state});
      for (let i = 0; i < 3; i++) {
        const {areas, split} = await run.trainer.iterate();
        expect(split).to.equal(undefined);
        expect(areas![2]).to.be.below(1e-10);
      }
      const untouched = parametersOf(run.state).filter(([name]) =>
        name.startsWith('generator net.2')
      );
      const drawn = ModelState.random(THREE, 0.8, 1);
      const first = new Map(parametersOf(drawn));
      for (const [name, values] of untouched) expect(values, name).to.deep.equal(first.get(name));
      drawn.dispose();
      const {areas, split} = await run.trainer.iterate();
      expect(split!.to).to.equal(2);
      expect(areas![2]).to.be.above(0.01);
      await run.dispose();
    });
  });
}
