/** Worker of `threads.test.ts`: computes with our kernels on wasm, by as many threads as it is asked for. */

import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import {startBackend} from '../../../core/engine/backend.js';
import type {BackendInfo} from '../../../core/engine/protocol.js';
import {conv2d} from '../../../core/kernels/conv2d.js';
import {instanceNormRelu} from '../../../core/kernels/instance-norm.js';
import {matMul} from '../../../core/kernels/mat-mul.js';
import {upsampleConv2d} from '../../../core/kernels/upsample-conv2d.js';
import {useThreads} from '../../../core/kernels/wasm.js';
import {Random} from '../../../datasets/random.js';
import {WASM_FILES} from '../../support/wasm-files.js';

export interface Question {
  /** Threads to compute with, one after the other; the first is what the backend starts with. */
  threads: readonly number[];
  /** What this worker must do without. */
  without?: 'isolation' | 'workers' | 'blobs';
}

export interface Answer {
  info: BackendInfo;
  /** For each number of threads, those that there were, and results and gradients by name. */
  runs: {threads: number; values: Record<string, Float32Array>}[];
}

type Shape4D = [number, number, number, number];
type Case = (random: (shape: number[]) => Tensor) => Tensor[];

/** `y`, and the gradients of `⟨y, dy⟩` for random dy, by all inputs. */
function withGradients(
  random: (shape: number[]) => Tensor,
  operation: (...inputs: Tensor[]) => Tensor,
  inputs: Tensor[]
): Tensor[] {
  const y = operation(...inputs);
  return [y, ...tf.grads(operation)(inputs, random(y.shape))];
}

const convolution =
  (x: Shape4D, w: Shape4D, stride: 1 | 2, pad: number): Case =>
  random =>
    withGradients(
      random,
      (...[image, weights]) => conv2d(image as Tensor4D, weights as Tensor4D, {stride, pad}),
      [random(x), random(w)]
    );

const normalization =
  (x: Shape4D, rows: number): Case =>
  random =>
    withGradients(
      random,
      (...[image, scale, shift]) =>
        instanceNormRelu(image as Tensor4D, scale as Tensor2D, shift as Tensor2D),
      [random(x), random([rows, x[3]]), random([rows, x[3]])]
    );

/** Each is work enough for several slices, and splits in another way. */
const CASES: Record<string, Case> = {
  'images of a batch': convolution([4, 21, 20, 16], [3, 3, 16, 20], 1, 1),
  'tiles of images': convolution([4, 20, 20, 16], [3, 3, 16, 20], 1, 1),
  'rows of one image': convolution([1, 41, 39, 17], [3, 3, 17, 21], 1, 1),
  'rows of two images at stride 2': convolution([2, 41, 38, 24], [3, 3, 24, 40], 2, 1),
  'output channels': convolution([2, 7, 9, 64], [3, 3, 64, 100], 1, 1),
  'one output channel': convolution([1, 64, 64, 40], [7, 7, 40, 1], 1, 0),
  'products of matrices': random =>
    withGradients(random, (...[a, b]) => matMul(a as Tensor3D, b as Tensor3D), [
      random([3, 72, 90]),
      random([3, 90, 130]),
    ]),
  'upsampled images': random =>
    withGradients(
      random,
      (...[image, weights]) => upsampleConv2d(image as Tensor4D, weights as Tensor4D),
      [random([2, 20, 20, 18]), random([3, 3, 18, 22])]
    ),
  'channels with scales of their own': normalization([2, 64, 64, 20], 2),
  'channels with shared scales': normalization([3, 64, 64, 22], 1),
};

self.onmessage = async ({data: {threads, without}}: MessageEvent<Question>) => {
  if (without === 'isolation') Object.assign(globalThis, {SharedArrayBuffer: undefined});
  if (without === 'workers') Object.assign(globalThis, {Worker: undefined});
  if (without === 'blobs') {
    // A helper's script is then not found.
    const create = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob: Blob) => {
      const url = create(blob);
      if (blob.type === 'text/javascript') URL.revokeObjectURL(url);
      return url;
    };
  }
  const [first] = threads;
  const info = await startBackend({
    ...{name: 'wasm', wasmFiles: WASM_FILES, place: 'worker'},
    threads: first,
  });
  const runs: Answer['runs'] = [];
  for (const wanted of threads) {
    const count = await useThreads(tf.backend() as BackendWasm, wanted);
    const values: Record<string, Float32Array> = {};
    for (const [name, compute] of Object.entries(CASES)) {
      const results = tf.tidy(() => {
        const random = new Random('threads', name);
        return compute(shape => tf.tensor(random.normals(tf.util.sizeFromShape(shape)), shape));
      });
      for (const [index, result] of results.entries()) {
        values[`${name}, ${index}`] = (await result.data()) as Float32Array;
      }
      tf.dispose(results);
    }
    runs.push({threads: count, values});
  }
  self.postMessage({info, runs} satisfies Answer);
};
