/**
 * 2-D convolution with gradients that every backend can compute at speed.
 *
 * tfjs's wasm backend has no `Conv2DBackpropFilter` (tfjs issue 8474) and a slow
 * `Conv2DBackpropInput`; its WebGL backend runs the first as one long loop over the batch in each
 * of a few thousand fragments, and its im2col and matrix product reach a quarter of what reading less
 * reaches. Composed, both gradients are forward convolutions; on wasm and WebGL all three are programs
 * of our own (see `docs/performance.md`).
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import {biasGradient} from './bias.js';
import * as wasm from './conv2d-wasm.js';
import * as webgl from './conv2d-webgl.js';
import {defineKernel} from './kernel.js';

type Shape4D = Tensor4D['shape'];

/** Of a convolution. */
export type ConvInputs = {
  x: Tensor4D;
  w: Tensor4D;
  bias?: Tensor1D;
};

export interface ConvAttrs {
  stride: 1 | 2;
  /** Zeros added on each side, in pixels. */
  pad: number;
}

const run = defineKernel<ConvInputs, ConvAttrs>({
  name: 'RedoConv2D',
  composed: ({x, w, bias}, {stride, pad}) => {
    const y = tf.conv2d(x, w, stride, zeros([pad, pad], [pad, pad]));
    return bias ? tf.add(y, bias) : y;
  },
  programs: {wasm: wasm.convolve, webgl: webgl.convolve},

  saves: {inputs: ['x', 'w']},
  gradient: (dy, saved, attrs) => {
    const [x, w] = saved as [Tensor4D, Tensor4D];
    const [dy4, xShape, wShape] = [dy as Tensor4D, x.shape, w.shape];
    return {
      x: () => conv2dInputGradient(dy4, w, xShape, attrs),
      w: () => conv2dFilterGradient(dy4, x, wShape, attrs),
      bias: () => biasGradient(dy4),
    };
  },
});

/** `dx(i) = Σ dy(o) w(i − stride·o + pad)`: dy, spread out by the stride, convolved with w turned by 180°. */
const runInputGradient = defineKernel<{dy: Tensor4D; w: Tensor4D}, ConvAttrs & {xShape: Shape4D}>({
  name: 'RedoConv2DInputGrad',
  composed: ({dy, w}, {stride, pad, xShape}) => {
    const turned = tf.transpose(tf.reverse(w, [0, 1]), [0, 1, 3, 2]) as Tensor4D; // [kernel, kernel, out, in]
    const spread = stride === 1 ? dy : spreadOut(dy);
    const before = w.shape[0] - 1 - pad;
    const margins = (axis: 1 | 2): [number, number] => [
      before,
      xShape[axis] + pad - spread.shape[axis],
    ];
    return tf.conv2d(spread, turned, 1, zeros(margins(1), margins(2)));
  },
  programs: {wasm: wasm.convolveInputGradient, webgl: webgl.convolveInputGradient},
});

/** `dw(k) = Σ x(stride·o + k − pad) dy(o)`: a convolution with batch and channels exchanged and dy as its filter. */
const runFilterGradient = defineKernel<{dy: Tensor4D; x: Tensor4D}, ConvAttrs & {wShape: Shape4D}>({
  name: 'RedoConv2DFilterGrad',
  composed: ({dy, x}, {stride, pad, wShape}) => {
    const image = tf.transpose(x, [3, 1, 2, 0]) as Tensor4D; // [in, height, width, batch]
    const filter = tf.transpose(dy, [1, 2, 0, 3]) as Tensor4D; // [outHeight, outWidth, batch, out]
    const margins = (axis: 1 | 2): [number, number] => [
      pad,
      stride * (dy.shape[axis] - 1) + wShape[0] - x.shape[axis] - pad,
    ];
    const dw = tf.conv2d(image, filter, 1, zeros(margins(1), margins(2)), 'NHWC', stride);
    return tf.transpose(dw, [1, 2, 0, 3]); // [kernel, kernel, in, out]
  },
  programs: {wasm: wasm.convolveFilterGradient, webgl: webgl.convolveFilterGradient},
});

/**
 * Convolution as PyTorch's `Conv2d` computes it: zeros on all four sides alike.
 *
 * @param x `[batch, height, width, inChannels]`, height and width even if `stride` is 2.
 * @param w `[kernel, kernel, inChannels, outChannels]`, kernel greater than `pad`.
 * @param bias `[outChannels]`; none if absent.
 * @returns `[batch, outHeight, outWidth, outChannels]`, `outHeight = ⌊(height + 2 pad − kernel) / stride⌋ + 1`.
 */
export function conv2d(
  x: Tensor4D,
  w: Tensor4D,
  {stride = 1, pad = 0}: Partial<ConvAttrs> = {},
  bias?: Tensor1D
): Tensor4D {
  tf.util.assert(
    x.shape[3] === w.shape[2],
    () => `conv2d: x and w must agree on inChannels; got x=[${x.shape}] w=[${w.shape}]`
  );
  tf.util.assert(
    pad >= 0 && pad < w.shape[0],
    () => `conv2d: pad must be from 0 to less than the kernel; got pad=${pad} for w=[${w.shape}]`
  );
  checkBias(bias, w);
  return run(bias ? {x, w, bias} : {x, w}, {stride, pad}) as Tensor4D;
}

/** @throws Error unless there is a bias for each output channel of w, or none at all. */
export function checkBias(bias: Tensor1D | undefined, w: Tensor4D): void {
  tf.util.assert(
    bias === undefined || tf.util.arraysEqual(bias.shape, [w.shape[3]]),
    () => `conv2d: bias must be [outChannels]; got bias=[${bias?.shape}] for w=[${w.shape}]`
  );
}

/** The gradient of `conv2d` in x. @param dy Gradient of its result. @param xShape Shape of x. */
export function conv2dInputGradient(
  dy: Tensor4D,
  w: Tensor4D,
  xShape: Shape4D,
  attrs: ConvAttrs
): Tensor4D {
  return runInputGradient({dy, w}, {...attrs, xShape}) as Tensor4D;
}

/** The gradient of `conv2d` in w. @param dy Gradient of its result. @param wShape Shape of w. */
export function conv2dFilterGradient(
  dy: Tensor4D,
  x: Tensor4D,
  wShape: Shape4D,
  attrs: ConvAttrs
): Tensor4D {
  return runFilterGradient({dy, x}, {...attrs, wShape}) as Tensor4D;
}

/** Each value of `[b, h, w, c]` followed by a zero along both spatial axes: `[b, 2h, 2w, c]`. */
function spreadOut(dy: Tensor4D): Tensor4D {
  const [batch, height, width, channels] = dy.shape;
  const wide = tf.reshape(tf.concat([dy, tf.zerosLike(dy)], 3), [batch, height, -1]);
  const tall = tf.concat([wide, tf.zerosLike(wide)], 2);
  return tf.reshape(tall, [batch, 2 * height, 2 * width, channels]);
}

function zeros(rows: [number, number], columns: [number, number]): tf.backend_util.ExplicitPadding {
  return [[0, 0], rows, columns, [0, 0]];
}
