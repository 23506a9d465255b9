/**
 * Scores the masks of trained models on labelled images.
 *
 * `npm run evaluate -- --model model.safetensors --split val --csv images.csv`
 * `npm run evaluate -- --model model.safetensors --data FOLDER --split test --masks FOLDER`
 */

import {Engine} from '../core/engine/engine.js';
import type {Evaluation} from '../core/training/evaluation.js';
import {trivialScores} from '../core/training/trivial.js';
import {openDataset} from '../datasets/catalog.js';
import {imageSource, withMasks} from './image-source.js';
import {readModel} from './model-at.js';
import {
  main,
  meanAndDeviation,
  nodeBackend,
  oneOf,
  readOptions,
  splitOf,
  UsageError,
  wholeNumber,
} from './options.js';
import {writeWhole} from './run-folder.js';

interface Scored {
  model: string;
  dataset: string;
  size: number;
  regions: number;
  evaluation: Evaluation;
}

await main(async () => {
  const options = readOptions('evaluate', {
    model: {help: 'file of a model; several by commas, e.g. of several seeds'},
    data: {
      help: "data set, if not the model's own: a name, or a folder or archive of images",
      default: '',
    },
    split: {help: 'train, val or test', default: 'test'},
    masks: {
      help: "folder or archive of true masks in the place of the set's own, by the images' names or numbered in their order",
      default: '',
    },
    missing: {
      help: 'what to do where an image of the split has no mask in --masks: refuse or skip',
      default: 'refuse',
    },
    images: {help: 'images to score, 0 for the whole split', default: '0'},
    seed: {help: 'seed of generated images', default: '0'},
    csv: {help: 'file for the scores of each image', default: ''},
    json: {help: 'file for all figures', default: ''},
  });
  const split = splitOf('split', options.split);
  const limit = wholeNumber('images', options.images) || Infinity;
  const seed = wholeNumber('seed', options.seed);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);

  const images = options.data ? await imageSource(options.data, '--data') : undefined;
  const missing = oneOf('missing', options.missing, ['refuse', 'skip'] as const);
  const source = options.masks ? await withMasks(images, options.masks, {split, missing}) : images;

  const engine = new Engine({...nodeBackend(), name: 'wasm'});
  const scores: Scored[] = [];
  for (const path of options.model.split(',')) {
    const weights = await readModel(path);
    const opened = await engine.request('open', {
      preset: '',
      dataset: source,
      weights,
      seed,
    });
    const {model, dataset, config} = opened;
    for (const note of dataset.notes ?? []) process.stderr.write(`${note}\n`);
    const total = dataset.counts[split];
    const evaluation = await engine.request('evaluate', {
      model,
      split,
      count: Math.min(limit, total),
    });
    await engine.request('close', {model});
    scores.push({
      model: path,
      dataset: dataset.name,
      size: config.size,
      regions: config.regions,
      evaluation,
    });
    print(
      `${path}: ${dataset.name}, ${split}, ${config.size}×${config.size}, ${evaluation.count} images` +
        (evaluation.indices
          ? ` (${dataset.labelled![split]} of ${total} in the split have masks)`
          : '')
    );
    describe(evaluation, dataset.regionNames).forEach(print);
  }

  const {dataset, size, regions, evaluation} = scores[0]!;
  if (scores.some(each => each.dataset !== dataset || each.size !== size)) {
    throw new UsageError('--model must name models of one data set and size, to be compared');
  }
  if (scores.length > 1) {
    const summary = (pick: (evaluation: Evaluation) => number): string =>
      meanAndDeviation(scores.map(each => pick(each.evaluation)));
    print(
      `mean and deviation of ${scores.length} models: accuracy ${summary(each => each.accuracy)}, ` +
        `object IoU ${summary(each => each.objectIou)}`
    );
  }
  const data = await openDataset(source ?? dataset, {size, seed, regions});
  const {oneRegion, meanMask} = await trivialScores(data, split, evaluation.count);
  print('what needs no model:');
  print(`  one region takes all      ${brief(oneRegion)}`);
  print(`  mean mask for every image ${brief(meanMask)}`);

  if (options.csv) await writeWhole(options.csv, new TextEncoder().encode(toCsv(scores)));
  if (options.json) {
    const all = {dataset, split, size, scores, oneRegion, meanMask};
    await writeWhole(options.json, new TextEncoder().encode(`${JSON.stringify(all, null, 1)}\n`));
  }
});

function describe({assigned, iou, ...mean}: Evaluation, names: readonly string[]): string[] {
  const each = (values: readonly number[]): string =>
    names.map((name, t) => `${name} ${values[t]!.toFixed(4)}`).join(', ');
  const shares = assigned.confusion.map(row => row.reduce((sum, share) => sum + share, 0));
  const lines = [
    `  true share of pixels      ${each(shares)}`,
    `  best permutation an image ${brief(mean)}  (IoU ${each(iou)})`,
    `  one for all images        ${brief(assigned)}  (IoU ${each(assigned.iou)})`,
  ];
  if (names.length > 2) {
    lines.push('  confusion, in % of all pixels: true region by the region found');
    const {confusion, assignment} = assigned;
    const others = confusion[0]!.map((_, k) => k).filter(k => !assignment.includes(k));
    for (const [t, name] of names.entries()) {
      const row = [...assignment, ...others].map(k =>
        (100 * confusion[t]![k]!).toFixed(2).padStart(7)
      );
      lines.push(`    ${name.padEnd(12)}${row.join('')}`);
    }
  }
  return lines;
}

function brief({accuracy, objectIou}: Pick<Evaluation, 'accuracy' | 'objectIou'>): string {
  return `accuracy ${accuracy.toFixed(4)}, object IoU ${objectIou.toFixed(4)}`;
}

function toCsv(scores: readonly {model: string; evaluation: Evaluation}[]): string {
  const rows = scores.flatMap(({model, evaluation}) =>
    evaluation.images.map(({accuracy, objectIou}, i) =>
      [`"${model.replaceAll('"', '""')}"`, evaluation.indices?.[i] ?? i, accuracy, objectIou].join(
        ','
      )
    )
  );
  return `${['model,image,accuracy,object_iou', ...rows].join('\n')}\n`;
}
