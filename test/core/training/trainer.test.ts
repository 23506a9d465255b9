import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {PHASES, type PhaseReport, type Side} from '../../../core/training/report.js';
import type {Dataset} from '../../../datasets/dataset.js';
import {createBlobs} from '../../../datasets/blobs.js';
import {rejection} from '../../datasets/rejection.js';
import {NETWORKS} from '../../../core/model/redo.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  changes,
  numbers,
  type Run,
  type RunOptions,
  start,
  withoutVectors,
} from '../../support/models.js';
import {norm} from '../../support/values.js';

const ALL_PHASES = (['generator', 'discriminator'] as const).flatMap(side =>
  PHASES[side].map(phase => ({side, phase}))
);

/** Runs `work` on a new training, and frees it. */
async function using<T>(options: RunOptions, work: (run: Run) => Promise<T>): Promise<T> {
  const run = start(options);
  try {
    return await work(run);
  } finally {
    await run.dispose();
  }
}

async function phases({trainer}: Run, count: number): Promise<PhaseReport[]> {
  const reports: PhaseReport[] = [];
  for (let i = 0; i < count; i++) reports.push(await trainer.phase());
  return reports;
}

/** What differs between the states after two ways to train. */
async function compare(
  options: RunOptions,
  one: (run: Run) => Promise<unknown>,
  other: (run: Run) => Promise<unknown>,
  otherOptions = options
): Promise<string[]> {
  const after = (work: typeof one) => async (run: Run) => {
    await work(run);
    return numbers(run.state, run.trainer.optimizers);
  };
  return changes(await using(options, after(one)), await using(otherOptions, after(other)));
}

const iterate =
  (count: number, side?: Side) =>
  async ({trainer}: Run): Promise<void> => {
    for (let i = 0; i < count; i++) await trainer.iterate(side);
  };

/** Names of what the second iteration changes. */
async function changedBy(options: RunOptions, side?: Side): Promise<string[]> {
  return using(options, async ({state, trainer}) => {
    // New weights come with spectral vectors that rest; these do not.
    await trainer.iterate();
    const before = numbers(state);
    await trainer.iterate(side);
    return changes(before, numbers(state));
  });
}

const VARIANTS: Record<string, RunOptions> = {
  'the published loop': {},
  "the paper's Algorithm 1": {training: {variant: 'paper'}},
  'batch normalisation': {config: {normalization: 'batch'}},
  'three regions and attention': {
    config: {
      regions: 3,
      attention: {generator: true, discriminator: true},
      widths: {mask: 4, generator: 2, discriminator: 2, encoder: 1},
    },
  },
};

// On WebGPU each operation is tested by itself: drawn by the processor, one iteration takes minutes.
for (const backend of ['cpu', 'wasm', 'webgl'] as const) {
  // A software GPU takes its time for each new program, and plain code for each step: one variant there.
  const variants = Object.entries(VARIANTS).slice(0, backend === 'wasm' ? undefined : 1);
  for (const [title, options] of variants) {
    describeOn(backend, `Trainer, ${title}`, () => {
      it('phase() runs the phases in order, and an iteration of phases equals iterate()', async () => {
        const count = backend === 'webgl' ? 1 : 2;
        const difference = await compare(options, iterate(count), async run => {
          const reports = await phases(run, count * ALL_PHASES.length);
          expect(reports.map(({side, phase}) => ({side, phase}))).to.deep.equal(
            Array.from({length: count}, () => ALL_PHASES).flat()
          );
          const last = ALL_PHASES.length - 1;
          reports.forEach(({iteration, ended}, i) => {
            expect(ended).to.equal(i % ALL_PHASES.length === last);
            expect(iteration).to.equal(Math.floor((i + 1) / ALL_PHASES.length));
          });
        });
        expect(difference).to.deep.equal([]);
      });

      it('keeps nothing after dispose(), wherever the iteration was left', async () => {
        const places = backend === 'webgl' ? [11] : ALL_PHASES.map((_, i) => i);
        for (const count of places) {
          await expectNothingKept(() => using(options, run => phases(run, count)));
        }
      });

      it('holds after an iteration what it held after the first', async () => {
        await using(options, async run => {
          await iterate(1)(run);
          // Which generators have moments of Adam follows from the regions that the paper draws.
          if (options.training?.variant === 'paper') await iterate(8)(run);
          await expectNothingKept(() => iterate(2)(run));
          await expectNothingKept(() => phases(run, ALL_PHASES.length));
        });
      });
    });
  }
}

