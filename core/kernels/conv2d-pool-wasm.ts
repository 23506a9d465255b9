/**
 * The programs of `conv2dPool` and its gradients on wasm: a 4×4 convolution of stride 2, with weights that
 * `foldWeights` has summed up (`assembly/layout.ts`), a quarter of them each.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import type {ConvInputs} from './conv-inputs.js';
import {
  biasAt,
  type Convolution,
  convolveShared,
  dense,
  filterSums,
  packedAt,
  padded,
  strides,
} from './conv2d-wasm.js';
import {type WasmCall, wasmProgram} from './wasm.js';

type Shape4D = [number, number, number, number];

export const convolvePool = wasmProgram(({x, w, bias}: ConvInputs, _, call) => {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const outChannels = w.shape[3]!;
  const [outHeight, outWidth] = [height / 2, width / 2];
  const images = padded(call, x, {height: height + 2, width: width + 2, before: 1, step: 1});
  const folded = foldedWeights(call, w, false);
  const y = call.output([batch, outHeight, outWidth, outChannels]);
  convolveShared(call, [
    {
      images: images.address,
      weights: packedAt(call, folded, [4, 4, channels, outChannels], false),
      ...{into: call.at(y), batch, outHeight, outWidth},
      ...{from: strides(images), to: dense(outHeight, outWidth, outChannels)},
      ...{channels, outChannels, kernel: 4, stride: 2, bias: biasAt(call, bias)},
    },
  ]);
  return y;
});

/** Four convolutions of 2×2, one for each place of a pixel within those that were averaged. */
export const convolvePoolInputGradient = wasmProgram(
  ({dy, w}: Record<'dy' | 'w', TensorInfo>, _, call) => {
    const [batch, height, width, outChannels] = dy.shape as Shape4D;
    const channels = w.shape[2]!;
    const images = padded(call, dy, {height: height + 2, width: width + 2, before: 1, step: 1});
    const folded = foldedWeights(call, w, true);
    const dx = call.output([batch, 2 * height, 2 * width, channels]);
    const [pixel, row, image] = dense(2 * height, 2 * width, channels);
    const [, rowStride] = strides(images);
    const phases = [0, 1, 2, 3].map((phase): Convolution => {
      const [a, b] = [phase >> 1, phase & 1];
      // Turned by 180° the phases change places too.
      const weights = folded + 4 * (3 - phase) * 4 * channels * outChannels;
      return {
        images: images.address + 4 * (a * rowStride + b * outChannels),
        weights: packedAt(call, weights, [2, 2, channels, outChannels], true),
        into: call.at(dx) + 4 * (a * row + b * pixel),
        ...{batch, outHeight: height, outWidth: width},
        ...{from: strides(images), to: [2 * pixel, 2 * row, image]},
        ...{channels: outChannels, outChannels: channels, kernel: 2, stride: 1},
      };
    });
    convolveShared(call, phases);
    return dx;
  }
);

/** The filter gradient of the 4×4 convolution, folded back. */
export const convolvePoolFilterGradient = wasmProgram(
  ({dy, x}: Record<'dy' | 'x', TensorInfo>, _, call) => {
    const [, height, width, channels] = x.shape as Shape4D;
    const outChannels = dy.shape[3]!;
    const images = padded(call, x, {height: height + 2, width: width + 2, before: 1, step: 1});
    const gradients = {address: call.at(dy), shape: dy.shape as Shape4D};
    const {address, lanes} = filterSums(call, images, gradients, {kernel: 4, stride: 2});
    const dw = call.output([3, 3, channels, outChannels]);
    call.kernels.unfoldPooled(address, call.at(dw), channels, outChannels, lanes, 0.25);
    return dw;
  }
);

function foldedWeights(call: WasmCall, w: TensorInfo, byPhase: boolean): number {
  const count = w.shape[2]! * w.shape[3]!;
  const address = call.scratch(16 * count);
  call.kernels.foldWeights(call.at(w), address, count, Number(byPhase));
  call.kernels.scale(address, address, 16 * count, 0.25);
  return address;
}
