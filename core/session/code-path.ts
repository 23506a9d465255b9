/** A path through the codes of a region: key frames, the way between them, and a place on it. */

import {computed, signal, type ReadonlySignal} from '@preact/signals-core';
import {resource, type Resource} from '../graph/resource.js';
import type {ImageRef, Masks, Picture} from '../engine/protocol.js';
import type {ExplorerSources} from './explorer.js';
import {interpolate, wayBetween, type TakenWay, type Way} from './interpolation.js';
import {pieces} from './pieces.js';

/** Height and width of the key frames' pictures at most. */
const SIDE = 64;

/** A code that the path goes through. */
export interface KeyFrame {
  /** Unique on the path. */
  readonly id: number;
  readonly name: string;
  /** z `[codeSize]`. */
  readonly code: Float32Array;
}

/** The region in hand at the key frames: as it was redrawn last. */
export interface FramePictures {
  region: number;
  /** By a key frame's code. */
  pictures: ReadonlyMap<Float32Array, Picture>;
}

interface PicturesRequest {
  model: number;
  image: ImageRef;
  region: number;
  masks: Masks | undefined;
  size: number;
  codes: readonly Float32Array[];
}

/**
 * The path. A place on it is a number: key frame 0 is at 0, key frame 1 at 1, and so on; a loop goes
 * on to where it began. All stretches take the same time. Models of another code size begin another.
 */
export class CodePath {
  readonly way = signal<Way>('spherical');
  readonly loop = signal(false);
  /** Milliseconds that the whole path takes. */
  readonly durationMs = signal(4000);
  readonly frames: ReadonlySignal<readonly KeyFrame[]>;
  /** Number of stretches, and the place where the path ends. */
  readonly length: ReadonlySignal<number>;
  /** The place, at most `length`. */
  readonly place: ReadonlySignal<number>;
  /** The code at that place; undefined without key frames. */
  readonly code: ReadonlySignal<Float32Array | undefined>;
  /** The way that each stretch takes. */
  readonly ways: ReadonlySignal<readonly TakenWay[]>;
  readonly pictures: Resource<FramePictures>;

  private readonly sources: ExplorerSources;
  private readonly kept = signal<readonly KeyFrame[]>([]);
  private readonly at = signal(0);
  private lastId = 0;

  constructor(sources: ExplorerSources) {
    this.sources = sources;
    const {model, image, region, editedMasks, size, weights, codeSize} = sources;
    this.frames = computed(() =>
      this.kept.value.filter(({code}) => code.length === codeSize.value)
    );
    this.length = computed(() => {
      const {length} = this.frames.value;
      return length < 2 ? 0 : this.loop.value ? length : length - 1;
    });
    this.place = computed(() => Math.min(this.at.value, this.length.value));
    this.ways = computed(() =>
      Array.from({length: this.length.value}, (_, i) => wayBetween(...this.ends(i), this.way.value))
    );
    this.code = computed(() => this.codeAt(this.place.value));
    this.pictures = resource<PicturesRequest, FramePictures>({
      request: () => {
        // Not part of what is asked; only makes the request a new one.
        void weights.value;
        if (model.value === undefined || this.frames.value.length === 0) return undefined;
        return {
          model: model.value,
          image: image.value,
          region: region.value,
          masks: editedMasks.value,
          size: size.value,
          codes: this.frames.value.map(({code}) => code),
        };
      },
      load: (request, signal) => this.draw(request, signal),
      supersedes: (newer, older) => newer.model !== older.model || newer.image !== older.image,
    });
  }

  /** Adds a key frame at the end. @throws RangeError if its length is not the model's code size. */
  add(name: string, code: Float32Array): void {
    const codeSize = this.sources.codeSize.peek();
    if (code.length !== codeSize) {
      throw new RangeError(`path: a code must have ${codeSize} components; got ${code.length}`);
    }
    this.kept.value = [...this.frames.peek(), {id: ++this.lastId, name, code: code.slice()}];
  }

  remove(id: number): void {
    this.kept.value = this.frames.peek().filter(each => each.id !== id);
  }

  /** Puts a key frame where another one is, counted from 0; beyond the ends it stays within. */
  move(id: number, to: number): void {
    const frames = [...this.frames.peek()];
    const from = frames.findIndex(each => each.id === id);
    if (from < 0) return;
    const [frame] = frames.splice(from, 1);
    frames.splice(Math.min(Math.max(to, 0), frames.length), 0, frame!);
    if (frames[from] !== frame) this.kept.value = frames;
  }

  /** Goes to a place; beyond the ends it stays within. */
  goTo(place: number): void {
    this.at.value = Math.min(Math.max(place, 0), this.length.peek());
  }

  /** Goes on as time does. @returns Whether there is more to come. */
  advance(elapsedMs: number): boolean {
    const length = this.length.peek();
    if (length === 0) return false;
    const place = this.place.peek() + (elapsedMs / this.durationMs.peek()) * length;
    const isLoop = this.loop.peek();
    this.goTo(isLoop ? place % length : place);
    return isLoop || place < length;
  }

  private codeAt(place: number): Float32Array | undefined {
    const frames = this.frames.value;
    if (this.length.value === 0) return frames[0]?.code.slice();
    const stretch = Math.min(Math.floor(place), this.length.value - 1);
    return interpolate(...this.ends(stretch), place - stretch, this.way.value);
  }

  /** Where a stretch begins and ends. */
  private ends(stretch: number): [a: Float32Array, b: Float32Array] {
    const frames = this.frames.value;
    return [frames[stretch]!.code, frames[(stretch + 1) % frames.length]!.code];
  }

  private async draw(
    {model, image, region, masks, size, codes}: PicturesRequest,
    signal: AbortSignal
  ): Promise<FramePictures> {
    const pictures = new Map<Float32Array, Picture>();
    for (const piece of pieces(codes, size)) {
      const body = {model, image, region, masks, side: Math.min(SIDE, size), codes: piece};
      const drawn = await this.sources.background.request('survey', body, signal);
      piece.forEach((code, i) => pictures.set(code, drawn[i]!));
    }
    return {region, pictures};
  }
}
