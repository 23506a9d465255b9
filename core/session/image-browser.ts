/** All images of a split, small, in the order of a score, as asynchronous nodes. */

import {computed, signal, type ReadonlySignal} from '@preact/signals-core';
import type {Split} from '../../datasets/dataset.js';
import {resource, type Resource} from '../graph/resource.js';
import type {Assessments, Picture} from '../engine/protocol.js';
import type {ExplorerSources} from './explorer.js';
import {pieces} from './pieces.js';

/** What images can be ordered by: their place in the split, or what is said of them. */
export const IMAGE_ORDERS = ['place', 'objectIou', 'accuracy', 'scores'] as const;

export type ImageOrder = (typeof IMAGE_ORDERS)[number];

/** How many images of a split can be asked about, the first so many. */
export const ASSESS_COUNTS = [100, 500, 2000, 10_000] as const;

/** Height and width of thumbnails at most. */
const SIDE = 64;

/** Thumbnails that are kept: 16 MiB. */
const KEPT = 1024;

/** Images that are read at a time, at least and at most. */
const SMALLEST_PIECE = 16;
const LARGEST_PIECE = 64;
/** How long that should take: a redraw may have to wait for it. */
const PIECE_MS = 60;

/** What is said of the first images of a split; NaN of those that have not been asked about yet. */
export interface Assessed extends Assessments {
  model: number;
  split: Split;
  /** Version of the images. */
  images: number;
  /** Images that have been asked about with the present weights. */
  done: number;
}

/** Small images of one split, by index. */
export interface Thumbnails {
  split: Split;
  pictures: ReadonlyMap<number, Picture>;
}

interface AssessRequest {
  model: number;
  split: Split;
  count: number;
  size: number;
  /** Counts the changes of the images. */
  images: number;
}

interface ThumbnailsRequest {
  model: number;
  split: Split;
  side: number;
  images: number;
  wanted: readonly number[];
}

/**
 * The browser. Thumbnails are read for what is in sight alone, and what is said of the images is asked
 * piece by piece, anew when the training rests with other weights.
 */
export class ImageBrowser {
  /** Split that was chosen; that of the image in hand while undefined. */
  readonly chosen = signal<Split | undefined>(undefined);
  readonly order = signal<ImageOrder>('place');
  /** From the best, or the last, on. */
  readonly descending = signal(false);
  /** Images to ask about. */
  readonly count = signal<number>(ASSESS_COUNTS[0]);
  /** The places in `list` that are in sight: from the first to before the last. */
  readonly sight = signal<readonly [from: number, to: number]>([0, 0]);

  readonly split: ReadonlySignal<Split>;
  /** Indices of the images, in their order: those that the order says something of. */
  readonly list: ReadonlySignal<readonly number[]>;
  readonly assessed: Resource<Assessed>;
  readonly thumbnails: Resource<Thumbnails>;

  private readonly sources: ExplorerSources;
  /** Images to read at a time, by how long the last took. */
  private piece = SMALLEST_PIECE;
  private kept?: {of: ThumbnailsRequest; pictures: Map<number, Picture>};

  constructor(sources: ExplorerSources) {
    this.sources = sources;
    const {model, size, imagesVersion, rested} = sources;
    this.split = computed(() => this.chosen.value ?? sources.image.value.split);
    const total = computed(() => sources.counts.value?.[this.split.value] ?? 0);
    const count = computed(() => Math.min(this.count.value, total.value));
    this.assessed = resource<AssessRequest, Assessed>({
      request: () => {
        // Not part of what is asked; only makes the request a new one.
        void rested.value;
        if (model.value === undefined || total.value === 0) return undefined;
        return {
          model: model.value,
          split: this.split.value,
          count: count.value,
          size: size.value,
          images: imagesVersion.value,
        };
      },
      load: (request, signal, land) => this.assess(request, signal, land),
      supersedes: (newer, older) => !isSame(newer, older) || newer.count !== older.count,
    });
    this.list = computed(() => {
      const places = Array.from({length: total.value}, (_, i) => i);
      const {value: order} = this.order;
      const descending = this.descending.value;
      if (order === 'place') return descending ? places.reverse() : places;
      const {value} = this.assessed.state.value;
      if (!value || value.split !== this.split.value || value.model !== model.value) return [];
      const values = value[order];
      const told = places.slice(0, values.length).filter(i => !Number.isNaN(values[i]!));
      return told.sort((a, b) => (descending ? -1 : 1) * (values[a]! - values[b]!) || a - b);
    });
    this.thumbnails = resource<ThumbnailsRequest, Thumbnails>({
      request: () => {
        const wanted = this.wanted();
        if (model.value === undefined || wanted.length === 0) return undefined;
        return {
          model: model.value,
          split: this.split.value,
          side: sideFor(size.value),
          images: imagesVersion.value,
          wanted,
        };
      },
      load: (request, signal, land) => this.loadThumbnails(request, signal, land),
      supersedes: (newer, older) => !isSame(newer, older),
    });
  }

