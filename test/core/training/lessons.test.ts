import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {ModelState} from '../../../core/model/state.js';
import {Batches} from '../../../core/training/batches.js';
import {generatorPass, supervisedPass} from '../../../core/training/gradients.js';
import {LabelledBatches, type Lessons} from '../../../core/training/lessons.js';
import {crossEntropy, generatorLosses} from '../../../core/training/losses.js';
import {createBlobs} from '../../../datasets/blobs.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {expectGradients} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  changes,
  free,
  numbers,
  type RunOptions,
  start,
  TINY,
  TRAINING,
} from '../../support/models.js';
import {normals, values} from '../../support/values.js';

const blobs = createBlobs({size: TINY.size, seed: 1});
const EXAMPLES = [3, 5, 8].map(index => ({split: 'train' as const, index}));
const OPTIONS = {batchSize: 2, seed: 1, use: 'labelled'};

const lessons = (weight: number, dataset = blobs): Lessons => ({
  weight,
  batches: new LabelledBatches(dataset, EXAMPLES, OPTIONS),
});

/** A state, a batch and a lesson, to be freed. */
async function material(weight: number) {
  const state = ModelState.random(TINY, TRAINING.initGain, 1);
  const batch = await new Batches(blobs, TINY, TRAINING, 1).batch(0, 'generator');
  const lesson = {...(await lessons(weight).batches.batch(0)), weight};
  const dispose = (): void => {
    state.dispose();
    free([batch.images, batch.codes, lesson.images, lesson.labels]);
  };
  return {state, batch, lesson, dispose};
}

const dataOf = async (tensors: Record<string, tf.Tensor>): Promise<Map<string, Float32Array>> =>
  new Map(
    await Promise.all(
      Object.entries(tensors).map(
        async ([name, tensor]) => [name, (await tensor.data()) as Float32Array] as const
      )
    )
  );

describeOn('wasm', 'crossEntropy(masks, labels), its gradient', () => {
  it('equals finite differences', async () => {
    const shape = [2, 2, 3, 2];
    const shares = normals(shape, 'shares').data.map(each => 0.2 + Math.min(Math.abs(each), 3) / 4);
    const labels = [0, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 1];
    const tensor = tf.tensor3d(labels, [2, 2, 3], 'int32');
    await expectGradients(
      masks => crossEntropy(masks as tf.Tensor4D, tensor),
      ({data}) =>
        values(
          [],
          [-labels.reduce((sum, label, p) => sum + Math.log(data[2 * p + label]!), 0) / 12]
        ),
      [values(shape, shares)],
      1e-5
    );
    tensor.dispose();
  });
});

describeOn('wasm', 'generatorPass(…, lesson)', () => {
  it("adds the labels' weighted gradient to that of f, and to no other", async () => {
    const weight = 0.7;
    const {state, batch, lesson, dispose} = await material(weight);
    const without = generatorPass(state, batch, TRAINING.lambdaZ);
    const taught = generatorPass(state, batch, TRAINING.lambdaZ, undefined, lesson);
    const labels = supervisedPass(state, lesson.images, lesson.labels);
    for (const network of ['generator', 'encoder'] as const) {
      const [old, now] = [without, taught].map(pass => dataOf(pass.gradients[network]!));
      expect(await now, network).to.deep.equal(await old);
    }
    const [base, own, sum] = await Promise.all(
      [without, labels, taught].map(pass => dataOf(pass.gradients.mask!))
    );
    expect(sum!.size).to.equal(own!.size);
    for (const [name, gradient] of sum!) {
      const norm = Math.hypot(...gradient);
      const distance = Math.hypot(
        ...gradient.map(
          (each, i) => each - (base!.get(name)?.[i] ?? 0) - weight * own!.get(name)![i]!
        )
      );
      expect(distance, name).to.be.at.most(1e-4 * norm + 1e-7);
    }
    const told = await taught.numbers.data();
    expect(told).to.have.length(2 + TINY.regions + 1);
    expect(told.at(-1)).to.equal((await labels.numbers.data())[0]);
    expect([...told.slice(0, -1)]).to.deep.equal([...(await without.numbers.data())]);
    free(
      [without, taught, labels].flatMap(({gradients, numbers: kept}) => [
        kept,
        ...Object.values(gradients),
      ])
    );
    dispose();
  });

  it('is the slope of the loss along itself', async () => {
    const {state, batch, lesson, dispose} = await material(3);
    const {gradients, numbers: kept} = generatorPass(
      state,
      batch,
      TRAINING.lambdaZ,
      undefined,
      lesson
    );
    const mask = gradients.mask!;
    const all = await dataOf(mask);
    const norm = Math.hypot(...[...all.values()].map(each => Math.hypot(...each)));
    const lossAt = async (step: number): Promise<number> => {
      const total = tf.tidy(() => {
        const moved = Object.fromEntries(
          Object.entries(mask).map(([name, gradient]) => [
            name,
            tf.add(state.parameters('mask')[name]!, tf.mul(gradient, step / norm)),
          ])
        );
        const weights = {
          mask: state.weights('mask', moved),
          generator: state.weights('generator'),
          discriminator: state.weights('discriminator'),
          encoder: state.weights('encoder'),
        };
        return generatorLosses(weights, batch, TINY, TRAINING.lambdaZ, undefined, lesson).total;
      });
      const [value] = await total.data();
      total.dispose();
      return value!;
    };
    const ratioAt = async (step: number): Promise<number> =>
      ((await lossAt(step)) - (await lossAt(-step))) / (2 * step * norm);
    // Central differences: an error that shrinks with the square of the step.
    expect(await ratioAt(1e-3)).to.be.closeTo(1, 5e-3);
    free([kept, ...Object.values(gradients)]);
    dispose();
  });
});

