/** The programs of `conv2d` and its gradients on wasm: the images are padded, then convolved without a border. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {type WasmCall, wasmProgram} from './wasm.js';

type Shape4D = [number, number, number, number];

interface Attrs {
  stride: 1 | 2;
  pad: number;
}

/** Images among zeros, in scratch memory. */
export interface Padded {
  address: number;
  height: number;
  width: number;
  channels: number;
}

export const convolve = wasmProgram(
  ({x, w}: Record<'x' | 'w', TensorInfo>, {stride, pad}: Attrs, call) => {
    const [batch, height, width, channels] = x.shape as Shape4D;
    const [kernel, , , outChannels] = w.shape as Shape4D;
    const images = padded(call, x, {
      height: height + 2 * pad,
      width: width + 2 * pad,
      before: pad,
      step: 1,
    });
    const weights = packed(call, w, false);
    const outHeight = Math.floor((images.height - kernel) / stride) + 1;
    const outWidth = Math.floor((images.width - kernel) / stride) + 1;
    const y = call.output([batch, outHeight, outWidth, outChannels]);
    call.kernels.convolve(
      ...[images.address, weights, call.at(y), batch, outHeight, outWidth],
      ...[...strides(images), ...dense(outHeight, outWidth, outChannels)],
      ...[channels, outChannels, kernel, stride]
    );
    return y;
  }
);

export const convolveInputGradient = wasmProgram(
  (
    {dy, w}: Record<'dy' | 'w', TensorInfo>,
    {stride, pad, xShape}: Attrs & {xShape: Shape4D},
    call
  ) => {
    const [batch, height, width, channels] = xShape;
    const [kernel, , , outChannels] = w.shape as Shape4D;
    const images = padded(call, dy, {
      height: height + kernel - 1,
      width: width + kernel - 1,
      before: kernel - 1 - pad,
      step: stride,
    });
    const weights = packed(call, w, true);
    const dx = call.output(xShape);
    call.kernels.convolve(
      ...[images.address, weights, call.at(dx), batch, height, width],
      ...[...strides(images), ...dense(height, width, channels)],
      ...[outChannels, channels, kernel, 1]
    );
    return dx;
  }
);

export const convolveFilterGradient = wasmProgram(
  (
    {dy, x}: Record<'dy' | 'x', TensorInfo>,
    {stride, pad, wShape}: Attrs & {wShape: Shape4D},
    call
  ) => {
    const [, height, width, channels] = x.shape as Shape4D;
    const [kernel, , , outChannels] = wShape;
    const images = padded(call, x, {
      height: height + 2 * pad,
      width: width + 2 * pad,
      before: pad,
      step: 1,
    });
    const dw = call.output(wShape);
    const taps = kernel * kernel * channels;
    const {address, lanes} = filterSums(call, images, dy, {kernel, stride, into: call.at(dw)});
    if (lanes !== outChannels) {
      call.kernels.copyColumns(address, call.at(dw), taps, lanes, outChannels, outChannels);
    }
    return dw;
  }
);

/**
 * `Σ x(stride·o + k) dy(o)`: `[kernel, kernel, channels of x, lanes]`, lanes the channels of `dy`
 * filled up to a multiple of four.
 *
 * @param into Where the sums go if there is nothing to fill up; else, or without it, scratch memory.
 */
export function filterSums(
  call: WasmCall,
  images: Padded,
  dy: TensorInfo,
  {kernel, stride, into}: {kernel: number; stride: 1 | 2; into?: number}
): {address: number; lanes: number} {
  const [batch, outHeight, outWidth, outChannels] = dy.shape as Shape4D;
  const lanes = Math.ceil(outChannels / 4) * 4;
  const rows = batch * outHeight * outWidth;
  const whole = lanes === outChannels;
  const gradients = whole ? call.at(dy) : call.scratch(rows * lanes);
  if (!whole) {
    call.kernels.clear(gradients, rows * lanes);
    call.kernels.copyColumns(call.at(dy), gradients, rows, outChannels, lanes, outChannels);
  }
  const sums = kernel * kernel * images.channels * lanes;
  const address = whole && into !== undefined ? into : call.scratch(sums);
  call.kernels.clear(address, sums);
  call.kernels.convolveFilterGradient(
    ...[images.address, gradients, address, batch, outHeight, outWidth],
    ...strides(images),
    ...[images.channels, lanes, kernel, stride]
  );
  return {address, lanes};
}

/** @param before Zeros above and to the left. @param step Pixels from one to the next. */
export function padded(
  call: WasmCall,
  x: TensorInfo,
  {height, width, before, step}: {height: number; width: number; before: number; step: number}
): Padded {
  const [batch, fromHeight, fromWidth, channels] = x.shape as Shape4D;
  if (height === fromHeight && width === fromWidth) {
    return {address: call.at(x), height, width, channels};
  }
  const address = call.scratch(batch * height * width * channels);
  call.kernels.pad(
    ...[call.at(x), address, batch, fromHeight, fromWidth, channels],
    ...[height, width, before, before, step]
  );
  return {address, height, width, channels};
}

/** @param turned Whether to lay out the weights for the input's gradient. */
function packed(call: WasmCall, w: TensorInfo, turned: boolean): number {
  return packedAt(call, call.at(w), w.shape as Shape4D, turned);
}

/** @param weights Address of weights of this shape. */
export function packedAt(
  call: WasmCall,
  weights: number,
  [kernel, , inChannels, outChannels]: Shape4D,
  turned: boolean
): number {
  const [from, into] = turned ? [outChannels, inChannels] : [inChannels, outChannels];
  const address = call.scratch(kernel * kernel * from * Math.ceil(into / 4) * 4);
  call.kernels.packWeights(
    weights,
    address,
    kernel * kernel,
    inChannels,
    outChannels,
    Number(turned)
  );
  return address;
}

/** Floats from a pixel to the next, from a row to the next, from an image to the next: nothing in between. */
export function dense(height: number, width: number, channels: number): [number, number, number] {
  return [channels, width * channels, height * width * channels];
}

/** Floats from an image to the next, and from a row to the next. */
export function strides({height, width, channels}: Padded): [number, number] {
  return [height * width * channels, width * channels];
}
