import {expect} from '@open-wc/testing';

import {findPreset} from '../../../core/model/presets.js';
import {NETWORKS} from '../../../core/model/redo.js';
import {
  type Checkpoint,
  type CheckpointInfo,
  readCheckpoint,
  writeCheckpoint,
} from '../../../core/training/checkpoint.js';
import {
  type NamedArray,
  readSafetensors,
  writeSafetensors,
} from '../../../core/weights/safetensors.js';
import {Random} from '../../../datasets/random.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {changes, numbers, type Run, start, TINY, TRAINING} from '../../support/models.js';
import {relativeError} from '../../support/values.js';

const INFO: CheckpointInfo = {
  preset: 'blobs-32',
  dataset: 'blobs',
  config: TINY,
  training: TRAINING,
  iteration: 0,
  seed: 1,
};

/** A checkpoint after some iterations. */
async function save({state, trainer}: Run, compact = false): Promise<ArrayBuffer> {
  const {iteration, optimizers} = trainer;
  return writeCheckpoint(
    {...INFO, config: state.config, iteration},
    state,
    compact ? undefined : optimizers
  );
}

/** A training that goes on where a checkpoint was made. */
function resume(checkpoint: Checkpoint): Run {
  const {config, training, iteration} = checkpoint.info;
  const run = start({config, training, iteration, state: checkpoint.state()});
  checkpoint.restoreOptimizers(run.trainer.optimizers);
  return run;
}

for (const backend of ['cpu', 'wasm'] as const) {
  describeOn(backend, 'writeCheckpoint(info, state, optimizers)', () => {
    for (const normalization of ['instance', 'batch'] as const) {
      it(`is gone on from to the same bits: ${normalization} norm`, async () => {
        await expectNothingKept(async () => {
          const run = start({config: {normalization}});
          for (let i = 0; i < 2; i++) await run.trainer.iterate();
          const checkpoint = readCheckpoint(await save(run));
          expect(checkpoint.info).to.deep.equal({
            ...INFO,
            config: run.state.config,
            iteration: 2,
          });
          const resumed = resume(checkpoint);
          const all = ({state, trainer}: Run): Map<string, number[]> =>
            numbers(state, trainer.optimizers);
          expect(changes(all(run), all(resumed))).to.deep.equal([]);
          for (let i = 0; i < 2; i++) {
            const report = await run.trainer.iterate();
            const {stepMs} = report;
            expect({...(await resumed.trainer.iterate()), stepMs}).to.deep.equal(report);
          }
          expect(changes(all(run), all(resumed))).to.deep.equal([]);
          await run.dispose();
          await resumed.dispose();
        });
      });
    }
  });
}

describeOn('cpu', 'writeCheckpoint(info, state)', () => {
  it('keeps the weights alone, in half precision', async () => {
    const run = start();
    await run.trainer.iterate();
    const [whole, compact] = [await save(run), await save(run, true)];
    expect(compact.byteLength).to.be.below(whole.byteLength / 3);
    const checkpoint = readCheckpoint(compact);
    expect(checkpoint.info.iteration).to.equal(1);
    const resumed = resume(checkpoint);
    const [before, after] = [numbers(run.state), numbers(resumed.state)];
    for (const [name, values] of before) {
      // Biases that have hardly moved from 0 are below half precision's normal numbers.
      const error = relativeError(after.get(name)!, values);
      const size = Math.max(...values.map(Math.abs));
      if (size > 1e-3) expect(error, name).to.be.at.most(2 ** -11);
    }
    expect(resumed.trainer.optimizers.mask.step).to.equal(0);
    await resumed.trainer.iterate();
    await run.dispose();
    await resumed.dispose();
  });
});

