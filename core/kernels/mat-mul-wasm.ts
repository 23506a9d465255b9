/**
 * The programs of `matMul` and its gradients on wasm: a product is a convolution of 1×1 whose pixels
 * are the rows, with weights of its own for each product of the batch.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {convolveShared, dense, filterGradient, packedAt} from './conv2d-wasm.js';
import {type WasmCall, wasmProgram} from './wasm.js';

type Shape3D = [number, number, number];

/** Pixels of a row that a convolution takes in turn: it is fastest with some, and threads take rows. */
const MOST_PIXELS = 64;

export const product = wasmProgram(({a, b}: Record<'a' | 'b', TensorInfo>, _, call) => {
  const [batch, rows, inner] = a.shape as Shape3D;
  const columns = b.shape[2]!;
  const y = call.output([batch, rows, columns]);
  multiply(call, a, b, y, {from: inner, to: columns, turned: false});
  return y;
});

/** `dy bᵀ`. */
export const firstGradient = wasmProgram(({dy, b}: Record<'dy' | 'b', TensorInfo>, _, call) => {
  const [batch, rows, columns] = dy.shape as Shape3D;
  const inner = b.shape[1]!;
  const da = call.output([batch, rows, inner]);
  multiply(call, dy, b, da, {from: columns, to: inner, turned: true});
  return da;
});

/** `aᵀ dy`. */
export const secondGradient = wasmProgram(({dy, a}: Record<'dy' | 'a', TensorInfo>, _, call) => {
  const [batch, rows, columns] = dy.shape as Shape3D;
  const inner = a.shape[2]!;
  const db = call.output([batch, inner, columns]);
  const {height, width} = asImage(rows);
  for (let n = 0; n < batch; n++) {
    filterGradient(
      call,
      {address: call.at(a) + 4 * n * rows * inner, height, width, channels: inner},
      {address: call.at(dy) + 4 * n * rows * columns, shape: [1, height, width, columns]},
      {kernel: 1, stride: 1, into: call.at(db) + 4 * n * inner * columns}
    );
  }
  return db;
});

/** @param turned Whether `weights` are `[to, from]` and not `[from, to]`. */
function multiply(
  call: WasmCall,
  x: TensorInfo,
  weights: TensorInfo,
  y: TensorInfo,
  {from, to, turned}: {from: number; to: number; turned: boolean}
): void {
  const [batch, rows] = x.shape as Shape3D;
  const [, inner, columns] = weights.shape as Shape3D;
  const {height, width} = asImage(rows);
  convolveShared(
    call,
    Array.from({length: batch}, (_, n) => {
      const matrix = call.at(weights) + 4 * n * inner * columns;
      return {
        images: call.at(x) + 4 * n * rows * from,
        weights: packedAt(call, matrix, [1, 1, inner, columns], turned),
        into: call.at(y) + 4 * n * rows * to,
        ...{batch: 1, outHeight: height, outWidth: width},
        ...{from: [rows * from, width * from] as const, to: dense(height, width, to)},
        ...{channels: from, outChannels: to, kernel: 1, stride: 1 as const},
      };
    })
  );
}

/** Rows of a matrix as pixels of an image, as wide as it may be. */
function asImage(rows: number): {height: number; width: number} {
  let width = Math.min(rows, MOST_PIXELS);
  while (rows % width !== 0) width--;
  return {height: rows / width, width};
}
