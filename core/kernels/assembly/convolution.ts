/**
 * Convolutions for WebAssembly's 128-bit vectors, all on images `[batch, height, width, channels]`
 * that have been padded beforehand, so that no loop asks where the border is.
 *
 * Addresses are bytes, strides and counts are floats. Nothing is allocated here; the caller brings
 * the scratch space. `@inline` on a function is AssemblyScript's, and an error to TypeScript alone:
 * hence each `@ts-ignore`.
 */

import {
  filterFourByEight,
  filterFourByFour,
  filterOneByFour,
  fourByEight,
  fourByFour,
  oneByEight,
  oneByFour,
} from './blocks';

/** Bytes of a float. */
const F: usize = 4;

/**
 * `y = Σ x w` over the kernel's window and the input channels.
 *
 * What is larger, an image or the weights, is walked through once, and the other stays in the cache.
 *
 * @param x Padded images; `rowStride` and `imageStride` are those of the padded images.
 * @param w Laid out by `packWeights`.
 * @param outPixel Floats from a pixel of `y` to the next. @param outRow From a row to the next.
 * @param outImage From an image to the next.
 * @param stride 1 or 2.
 * @param bias Address of what the sums of each output channel begin with, filled up to a multiple of eight
 *     floats; 0 for nothing.
 */
export function convolve(
  x: usize,
  w: usize,
  y: usize,
  batch: i32,
  outHeight: i32,
  outWidth: i32,
  imageStride: i32,
  rowStride: i32,
  outPixel: i32,
  outRow: i32,
  outImage: i32,
  inChannels: i32,
  outChannels: i32,
  kernel: i32,
  stride: i32,
  bias: usize
): void {
  const taps = kernel * kernel * inChannels;
  const weightsFirst = taps * outChannels > imageStride;
  const blocks = (outChannels + 7) >> 3;
  const outer = weightsFirst ? blocks : outHeight;
  const inner = weightsFirst ? outHeight : blocks;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < inner; j++) {
        const oy = weightsFirst ? j : i;
        const o = (weightsFirst ? i : j) << 3;
        convolveRow(
          x + <usize>(oy * stride * rowStride) * F,
          w + <usize>(taps * o) * F,
          y + <usize>(oy * outRow + o) * F,
          outWidth, rowStride, outPixel, inChannels, outChannels - o, kernel, stride,
          bias ? bias + <usize>o * F : 0
        );
      }
    }
    x += <usize>imageStride * F;
    y += <usize>outImage * F;
  }
}

/** One row of up to eight output channels. @param lanes Output channels that are left. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function convolveRow(
  x: usize,
  w: usize,
  y: usize,
  outWidth: i32,
  rowStride: i32,
  outPixel: i32,
  inChannels: i32,
  lanes: i32,
  kernel: i32,
  stride: i32,
  bias: usize
): void {
  const span = kernel * inChannels;
  const step: usize = <usize>(stride * inChannels) * F;
  const rowBytes: usize = <usize>rowStride * F;
  const next: usize = <usize>outPixel * F;
  let ox = 0;
  if (lanes > 4) {
    for (; ox + 4 <= outWidth; ox += 4) {
      fourByEight(x, step, rowBytes, w, kernel, span, y, next, lanes, bias);
      x += 4 * step;
      y += 4 * next;
    }
    for (; ox < outWidth; ox++) {
      oneByEight(x, rowBytes, w, kernel, span, y, lanes, bias);
      x += step;
      y += next;
    }
  } else {
    for (; ox + 4 <= outWidth; ox += 4) {
      fourByFour(x, step, rowBytes, w, kernel, span, y, next, lanes, bias);
      x += 4 * step;
      y += 4 * next;
    }
    for (; ox < outWidth; ox++) {
      oneByFour(x, rowBytes, w, kernel, span, y, lanes, bias);
      x += step;
      y += next;
    }
  }
}

/**
 * `dw(k) = Σ x(stride·o + k) dy(o)` over all images and output pixels, added to what `dw` holds.
 * Row by row, so that x and dy stay in the first cache and no sum grows long.
 *
 * @param x Padded images, as for `convolve`.
 * @param dy `[batch, outHeight, outWidth, outChannels]`, `outChannels` a multiple of 4.
 * @param dw `[kernel, kernel, inChannels, outChannels]`.
 * @param firstTap Of `kernel · kernel · inChannels`, the first whose sums are wanted. @param endTap
 *     That behind the last.
 */
export function convolveFilterGradient(
  x: usize,
  dy: usize,
  dw: usize,
  batch: i32,
  outHeight: i32,
  outWidth: i32,
  imageStride: i32,
  rowStride: i32,
  inChannels: i32,
  outChannels: i32,
  kernel: i32,
  stride: i32,
  firstTap: i32,
  endTap: i32
): void {
  const span = kernel * inChannels;
  const pixelStep: usize = <usize>(stride * inChannels) * F;
  const outStep: usize = <usize>outChannels * F;
  const dyRowBytes: usize = <usize>outWidth * outStep;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const row = x + (<usize>n * <usize>imageStride + <usize>(oy * stride) * <usize>rowStride) * F;
      const dyRow = dy + <usize>(n * outHeight + oy) * dyRowBytes;
      for (let ky = 0; ky < kernel; ky++) {
        const xRow = row + <usize>(ky * rowStride) * F;
        const dwRow = dw + <usize>(ky * span) * outStep;
        let t = max(0, firstTap - ky * span);
        const end = min(span, endTap - ky * span);
        for (; t + 4 <= end; t += 4) {
          let o = 0;
          for (; o + 8 <= outChannels; o += 8) {
            filterFourByEight(xRow + <usize>t * F, pixelStep, dyRow + <usize>o * F, outStep, dyRowBytes,
              dwRow + <usize>t * outStep + <usize>o * F);
          }
          if (o < outChannels) {
            filterFourByFour(xRow + <usize>t * F, pixelStep, dyRow + <usize>o * F, outStep, dyRowBytes,
              dwRow + <usize>t * outStep + <usize>o * F);
          }
        }
        for (; t < end; t++) {
          for (let o = 0; o < outChannels; o += 4) {
            filterOneByFour(xRow + <usize>t * F, pixelStep, dyRow + <usize>o * F, outStep, dyRowBytes,
              dwRow + <usize>t * outStep + <usize>o * F);
          }
        }
      }
    }
  }
}
