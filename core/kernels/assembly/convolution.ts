/**
 * Convolutions for WebAssembly's 128-bit vectors, all on images `[batch, height, width, channels]`
 * that have been padded beforehand, so that no loop asks where the border is.
 *
 * Addresses are bytes, strides and counts are floats. Nothing is allocated here; the caller brings
 * the scratch space. `@inline` on a function is AssemblyScript's, and an error to TypeScript alone:
 * hence each `@ts-ignore`.
 */

import {multiplyAdd} from './arithmetic';

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
  stride: i32
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
          outWidth, rowStride, outPixel, inChannels, outChannels - o, kernel, stride
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
  stride: i32
): void {
  const span = kernel * inChannels;
  const step: usize = <usize>(stride * inChannels) * F;
  const rowBytes: usize = <usize>rowStride * F;
  const next: usize = <usize>outPixel * F;
  let ox = 0;
  if (lanes > 4) {
    for (; ox + 4 <= outWidth; ox += 4) {
      fourByEight(x, step, rowBytes, w, kernel, span, y, next, lanes);
      x += 4 * step;
      y += 4 * next;
    }
    for (; ox < outWidth; ox++) {
      oneByEight(x, rowBytes, w, kernel, span, y, lanes);
      x += step;
      y += next;
    }
  } else {
    for (; ox + 4 <= outWidth; ox += 4) {
      fourByFour(x, step, rowBytes, w, kernel, span, y, next, lanes);
      x += 4 * step;
      y += 4 * next;
    }
    for (; ox < outWidth; ox++) {
      oneByFour(x, rowBytes, w, kernel, span, y, lanes);
      x += step;
      y += next;
    }
  }
}

