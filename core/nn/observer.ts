/**
 * Looking at what the layers of a network give while it runs.
 *
 * Layers tell their outputs here as they go; where nobody looks this costs nothing. A forward pass is
 * synchronous, so whoever looks sees that pass and no other.
 */

import type {Tensor} from '@tensorflow/tfjs-core';

/** What bounds an output: ReLU, tanh, or the sigmoid or softmax that makes masks. */
export type Activation = 'relu' | 'tanh' | 'mask';

/**
 * Told of each output, in the order of the pass. The tensor belongs to the pass: whoever wants to
 * have it longer clones it or returns it from the enclosing `tidy`.
 *
 * @param name The layer's path in the published state_dict, without a generator's prefix.
 * @param activation None if the layer is linear.
 */
export type Observer = (name: string, output: Tensor, activation?: Activation) => void;

let present: Observer | undefined;

/** Runs a forward pass of one network and tells `observer` what its layers give. */
export function observed<T>(observer: Observer, pass: () => T): T {
  const before = present;
  present = observer;
  try {
    return pass();
  } finally {
    present = before;
  }
}

/** Whether an observer looks: what is computed faster without a layer's output must then be computed with it. */
export function isObserved(): boolean {
  return present !== undefined;
}

/** Tells an output, and gives it back. */
export function tell<T extends Tensor>(name: string, output: T, activation?: Activation): T {
  present?.(name, output, activation);
  return output;
}
