/** Masks that the user painted, as labels that f is taught by: semi-supervised training in the page. */

import {signal, type ReadonlySignal} from '@preact/signals-core';
import type {ImageRef, Masks, Supervision} from '../engine/protocol.js';
import {largestRegions} from './region-matching.js';

/** An image and the region of each of its pixels. */
export interface LabelledMask {
  image: ImageRef;
  /** `[height, width]`. */
  labels: Uint8Array<ArrayBuffer>;
}

/** Labels of the open model. They outlive new weights, and are gone with another model or other images. */
export class LabelledMasks {
  private readonly supervise: (supervision?: Supervision) => Promise<void>;
  private readonly state = {
    list: signal<readonly LabelledMask[]>([]),
    weight: signal(1),
  };

  /** @param supervise Tells the engine; where it rejects, nothing is changed. */
  constructor(supervise: (supervision?: Supervision) => Promise<void>) {
    this.supervise = supervise;
  }

  /** In the order in which they were given. */
  get list(): ReadonlySignal<readonly LabelledMask[]> {
    return this.state.list;
  }

  /** What their cross-entropy weighs in the loss of f. */
  get weight(): ReadonlySignal<number> {
    return this.state.weight;
  }

  /** Takes masks as labels, each pixel of its largest region; an image has one set of labels. */
  add(image: ImageRef, masks: Masks): Promise<void> {
    const others = this.state.list.peek().filter(each => !isSame(each.image, image));
    return this.replace([...others, {image: {...image}, labels: largestRegions(masks)}]);
  }

  remove(image: ImageRef): Promise<void> {
    return this.replace(this.state.list.peek().filter(each => !isSame(each.image, image)));
  }

  async setWeight(weight: number): Promise<void> {
    await this.replace(this.state.list.peek(), weight);
  }

  /** Forgets them, where the engine has forgotten them too. */
  forget(): void {
    if (this.state.list.peek().length > 0) this.state.list.value = [];
  }

  private async replace(
    list: readonly LabelledMask[],
    weight = this.state.weight.peek()
  ): Promise<void> {
    await this.supervise(list.length > 0 ? {weight, examples: list} : undefined);
    this.state.list.value = list;
    this.state.weight.value = weight;
  }
}

function isSame(a: ImageRef, b: ImageRef): boolean {
  return a.split === b.split && a.index === b.index;
}