describeOn('cpu', 'readCheckpoint(bytes)', () => {
  let sound: ArrayBuffer;
  before(async () => {
    const run = start();
    await run.trainer.iterate();
    sound = await save(run);
    await run.dispose();
  });

  /** The sound file with something else in it. */
  function altered(
    change: (tensors: Map<string, NamedArray>, metadata: Record<string, string>) => void
  ): ArrayBuffer {
    const {tensors, metadata} = readSafetensors(sound);
    change(tensors, metadata);
    return writeSafetensors(tensors, metadata);
  }
  const withInfo = (change: Partial<Record<keyof CheckpointInfo, unknown>>): ArrayBuffer =>
    altered((_, metadata) => {
      metadata.info = JSON.stringify({...INFO, ...change});
    });

  const cnn = 'netEncM.cnn.0.mods.1.weight';
  const refusals: [title: string, bytes: () => ArrayBuffer, message: string | RegExp][] = [
    ['what is no safetensors file', () => new ArrayBuffer(100), 'safetensors: '],
    [
      'a file of another program',
      () => altered((_, metadata) => delete metadata.format),
      'checkpoint: the file must be one that redo-viewer saved (redo-viewer-1); got format none',
    ],
    [
      'a file of another version',
      () => altered((_, metadata) => (metadata.format = 'redo-viewer-99')),
      'checkpoint: the file must be one that redo-viewer saved (redo-viewer-1); got format redo-viewer-99',
    ],
    [
      'a configuration that is not JSON',
      () => altered((_, metadata) => (metadata.info = '{')),
      'checkpoint: the configuration in the file must be sound; SyntaxError',
    ],
    [
      'a configuration that is null',
      () => altered((_, metadata) => (metadata.info = 'null')),
      'checkpoint: the configuration in the file must be sound; TypeError',
    ],
    [
      'a size that cannot be',
      () => withInfo({config: {...TINY, size: 24}}),
      'checkpoint: the configuration in the file must be sound; RangeError: size must be 16, 32, 64, 128 or 256 (4 · 2^L); got 24',
    ],
    [
      'a training without learning rates',
      () => withInfo({training: {...TRAINING, learningRates: undefined}}),
      'checkpoint: the configuration in the file must be sound; TypeError',
    ],
    [
      'a training without one of its learning rates',
      () => withInfo({training: {...TRAINING, learningRates: {mask: 1}}}),
      'RangeError: learningRates.generator must be a number of at least 0; got undefined',
    ],
    [
      'an iteration that is no count',
      () => withInfo({iteration: -1}),
      'RangeError: iteration and seed must be whole numbers; got -1 and 1',
    ],
    [
      'a data set without a name',
      () => withInfo({dataset: null}),
      'TypeError: preset and dataset must be names',
    ],
    [
      'weights that are missing',
      () => altered(tensors => tensors.delete('netDX.dense.weight')),
      'weights: the checkpoint must hold netDX.dense.weight; it does not fit this configuration',
    ],
    [
      'weights for another configuration',
      () => withInfo({config: {...TINY, widths: {...TINY.widths, mask: 8}}}),
      `weights: ${cnn} must be [2,3,7,7] for this configuration; got [1,3,7,7]`,
    ],
    [
      'moments of another shape',
      () => altered(tensors => (tensors.get(`optimizer/${cnn}/exp_avg`)!.shape = [147])),
      'weights: cnn.0.mods.1.weight must be [1,3,7,7] for this configuration; got [147]',
    ],
    [
      'one moment without the other',
      () => altered(tensors => tensors.delete(`optimizer/${cnn}/exp_avg_sq`)),
      "checkpoint: each parameter of mask that has one of Adam's moments must have both",
    ],
    [
      'steps that are no counts',
      () => altered((_, metadata) => (metadata.optimizerSteps = '{"mask": 1}')),
      'checkpoint: optimizerSteps must be a whole number for each network; got {"mask": 1}',
    ],
    [
      'steps that are not JSON',
      () => altered((_, metadata) => (metadata.optimizerSteps = '{')),
      'checkpoint: optimizerSteps must be a whole number for each network; got {',
    ],
  ];
  for (const [title, bytes, message] of refusals) {
    it(`refuses ${title}, and builds nothing`, async () => {
      const file = bytes();
      await expectNothingKept(() => expect(() => readCheckpoint(file)).to.throw(Error, message));
    });
  }

  it('gives an error or a model for 300 random corruptions, and leaves nothing behind', async () => {
    const random = new Random('checkpoint corruption');
    const headerBytes = Number(new DataView(sound).getBigUint64(0, true));
    let refused = 0;
    await expectNothingKept(() => {
      for (let trial = 0; trial < 300; trial++) {
        const bytes = new Uint8Array(sound.slice(0));
        bytes[8 + random.integer(headerBytes)] = 32 + random.integer(95);
        try {
          const run = resume(readCheckpoint(bytes.buffer));
          for (const network of NETWORKS) run.trainer.optimizers[network].dispose();
          run.state.dispose();
        } catch (error) {
          expect(error).to.be.instanceOf(Error);
          expect(String(error)).to.match(/^Error: (safetensors|checkpoint|weights): /);
          refused++;
        }
      }
    });
    expect(refused).to.be.within(150, 299);
  });
});

describe('CheckpointInfo', () => {
  it('has room for every preset', () => {
    const {name, dataset, model, training} = findPreset('published-128');
    const info: CheckpointInfo = {
      ...{preset: name, dataset, config: model, training},
      ...{iteration: 5, seed: -3},
    };
    expect(JSON.parse(JSON.stringify(info))).to.deep.equal(info);
  });
});