  private wanted(): readonly number[] {
    return this.list.value.slice(...this.sight.value);
  }

  /** What is to be read next: what is missing and nearest to the middle of what is in sight, in order. */
  private next(pictures: ReadonlyMap<number, Picture>): readonly number[] {
    const wanted = this.wanted();
    const middle = wanted.length / 2;
    const missing = wanted.flatMap((index, place) => (pictures.has(index) ? [] : [{index, place}]));
    return missing
      .sort((a, b) => Math.abs(a.place - middle) - Math.abs(b.place - middle))
      .slice(0, this.piece)
      .sort((a, b) => a.place - b.place)
      .map(({index}) => index);
  }

  private async assess(
    {model, split, count, size, images}: AssessRequest,
    signal: AbortSignal,
    land: (assessed: Assessed) => void
  ): Promise<Assessed> {
    const last = this.assessed.state.peek().value;
    // Of other weights, but of the same images: good until they are asked about anew.
    const kept =
      last?.model === model && last.split === split && last.images === images ? last : undefined;
    const start = (name: keyof Assessments): Float32Array<ArrayBuffer> => {
      const values = new Float32Array(count).fill(NaN);
      values.set(kept?.[name].subarray(0, count) ?? []);
      return values;
    };
    const all = {
      scores: start('scores'),
      accuracy: start('accuracy'),
      objectIou: start('objectIou'),
    };
    let done = 0;
    const assessed = (): Assessed => ({model, split, images, done, ...all});
    const indices = Array.from({length: count}, (_, i) => i);
    for (const piece of pieces(indices, size)) {
      const body = {model, split, indices: piece};
      const answer = await this.sources.background.request('assess', body, signal);
      for (const name of ['scores', 'accuracy', 'objectIou'] as const) {
        all[name].set(answer[name], piece[0]);
      }
      done = piece.at(-1)! + 1;
      // A new object, so that who follows it sees that it has grown; its arrays are filled further.
      land(assessed());
    }
    return assessed();
  }

  /** Reads what is in sight when it is read: a hand that scrolls on leaves nothing behind to be read. */
  private async loadThumbnails(
    request: ThumbnailsRequest,
    signal: AbortSignal,
    land: (thumbnails: Thumbnails) => void
  ): Promise<Thumbnails> {
    const {model, split, side} = request;
    if (!this.kept || !isSame(this.kept.of, request) || this.kept.of.side !== side) {
      this.kept = {of: request, pictures: new Map()};
    }
    const {pictures} = this.kept;
    const thumbnails = (): Thumbnails => ({split, pictures: new Map(pictures)});
    for (;;) {
      const indices = this.next(pictures);
      const begun = performance.now();
      if (indices.length === 0) return thumbnails();
      const body = {model, split, indices, side};
      const answer = await this.sources.background.request('thumbnails', body, signal);
      indices.forEach((index, i) => pictures.set(index, answer[i]!));
      const took = performance.now() - begun;
      const fitting = Math.floor((indices.length * PIECE_MS) / took);
      this.piece = Math.min(Math.max(fitting, SMALLEST_PIECE), LARGEST_PIECE);
      for (const index of pictures.keys()) {
        if (pictures.size <= KEPT) break;
        pictures.delete(index);
      }
      land(thumbnails());
    }
  }
}

/** The largest side of at most `SIDE` that divides a size by a power of 2. */
function sideFor(size: number): number {
  let side = size;
  while (side > SIDE && side % 2 === 0) side /= 2;
  return side;
}

type Subject = Pick<AssessRequest, 'model' | 'split' | 'images'>;

function isSame(a: Subject, b: Subject): boolean {
  return a.model === b.model && a.split === b.split && a.images === b.images;
}
