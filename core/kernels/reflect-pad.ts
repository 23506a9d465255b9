/**
 * Reflection padding of the two spatial axes, with its exact adjoint.
 *
 * tfjs has `tf.mirrorPad`, but its gradient drops what the border copies contribute (it is a slice
 * of dy), so it cannot train the 7×7 convolutions of the mask network. Reference:
 * `nn.ReflectionPad2d` in `models.py`, `_downConv` and `_upConv`.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor4D, TensorInfo} from '@tensorflow/tfjs-core';

import {defineKernel} from './kernel.js';
import * as webgl from './resample-webgl.js';
import {wasmProgram} from './wasm.js';

const run = defineKernel<{x: Tensor4D}, {pad: number}>({
  name: 'RedoReflectPad',
  composed: ({x}, {pad}) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [pad, pad],
        [pad, pad],
        [0, 0],
      ],
      'reflect'
    ),
  programs: {webgl: webgl.reflectPad},
  gradient: (dy, _, attrs) => ({x: () => runGradient({dy: dy as Tensor4D}, attrs) as Tensor}),
});

const runGradient = defineKernel<{dy: Tensor4D}, {pad: number}>({
  name: 'RedoReflectPadGrad',
  composed: ({dy}, {pad}) => fold(fold(dy, 1, pad), 2, pad),
  programs: {
    wasm: wasmProgram(
      ({dy}: Record<'dy', TensorInfo>, {pad}: {pad: number}, {kernels, at, output}) => {
        const [batch, padHeight, padWidth, channels] = dy.shape as Tensor4D['shape'];
        const [height, width] = [padHeight - 2 * pad, padWidth - 2 * pad];
        const dx = output([batch, height, width, channels]);
        kernels.reflectPadGradient(at(dy), at(dx), batch, height, width, channels, pad);
        return dx;
      }
    ),
    webgl: webgl.reflectPadGradient,
  },
});

/**
 * Pads `x` by mirroring it about its edge pixels, the edge itself not repeated.
 *
 * @param x Images `[batch, height, width, channels]`.
 * @param pad Border width in pixels, at most `min(height, width) - 1`.
 * @returns Images `[batch, height + 2 pad, width + 2 pad, channels]`.
 */
export function reflectPad(x: Tensor4D, pad: number): Tensor4D {
  const [, height, width] = x.shape;
  tf.util.assert(
    pad < height && pad < width,
    () => `reflectPad: pad must be less than height and width; got pad=${pad} for x=[${x.shape}]`
  );
  return run({x}, {pad}) as Tensor4D;
}

/** Adds the two borders of one axis back onto the pixels that they mirror. */
function fold(dy: Tensor4D, axis: 1 | 2, pad: number): Tensor4D {
  const size = dy.shape[axis] - 2 * pad;
  const part = (begin: number, length: number): Tensor4D => {
    const start = [0, 0, 0, 0];
    start[axis] = begin;
    const extent = [-1, -1, -1, -1];
    extent[axis] = length;
    return tf.slice(dy, start, extent);
  };
  const place = (border: Tensor4D, begin: number): Tensor4D => {
    const margins: [number, number][] = [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ];
    margins[axis] = [begin, size - pad - begin];
    return tf.pad(tf.reverse(border, axis), margins);
  };
  const before = place(part(0, pad), 1);
  const after = place(part(pad + size, pad), size - 1 - pad);
  return tf.addN([part(pad, size), before, after]);
}