/** Four pixels side by side, eight output channels. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function fourByEight(
  x: usize,
  pixelStep: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  next: usize,
  lanes: i32
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  for (let ky = 0; ky < kernel; ky++) {
    let p0 = x;
    let p1 = x + pixelStep;
    let p2 = p1 + pixelStep;
    let p3 = p2 + pixelStep;
    const end = p0 + <usize>span * F;
    while (p0 < end) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let s = v128.load32_splat(p0);
      a0 = multiplyAdd(s, w0, a0);
      a1 = multiplyAdd(s, w1, a1);
      s = v128.load32_splat(p1);
      b0 = multiplyAdd(s, w0, b0);
      b1 = multiplyAdd(s, w1, b1);
      s = v128.load32_splat(p2);
      c0 = multiplyAdd(s, w0, c0);
      c1 = multiplyAdd(s, w1, c1);
      s = v128.load32_splat(p3);
      d0 = multiplyAdd(s, w0, d0);
      d1 = multiplyAdd(s, w1, d1);
      p0 += F;
      p1 += F;
      p2 += F;
      p3 += F;
      w += 32;
    }
    x += rowBytes;
  }
  put8(y, a0, a1, lanes);
  put8(y + next, b0, b1, lanes);
  put8(y + 2 * next, c0, c1, lanes);
  put8(y + 3 * next, d0, d1, lanes);
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function oneByEight(
  x: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  lanes: i32
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
  for (let ky = 0; ky < kernel; ky++) {
    let p = x;
    const end = p + <usize>span * F;
    while (p < end) {
      const s = v128.load32_splat(p);
      a0 = multiplyAdd(s, v128.load(w), a0);
      a1 = multiplyAdd(s, v128.load(w, 16), a1);
      p += F;
      w += 32;
    }
    x += rowBytes;
  }
  put8(y, a0, a1, lanes);
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function fourByFour(
  x: usize,
  pixelStep: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  next: usize,
  lanes: i32
): void {
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  for (let ky = 0; ky < kernel; ky++) {
    let p0 = x;
    let p1 = x + pixelStep;
    let p2 = p1 + pixelStep;
    let p3 = p2 + pixelStep;
    const end = p0 + <usize>span * F;
    while (p0 < end) {
      const w0 = v128.load(w);
      a = multiplyAdd(v128.load32_splat(p0), w0, a);
      b = multiplyAdd(v128.load32_splat(p1), w0, b);
      c = multiplyAdd(v128.load32_splat(p2), w0, c);
      d = multiplyAdd(v128.load32_splat(p3), w0, d);
      p0 += F;
      p1 += F;
      p2 += F;
      p3 += F;
      w += 16;
    }
    x += rowBytes;
  }
  put4(y, a, lanes);
  put4(y + next, b, lanes);
  put4(y + 2 * next, c, lanes);
  put4(y + 3 * next, d, lanes);
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function oneByFour(
  x: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  lanes: i32
): void {
  let a = f32x4.splat(0);
  for (let ky = 0; ky < kernel; ky++) {
    let p = x;
    const end = p + <usize>span * F;
    while (p < end) {
      a = multiplyAdd(v128.load32_splat(p), v128.load(w), a);
      p += F;
      w += 16;
    }
    x += rowBytes;
  }
  put4(y, a, lanes);
}

/** Stores the first `lanes` of eight values, more than four. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function put8(y: usize, low: v128, high: v128, lanes: i32): void {
  v128.store(y, low);
  put4(y + 16, high, lanes - 4);
}

/** Stores the first `lanes` of four values. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function put4(y: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(y, value);
    return;
  }
  store<f32>(y, f32x4.extract_lane(value, 0));
  if (lanes > 1) store<f32>(y + 4, f32x4.extract_lane(value, 1));
  if (lanes > 2) store<f32>(y + 8, f32x4.extract_lane(value, 2));
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

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function filterFourByEight(
  x: usize,
  pixelStep: usize,
  dy: usize,
  outStep: usize,
  dyRowBytes: usize,
  dw: usize
): void {
  const dw1 = dw + outStep;
  const dw2 = dw1 + outStep;
  const dw3 = dw2 + outStep;
  let a0 = v128.load(dw), a1 = v128.load(dw, 16);
  let b0 = v128.load(dw1), b1 = v128.load(dw1, 16);
  let c0 = v128.load(dw2), c1 = v128.load(dw2, 16);
  let d0 = v128.load(dw3), d1 = v128.load(dw3, 16);
  const end = dy + dyRowBytes;
  while (dy < end) {
    const g0 = v128.load(dy);
    const g1 = v128.load(dy, 16);
    let s = v128.load32_splat(x);
    a0 = multiplyAdd(s, g0, a0);
    a1 = multiplyAdd(s, g1, a1);
    s = v128.load32_splat(x, 4);
    b0 = multiplyAdd(s, g0, b0);
    b1 = multiplyAdd(s, g1, b1);
    s = v128.load32_splat(x, 8);
    c0 = multiplyAdd(s, g0, c0);
    c1 = multiplyAdd(s, g1, c1);
    s = v128.load32_splat(x, 12);
    d0 = multiplyAdd(s, g0, d0);
    d1 = multiplyAdd(s, g1, d1);
    x += pixelStep;
    dy += outStep;
  }
  v128.store(dw, a0);
  v128.store(dw, a1, 16);
  v128.store(dw1, b0);
  v128.store(dw1, b1, 16);
  v128.store(dw2, c0);
  v128.store(dw2, c1, 16);
  v128.store(dw3, d0);
  v128.store(dw3, d1, 16);
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function filterFourByFour(
  x: usize,
  pixelStep: usize,
  dy: usize,
  outStep: usize,
  dyRowBytes: usize,
  dw: usize
): void {
  const dw1 = dw + outStep;
  const dw2 = dw1 + outStep;
  const dw3 = dw2 + outStep;
  let a = v128.load(dw), b = v128.load(dw1), c = v128.load(dw2), d = v128.load(dw3);
  const end = dy + dyRowBytes;
  while (dy < end) {
    const g = v128.load(dy);
    a = multiplyAdd(v128.load32_splat(x), g, a);
    b = multiplyAdd(v128.load32_splat(x, 4), g, b);
    c = multiplyAdd(v128.load32_splat(x, 8), g, c);
    d = multiplyAdd(v128.load32_splat(x, 12), g, d);
    x += pixelStep;
    dy += outStep;
  }
  v128.store(dw, a);
  v128.store(dw1, b);
  v128.store(dw2, c);
  v128.store(dw3, d);
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function filterOneByFour(
  x: usize,
  pixelStep: usize,
  dy: usize,
  outStep: usize,
  dyRowBytes: usize,
  dw: usize
): void {
  let a = v128.load(dw);
  const end = dy + dyRowBytes;
  while (dy < end) {
    a = multiplyAdd(v128.load32_splat(x), v128.load(dy), a);
    x += pixelStep;
    dy += outStep;
  }
  v128.store(dw, a);
}
