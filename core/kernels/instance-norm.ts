/**
 * Instance normalisation, a scale and a shift a channel, and ReLU, as one operation.
 *
 * Every normalisation of ReDO is followed by these two (`nn.InstanceNorm2d` in `models.py`: eps
 * 1e-5, biased variance). Written out of stock operations under autodiff it makes some ten passes
 * over the feature map forward and twenty back.
 * Means over space run here as average pooling, since tfjs reduces only over the last axis without
 * copying.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, Tensor4D, TensorInfo} from '@tensorflow/tfjs-core';

import * as webgl from './instance-norm-webgl.js';
import {defineKernel} from './kernel.js';
import {type Slice, slicesOf} from './slices.js';
import {type WasmCall, wasmProgram} from './wasm.js';

export const EPSILON = 1e-5;

/** Passes over the image and back, in multiply-adds a float. */
const PASSES = 20;

type Inputs = {x: Tensor4D; scale: Tensor2D; shift: Tensor2D};

const run = defineKernel<Inputs>({
  name: 'RedoInstanceNormRelu',
  composed: ({x, scale, shift}) => {
    const mean = spatialMean(x);
    const centred = tf.sub(x, mean);
    const rstd = tf.rsqrt(tf.add(spatialMean(tf.square(centred) as Tensor4D), EPSILON));
    const y = tf.relu(tf.add(tf.mul(centred, tf.mul(rstd, perImage(scale))), perImage(shift)));
    return [y, mean, rstd];
  },
  programs: {
    wasm: wasmProgram(({x, scale, shift}: Record<'x' | 'scale' | 'shift', TensorInfo>, _, call) => {
      const [batch, height, width, channels] = x.shape as Tensor4D['shape'];
      const {at, output} = call;
      const y = output(x.shape);
      const [mean, rstd] = [output([batch, 1, 1, channels]), output([batch, 1, 1, channels])];
      const sums = call.scratch(2 * channels);
      call.share(
        'instanceNormRelu',
        channelSlices(call, x).map(({from, count}) => [
          ...[x, scale, shift, y, mean, rstd].map(each => at(each) + 4 * from),
          ...[sums + 8 * from, batch, height * width, count, channels],
          ...[perImageStride(scale), EPSILON],
        ])
      );
      return [y, mean, rstd];
    }),
    webgl: webgl.instanceNormRelu(EPSILON),
  },
  saves: {inputs: ['x', 'scale'], outputs: true},
  gradient: (dy, saved) => {
    const [x, scale, y, mean, rstd] = saved as [Tensor4D, Tensor2D, Tensor4D, Tensor4D, Tensor4D];
    // All three share their sums over space, and whoever wants one wants all.
    const [dx, dScale, dShift] = runGradient({dy: dy as Tensor4D, x, scale, y, mean, rstd}, {}) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    return {x: () => dx, scale: () => dScale, shift: () => dShift};
  },
});

const runGradient = defineKernel<
  Record<'dy' | 'x' | 'y' | 'mean' | 'rstd', Tensor4D> & {scale: Tensor2D}
>({
  name: 'RedoInstanceNormReluGrad',
  composed: ({dy, x, scale, y, mean, rstd}) => {
    const normalized = tf.mul(tf.sub(x, mean), rstd) as Tensor4D;
    const g = tf.mul(dy, tf.step(y)) as Tensor4D; // gradient behind the ReLU
    const gMean = spatialMean(g);
    const projection = spatialMean(tf.mul(g, normalized) as Tensor4D);
    const residue = tf.sub(tf.sub(g, gMean), tf.mul(normalized, projection));
    const dx = tf.mul(residue, tf.mul(rstd, perImage(scale)));
    const area = x.shape[1] * x.shape[2];
    return [dx, collect(projection, area, scale), collect(gMean, area, scale)];
  },
  programs: {
    wasm: wasmProgram(
      (inputs: Record<'dy' | 'x' | 'scale' | 'y' | 'mean' | 'rstd', TensorInfo>, _, call) => {
        const {at, output} = call;
        const {dy, x, scale, y, mean, rstd} = inputs;
        const [batch, height, width, channels] = x.shape as Tensor4D['shape'];
        const [dx, dScale, dShift] = [output(x.shape), output(scale.shape), output(scale.shape)];
        for (const sum of [dScale, dShift]) call.kernels.clear(at(sum), scale.shape[0]! * channels);
        const sums = call.scratch(4 * channels);
        call.share(
          'instanceNormReluGradient',
          channelSlices(call, x).map(({from, count}) => [
            ...[dy, x, scale, y, mean, rstd, dx, dScale, dShift].map(each => at(each) + 4 * from),
            ...[sums + 16 * from, batch, height * width, count, channels],
            perImageStride(scale),
          ])
        );
        return [dx, dScale, dShift];
      }
    ),
    webgl: webgl.instanceNormReluGradient,
  },
});

/**
 * `relu((x − mean) / sqrt(var + 1e-5) · scale + shift)`, moments over the pixels of each image and channel.
 *
 * @param x Features `[batch, height, width, channels]`.
 * @param scale `[batch, channels]` (conditional) or `[1, channels]` (affine).
 * @param shift Shaped as `scale`.
 */
export function instanceNormRelu(x: Tensor4D, scale: Tensor2D, shift: Tensor2D): Tensor4D {
  tf.util.assert(
    [1, x.shape[0]].includes(scale.shape[0]) &&
      scale.shape[1] === x.shape[3] &&
      tf.util.arraysEqual(scale.shape, shift.shape),
    () =>
      `instanceNormRelu: scale and shift must be [batch or 1, channels]; ` +
      `got scale=[${scale.shape}] shift=[${shift.shape}] for x=[${x.shape}]`
  );
  // The moments, its other two results, end here; what the gradient wants of them, tfjs has kept.
  return tf.tidy(() => (run({x, scale, shift}, {}) as Tensor4D[])[0]!);
}

/**
 * Mean over height and width `[batch, 1, 1, channels]`. In two steps, rows of windows first: one
 * sum of 16,384 float32 values in a row loses two digits.
 */
function spatialMean(x: Tensor4D): Tensor4D {
  const [, height, width] = x.shape;
  const window = 8;
  const tiles =
    height % window || width % window ? x : tf.avgPool(x, [window, window], window, 'valid');
  return tf.avgPool(tiles, [tiles.shape[1], tiles.shape[2]], 1, 'valid');
}

/** Channels that a thread takes at once: their means are no one else's. */
function channelSlices(call: WasmCall, {shape}: TensorInfo): Slice[] {
  return slicesOf(shape[3]!, call.slices(PASSES * tf.util.sizeFromShape(shape)), 4);
}

/** Floats from the scale of an image to that of the next: none where they share one. */
function perImageStride({shape}: TensorInfo): number {
  return shape[0] === 1 ? 0 : shape[1]!;
}

function perImage(x: Tensor2D): Tensor4D {
  return tf.reshape(x, [x.shape[0], 1, 1, x.shape[1]]);
}

/** From means over space to the gradient of a scale or shift: sums, over the batch too if it is shared. */
function collect(mean: Tensor4D, area: number, like: Tensor2D): Tensor {
  const sums = tf.mul(tf.reshape(mean, [mean.shape[0], mean.shape[3]]), area);
  return like.shape[0] === 1 && mean.shape[0] > 1 ? tf.sum(sums, 0, true) : sums;
}
