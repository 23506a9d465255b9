/**
 * The paper's pictures of masks, of any model: Figure 2 (redraws by codes that are the same down a
 * column) and Figures 4 to 6 (top, random and worst masks by accuracy and by IoU).
 *
 * `npm run figures -- --figure 4 --model model.safetensors --data FOLDER --split val --out figure-4.svg`
 *
 * Figure 3 is drawn by `npm run baseline`.
 */

import {extname} from 'node:path';

import {
  type FigureSubject,
  type PictureFigure,
  rankedFigure,
  redrawFigure,
} from '../components/mask-figures.js';
import {drawPictureFigure} from '../components/picture-figure-drawing.js';
import {Engine} from '../core/engine/engine.js';
import {imageSource, withMasks} from './image-source.js';
import {readModel} from './model-at.js';
import {
  main,
  nodeBackend,
  oneOf,
  readOptions,
  splitOf,
  UsageError,
  wholeNumber,
} from './options.js';
import {ProgressLine} from './progress.js';
import {writeWhole} from './run-folder.js';
import {svgToPng} from './svg-to-png.js';

await main(async () => {
  const options = readOptions('figures', {
    figure: {help: '2: redraws by codes; 4, 5 or 6: top, random and worst masks'},
    model: {help: 'file of a model'},
    out: {help: 'file to write: .svg, or .png, which takes Chrome or Chromium'},
    data: {
      help: "data set, if not the model's own: a name, or a folder or archive of images",
      default: '',
    },
    split: {help: 'train, val or test', default: 'test'},
    masks: {help: "folder or archive of true masks in the place of the set's own", default: ''},
    images: {help: 'images to choose from, 0 for the whole split', default: '0'},
    columns: {help: 'images a block of figures 4 to 6', default: '10'},
    rows: {help: 'images of figure 2', default: '6'},
    seed: {help: 'seed of random images, of codes, and of generated images', default: '0'},
  });
  const figure = oneOf('figure', options.figure, ['2', '4', '5', '6'] as const);
  const split = splitOf('split', options.split);
  const limit = wholeNumber('images', options.images) || Infinity;
  const columns = wholeNumber('columns', options.columns, 1);
  const rows = wholeNumber('rows', options.rows, 1);
  const seed = wholeNumber('seed', options.seed);
  const ending = extname(options.out).toLowerCase();
  if (ending !== '.svg' && ending !== '.png') {
    throw new UsageError(`--out must end in .svg or .png; got ${options.out}`);
  }
  const images = options.data ? await imageSource(options.data, '--data') : undefined;
  const dataset = options.masks
    ? await withMasks(images, options.masks, {split, missing: 'refuse'})
    : images;
  const weights = await readModel(options.model);

  const engine = new Engine({...nodeBackend(), name: 'wasm'});
  const model = await engine.request('open', {preset: '', dataset, weights, seed});
  let progress: ProgressLine | undefined;
  const subject: FigureSubject = {
    engine,
    model,
    split,
    onProgress: (done, total) => (progress ??= new ProgressLine(total)).show(done, 'pictures'),
  };
  const total = Math.min(limit, model.dataset.counts[split]);
  const drawn =
    figure === '2'
      ? await redraws(subject, {count: Math.min(rows, total), total, seed})
      : await rankedFigure(
          subject,
          await engine.request('evaluate', {model: model.model, split, count: total}),
          {columns, seed}
        );
  const svg = drawPictureFigure(drawn);
  await writeWhole(
    options.out,
    ending === '.svg' ? new TextEncoder().encode(svg) : await svgToPng(svg)
  );
  process.stdout.write(`${drawn.title}\nsaved ${options.out}\n`);
});

/** Figure 2 of the first images; objects first, where the truth tells them from the background. */
async function redraws(
  subject: FigureSubject,
  {count, total, seed}: {count: number; total: number; seed: number}
): Promise<PictureFigure> {
  const {engine, model: info, split} = subject;
  const {model, dataset, config} = info;
  const all = Array.from({length: config.regions}, (_, region) => region);
  const hasTruth = dataset.labelled?.[split] !== 0;
  const evaluation = hasTruth
    ? await engine.request('evaluate', {model, split, count: Math.min(total, 100)})
    : undefined;
  const background = evaluation?.assigned.assignment[0];
  const regions =
    background === undefined ? all : [...all.filter(region => region !== background), background];
  const indices = Array.from({length: count}, (_, i) => evaluation?.indices?.[i] ?? i);
  return redrawFigure(subject, indices, {regions, seed});
}
