/** The training program, run as a person runs it. */

import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {decode} from 'fast-png';
import jpeg from 'jpeg-js';

import {readSafetensors} from '../../core/weights/safetensors.js';
import {type Ended, Program} from '../support/program.js';
import {makeZip} from '../datasets/archives.js';
import {makePng} from '../datasets/images.js';

const root = resolve(import.meta.dirname, '../..');

/** Networks that train in a moment. */
const SMALL = [
  ...['--preset', 'blobs-32', '--images', '20', '--steps', '3'],
  '--model',
  JSON.stringify({size: 16, widths: {mask: 4, generator: 2, discriminator: 2, encoder: 2}}),
  ...['--training', JSON.stringify({batchSize: 2})],
];

const RATES = {generator: 1e-4, discriminator: 1e-4, encoder: 1e-4};

/** Waits until a file has so many lines. */
async function grown(path: string, lines: number): Promise<void> {
  while (!(existsSync(path) && readFileSync(path, 'utf8').split('\n').length > lines)) {
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

describe('npm run train', () => {
  let folder: string;
  let program: Program;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-train-'));
    program = await Program.of('cli/train.ts');
  });
  after(() => {
    rmSync(folder, {recursive: true});
    program.dispose();
  });
  const train = (...options: string[]): Ended => program.run(...options);

  /** Starts training and kills it once its log has so many lines. */
  async function killedAfter(lines: number, log: string, options: string[]): Promise<void> {
    const child = program.start(options);
    const ended = new Promise(resolve => child.once('exit', resolve));
    await grown(log, lines);
    child.kill('SIGKILL');
    await ended;
  }

  it('ends with accuracy and IoU a region, the same for the same seed and others for another', () => {
    const [first, again, other] = ['7', '7', '8'].map(seed => train(...SMALL, '--seed', seed));
    assert.equal(first!.status, 0, first!.err);
    assert.match(
      first!.out,
      /^test: accuracy 0\.\d{4}, IoU background [\d.]+, object [\d.]+, object IoU [\d.]+, best permutation, 20 images\n$/
    );
    assert.equal(again!.out, first!.out);
    assert.notEqual(other!.out, first!.out);
  });

  it('trains on WebGL in a headless browser to the losses of wasm, on digits and on a folder', () => {
    const images = join(folder, 'greens');
    mkdirSync(images);
    for (let i = 0; i < 4; i++) {
      writeFileSync(
        join(images, `${i}.png`),
        makePng(20, 20, 3, x => [x * 9, 60 * i, 40])
      );
    }
    const small = (regions: number, size: number): string[] => [
      ...['--preset', 'blobs-32', '--images', '4', '--steps', '1'],
      ...['--training', JSON.stringify({batchSize: 2})],
      '--model',
      JSON.stringify({
        ...{size, regions, maskResidualBlocks: 0},
        widths: {mask: 4, generator: 1, discriminator: 2, encoder: 1},
      }),
    ];
    for (const [dataset, options] of [
      ['colored-2-mnist', small(3, 32)],
      [images, small(2, 16)],
    ] as const) {
      const [onWebgl, onWasm] = ['webgl', 'wasm'].map(backend => {
        const run = join(folder, `${backend}-${options.length}-${dataset.length}`);
        const {status, err} = train(
          ...[...options, '--dataset', dataset, '--backend', backend, '--run', run]
        );
        assert.equal(status, 0, err);
        const [line] = readFileSync(join(run, 'log.jsonl'), 'utf8').split('\n');
        return JSON.parse(line!) as Record<'generatorLoss' | 'recoveryLoss', number>;
      });
      for (const name of ['generatorLoss', 'recoveryLoss'] as const) {
        const [found, wanted] = [onWebgl![name], onWasm![name]];
        assert.ok(Math.abs(found - wanted) < 1e-3 * Math.abs(wanted), `${found}, ${wanted}`);
      }
    }
  });

  it('teaches f by labelled images too, which a run states and goes on with', () => {
    const run = join(folder, 'labelled');
    const labelled = ['--labelled', '2', '--labelled-from', 'val', '--labelled-weight', '3'];
    const {status, err} = train(...SMALL, ...labelled, '--run', run);
    assert.equal(status, 0, err);
    assert.match(err, / labels \d/);
    const losses = (path: string): number[] =>
      readFileSync(join(path, 'log.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as {supervisedLoss: number}).supervisedLoss);
    assert.ok(losses(run).every(loss => loss > 0));
    const state = JSON.parse(readFileSync(join(run, 'state.json'), 'utf8')) as {
      config: {supervision: unknown};
    };
    assert.deepEqual(state.config.supervision, {
      weight: 3,
      examples: {split: 'val', count: 2},
    });
    const [longer, broken] = [join(folder, 'longer'), join(folder, 'broken')];
    assert.equal(train(...SMALL, ...labelled, '--run', longer, '--steps', '5').status, 0);
    assert.equal(train(...SMALL, ...labelled, '--run', broken, '--steps', '3').status, 0);
    assert.equal(train(...SMALL, ...labelled, '--run', broken, '--steps', '5').status, 0);
    assert.deepEqual(losses(broken), losses(longer));
    assert.match(train(...SMALL, '--run', run).err, /must hold a run of this configuration/);
    for (const [given, says] of [
      [['--labelled', '9e12'], /labelled images must be from 1 to \d+, which train has/],
      [['--labelled', '2', '--labelled-weight', '0'], /--labelled-weight must be a number above 0/],
    ] as const) {
      const refused = train(...SMALL, ...given);
      assert.equal(refused.status, 1);
      assert.match(refused.err, says);
    }
  });

  it('shows progress, time a step and time left', () => {
    assert.match(train(...SMALL).err, /█+░* 3\/3 {2}\d+ ms a step, took 0:\d\d {2}loss G/);
  });

  it('saves the whole state, and the weights alone in half the space', () => {
    const [state, model] = ['state', 'model'].map(name => join(folder, `${name}.safetensors`));
    const {status, err} = train(...SMALL, '--out', state!, '--out-model', model!);
    assert.equal(status, 0, err);
    const [whole, alone] = [state!, model!].map(path => {
      const {buffer, byteOffset, length} = readFileSync(path);
      return readSafetensors(buffer.slice(byteOffset, byteOffset + length));
    });
    assert.ok(whole!.tensors.has('optimizer/netDX.dense.weight/exp_avg_sq'));
    assert.ok(!alone!.tensors.has('optimizer/netDX.dense.weight/exp_avg_sq'));
    for (const [name, {values}] of alone!.tensors) {
      const full = whole!.tensors.get(name)!.values;
      values.forEach((value, i) =>
        assert.ok(Math.abs(value - full[i]!) <= 2 ** -11 * Math.abs(full[i]!) + 2 ** -25, name)
      );
    }
    assert.equal((JSON.parse(whole!.metadata.info!) as {iteration: number}).iteration, 3);
  });

  it('goes on from its folder after any kill, to the numbers of an unbroken run', async () => {
    const run = join(folder, 'killed');
    const options = [...SMALL.slice(0, 4), ...SMALL.slice(6), '--steps', '40', '--every', '7'];
    options.push('--checkpoint-every', '5', '--out');
    const whole = train(...options, join(folder, 'whole'), '--run', join(folder, 'unbroken'));
    assert.equal(whole.status, 0, whole.err);
    // Killed after so many lines of its log, which come at any moment between two commits.
    for (const lines of [3, 9, 15, 22, 30]) {
      await killedAfter(lines, join(run, 'log.jsonl'), [
        ...options,
        join(folder, 'x'),
        '--run',
        run,
      ]);
    }
    const last = train(...options, join(folder, 'resumed'), '--run', run);
    assert.equal(last.status, 0, last.err);
    const [, from] = /^going on at iteration (\d+) of /.exec(last.out)!;
    assert.ok(Number(from) >= 15 && Number(from) % 5 === 0, from);
    const [one, other] = ['whole', 'resumed'].map(name => readFileSync(join(folder, name)));
    assert.ok(one!.equals(other!), 'the same state, bit by bit');
    const [log, resumed] = ['unbroken', 'killed'].map(name =>
      readFileSync(join(folder, name, 'log.jsonl'), 'utf8').replace(/"stepMs":[^,}]+/g, '')
    );
    assert.equal(resumed, log);
    assert.equal(last.out.split('\n').at(-2), whole.out.split('\n').at(-2));
  });

  it('goes on from another run or from a checkpoint with other settings, and leaves the other as it is', () => {
    const [one, two, three] = ['one', 'two', 'three'].map(name => join(folder, 'from', name));
    const SLOWER = ['--training', JSON.stringify({batchSize: 2, lambdaZ: 1})];
    const first = train(...SMALL, '--run', one!, '--every', '2');
    assert.equal(first.status, 0, first.err);
    const kept = readdirSync(one!).map(name => readFileSync(join(one!, name)));
    const more = [...SMALL.slice(0, 4), ...SMALL.slice(6, 8), ...SLOWER];

    const second = train(...more, '--steps', '5', '--run', two!, '--from', one!);
    assert.equal(second.status, 0, second.err);
    assert.match(second.out, /^going on at iteration 3 of /);
    assert.deepEqual(
      readdirSync(one!).map(name => readFileSync(join(one!, name))),
      kept
    );
    const log = readFileSync(join(two!, 'log.jsonl'), 'utf8');
    assert.ok(log.startsWith(readFileSync(join(one!, 'log.jsonl'), 'utf8')));
    const state = JSON.parse(readFileSync(join(two!, 'state.json'), 'utf8')) as {
      iteration: number;
      best: {file: string};
    };
    assert.equal(state.iteration, 5);
    assert.ok(existsSync(join(two!, state.best.file)));

    const file = join(two!, 'checkpoint-0-5.safetensors');
    const {metadata} = readSafetensors(new Uint8Array(readFileSync(file)).buffer);
    const {training} = JSON.parse(metadata.info!) as {training: {lambdaZ: number}};
    assert.equal(training.lambdaZ, 1);
    const third = train(
      ...SMALL.slice(0, 4),
      ...SMALL.slice(6),
      '--steps',
      '6',
      '--run',
      three!,
      '--from',
      file
    );
    assert.equal(third.status, 0, third.err);
    assert.match(third.out, /^going on at iteration 5 of /);

    for (const [given, says] of [
      [['--from', one!], /--from must be given with --run/],
      [
        ['--run', join(folder, 'from', 'x'), '--from', join(folder, 'no')],
        /got .*no, which is not there/,
      ],
      [
        ['--run', join(folder, 'from', 'z'), '--from', join(two!, state.best.file)],
        /--from must be a whole state, as --out writes it; \S+ has weights alone/,
      ],
      [
        ['--run', join(folder, 'from', 'y'), '--from', one!, '--model', '{"codeSize": 3}'],
        /--from must be of the model that is given/,
      ],
    ] as const) {
      const refused = train(...more, '--steps', '5', ...given);
      assert.equal(refused.status, 1);
      assert.match(refused.err, says);
    }
    assert.equal(readFileSync(join(folder, 'from', 'y', 'log.jsonl'), 'utf8'), '');
  });

  it('trains on a folder of images, and on an archive; scores by masks where there are any', async () => {
    const images = join(folder, 'mine');
    mkdirSync(join(images, 'masks'), {recursive: true});
    const picture = makePng(40, 30, 3, x => (x < 20 ? [250, 0, 0] : [0, 0, 250]));
    writeFileSync(join(images, '1.png'), picture);
    const data = Uint8Array.from({length: 32 * 32 * 4}, (_, i) => (i * 7) % 256);
    writeFileSync(join(images, '2.jpg'), jpeg.encode({width: 32, height: 32, data}, 90).data);
    const plain = train(...SMALL, '--dataset', images);
    assert.equal(plain.status, 0, plain.err);
    assert.equal(plain.out, 'test: no true masks to score by\n');

    const mask = makePng(40, 30, 1, x => [x < 20 ? 0 : 255]);
    const archive = join(folder, 'mine.zip');
    const parts = [
      {path: 'images/1.png', bytes: picture},
      {path: 'masks/1.png', bytes: mask},
      {path: 'masks/9.png', bytes: mask},
    ];
    writeFileSync(archive, await makeZip(parts));
    const labelled = train(...SMALL, '--dataset', archive);
    assert.match(labelled.out, /^test: accuracy .*, 1 images\n$/, labelled.err);
    assert.match(labelled.err, /Not used: the mask masks\/9\.png has no image of its name/);
  });

  it('keeps the best weights of validation, and scores them', () => {
    const run = join(folder, 'best');
    const {status, out, err} = train(...SMALL, '--run', run, '--every', '1');
    assert.equal(status, 0, err);
    const looks = [...out.matchAll(/^iteration (\d): .*object IoU ([\d.]+)/gm)];
    const best = looks.reduce((a, b) => (Number(b[2]) > Number(a[2]) ? b : a));
    assert.match(out, new RegExp(`^test, best of validation \\(iteration ${best[1]}\\): `, 'm'));
    assert.deepEqual(readdirSync(run).sort(), [
      `best-0-${best[1]}.safetensors`,
      'checkpoint-0-3.safetensors',
      'log.jsonl',
      ...[1, 2, 3].map(iteration => `probe-0-${iteration}.png`),
      'state.json',
    ]);
    const [first, last] = [1, 3].map(iteration =>
      decode(readFileSync(join(run, `probe-0-${iteration}.png`)))
    );
    // Of six images each: the image, and mask and redraw of two regions.
    assert.deepEqual([last!.width, last!.height, last!.channels], [5 * 16, 6 * 16, 3]);
    const column = (picture: typeof last, from: number) =>
      Array.from({length: 6 * 16}, (_, y) => [
        ...picture!.data.subarray(3 * (5 * 16 * y + from), 3 * (5 * 16 * y + from + 16)),
      ]);
    assert.deepEqual(column(first, 0), column(last, 0));
    assert.notDeepEqual(column(first, 32), column(last, 32));
  });

  for (const backend of ['wasm', 'webgl']) {
    it(`stops at SIGTERM with a checkpoint and exit code 75, on ${backend}`, async () => {
      const run = join(folder, `stopped-${backend}`);
      const options = ['--backend', backend, '--steps', '100000', '--run', run];
      const child = program.start([...SMALL, ...options]);
      await grown(join(run, 'log.jsonl'), 2);
      child.kill('SIGTERM');
      const code = await new Promise(resolve => child.once('exit', resolve));
      assert.equal(code, 75);
      const {iteration} = JSON.parse(readFileSync(join(run, 'state.json'), 'utf8')) as {
        iteration: number;
      };
      const lines = readFileSync(join(run, 'log.jsonl'), 'utf8').trim().split('\n');
      assert.equal((JSON.parse(lines.at(-1)!) as {iteration: number}).iteration, iteration);
    });
  }

  it('begins again with another seed where a region has vanished, and says so', () => {
    const run = join(folder, 'collapsed');
    // With a rate of 1 for f, one region soon takes all.
    const {status, out, err} = train(
      ...SMALL.slice(0, 4),
      ...['--steps', '40', '--checkpoint-every', '1', '--seed', '1', ...SMALL.slice(6, 8)],
      '--training',
      JSON.stringify({batchSize: 2, learningRates: {...RATES, mask: 1}}),
      ...['--run', run, '--restarts', '2']
    );
    assert.equal(status, 2, out + err);
    assert.deepEqual(
      [...out.matchAll(/^collapsed: .* begun again with seed (\d+)$/gm)].map(([, seed]) => seed),
      ['1000004', '2000007']
    );
    assert.match(err, /collapsed; --restarts N begins again, with other seeds\n$/);
    const log = readFileSync(join(run, 'log.jsonl'), 'utf8');
    assert.equal(log.match(/"event":"collapse"/g)!.length, 3);
  });

  it('runs several seeds and tells mean and deviation', () => {
    const run = join(folder, 'seeds');
    const {status, out, err} = train(...SMALL, '--seed', '1,2', '--run', run);
    assert.equal(status, 0, err);
    assert.match(
      out,
      /\n2 of 2 seeds: accuracy 0\.\d{4} ± 0\.\d{4}, object IoU 0\.\d{4} ± 0\.\d{4}\n$/
    );
    assert.ok(existsSync(join(run, 'seed-2', 'state.json')));
  });

  it('reads its options from a file, over which those given come', () => {
    const config = join(folder, 'config.json');
    writeFileSync(
      config,
      JSON.stringify({
        preset: 'blobs-32',
        images: 20,
        steps: 3,
        seed: 8,
        model: JSON.parse(SMALL[7]!) as unknown,
        training: {batchSize: 2},
      })
    );
    const [file, given] = [
      train('--config', config, '--seed', '7'),
      train(...SMALL, '--seed', '7'),
    ];
    assert.equal(file.status, 0, file.err);
    assert.equal(file.out, given.out);
    writeFileSync(config, JSON.stringify({stepps: 3}));
    assert.match(train('--config', config).err, /--config must name options; got stepps/);
  });

  it('refuses a folder of another configuration or of something else', () => {
    const run = join(folder, 'taken');
    assert.equal(train(...SMALL, '--run', run).status, 0);
    const {status, err} = train(...SMALL, '--run', run, '--training', '{"batchSize": 3}');
    assert.equal(status, 1);
    assert.match(err, /must hold a run of this configuration/);
    assert.match(train(...SMALL, '--run', root).err, /must be empty, new, or the folder of a run/);
  });

  for (const {options, says} of [
    {options: ['--preset', 'blobs-33'], says: /must be one of blobs-32.*got blobs-33/},
    {options: ['--steps', '0'], says: /--steps must be a whole number of at least 1; got 0/},
    {options: ['--stepps', '1'], says: /Unknown option '--stepps'[^]*usage: npm run train/},
    {options: ['--model', '{"size": 48}'], says: /size must be 16, 32, 64, 128 or 256.*got 48/},
    {options: ['--model', '{"regions": 1}'], says: /regions must be .* at least 2; got 1/},
    {options: ['--dataset', 'cats'], says: /cats/},
    {
      options: ['--backend', 'webnn'],
      says: /--backend must be one of wasm, cpu, webgpu, webgl; got webnn/,
    },
  ]) {
    it(`refuses ${options.join(' ')} in a sentence, with exit code 1`, () => {
      const {status, err} = train('--preset', 'blobs-32', '--images', '5', ...options);
      assert.equal(status, 1);
      assert.match(err, says);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }
});
