/**
 * What kernels make of weights that stay as they are for a while: filters with their channels exchanged,
 * or widened for the upsampling before them. A scrub runs one generator again and again; without this
 * it would lay out the same filters each time.
 */

import type {Tensor, TensorInfo} from '@tensorflow/tfjs-core';

import type {WebGLCall} from './webgl.js';

/** Most bytes that are kept together; what is beyond is made anew each time. */
const MAX_BYTES = 2 ** 28;

interface Form {
  tensor: TensorInfo;
  free: () => void;
}

/** Forms by their names, of each weight that may have some. */
const kept = new Map<TensorInfo['dataId'], Map<string, Form>>();
let keptBytes = 0;

const bytesOf = ({shape}: TensorInfo): number => 4 * shape.reduce((product, n) => product * n, 1);

/** From now on kernels keep what they make of these weights. */
export function keepForms(weights: readonly Tensor[]): void {
  for (const {dataId} of weights) if (!kept.has(dataId)) kept.set(dataId, new Map());
}

/** Frees what was made of these weights, which are about to change or to be disposed of. */
export function releaseForms(weights: readonly Tensor[]): void {
  for (const {dataId} of weights) {
    for (const {tensor, free} of kept.get(dataId)?.values() ?? []) {
      keptBytes -= bytesOf(tensor);
      free();
    }
    kept.delete(dataId);
  }
}

/**
 * Lends a form of a weight, which is kept if the weight is and there is room, to `use`.
 *
 * @param name Tells the forms of one weight apart.
 */
export function withForm<T>(
  call: WebGLCall,
  weight: TensorInfo,
  name: string,
  make: () => TensorInfo,
  use: (form: TensorInfo) => T
): T {
  const forms = kept.get(weight.dataId);
  const found = forms?.get(name);
  if (found) return use(found.tensor);
  const tensor = make();
  const result = use(tensor);
  if (forms && keptBytes + bytesOf(tensor) <= MAX_BYTES) {
    forms.set(name, {tensor, free: () => call.free(tensor)});
    keptBytes += bytesOf(tensor);
  } else {
    call.free(tensor);
  }
  return result;
}
