/** The programs of `conv2d` and its gradients on wasm: the images are padded, then convolved without a border. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import type {ConvInputs} from './conv-inputs.js';
import {slicesOf} from './slices.js';
import {
  convolveWinograd,
  filterGradientWinograd,
  suitsWinogradGradient,
  suitsWinograd,
} from './winograd-wasm.js';
import {type WasmCall, wasmProgram} from './wasm.js';

type Shape4D = [number, number, number, number];

/** Floats of a window's row, for each output channel, that fill vectors well enough. */
const LEAST_SPAN = 16;

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

export const convolve = wasmProgram(({x, w, bias}: ConvInputs, {stride, pad}: Attrs, call) => {
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
  convolveOnce(call, {
    ...{images: images.address, weights, into: call.at(y), batch, outHeight, outWidth},
    ...{from: strides(images), to: dense(outHeight, outWidth, outChannels)},
    ...{channels, outChannels, kernel, stride, bias: biasAt(call, bias)},
  });
  return y;
});

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
    convolveOnce(call, {
      ...{images: images.address, weights, into: call.at(dx)},
      ...{batch, outHeight: height, outWidth: width},
      ...{from: strides(images), to: dense(height, width, channels)},
      ...{channels: outChannels, outChannels: channels, kernel, stride: 1},
    });
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
    const [kernel] = wShape;
    const images = padded(call, x, {
      height: height + 2 * pad,
      width: width + 2 * pad,
      before: pad,
      step: 1,
    });
    const dw = call.output(wShape);
    const gradients = {address: call.at(dy), shape: dy.shape as Shape4D};
    const into = call.at(dw);
    const [batch, outHeight, outWidth, outChannels] = gradients.shape;
    const shape = {batch, outHeight, outWidth, channels, outChannels, kernel, stride};
    if (suitsWinogradGradient(shape)) {
      filterGradientWinograd(call, images, shape, {dy: gradients.address, into});
    } else {
      filterGradient(call, images, gradients, {kernel, stride, into});
    }
    return dw;
  }
);

/** One convolution; strides as `assembly/convolution.ts` says. */
export interface Convolution {
  /** Addresses. */
  images: number;
  weights: number;
  into: number;
  batch: number;
  outHeight: number;
  outWidth: number;
  /** Floats from an image to the next, and from a row to the next. */
  from: readonly [image: number, row: number];
  to: readonly [pixel: number, row: number, image: number];
  channels: number;
  outChannels: number;
  kernel: number;
  stride: 1 | 2;
  /** Address of what the sums begin with, from `biasAt`. */
  bias?: number;
}

function convolveOnce(call: WasmCall, convolution: Convolution): void {
  if (suitsWinograd(convolution)) convolveWinograd(call, convolution);
  else convolveShared(call, [convolution]);
}

/** Runs convolutions of one shape that write to different places, on all threads. */
export function convolveShared(call: WasmCall, convolutions: readonly Convolution[]): void {
  const [{kernel, channels, outChannels}] = convolutions as [Convolution];
  const work = convolutions.reduce((sum, each) => sum + multiplyAdds(each), 0);
  const parts = Math.ceil(call.slices(work) / convolutions.length);
  call.share(
    isToFew(kernel, channels, outChannels) ? 'convolveFew' : 'convolve',
    convolutions
      .flatMap(each => sliced(each, parts))
      .map(each => [
        ...[each.images, each.weights, each.into, each.batch, each.outHeight, each.outWidth],
        ...[...each.from, ...each.to],
        ...[each.channels, each.outChannels, each.kernel, each.stride, each.bias ?? 0],
      ])
  );
}

function multiplyAdds({batch, outHeight, outWidth, ...rest}: Convolution): number {
  const {channels, outChannels, kernel} = rest;
  return batch * outHeight * outWidth * kernel ** 2 * channels * outChannels;
}

