/**
 * Trains a model headless and says how good its masks are on held-out images.
 *
 * `npm run train -- --preset blobs-32 --steps 1000 --seed 0 --run runs/blobs --out-model model.safetensors`
 *
 * Exit codes, for those who start it from a queue: 0 when done, 1 for what can't be run as it was asked
 * for, 2 for a training that collapsed or diverged, 75 (`EX_TEMPFAIL` of sysexits) when it was stopped
 * by SIGTERM or SIGINT and the same command goes on from its folder.
 */

import {join} from 'node:path';

import {Engine} from '../core/engine/engine.js';
import type {EngineClient} from '../core/engine/protocol.js';
import type {ModelConfig, TrainingConfig} from '../core/model/config.js';
import {findPreset} from '../core/model/presets.js';
import type {Evaluation} from '../core/training/evaluation.js';
import type {IterationReport} from '../core/training/report.js';
import {
  fromFile,
  json,
  main,
  meanAndDeviation,
  nodeBackend,
  positive,
  readOptions,
  splitOf,
  UsageError,
  wholeNumber,
} from './options.js';
import {EngineInBrowser} from './engine-in-browser.js';
import {imageSource} from './image-source.js';
import {ProgressLine} from './progress.js';
import {RunFolder, writeWhole} from './run-folder.js';
import {type TrainingOptions, TrainingRun} from './training-run.js';
import {provideWebgpu} from './webgpu.js';

const BACKENDS = ['wasm', 'cpu', 'webgpu', 'webgl'] as const;

const EXIT_FAILED = 2;
const EXIT_STOPPED = 75;

await main(async () => {
  const options = readOptions(
    'train',
    {
      config: {
        help: 'JSON file of these options by name, which those given here override',
        default: '',
      },
      preset: {help: 'configuration to train'},
      dataset: {
        help: "data set to train on, if not the preset's: a name, or a folder or archive of images",
        default: '',
      },
      model: {help: 'JSON over the model of the preset, e.g. {"codeSize": 8}', default: '{}'},
      training: {help: 'JSON over its training, e.g. {"lambdaZ": 2}', default: '{}'},
      steps: {help: 'iterations', default: '1000'},
      seed: {
        help: 'seed of everything random; several by commas, one run after the other',
        default: '0',
      },
      backend: {
        help: 'wasm, cpu, webgpu for a GPU, or webgl in a headless browser',
        default: 'wasm',
      },
      run: {help: 'folder of log and checkpoints; the same command goes on from it', default: ''},
      from: {
        help: 'folder of another run, or a whole checkpoint, that a new --run goes on from; its settings of training may be others',
        default: '',
      },
      'checkpoint-every': {help: 'iterations between checkpoints', default: '500'},
      restarts: {help: 'how often a collapsed training may begin again', default: '0'},
      out: {help: 'file for the whole state, to go on from', default: ''},
      'out-model': {help: 'file for the weights alone, in half precision', default: ''},
      labelled: {
        help: 'images whose true masks f is taught by too, the last of --labelled-from; 0 for none',
        default: '0',
      },
      'labelled-from': {help: 'split whose images have the labels', default: 'train'},
      'labelled-weight': {help: 'what their cross-entropy weighs in the loss of f', default: '1'},
      every: {help: 'iterations between looks at validation images, 0 for none', default: '0'},
      images: {help: 'held-out images to score', default: '200'},
    },
    fromFile
  );
  const seeds = options.seed.split(',').map(seed => wholeNumber('seed', seed));
  if (seeds.length > 1 && (options.out || options['out-model'] || options.from)) {
    throw new UsageError(
      '--out, --out-model and --from must be left out with several seeds; give --run'
    );
  }
  if (options.from && !options.run) throw new UsageError('--from must be given with --run');
  const backend = BACKENDS.find(name => name === options.backend);
  if (!backend) {
    throw new UsageError(`--backend must be one of ${BACKENDS.join(', ')}; got ${options.backend}`);
  }
  const name = options.dataset || findPreset(options.preset).dataset;
  const common: Omit<TrainingOptions, 'seed'> = {
    preset: options.preset,
    dataset: await imageSource(name),
    overrides: {
      model: json<Partial<ModelConfig>>('model', options.model),
      training: json<Partial<TrainingConfig>>('training', options.training),
    },
    steps: wholeNumber('steps', options.steps, 1),
    every: wholeNumber('every', options.every),
    checkpointEvery: wholeNumber('checkpoint-every', options['checkpoint-every'], 1),
    images: wholeNumber('images', options.images, 1),
    restarts: wholeNumber('restarts', options.restarts),
    supervision: supervisionOf(options),
    from: options.from,
  };
  const engine = await startEngine(backend);
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort());

  try {
    await trainSeeds(engine, seeds, common, {...options, dataset: name}, stop.signal);
  } finally {
    // A browser would outlive it.
    if (engine instanceof EngineInBrowser) await engine.close();
  }
});

function startEngine(backend: (typeof BACKENDS)[number]): EngineClient | Promise<EngineClient> {
  if (backend === 'webgl') return EngineInBrowser.start('webgl');
  const provided = backend === 'webgpu' ? provideWebgpu() : Promise.resolve();
  return provided.then(() => new Engine({...nodeBackend(), name: backend}));
}

