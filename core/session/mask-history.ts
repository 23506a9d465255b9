/** The user's masks in the place of f's, with the way back. */

import {batch, computed, signal, type ReadonlySignal} from '@preact/signals-core';
import type {Masks} from '../engine/protocol.js';
import {newestWithin} from './newest-within.js';

/** What the states that can be gone back to may take; the oldest give way. */
const LIMIT_BYTES = 32 * 1024 * 1024;

/** Masks as they were edited; undefined where f's stand. */
type Edit = Masks | undefined;

function bytesOf(edit: Edit): number {
  return edit?.values.byteLength ?? 0;
}

/** Undo and redo over whole masks: an entry a stroke, whatever was seen of the stroke on the way. */
export class MaskHistory {
  private readonly limitBytes: number;
  private readonly state = {
    present: signal<Edit>(undefined),
    past: signal<readonly Edit[]>([]),
    future: signal<readonly Edit[]>([]),
  };
  /** What was there before the stroke under way. */
  private before?: {masks: Edit};

  readonly canUndo = computed(() => this.state.past.value.length > 0);
  readonly canRedo = computed(() => this.state.future.value.length > 0);

  constructor(limitBytes = LIMIT_BYTES) {
    this.limitBytes = limitBytes;
  }

  /** The edited masks; undefined where f's stand. */
  get present(): ReadonlySignal<Edit> {
    return this.state.present;
  }

  /** Shows masks of a stroke under way: no entry yet. */
  preview(masks: Masks): void {
    this.before ??= {masks: this.state.present.peek()};
    this.state.present.value = masks;
  }

  /** Ends an edit with these masks, undefined for f's, as one entry. */
  commit(masks: Edit): void {
    const {present, past, future} = this.state;
    const before = this.before ? this.before.masks : present.peek();
    this.before = undefined;
    batch(() => {
      present.value = masks;
      if (masks === before) return;
      past.value = newestWithin([...past.peek(), before], this.limitBytes, bytesOf);
      future.value = [];
    });
  }

  /** Back by one entry; a stroke under way is dropped first, as the entry that it would be. */
  undo(): void {
    const {present, past, future} = this.state;
    if (this.before) {
      present.value = this.before.masks;
      this.before = undefined;
      return;
    }
    if (!this.canUndo.peek()) return;
    batch(() => {
      future.value = [...future.peek(), present.peek()];
      present.value = past.peek().at(-1);
      past.value = past.peek().slice(0, -1);
    });
  }

  /** Forward again by one entry. */
  redo(): void {
    const {present, past, future} = this.state;
    if (this.before || !this.canRedo.peek()) return;
    batch(() => {
      past.value = [...past.peek(), present.peek()];
      present.value = future.peek().at(-1);
      future.value = future.peek().slice(0, -1);
    });
  }

  /** Forgets everything: f's masks, and no way back. */
  clear(): void {
    this.before = undefined;
    batch(() => {
      this.state.present.value = undefined;
      this.state.past.value = [];
      this.state.future.value = [];
    });
  }
}