describeOn('wasm', 'Trainer.teach(lessons)', () => {
  const after = async (
    prepare: (run: ReturnType<typeof start>) => void,
    count = 3,
    options: RunOptions = {}
  ) => {
    const run = start(options);
    prepare(run);
    const reports = [];
    for (let i = 0; i < count; i++) reports.push(await run.trainer.iterate());
    const state = numbers(run.state, run.trainer.optimizers);
    await run.dispose();
    return {reports, state};
  };

  it('teaches f by labels, and says how it does', async () => {
    const learningRates = {...TRAINING.learningRates, mask: 1e-2};
    const {reports} = await after(({trainer}) => trainer.teach(lessons(50)), 40, {
      training: {learningRates},
    });
    const losses = reports.map(({supervisedLoss}) => supervisedLoss!);
    const mean = (from: number) => losses.slice(from, from + 8).reduce((a, b) => a + b) / 8;
    expect(mean(32)).to.be.below(mean(0) / 1.5);
  });

  it('changes no bit where it teaches by none', async () => {
    const never = await after(() => undefined);
    const none = await after(({trainer}) => {
      trainer.teach(lessons(1));
      trainer.teach(undefined);
    });
    expect(changes(never.state, none.state)).to.deep.equal([]);
    expect(never.reports[0]).to.not.have.property('supervisedLoss');
  });

  it('gives the same numbers phase by phase as whole', async () => {
    const whole = await after(({trainer}) => trainer.teach(lessons(1)), 1);
    const run = start();
    run.trainer.teach(lessons(1));
    for (let ended = false; !ended;) ({ended} = await run.trainer.phase());
    expect(changes(whole.state, numbers(run.state, run.trainer.optimizers))).to.deep.equal([]);
    await run.dispose();
  });

  it('leaves nothing behind', async () => {
    await expectNothingKept(async () => {
      await after(({trainer}) => trainer.teach(lessons(1)), 2);
    });
  });
});

describeOn('wasm', 'LabelledBatches', () => {
  it('reads images of several splits, with their own labels or those of the set', async () => {
    const own = new Uint8Array(TINY.size ** 2).fill(1);
    const batches = new LabelledBatches(
      blobs,
      [
        {split: 'val', index: 2, labels: own},
        {split: 'train', index: 4},
      ],
      OPTIONS
    );
    const {images, labels} = await batches.batch(0);
    const truth = (await blobs.read('train', [4])).labels!;
    const rows = [0, 1].map(i => [...labels.dataSync().slice(i * 256, (i + 1) * 256)]);
    expect(rows).to.have.deep.members([[...own], [...truth]]);
    expect(images.shape).to.deep.equal([2, 16, 16, 3]);
    free([images, labels]);
  });

  it('refuses none, and images without labels', async () => {
    expect(() => new LabelledBatches(blobs, [], OPTIONS)).to.throw(/at least 1 labelled image/);
    const bare = {
      ...blobs,
      read: async (...args: Parameters<typeof blobs.read>) => {
        const {images, size, count} = await blobs.read(...args);
        return {images, size, count};
      },
    };
    const batches = new LabelledBatches(bare, EXAMPLES, OPTIONS);
    expect(await rejection(batches.batch(0))).to.match(/train images must have true masks/);
  });
});
