import {expect} from '@open-wc/testing';
import type {Engine} from '../../../core/engine/engine.js';
import {OpenModel} from '../../../core/engine/open-model.js';
import type {Progress} from '../../../core/engine/protocol.js';
import {NETWORKS} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import {readCheckpoint} from '../../../core/training/checkpoint.js';
import type {PhaseReport} from '../../../core/training/report.js';
import {createBlobs} from '../../../datasets/blobs.js';
import type {Dataset} from '../../../datasets/dataset.js';
import {rejection} from '../../datasets/rejection.js';
import {describeOn} from '../../support/backends.js';
import {CODE, IMAGE, OPEN, PHASE_COUNT, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';
import {TINY, TRAINING} from '../../support/models.js';

describeOn('wasm', 'Engine.request(kind, body)', () => {
  let engine: Engine;
  before(() => {
    engine = wasmEngine();
  });

  describe("'iterate'", () => {
    it('counts iterations and reports each', async () => {
      await withModel(engine, async model => {
        const seen: number[] = [];
        const reports = await engine.request(
          'iterate',
          {model, count: 3},
          {onProgress: ({done}) => seen.push(done)}
        );
        expect(reports.map(({iteration}) => iteration)).to.deep.equal([1, 2, 3]);
        expect(seen).to.deep.equal([1, 2, 3]);
        const [side] = await engine.request('iterate', {model, count: 1, side: 'discriminator'});
        expect(side).to.include({iteration: 4});
        expect(side).to.not.have.any.keys(['generatorLoss']);
      });
    });

    it('ends after the iteration under way when another request waits', async () => {
      await withModel(engine, async model => {
        let scrub: Promise<unknown> | undefined;
        const order: string[] = [];
        const reports = await engine.request(
          'iterate',
          {model, count: 1000},
          {
            onProgress: ({done}) => {
              order.push(`iteration ${done}`);
              if (done !== 2) return;
              scrub = engine
                .request('redraw', {model, image: IMAGE, region: 1, code: CODE})
                .then(() => order.push('scrub'));
            },
          }
        );
        await scrub;
        expect(reports.map(({iteration}) => iteration)).to.deep.equal([1, 2]);
        expect(order).to.deep.equal(['iteration 1', 'iteration 2', 'scrub']);
      });
    });

    it('ends after the iteration under way when it is aborted', async () => {
      await withModel(engine, async model => {
        const abort = new AbortController();
        const promise = engine.request(
          'iterate',
          {model, count: 1000},
          {signal: abort.signal, onProgress: ({done}) => done === 2 && abort.abort(new Error('!'))}
        );
        expect((await rejection(promise)).message).to.equal('!');
        const [report] = await engine.request('iterate', {model, count: 1});
        expect(report!.iteration).to.be.within(3, 4);
      });
    });

    it('shows in what is looked at: the version grows, and the masks are others', async () => {
      await withModel(engine, async model => {
        const before = await engine.request('segment', {model, image: IMAGE});
        await engine.request('iterate', {model, count: 1});
        const after = await engine.request('segment', {model, image: IMAGE});
        expect([...after.masks.values]).to.not.deep.equal([...before.masks.values]);
        const versions: number[] = [];
        for (let i = 0; i < 3; i++) {
          await engine.request('iterate', {model, count: 1});
          versions.push((await engine.request('reset', {model, seed: 1})).version);
        }
        versions.forEach((version, i) => expect(version).to.be.above(versions[i - 1] ?? 0));
      });
    });
  });

  describe("'phase'", () => {
    it('gives the numbers of a whole iteration', async () => {
      await withModel(engine, async one => {
        await withModel(engine, async other => {
          const [whole] = await engine.request('iterate', {model: one, count: 1});
          let last: PhaseReport | undefined;
          for (let i = 0; i < PHASE_COUNT; i++)
            last = await engine.request('phase', {model: other});
          expect(last).to.include({ended: true, iteration: 1});
          const {iteration, stepMs, ...values} = whole!;
          expect(iteration).to.equal(1);
          expect(stepMs).to.be.above(0);
          const {gradientNorms, ...told} = last!.values;
          expect(told).to.deep.equal(values);
          expect(gradientNorms).to.have.all.keys([...NETWORKS]);
          const image = IMAGE;
          expect(await engine.request('segment', {model: other, image})).to.deep.equal(
            await engine.request('segment', {model: one, image})
          );
        });
      });
    });
  });

  describe("'reset'", () => {
    it('gives the numbers of a model that was opened with that seed', async () => {
      await withModel(engine, async model => {
        const first = await engine.request('iterate', {model, count: 2});
        const info = await engine.request('reset', {model, seed: 1});
        expect(info).to.include({iteration: 0, model});
        const again = await engine.request('iterate', {model, count: 2});
        expect(again.map(({generatorLoss}) => generatorLoss)).to.deep.equal(
          first.map(({generatorLoss}) => generatorLoss)
        );
        await engine.request('reset', {model, seed: 2});
        const [other] = await engine.request('iterate', {model, count: 1});
        expect(other!.generatorLoss).to.not.equal(first[0]!.generatorLoss);
      });
    });

    it('gives up an iteration that is under way', async () => {
      await withModel(engine, async model => {
        for (let i = 0; i < 4; i++) await engine.request('phase', {model});
        await engine.request('reset', {model, seed: 1});
        const phase = await engine.request('phase', {model});
        expect(phase).to.include({phase: 'sample', iteration: 0});
      });
    });
  });

  describe("'tune'", () => {
    const masksOf = async (model: number) =>
      (await engine.request('segment', {model, image: IMAGE})).masks.values;
    const still = {learningRates: {mask: 0}};

    it('trains with the new rates from the next iteration on: a network of rate 0 stays', async () => {
      await withModel(engine, async (model, {training}) => {
        const {training: changed} = await engine.request('tune', {model, tuning: still});
        const learningRates = {...training.learningRates, mask: 0};
        expect(changed).to.deep.equal({...training, learningRates});
        const before = await masksOf(model);
        await engine.request('iterate', {model, count: 2});
        expect(await masksOf(model)).to.deep.equal(before);
        const {mask} = training.learningRates;
        await engine.request('tune', {model, tuning: {learningRates: {mask}}});
        await engine.request('iterate', {model, count: 1});
        expect(await masksOf(model)).to.not.deep.equal(before);
      });
    });

    it('takes λ_z into the next gradients', async () => {
      const normOf = (tuning: {lambdaZ?: number}) =>
        withModel(engine, async model => {
          await engine.request('tune', {model, tuning});
          const phases: PhaseReport[] = [];
          while (phases.at(-1)?.phase !== 'gradients') {
            phases.push(await engine.request('phase', {model}));
          }
          return phases.at(-1)!.values.gradientNorms!.encoder!;
        });
      expect(await normOf({})).to.be.greaterThan(0);
      expect(await normOf({lambdaZ: 0})).to.equal(0);
    });

    it('lets an iteration that is under way end as it began', async () => {
      await withModel(engine, async model => {
        const before = await masksOf(model);
        for (let i = 0; i < 4; i++) await engine.request('phase', {model});
        await engine.request('tune', {model, tuning: still});
        await engine.request('iterate', {model, count: 1});
        const ended = await masksOf(model);
        expect(ended).to.not.deep.equal(before);
        await engine.request('iterate', {model, count: 1});
        expect(await masksOf(model)).to.deep.equal(ended);
      });
    });

    it('is stated in checkpoints, and undone by an older one', async () => {
      await withModel(engine, async (model, {training}) => {
        const older = await engine.request('snapshot', {model});
        await engine.request('tune', {model, tuning: {lambdaZ: 9}});
        const newer = readCheckpoint(await engine.request('snapshot', {model})).info;
        expect(newer.training).to.deep.equal({...training, lambdaZ: 9});
        const back = await engine.request('restore', {model, checkpoint: older});
        expect(back.training).to.deep.equal(training);
      });
    });

    it('refuses a number out of its range, and changes nothing', async () => {
      await withModel(engine, async (model, {training}) => {
        const tuning = {lambdaZ: 2, learningRates: {encoder: -1}};
        const error = await rejection(engine.request('tune', {model, tuning}));
        expect(error.message).to.equal(
          'learningRates.encoder must be a number of at least 0; got -1'
        );
        const same = await engine.request('tune', {model, tuning: {}});
        expect(same.training).to.deep.equal(training);
      });
    });
  });

  describe("'evaluate'", () => {
    it('scores the first images of a split', async () => {
      await withModel(engine, async model => {
        const seen: Progress[] = [];
        const result = await engine.request(
          'evaluate',
          {model, split: 'val', count: 30},
          {onProgress: progress => seen.push(progress)}
        );
        expect(result.count).to.equal(30);
        expect(result.accuracy).to.be.within(0.5, 1);
        expect(result.iou).to.have.length(2);
        expect(result.objectIou).to.be.within(0, 1);
        expect(result.areas[0]! + result.areas[1]!).to.be.closeTo(1, 1e-4);
        expect(seen.map(({done}) => done)).to.deep.equal([0, 25, 30]);
        expect(await engine.request('evaluate', {model, split: 'val', count: 30})).to.deep.equal(
          result
        );
      });
    });
  });

  describe("'snapshot' and 'restore'", () => {
    it('go on to the same bits', async () => {
      await withModel(engine, async model => {
        await engine.request('iterate', {model, count: 2});
        const checkpoint = await engine.request('snapshot', {model});
        const look = async (): Promise<unknown> => [
          (await engine.request('iterate', {model, count: 2})).map(
            ({stepMs: _stepMs, ...values}) => values
          ),
          await engine.request('segment', {model, image: IMAGE}),
          await engine.request('redraw', {model, image: IMAGE, region: 0, code: CODE}),
        ];
        const first = await look();
        const info = await engine.request('restore', {model, checkpoint});
        expect(info.iteration).to.equal(2);
        expect(await look()).to.deep.equal(first);
      });
    });

    it('end an iteration that was begun by phases', async () => {
      await withModel(engine, async model => {
        for (let i = 0; i < 4; i++) await engine.request('phase', {model});
        const checkpoint = await engine.request('snapshot', {model});
        expect((await engine.request('restore', {model, checkpoint})).iteration).to.equal(1);
      });
    });

    it('save weights alone, to look at', async () => {
      await withModel(engine, async model => {
        await engine.request('iterate', {model, count: 1});
        const {areas} = await engine.request('segment', {model, image: IMAGE});
        const whole = await engine.request('snapshot', {model});
        const compact = await engine.request('snapshot', {model, compact: true});
        expect(compact.byteLength).to.be.below(whole.byteLength / 3);
        await engine.request('restore', {model, checkpoint: compact});
        const again = await engine.request('segment', {model, image: IMAGE});
        expect(again.areas[0]).to.be.closeTo(areas[0]!, 0.01);
        expect(again.areas[0]).to.not.equal(areas[0]);
      });
    });

    it('refuse a file that does not fit, and leave the model as it was', async () => {
      await withModel(engine, async model => {
        await engine.request('iterate', {model, count: 1});
        const checkpoint = await engine.request('snapshot', {model});
        const cut = checkpoint.slice(0, checkpoint.byteLength - 4);
        const larger = await withModel(
          engine,
          other => engine.request('snapshot', {model: other}),
          {overrides: {model: {...TINY, size: 32}}}
        );
        const before = await engine.request('segment', {model, image: IMAGE});
        for (const [file, message] of [
          [new ArrayBuffer(3), 'safetensors: the file must begin with 8 bytes of length'],
          [cut, '(truncated?)'],
          [larger, 'restore: the checkpoint must be for images of 16 pixels; got 32'],
        ] as const) {
          await expectNothingKept(async () => {
            const error = await rejection(engine.request('restore', {model, checkpoint: file}));
            expect(error.message).to.include(message);
          });
        }
        expect(await engine.request('segment', {model, image: IMAGE})).to.deep.equal(before);
        const [report] = await engine.request('iterate', {model, count: 1});
        expect(report!.iteration).to.equal(2);
      });
    });
  });

  it('says that the training has diverged, and is usable after a reset', async () => {
    const training = {
      ...OPEN.overrides!.training,
      learningRates: {mask: 1e30, generator: 1e30, discriminator: 1e30, encoder: 1e30},
    };
    await withModel(
      engine,
      async model => {
        const promise = engine.request('iterate', {model, count: 20});
        expect((await rejection(promise)).message).to.match(
          /^training: \w+ must stay finite; got .* at iteration \d+\. Go back to a checkpoint/
        );
        expect(
          (await rejection(engine.request('segment', {model, image: IMAGE}))).message
        ).to.equal(
          'segment: masks must be finite; got NaN: the training has diverged. Reset, or go back to a checkpoint'
        );
        await engine.request('reset', {model, seed: 1});
        const {areas} = await engine.request('segment', {model, image: IMAGE});
        expect(areas.every(Number.isFinite)).to.equal(true);
      },
      {overrides: {model: TINY, training}}
    );
  });
});

describeOn('wasm', 'OpenModel.phase()', () => {
  it('shows the weights that a failing phase left', async () => {
    // Real images that are no numbers: the last phase makes D's weights none either, and says so.
    const blobs = createBlobs({size: 16, seed: 1});
    let reads = 0;
    const dataset: Dataset = {
      ...blobs,
      read: async (split, indices) => {
        const samples = await blobs.read(split, indices);
        if (split === 'train' && ++reads === 3) samples.images.fill(NaN);
        return samples;
      },
    };
    const state = ModelState.random(TINY, 0.8, 1);
    const info = {preset: 'blobs-32', dataset: 'blobs', config: TINY, training: TRAINING};
    const model = new OpenModel({...info, iteration: 0, seed: 1}, state, dataset);
    for (let i = 1; i < PHASE_COUNT; i++) await model.phase();
    expect((await model.inspector.segment({image: IMAGE})).score).to.satisfy(Number.isFinite);
    const {version} = model.info();
    const error = await rejection(model.phase());
    expect(error.message).to.match(/^training: scoreReal must stay finite; got NaN/);
    expect(model.info().version).to.be.above(version);
    expect((await model.inspector.segment({image: IMAGE})).score).to.satisfy(Number.isNaN);
    await model.dispose();
  });
});