for (const backend of ['cpu', 'wasm'] as const) {
  describeOn(backend, 'Trainer', () => {
    it('gives the same numbers for the same seed', async () => {
      expect(await compare({}, iterate(2), iterate(2))).to.deep.equal([]);
    });

    it('gives other numbers for another seed', async () => {
      const difference = await compare({}, iterate(1), iterate(1), {seed: 2});
      expect(difference).to.include.members([
        'mask/cnn.0.mods.1.weight',
        'generator/net.0.dense.bias',
        'discriminator/dense.weight',
        'encoder/net.dense.weight',
      ]);
    });

    it('reports finite losses, scores and areas that sum to 1', async () => {
      await using({}, async ({trainer}) => {
        const report = await trainer.iterate();
        expect(report).to.have.all.keys([
          'iteration',
          'stepMs',
          'generatorLoss',
          'recoveryLoss',
          'discriminatorLoss',
          'scoreReal',
          'scoreRedrawn',
          'areas',
        ]);
        expect(report.iteration).to.equal(1);
        expect(report.areas![0]! + report.areas![1]!).to.be.closeTo(1, 1e-5);
        expect(report.recoveryLoss).to.be.above(0);
        expect(report.discriminatorLoss).to.be.at.least(0);
      });
    });

    it('tells in the phases that look what the update tells', async () => {
      await using({}, async run => {
        const reports = await phases(run, ALL_PHASES.length);
        const told = (side: Side, phase: string): PhaseReport['values'] =>
          reports.find(report => report.side === side && report.phase === phase)!.values;
        expect(told('generator', 'sample')).to.deep.equal({});
        const pairs = [
          [told('generator', 'losses'), told('generator', 'update')],
          [told('discriminator', 'losses'), told('discriminator', 'update')],
        ] as const;
        for (const [looked, updated] of pairs) {
          expect(updated).to.include.all.keys([...Object.keys(looked), 'gradientNorms']);
          for (const name of Object.keys(looked) as (keyof typeof looked)[]) {
            if (name === 'gradientNorms') continue;
            const [a, b] = [[looked[name]].flat(), [updated[name]].flat()] as [number[], number[]];
            a.forEach((value, i) => expect(value, name).to.be.closeTo(b[i]!, 1e-5));
          }
        }
      });
    });
  });
}

for (const backend of ['cpu', 'wasm', 'webgl'] as const) {
  describeOn(backend, 'Trainer.phase(), gradient norms', () => {
    it('are the roots of the sums of squares of what Adam was given, network by network', async () => {
      // Without a first moment's memory and weight decay, Adam's mean is the gradient itself.
      const options: RunOptions = {training: {beta1: 0, maskWeightDecay: 0}};
      await using(options, async run => {
        const reports = await phases(run, ALL_PHASES.length);
        const {gradientNorms} = reports.at(-1)!.values;
        for (const network of NETWORKS) {
          const {moments} = run.trainer.optimizers[network];
          const gradient = Object.values(moments).flatMap(({mean}) => [...mean.dataSync()]);
          expect(gradientNorms![network], network).to.be.above(0);
          expect(gradientNorms![network]! / norm(gradient), network).to.be.closeTo(1, 1e-4);
        }
      });
    });
  });
}

describeOn('wasm', 'Trainer.phase(), gradient norms', () => {
  it('are known from the phase that computes them on, side by side', async () => {
    await using({}, async run => {
      const reports = await phases(run, ALL_PHASES.length);
      const known = reports.map(({values}) => Object.keys(values.gradientNorms ?? {}).length);
      expect(known).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 3, 3, 3, 3, 3, 3, 3, 4, 4]);
    });
  });

  it('are not computed by iterate()', async () => {
    await using({}, async ({trainer}) => {
      expect(await trainer.iterate()).to.not.have.property('gradientNorms');
    });
  });
});

