/** The programs of `conv2d` and its gradients on wasm: the images are padded, then convolved without a border. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {type WasmCall, wasmProgram} from './wasm.js';

type Shape4D = [number, number, number, number];

interface Attrs {
  stride: 1 | 2;
  pad: number;
}

/** Images among zeros, in scratch memory. */
interface Padded {
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
      ...strides(images),
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
      ...strides(images),
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
    const [batch, height, width, channels] = x.shape as Shape4D;
    const [, outHeight, outWidth, outChannels] = dy.shape as Shape4D;
    const [kernel] = wShape;
    const images = padded(call, x, {
      height: height + 2 * pad,
      width: width + 2 * pad,
      before: pad,
      step: 1,
    });
    // The program takes output channels by fours.
    const lanes = Math.ceil(outChannels / 4) * 4;
    const whole = lanes === outChannels;
    const rows = batch * outHeight * outWidth;
    const gradients = whole ? call.at(dy) : call.scratch(rows * lanes);
    if (!whole) {
      call.kernels.clear(gradients, rows * lanes);
      call.kernels.copyColumns(call.at(dy), gradients, rows, outChannels, lanes, outChannels);
    }

    const dw = call.output(wShape);
    const taps = kernel * kernel * channels;
    const sums = whole ? call.at(dw) : call.scratch(taps * lanes);
    call.kernels.clear(sums, taps * lanes);
    call.kernels.convolveFilterGradient(
      ...[images.address, gradients, sums, batch, outHeight, outWidth],
      ...strides(images),
      ...[channels, lanes, kernel, stride]
    );
    if (!whole) call.kernels.copyColumns(sums, call.at(dw), taps, lanes, outChannels, outChannels);
    return dw;
  }
);

/** @param before Zeros above and to the left. @param step Pixels from one to the next. */
function padded(
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
  const [kernel, , inChannels, outChannels] = w.shape as Shape4D;
  const [from, into] = turned ? [outChannels, inChannels] : [inChannels, outChannels];
  const address = call.scratch(kernel * kernel * from * Math.ceil(into / 4) * 4);
  call.kernels.packWeights(
    call.at(w),
    address,
    kernel * kernel,
    inChannels,
    outChannels,
    Number(turned)
  );
  return address;
}

/** Floats from an image to the next, and from a row to the next. */
function strides({height, width, channels}: Padded): [number, number] {
  return [height * width * channels, width * channels];
}
