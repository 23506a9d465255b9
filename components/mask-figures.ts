/** Figures 2 and 4 to 6 of the paper as plain data: pictures in rows, asked of an engine. */

import type {EngineClient, ImageRef, Masks, ModelInfo, Picture} from '../core/engine/protocol.js';
import {rankedBlocks, type RankedScores} from '../core/session/ranked-images.js';
import {GRID_COLUMNS, gridCodes} from '../core/session/redraw-grid.js';
import {matchRegions} from '../core/session/region-matching.js';
import type {Split} from '../datasets/dataset.js';
import {masksOfLabels, paintMask, paintRegions} from './mask-drawing.js';

/** A row of pictures of one size. */
export interface FigureRow {
  label: string;
  /** Undefined leaves a gap. */
  pictures: readonly (Picture | undefined)[];
  /** What stands under each picture, e.g. its score. */
  notes?: readonly string[];
  /** Whether a block of rows begins here, and what it is called. */
  heading?: string;
}

export interface PictureFigure {
  title: string;
  /** What stands over the columns; as many as pictures in a row. */
  columns?: readonly string[];
  rows: readonly FigureRow[];
}

/** What a figure is made of. */
export interface FigureSubject {
  engine: EngineClient;
  model: ModelInfo;
  split: Split;
  signal?: AbortSignal;
  /** Told before each image. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Figures 4 to 6: blocks of input, truth and masks.
 *
 * @param evaluation Of the subject's split.
 */
export async function rankedFigure(
  subject: FigureSubject,
  evaluation: RankedScores,
  {columns, seed}: {columns: number; seed: number}
): Promise<PictureFigure> {
  const blocks = rankedBlocks(evaluation, columns, seed);
  const total = blocks.reduce((sum, {rows}) => sum + rows.length, 0);
  let done = 0;
  const rows: FigureRow[] = [];
  for (const {title, rows: ranked} of blocks) {
    const looks = [];
    for (const row of ranked) {
      subject.onProgress?.(done++, total);
      const index = evaluation.indices?.[row] ?? row;
      looks.push(await lookAt(subject, {split: subject.split, index}));
    }
    const scores = ranked.map(row => {
      const {accuracy, objectIou} = evaluation.images[row]!;
      return `${accuracy.toFixed(3)} / ${objectIou.toFixed(3)}`;
    });
    rows.push(
      {heading: title, label: 'input', pictures: looks.map(({input}) => input)},
      {label: 'truth', pictures: looks.map(({truth}) => truth)},
      {label: 'ours', pictures: looks.map(({found}) => found), notes: scores}
    );
  }
  subject.onProgress?.(total, total);
  const {accuracy, objectIou, count} = evaluation;
  return {
    title:
      `${titleOf(subject)}: accuracy / IoU of each image; ` +
      `mean ${accuracy.toFixed(3)} / ${objectIou.toFixed(3)} of ${count}`,
    rows,
  };
}

/**
 * Figure 2: input, truth, the first object's mask, and each region redrawn by codes that are the same
 * down a column, objects first.
 *
 * @param indices Images, a row each.
 * @param regions The model's regions in the order in which they are redrawn; the first one's mask is shown.
 */
export async function redrawFigure(
  subject: FigureSubject,
  indices: readonly number[],
  {regions, seed}: {regions: readonly number[]; seed: number}
): Promise<PictureFigure> {
  const {engine, model: info, split, signal, onProgress} = subject;
  const {model, config} = info;
  const codes = gridCodes(config, seed);
  const rows: FigureRow[] = [];
  for (const [row, index] of indices.entries()) {
    onProgress?.(row, indices.length);
    const image = {split, index};
    const {input, truth, masks} = await lookAt(subject, image);
    const redrawn: Picture[] = [];
    for (const region of regions) {
      const request = {model, image, region, codes: codes[region]!};
      redrawn.push(...(await engine.request('compositions', request, {signal})).pictures);
    }
    rows.push({
      label: String(index),
      pictures: [input, truth, paintMask(masks, regions[0]!), ...redrawn],
    });
  }
  onProgress?.(indices.length, indices.length);
  const names = regions.map((_, i) => `region ${i + 1}`);
  return {
    title: `${titleOf(subject)}: redrawn with a code a column`,
    columns: [
      ...['input', 'truth', 'mask'],
      ...names.flatMap(name => [name, ...new Array<string>(GRID_COLUMNS - 1).fill('')]),
    ],
    rows,
  };
}

function titleOf({model: {dataset, config, iteration}, split}: FigureSubject): string {
  const at = iteration > 0 ? `, iteration ${iteration}` : '';
  return `${dataset.name}, ${split}, ${config.size}×${config.size}${at}`;
}

export interface Look {
  input: Picture;
  /** f's. */
  masks: Masks;
  /** Undefined where the image has no truth. */
  truth?: Picture;
  /** f's masks, each pixel of its largest region, in the truth's colours. */
  found: Picture;
}

/** An image as figures show it. An object alone is white on black; several have the colours of their regions. */
export async function lookAt(
  {engine, model: info, signal}: FigureSubject,
  image: ImageRef
): Promise<Look> {
  const {model} = info;
  const [sample] = await engine.request('samples', {model, images: [image]}, {signal});
  const {masks} = await engine.request('segment', {model, image}, {signal});
  const {picture: input, labels} = sample!;
  const {regionOf} = labels ? matchRegions(masks, labels) : {regionOf: [0, 1]};
  const truth = labels && masksOfLabels(labels, masks.width, regionOf);
  const paint = (each: Masks): Picture =>
    masks.regions === 2 ? paintMask(each, regionOf[1]!, true) : paintRegions(each, {hard: true});
  return {input, masks, ...(truth && {truth: paint(truth)}), found: paint(masks)};
}