describeOn('wasm', 'Trainer.phase(side)', () => {
  for (const side of ['generator', 'discriminator'] as const) {
    it(`runs the phases of the ${side} alone, and equals iterate(side)`, async () => {
      const difference = await compare({}, iterate(2, side), async ({trainer}) => {
        for (let i = 0; i < 2; i++) {
          const run: PhaseReport[] = [];
          do run.push(await trainer.phase(side));
          while (!run.at(-1)!.ended);
          expect(run.map(({phase}) => phase)).to.deep.equal(PHASES[side]);
          expect(run.every(each => each.side === side)).to.equal(true);
        }
      });
      expect(difference).to.deep.equal([]);
    });
  }
});

describeOn('wasm', 'Trainer.iterate(side)', () => {
  const parts = (names: readonly string[]): string[] => [
    ...new Set(names.map(name => name.slice(0, name.indexOf('/')))),
  ];

  it('trains f, G and δ alone on the side of the generator', async () => {
    const changed = await changedBy({}, 'generator');
    expect(parts(withoutVectors(changed))).to.have.members(['mask', 'generator', 'encoder']);
    // Its forward pass through D makes D's power iteration, as in PyTorch.
    expect(parts(changed)).to.include('discriminator');
  });

  it('trains D alone on the side of the discriminator', async () => {
    const changed = await changedBy({}, 'discriminator');
    expect(parts(withoutVectors(changed))).to.deep.equal(['discriminator']);
    expect(parts(changed)).to.have.members(['discriminator', 'generator']);
  });

  it('changes every trained parameter when both sides run', async () => {
    await using({}, async ({state, trainer}) => {
      const before = numbers(state);
      await trainer.iterate();
      const changed = changes(before, numbers(state));
      // Biases that an instance norm subtracts again have no gradient but rounding.
      const still = withoutVectors([...before.keys()]).filter(
        name => !changed.includes(name) && !/(convB\.\d|sc\.\d\.1|blocs\.3)\.bias$/.test(name)
      );
      expect(still).to.deep.equal([]);
    });
  });

  it('reports the values of its side alone', async () => {
    await using({}, async ({trainer}) => {
      const {iteration, stepMs, ...generator} = await trainer.iterate('generator');
      expect(iteration).to.equal(1);
      expect(stepMs).to.be.above(0);
      expect(generator).to.have.all.keys(['generatorLoss', 'recoveryLoss', 'areas']);
      const discriminator = await trainer.iterate('discriminator');
      expect(discriminator.iteration).to.equal(2);
      expect(discriminator).to.not.have.any.keys(['generatorLoss', 'recoveryLoss', 'areas']);
    });
  });

  it('ends an iteration that was begun by phases', async () => {
    for (const count of [1, 5, 9, 12]) {
      const difference = await compare({}, iterate(1), async run => {
        await phases(run, count);
        const report = await run.trainer.iterate('generator');
        expect(report.iteration).to.equal(1);
        expect(report).to.include.any.keys(['scoreReal']);
      });
      expect(difference).to.deep.equal([]);
    }
  });
});

describeOn('wasm', "Trainer, the paper's Algorithm 1", () => {
  const options: RunOptions = {training: {variant: 'paper'}, config: {regions: 3}};
  const generators = (names: readonly string[]): string[] =>
    [...new Set(names.flatMap(name => /^generator\/(net\.\d)/.exec(name)?.[1] ?? []))].sort();

  it('redraws one region, and changes that generator alone', async () => {
    const seen = new Set<string>();
    await using(options, async ({state, trainer}) => {
      for (let i = 0; i < 12; i++) {
        const before = numbers(state);
        await trainer.iterate('generator');
        const changed = generators(changes(before, numbers(state)));
        expect(changed).to.have.length(1);
        seen.add(changed[0]!);
      }
    });
    expect([...seen]).to.have.members(['net.0', 'net.1', 'net.2']);
  });

  it("trains only that region's outputs of δ", async () => {
    await using(options, async ({state, trainer}) => {
      const name = 'encoder/net.dense.bias';
      const before = numbers(state).get(name)!;
      await trainer.iterate('generator');
      const after = numbers(state).get(name)!;
      const regions = new Set(
        before.flatMap((value, i) => (value === after[i] ? [] : [Math.floor(i / 2)]))
      );
      expect(regions.size).to.equal(1);
    });
  });

  it('draws a batch of its own for the discriminator', async () => {
    // On the published loop both sides redraw the same codes: the same power iterations.
    await using({...options, seed: 3}, async ({state, trainer}) => {
      const sides: string[] = [];
      for (let i = 0; i < 8; i++) {
        for (const side of ['generator', 'discriminator'] as const) {
          const before = numbers(state);
          await trainer.iterate(side);
          sides.push(generators(changes(before, numbers(state))).join());
        }
      }
      expect(sides.every(each => each.length === 5)).to.equal(true);
      expect(new Set(sides).size).to.equal(3);
    });
  });
});

