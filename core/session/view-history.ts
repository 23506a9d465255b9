/** What a hand has set in a view, with the way back. */

import {computed, effect, signal, untracked, type ReadonlySignal} from '@preact/signals-core';
import type {ImageRef, Masks} from '../engine/protocol.js';
import {newestWithin} from './newest-within.js';
import type {Place, Weights} from './place.js';

/** Changes that follow one another within this time are one: the drag of a slider, a stroke. */
const GESTURE_MS = 400;

/** What the states that can be gone back to may take, and how many they are; the oldest give way. */
const LIMIT_BYTES = 256 * 2 ** 20;
const LIMIT_MOMENTS = 200;

/** What is in hand at a time. */
export interface Moment {
  /** Where the model and its images came from. */
  place: Place;
  image: ImageRef;
  region: number;
  /** z_k of every region. */
  codes: readonly Float32Array[];
  /** The user's masks; undefined where f's stand. */
  masks: Masks | undefined;
}

/**
 * Undo and redo over model, images, codes and masks: an entry a gesture. Which region is in hand is no entry of
 * its own, but comes back with the others.
 *
 * It follows `present` from its first value on, until it is disposed of.
 */
export class ViewHistory {
  readonly canUndo: ReadonlySignal<boolean>;
  readonly canRedo: ReadonlySignal<boolean>;

  private readonly apply: (moment: Moment) => true | Promise<boolean>;
  private readonly gestureMs: number;
  private readonly past = signal<readonly Moment[]>([]);
  private readonly future = signal<readonly Moment[]>([]);
  private last?: Moment;
  /** Counts the new beginnings; what is in hand after one is no change. */
  private readonly beginning = signal(0);
  private begun = 0;
  /** Whether what changes was set by this history. */
  private applying = false;
  private gesture?: ReturnType<typeof setTimeout>;
  private readonly stop: () => void;

  /**
   * @param present What is in hand; undefined while nothing is open.
   * @param apply Takes a moment in hand again, at once where it is of the same place; tells whether it
   *     could.
   */
  constructor(
    present: ReadonlySignal<Moment | undefined>,
    apply: (moment: Moment) => true | Promise<boolean>,
    gestureMs = GESTURE_MS
  ) {
    this.apply = apply;
    this.gestureMs = gestureMs;
    this.canUndo = computed(() => this.past.value.length > 0);
    this.canRedo = computed(() => this.future.value.length > 0);
    this.stop = effect(() => {
      const moment = present.value;
      const beginning = this.beginning.value;
      untracked(() => this.take(moment, beginning));
    });
  }

  /** Back by one gesture. Where that takes other weights or images, it resolves when they are there. */
  undo(): Promise<void> {
    return this.move(this.past, this.future);
  }

  /** Forth again by one gesture, as `undo`. */
  redo(): Promise<void> {
    return this.move(this.future, this.past);
  }

  /** Begins anew, with what is in hand when the batch under way ends. */
  clear(): void {
    this.endGesture();
    this.beginning.value++;
    this.past.value = [];
    this.future.value = [];
  }

  dispose(): void {
    this.stop();
    this.clear();
    this.last = undefined;
  }

  private async move(from: typeof this.past, to: typeof this.past): Promise<void> {
    const moment = from.peek().at(-1);
    if (!moment || !this.last || this.applying) return;
    this.endGesture();
    const {last} = this;
    const beginning = this.beginning.peek();
    this.applying = true;
    try {
      const applied = this.apply(moment);
      if (applied !== true && !(await applied)) return;
    } finally {
      this.applying = false;
    }
    // What has begun anew meanwhile has no past.
    if (beginning !== this.beginning.peek()) return;
    from.value = from.peek().slice(0, -1);
    to.value = [...to.peek(), last];
  }

  private take(moment: Moment | undefined, beginning: number): void {
    const {last} = this;
    const isFirst = !last || beginning !== this.begun;
    this.last = moment;
    this.begun = beginning;
    if (isFirst || this.applying || !moment || isSame(moment, last)) return;
    const moves = moment.place !== last.place;
    if (moves) this.endGesture();
    if (moves && moment.place.weights !== last.place.weights && !last.place.weights.left) {
      // They could not be kept.
      this.past.value = [];
      this.future.value = [];
      return;
    }
    if (this.gesture === undefined) {
      const past = [...this.past.peek(), last].slice(-LIMIT_MOMENTS);
      this.past.value = newestWithin(past, LIMIT_BYTES, sizes());
      this.future.value = [];
    }
    if (moves) return;
    clearTimeout(this.gesture);
    this.gesture = setTimeout(() => (this.gesture = undefined), this.gestureMs);
  }

  private endGesture(): void {
    clearTimeout(this.gesture);
    this.gesture = undefined;
  }
}

/** Bytes of moments, one after the other: weights count once. */
function sizes(): (moment: Moment) => number {
  const counted = new Set<Weights>();
  return ({masks, place: {weights}}) => {
    const isKnown = counted.has(weights);
    counted.add(weights);
    const weightsBytes = isKnown ? 0 : (weights.left?.checkpoint.byteLength ?? 0);
    return weightsBytes + (masks?.values.byteLength ?? 0);
  };
}

/** Whether there is nothing between two moments to go back over. Codes are never changed in place. */
function isSame(a: Moment, b: Moment): boolean {
  return (
    a.place === b.place &&
    a.image.split === b.image.split &&
    a.image.index === b.image.index &&
    a.masks === b.masks &&
    a.codes.length === b.codes.length &&
    a.codes.every((code, region) => code === b.codes[region])
  );
}