/** By output channels, images or rows: so that no thread needs all of what is larger, weights or images. */
function sliced(whole: Convolution, parts: number): Convolution[] {
  const {batch, outHeight, from, to, channels, outChannels, kernel, stride} = whole;
  const [image, row] = from;
  const taps = kernel ** 2 * channels;
  if (taps * outChannels > image && outChannels > 8) {
    return slicesOf(outChannels, parts, 8).map(slice => ({
      ...whole,
      weights: whole.weights + 4 * taps * slice.from,
      into: whole.into + 4 * slice.from,
      outChannels: slice.count,
      bias: whole.bias && whole.bias + 4 * slice.from,
    }));
  }
  if (batch >= parts) {
    return slicesOf(batch, parts).map(slice => ({
      ...whole,
      images: whole.images + 4 * image * slice.from,
      into: whole.into + 4 * to[2] * slice.from,
      batch: slice.count,
    }));
  }
  return slicesOf(batch, batch).flatMap(({from: index}) =>
    slicesOf(outHeight, Math.ceil(parts / batch)).map(slice => ({
      ...whole,
      images: whole.images + 4 * (image * index + stride * row * slice.from),
      into: whole.into + 4 * (to[2] * index + to[1] * slice.from),
      batch: 1,
      outHeight: slice.count,
    }))
  );
}

/** `Σ x(stride·o + k) dy(o)`: `[kernel, kernel, channels of x, channels of dy]`. @param into Where it goes. */
export function filterGradient(
  call: WasmCall,
  images: Padded,
  dy: {address: number; shape: Shape4D},
  {kernel, stride, into}: {kernel: number; stride: 1 | 2; into: number}
): void {
  const {address, lanes} = filterSums(call, images, dy, {kernel, stride, into});
  const outChannels = dy.shape[3];
  if (lanes === outChannels) return;
  const taps = kernel * kernel * images.channels;
  call.kernels.copyColumns(address, into, taps, lanes, outChannels, outChannels);
}

/**
 * The same with room: `[kernel, kernel, channels of x, lanes]`, lanes the channels of `dy`
 * filled up to a multiple of four.
 *
 * @param into Where the sums go if there is nothing to fill up; else, or without it, scratch memory.
 */
export function filterSums(
  call: WasmCall,
  images: Padded,
  dy: {address: number; shape: Shape4D},
  {kernel, stride, into}: {kernel: number; stride: 1 | 2; into?: number}
): {address: number; lanes: number} {
  const [batch, outHeight, outWidth, outChannels] = dy.shape;
  const lanes = Math.ceil(outChannels / 4) * 4;
  const rows = batch * outHeight * outWidth;
  const whole = lanes === outChannels;
  const gradients = whole ? dy.address : call.scratch(rows * lanes);
  if (!whole) {
    call.kernels.clear(gradients, rows * lanes);
    call.kernels.copyColumns(dy.address, gradients, rows, outChannels, lanes, outChannels);
  }
  const sums = kernel * kernel * images.channels * lanes;
  const address = whole && into !== undefined ? into : call.scratch(sums);
  call.kernels.clear(address, sums);
  const taps = kernel * kernel * images.channels;
  call.share(
    'convolveFilterGradient',
    slicesOf(taps, call.slices(rows * taps * lanes), 4).map(({from, count}) => [
      ...[images.address, gradients, address, batch, outHeight, outWidth],
      ...strides(images),
      ...[images.channels, lanes, kernel, stride, from, from + count],
    ])
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

/** Address of a bias with room behind it: programs read eight floats at a time. Nothing without one. */
export function biasAt(call: WasmCall, bias: TensorInfo | undefined): number | undefined {
  if (!bias) return undefined;
  const channels = bias.shape[0]!;
  if (channels % 8 === 0) return call.at(bias);
  const address = call.scratch(Math.ceil(channels / 8) * 8);
  call.kernels.copyColumns(call.at(bias), address, 1, channels, channels, channels);
  return address;
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
  call.kernels[isToFew(kernel, from, into) ? 'packFew' : 'packWeights'](
    ...[weights, address, kernel * kernel, inChannels, outChannels, Number(turned)]
  );
  return address;
}

/** Whether vectors are fuller along what a row of the window reads than along the output channels. */
function isToFew(kernel: number, channels: number, outChannels: number): boolean {
  return outChannels < 4 && kernel * channels >= LEAST_SPAN * outChannels;
}

/** Floats from a pixel to the next, from a row to the next, from an image to the next: nothing in between. */
export function dense(height: number, width: number, channels: number): [number, number, number] {
  return [channels, width * channels, height * width * channels];
}

/** Floats from an image to the next, and from a row to the next. */
export function strides({height, width, channels}: Padded): [number, number] {
  return [height * width * channels, width * channels];
}
