/**
 * The changes of resolution that ReDO makes, each the other's adjoint up to a factor.
 *
 * `nn.Upsample(scale_factor=2)` and `nn.AvgPool2d(2)` of `models.py`: repeating and summing up. Stock tfjs computes the
 * gradient of the first with a scatter and that of the second by a search over windows; here the
 * gradient of one is the other.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, Tensor2D, Tensor3D, Tensor4D, TensorInfo} from '@tensorflow/tfjs-core';

import {defineKernel, type Operation} from './kernel.js';
import * as webgl from './resample-webgl.js';
import {wasmProgram} from './wasm.js';

type Inputs = {x: Tensor4D};
type Shape4D = Tensor4D['shape'];
interface Attrs {
  factor: number;
  /** What every value is multiplied by. */
  scale: number;
}

const runUpsample: Operation<Inputs, Attrs> = defineKernel<Inputs, Attrs>({
  name: 'RedoUpsampleNearest',
  composed: ({x}, {factor, scale}) =>
    scale === 1 ? repeat(x, factor) : tf.mul(repeat(x, factor), scale),
  programs: {
    wasm: wasmProgram(({x}: {x: TensorInfo}, {factor, scale}: Attrs, {kernels, at, output}) => {
      const [batch, height, width, channels] = x.shape as Shape4D;
      const y = output([batch, factor * height, factor * width, channels]);
      kernels.upsample(at(x), at(y), batch * height, width, channels, factor, scale);
      return y;
    }),
    webgl: webgl.upsample,
  },
  gradient: (dy, _, attrs) => ({x: (): Tensor => runSumPool({x: dy as Tensor4D}, attrs) as Tensor}),
});

const runSumPool: Operation<Inputs, Attrs> = defineKernel<Inputs, Attrs>({
  name: 'RedoSumPool',
  composed: ({x}, {factor, scale}) =>
    tf.mul(tf.avgPool(x, factor, factor, 'valid'), factor * factor * scale),
  programs: {
    wasm: wasmProgram(({x}: {x: TensorInfo}, {factor, scale}: Attrs, {kernels, at, output}) => {
      const [batch, height, width, channels] = x.shape as Shape4D;
      const [outHeight, outWidth] = [height / factor, width / factor];
      const y = output([batch, outHeight, outWidth, channels]);
      kernels.sumPool(at(x), at(y), batch * outHeight, outWidth, channels, factor, scale);
      return y;
    }),
    webgl: webgl.sumPool,
  },
  gradient: (dy, _, attrs) => ({
    x: (): Tensor => runUpsample({x: dy as Tensor4D}, attrs) as Tensor,
  }),
});

/**
 * Repeats each pixel `factor` times along both axes.
 *
 * @param x `[batch, height, width, channels]`.
 * @returns `[batch, factor · height, factor · width, channels]`.
 */
export function upsampleNearest(x: Tensor4D, factor = 2): Tensor4D {
  return factor === 1 ? x : (runUpsample({x}, {factor, scale: 1}) as Tensor4D);
}

/**
 * Mean over windows of `factor` × `factor` pixels side by side.
 *
 * @param x `[batch, height, width, channels]`, height and width multiples of `factor`.
 * @returns `[batch, height / factor, width / factor, channels]`.
 */
export function averagePool(x: Tensor4D, factor = 2): Tensor4D {
  tf.util.assert(
    x.shape[1] % factor === 0 && x.shape[2] % factor === 0,
    () =>
      `averagePool: factor must divide height and width; got factor=${factor} for x=[${x.shape}]`
  );
  return factor === 1 ? x : (runSumPool({x}, {factor, scale: 1 / factor ** 2}) as Tensor4D);
}

/** Sum over windows of `factor` × `factor` pixels side by side: the adjoint of `upsampleNearest`. Shapes as in `averagePool`. */
export function sumPool(x: Tensor4D, factor = 2): Tensor4D {
  return runSumPool({x}, {factor, scale: 1}) as Tensor4D;
}

function repeat(x: Tensor4D, factor: number): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const copies = <T extends tf.Tensor>(t: T): T[] => Array.from({length: factor}, () => t);
  const pixels: Tensor2D = tf.reshape(x, [batch * height * width, channels]);
  const rows: Tensor2D = tf.reshape(tf.concat(copies(pixels), 1), [batch * height, -1]);
  const blocks = tf.concat(copies(rows), 1);
  return tf.reshape(blocks, [batch, factor * height, factor * width, channels]);
}

/**
 * Mean over windows of `window` × `window` pixels side by side, a remainder at the far edges dropped
 * (`nn.AvgPool2d(window)`, floor mode). Where there is one, as two products with averaging matrices, so
 * that the gradient is exact on every backend.
 *
 * @param x `[batch, size, size, channels]`.
 * @returns `[batch, ⌊size / window⌋, ⌊size / window⌋, channels]`.
 */
export function averagePoolFloor(x: Tensor4D, window: number): Tensor4D {
  const size = x.shape[1];
  if (size % window === 0) return averagePool(x, window);
  const out = Math.floor(size / window);
  return throughRowsAndColumns(x, out, (o, i) => (Math.floor(i / window) === o ? 1 / window : 0));
}

/**
 * Bilinear resize to `size` × `size` with half-pixel centres (`nn.Upsample(mode='bilinear')`,
 * `align_corners=False`), as two products with interpolation matrices unless it is mere copying.
 *
 * @param x `[batch, inSize, inSize, channels]`, `inSize ≤ size`.
 */
export function upsampleBilinear(x: Tensor4D, size: number): Tensor4D {
  const inSize = x.shape[1];
  if (inSize === size || inSize === 1) return upsampleNearest(x, size / inSize);
  return throughRowsAndColumns(x, size, (o, i) => {
    const source = Math.max(0, ((o + 0.5) * inSize) / size - 0.5);
    const low = Math.min(Math.floor(source), inSize - 1);
    const high = Math.min(low + 1, inSize - 1);
    const fraction = source - low;
    return (i === low ? 1 - fraction : 0) + (i === high ? fraction : 0);
  });
}

/** Applies the same `[out, size]` matrix to the rows and to the columns of square images. */
function throughRowsAndColumns(
  x: Tensor4D,
  out: number,
  weight: (o: number, i: number) => number
): Tensor4D {
  const [batch, size, , channels] = x.shape;
  return tf.tidy(() => {
    const values = Float32Array.from({length: out * size}, (_, k) =>
      weight(Math.floor(k / size), k % size)
    );
    const matrix = tf.tensor3d(values, [1, out, size]);
    const images: Tensor3D = tf.reshape(x, [batch, size, size * channels]);
    const rows = tf.matMul(matrix, images); // [batch, out, size · channels]
    const columns = tf.matMul(matrix, tf.reshape(rows, [batch * out, size, channels]));
    return tf.reshape(columns, [batch, out, out, channels]);
  });
}
