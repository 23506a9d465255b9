import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {segment} from '../../../core/model/redo.js';
import {drawMaskNoise} from '../../../core/training/mask-noise.js';
import {Random} from '../../../datasets/random.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {changes, numbers, start} from '../../support/models.js';

const MASK_NOISE = {fromIteration: 10, toIteration: 20, temperature: 0.5};

/** The noise at an iteration, `[batch, size, size, channels]` as plain numbers. */
function drawn(
  iteration: number,
  {regions = 3, batchSize = 25, seed = 1} = {}
): {values: number[]; shape: number[]; temperature: number} | undefined {
  const training = {batchSize, maskNoise: MASK_NOISE};
  const noise = drawMaskNoise({size: 64, regions}, training, iteration, new Random(seed));
  if (!noise) return undefined;
  const {values, temperature} = noise;
  const found = {values: [...values.dataSync()], shape: values.shape, temperature};
  values.dispose();
  return found;
}

const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const variance = (values: number[]): number => {
  const middle = mean(values);
  return mean(values.map(each => (each - middle) ** 2));
};

describeOn('cpu', 'drawMaskNoise(config, training, iteration, random)', () => {
  it('is none before its first iteration, and grows', () => {
    expect(drawn(0)).to.equal(undefined);
    expect(drawn(10)).to.equal(undefined);
    expect(drawn(15)!.temperature).to.equal(0.75);
    expect(drawn(20)!.temperature).to.equal(0.5);
    expect(drawn(99)!.values).to.deep.equal(drawn(20)!.values);
    const [half, whole] = [drawn(15)!.values, drawn(20)!.values];
    half.slice(0, 100).forEach((each, i) => expect(each).to.be.closeTo(whole[i]! / 2, 1e-6));
  });

  it('has the moments of Gumbel noise, of logistic noise for two regions', () => {
    const gumbel = drawn(20)!;
    expect(gumbel.shape).to.deep.equal([25, 64, 64, 3]);
    // Euler's constant, and π²/6.
    expect(mean(gumbel.values)).to.be.closeTo(0.5772, 0.01);
    expect(variance(gumbel.values)).to.be.closeTo(Math.PI ** 2 / 6, 0.02);
    const logistic = drawn(20, {regions: 2})!;
    expect(logistic.shape).to.deep.equal([25, 64, 64, 1]);
    expect(mean(logistic.values)).to.be.closeTo(0, 0.02);
    expect(variance(logistic.values)).to.be.closeTo(Math.PI ** 2 / 3, 0.05);
  });
});

for (const regions of [2, 3]) {
  describeOn('wasm', `segment(weights, images, config, noise), ${regions} regions`, () => {
    it('gives a pixel to a region as often as its mask says', async () => {
      const run = start({config: {regions}});
      const {state} = run;
      const shares = tf.tidy(() => {
        const weights = state.weights('mask');
        const one = tf.tensor4d(new Random(2).normals(16 * 16 * 3), [1, 16, 16, 3]);
        const expected = segment(weights, one, state.config);
        const many: tf.Tensor4D = tf.tile(one, [400, 1, 1, 1]);
        const training = {batchSize: 400, maskNoise: {...MASK_NOISE, temperature: 0.01}};
        const noise = drawMaskNoise(state.config, training, 20, new Random(4));
        const masks = segment(weights, many, state.config, noise);
        // Hardly relaxed: nearly all of a pixel is one region's.
        const most = tf.mean(tf.max(masks, 3)).dataSync()[0];
        const error = tf.max(tf.abs(tf.sub(tf.mean(masks, 0), expected))).dataSync()[0];
        return {most, error};
      });
      expect(shares.most).to.be.greaterThan(0.98);
      // Of 400 draws, 256 pixels: four deviations of a share of a half are 0.1.
      expect(shares.error).to.be.lessThan(0.11);
      await run.dispose();
    });
  });
}

describeOn('wasm', 'Trainer with mask noise', () => {
  it('keeps nothing', async () => {
    await expectNothingKept(async () => {
      const run = start({training: {maskNoise: MASK_NOISE, variant: 'paper'}, iteration: 15});
      await run.trainer.iterate();
      await run.trainer.phase();
      await run.dispose();
    });
  });

  const after = async (training: object, phases = false): Promise<Map<string, number[]>> => {
    const run = start({config: {regions: 3}, training, iteration: 15});
    if (phases) while (!(await run.trainer.phase()).ended);
    else await run.trainer.iterate();
    const found = numbers(run.state, run.trainer.optimizers);
    await run.dispose();
    return found;
  };

  it('trains otherwise, the same each time and the same by phases', async () => {
    const noisy = await after({maskNoise: MASK_NOISE});
    expect(changes(noisy, await after({maskNoise: MASK_NOISE}))).to.deep.equal([]);
    expect(changes(noisy, await after({maskNoise: MASK_NOISE}, true))).to.deep.equal([]);
    expect(changes(noisy, await after({}))).to.include('mask/cnn.0.mods.1.weight');
  });
});
