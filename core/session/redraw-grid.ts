/** The paper's Figure 2 as an asynchronous node: images by codes, the same code down a column. */

import {computed, signal, type ReadonlySignal} from '@preact/signals-core';
import {Random} from '../../datasets/random.js';
import {resource, type Resource} from '../graph/resource.js';
import type {Compositions, ImageRef, Masks} from '../engine/protocol.js';
import type {ExplorerSources} from './explorer.js';

/** Images that are shown at a time. */
export const GRID_ROWS = 6;

/** Codes of each region. */
export const GRID_COLUMNS = 4;

/** Height and width of the pictures at most. */
const SIDE = 64;

/** What f and the generators make of one image. */
export interface GridRow {
  masks: Masks;
  /** `[regions]`, each with a picture and a score a code. */
  redraws: readonly Compositions[];
}

/** What is asked: rows by columns. */
interface GridRequest {
  model: number;
  images: readonly ImageRef[];
  codes: readonly (readonly Float32Array[])[];
  side: number;
}

/** The rows that are there, in the order of `images`; the others are on their way. */
export interface Grid {
  model: number;
  images: readonly ImageRef[];
  /** `[regions][columns]`. */
  codes: readonly (readonly Float32Array[])[];
  rows: readonly (GridRow | undefined)[];
}

/** The codes of the columns `[regions][columns]`. */
export function gridCodes(
  {regions, codeSize}: {regions: number; codeSize: number},
  seed: number
): Float32Array[][] {
  return Array.from({length: regions}, (_, region) =>
    Array.from({length: GRID_COLUMNS}, (_, column) =>
      new Random(seed, 'grid', region, column).normals(codeSize)
    )
  );
}

/**
 * The grid. It is drawn row by row; with new weights each row stays until it is drawn anew. While
 * weights change a grid is finished before the next is begun; other images or codes abort it.
 */
export class RedrawGrid {
  /** Seed of the codes. */
  readonly seed = signal(1);
  /** The images of the rows: that in hand and its neighbours. */
  readonly images: ReadonlySignal<readonly ImageRef[]>;
  /** The codes of the columns `[regions][columns]`. */
  readonly codes: ReadonlySignal<readonly (readonly Float32Array[])[]>;
  readonly node: Resource<Grid>;

  private readonly sources: ExplorerSources;

  constructor(sources: ExplorerSources) {
    this.sources = sources;
    const {model, strip, image, regions, codeSize, size, weights} = sources;
    // Over a plain number, so that another image of the same rows is no other grid.
    const start = computed(() => {
      const first = strip.value[0]?.index ?? 0;
      return GRID_ROWS * Math.floor((image.value.index - first) / GRID_ROWS);
    });
    this.images = computed(() => strip.value.slice(start.value, start.value + GRID_ROWS));
    this.codes = computed(() =>
      gridCodes({regions: regions.value, codeSize: codeSize.value}, this.seed.value)
    );
    this.node = resource<GridRequest, Grid>({
      request: () => {
        // Not part of what is asked; only makes the request a new one.
        void weights.value;
        if (model.value === undefined || this.images.value.length === 0) return undefined;
        const side = Math.min(SIDE, size.value);
        return {model: model.value, images: this.images.value, codes: this.codes.value, side};
      },
      load: (request, signal, land) => this.load(request, signal, land),
      supersedes: (newer, older) => !isSame(newer, older),
    });
  }

  private async load(
    {model, images, codes, side}: GridRequest,
    signal: AbortSignal,
    land: (grid: Grid) => void
  ): Promise<Grid> {
    const last = this.node.state.peek().value;
    const rows = images.map((_, i) =>
      last && isSame(last, {model, images, codes}) ? last.rows[i] : undefined
    );
    const grid = (): Grid => ({model, images, codes, rows: [...rows]});
    land(grid());
    for (const [i, image] of images.entries()) {
      const {background} = this.sources;
      const {masks} = await background.request('segment', {model, image}, signal);
      const redraws: Compositions[] = [];
      for (const [region, each] of codes.entries()) {
        const body = {model, image, region, codes: each, side};
        redraws.push(await background.request('compositions', body, signal));
      }
      rows[i] = {masks, redraws};
      land(grid());
    }
    return grid();
  }
}

type Subject = Pick<GridRequest, 'model' | 'images' | 'codes'>;

function isSame(a: Subject, b: Subject): boolean {
  return a.model === b.model && a.images === b.images && a.codes === b.codes;
}