describeOn('wasm', 'Trainer, batch normalisation', () => {
  it('updates the running moments of every generator, on both sides', async () => {
    for (const side of ['generator', 'discriminator'] as const) {
      const changed = await changedBy({config: {normalization: 'batch'}}, side);
      const moments = changed.filter(name => /running_(mean|var)$/.test(name));
      // Two networks of two blocks with two places each, and the output's: mean and variance.
      expect(moments).to.have.length(2 * (2 * 2 + 1) * 2);
    }
  });
});

/** The blobs, with pixels that are no numbers from image to image on. */
function spoilt(read: (call: number) => 'as it is' | 'NaN' | 'error'): Dataset {
  const blobs = createBlobs({size: 16, seed: 1});
  let call = 0;
  return {
    ...blobs,
    read: async (split, indices) => {
      const what = read(++call);
      if (what === 'error') throw new Error('the disk is gone');
      const samples = await blobs.read(split, indices);
      if (what === 'NaN') samples.images.fill(NaN);
      return samples;
    },
  };
}

describeOn('wasm', 'Trainer, when things go wrong', () => {
  const diverged =
    /^training: (generatorLoss|areas) must stay finite; got NaN(,NaN)? at iteration 2\. Go back to a checkpoint, reset with another seed, or lower the learning rates$/;

  it('says that a loss is no longer a number: iterate()', async () => {
    await expectNothingKept(() =>
      // Two reads an iteration for the discriminator, one for the generator.
      using({dataset: spoilt(call => (call > 3 ? 'NaN' : 'as it is'))}, async ({trainer}) => {
        await trainer.iterate();
        expect((await rejection(trainer.iterate())).message).to.match(diverged);
      })
    );
  });

  it('says that a loss is no longer a number: phase()', async () => {
    await expectNothingKept(() =>
      using({dataset: spoilt(call => (call > 3 ? 'NaN' : 'as it is'))}, async run => {
        await phases(run, 2 * ALL_PHASES.length - 1);
        expect((await rejection(run.trainer.phase())).message).to.match(diverged);
      })
    );
  });

  it('begins the iteration anew after an error in the middle of it', async () => {
    for (const [failing, way] of [
      [1, 'iterate'],
      [3, 'iterate'],
      [1, 'phase'],
      [3, 'phase'],
    ] as const) {
      await expectNothingKept(() =>
        using({dataset: spoilt(call => (call === failing ? 'error' : 'as it is'))}, async run => {
          const work = way === 'iterate' ? iterate(1)(run) : phases(run, ALL_PHASES.length);
          expect((await rejection(work)).message).to.equal('the disk is gone');
          const [first] = await phases(run, 1);
          expect(first).to.include({side: 'generator', phase: 'sample', iteration: 0});
          const report = await run.trainer.iterate();
          expect(report).to.include({iteration: 1});
          expect(report).to.include.all.keys(['generatorLoss', 'discriminatorLoss']);
        })
      );
    }
  });

  it('counts tensors only: the check above can fail', async () => {
    let leaked: tf.Tensor | undefined;
    const check = expectNothingKept(() => (leaked = tf.scalar(1)));
    expect((await rejection(check)).message).to.match(/deeply equal/);
    leaked!.dispose();
  });
});