/** One run after the other; ends with mean and deviation where there are several. */
async function trainSeeds(
  engine: EngineClient,
  seeds: readonly number[],
  common: Omit<TrainingOptions, 'seed'>,
  given: {dataset: string; run: string; out: string; 'out-model': string},
  signal: AbortSignal
): Promise<void> {
  const scores: Evaluation[] = [];
  for (const seed of seeds) {
    const path = given.run && (seeds.length > 1 ? join(given.run, `seed-${seed}`) : given.run);
    if (seeds.length > 1) process.stdout.write(`seed ${seed}\n`);
    const score = await train(engine, {...common, seed}, path, given, signal);
    if (score) scores.push(score);
    if (signal.aborted) return;
  }
  if (seeds.length > 1) {
    const [accuracy, objectIou] = (['accuracy', 'objectIou'] as const).map(name =>
      meanAndDeviation(scores.map(each => each[name]))
    );
    process.stdout.write(
      `${scores.length} of ${seeds.length} seeds: accuracy ${accuracy}, object IoU ${objectIou}\n`
    );
  }
}

/** One run; its score on test images if it came to its end. */
async function train(
  engine: EngineClient,
  options: TrainingOptions,
  path: string,
  given: {dataset: string; out: string; 'out-model': string},
  signal: AbortSignal
): Promise<Evaluation | undefined> {
  const {preset, overrides, seed, steps, supervision} = options;
  const {dataset} = given;
  const folder = path
    ? await RunFolder.open(path, {preset, dataset, ...overrides, seed, supervision})
    : undefined;
  const run = await TrainingRun.begin(engine, options, folder);
  try {
    const {regionNames: names, notes} = run.model.dataset;
    for (const note of notes ?? []) process.stderr.write(`${note}\n`);
    const {iteration} = run.model;
    if (iteration > 0) process.stdout.write(`going on at iteration ${iteration} of ${path}\n`);
    const progress = new ProgressLine(steps, iteration);
    const outcome = await run
      .train(
        {
          onReport: report => progress.show(report.iteration, describe(report)),
          onValidation: (at, evaluation) =>
            process.stdout.write(`iteration ${at}: ${scores(evaluation, names)}\n`),
          onRestart: (reason, next) =>
            process.stdout.write(`collapsed: ${reason}; begun again with seed ${next}\n`),
        },
        signal
      )
      .catch((error: unknown) => {
        process.exitCode = EXIT_FAILED;
        throw error;
      });
    if (outcome === 'stopped') {
      process.exitCode = EXIT_STOPPED;
      const how = path ? `the same command goes on from ${path}` : 'without --run nothing was kept';
      process.stderr.write(`stopped; ${how}\n`);
      return undefined;
    }
    const {model} = run.model;
    if (given.out) await save(given.out, await engine.request('snapshot', {model}));
    if (given['out-model']) {
      await save(given['out-model'], await engine.request('snapshot', {model, compact: true}));
    }
    const test = await run.evaluate('test');
    process.stdout.write(`test: ${scores(test, names)}\n`);
    const best = await run.evaluateBest();
    if (best) {
      const at = folder!.state.best!.iteration;
      process.stdout.write(`test, best of validation (iteration ${at}): ${scores(best, names)}\n`);
    }
    if (outcome === 'collapsed') {
      process.exitCode = EXIT_FAILED;
      process.stderr.write('collapsed; --restarts N begins again, with other seeds\n');
    }
    return best ?? test;
  } finally {
    await run.close();
  }
}

/** The labelled images that f is taught by; undefined for none. */
function supervisionOf(given: Record<'labelled' | 'labelled-from' | 'labelled-weight', string>) {
  const count = wholeNumber('labelled', given.labelled);
  const weight = positive('labelled-weight', given['labelled-weight']);
  const split = splitOf('labelled-from', given['labelled-from']);
  return count > 0 ? {weight, examples: {split, count}} : undefined;
}

async function save(path: string, checkpoint: ArrayBuffer): Promise<void> {
  const file = new Uint8Array(checkpoint);
  await writeWhole(path, file);
  process.stdout.write(`saved ${path}, ${file.length} bytes\n`);
}

function describe({
  generatorLoss,
  discriminatorLoss,
  recoveryLoss,
  supervisedLoss,
  areas,
}: IterationReport): string {
  const areaList = areas!.map(area => area.toFixed(2)).join(' ');
  return (
    `loss G ${generatorLoss!.toFixed(2)} D ${discriminatorLoss!.toFixed(2)} ` +
    `z ${recoveryLoss!.toFixed(2)}  ` +
    (supervisedLoss === undefined ? '' : `labels ${supervisedLoss.toFixed(2)}  `) +
    `areas ${areaList}`
  );
}

function scores(evaluation: Evaluation | undefined, names: readonly string[]): string {
  if (!evaluation) return 'no true masks to score by';
  const {count, accuracy, iou, objectIou} = evaluation;
  const each = names.map((name, k) => `${name} ${iou[k]!.toFixed(4)}`).join(', ');
  return `accuracy ${accuracy.toFixed(4)}, IoU ${each}, object IoU ${objectIou.toFixed(4)}, best permutation, ${count} images`;
}
