/**
 * The programs of `upsampleConv2d` and its gradients on wasm: each reads the small image, with
 * weights that `foldWeights` has summed up (`assembly/layout.ts`).
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

/** Four convolutions of 2×2, one for each place of an output pixel within the pixel it comes from. */
export const upsampleConvolve = wasmProgram(({x, w, bias}: ConvInputs, _, call) => {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const outChannels = w.shape[3]!;
  const images = padded(call, x, {height: height + 2, width: width + 2, before: 1, step: 1});
  const folded = foldedWeights(call, w, true);
  const y = call.output([batch, 2 * height, 2 * width, outChannels]);
  const first = biasAt(call, bias);
  const [pixel, row, image] = dense(2 * height, 2 * width, outChannels);
  const phaseFloats = 4 * channels * outChannels;
  const phases = [0, 1, 2, 3].map((phase): Convolution => {
    const [a, b] = [phase >> 1, phase & 1];
    const shape: Shape4D = [2, 2, channels, outChannels];
    const [, rowStride] = strides(images);
    return {
      images: images.address + 4 * (a * rowStride + b * channels),
      weights: packedAt(call, folded + 4 * phase * phaseFloats, shape, false),
      into: call.at(y) + 4 * (a * row + b * pixel),
      ...{batch, outHeight: height, outWidth: width},
      ...{from: strides(images), to: [2 * pixel, 2 * row, image]},
      ...{channels, outChannels, kernel: 2, stride: 1, bias: first},
    };
  });
  convolveShared(call, phases);
  return y;
});

/** One convolution of 4×4 and stride 2. */
export const upsampleConvolveInputGradient = wasmProgram(
  ({dy, w}: Record<'dy' | 'w', TensorInfo>, _, call) => {
    const [batch, outHeight, outWidth, outChannels] = dy.shape as Shape4D;
    const channels = w.shape[2]!;
    const [height, width] = [outHeight / 2, outWidth / 2];
    const images = padded(call, dy, {
      height: outHeight + 2,
      width: outWidth + 2,
      before: 1,
      step: 1,
    });
    const folded = foldedWeights(call, w, false);
    const weights = packedAt(call, folded, [4, 4, channels, outChannels], true);
    const dx = call.output([batch, height, width, channels]);
    convolveShared(call, [
      {
        ...{images: images.address, weights, into: call.at(dx)},
        ...{batch, outHeight: height, outWidth: width},
        ...{from: strides(images), to: dense(height, width, channels)},
        ...{channels: outChannels, outChannels: channels, kernel: 4, stride: 2},
      },
    ]);
    return dx;
  }
);

/** The filter gradient of that convolution, folded back. */
export const upsampleConvolveFilterGradient = wasmProgram(
  ({dy, x}: Record<'dy' | 'x', TensorInfo>, _, call) => {
    const [, outHeight, outWidth, outChannels] = dy.shape as Shape4D;
    const channels = x.shape[3]!;
    const images = padded(call, dy, {
      height: outHeight + 2,
      width: outWidth + 2,
      before: 1,
      step: 1,
    });
    const {address, lanes} = filterSums(
      call,
      images,
      {address: call.at(x), shape: x.shape as Shape4D},
      {kernel: 4, stride: 2}
    );
    const dw = call.output([3, 3, channels, outChannels]);
    call.kernels.unfoldGradient(address, call.at(dw), channels, outChannels, lanes);
    return dw;
  }
);

function foldedWeights(call: WasmCall, w: TensorInfo, byPhase: boolean): number {
  const count = w.shape[2]! * w.shape[3]!;
  const address = call.scratch(16 * count);
  call.kernels.foldWeights(call.at(w), address, count, Number(byPhase));
  return address;
}
