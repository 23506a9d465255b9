/**
 * Convolutions to so few channels that a vector of them stays empty for the greater part: here a vector
 * goes along what the kernel's window reads, which lies in one piece within a row of the image.
 *
 * Addresses are bytes, strides and counts are floats, images padded as for `convolve`.
 */

import {multiplyAdd} from './arithmetic';

/** Bytes of a float. */
const F: usize = 4;

/** What `convolve` computes, with weights laid out by `packFew`. */
export function convolveFew(
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
  const span: usize = <usize>(kernel * inChannels) * F;
  const step: usize = <usize>(stride * inChannels) * F;
  const row: usize = <usize>rowStride * F;
  const next: usize = <usize>outPixel * F;
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let o = 0; o < outChannels; o++) {
        const weights = w + <usize>(o * kernel) * span;
        let from = x + <usize>(oy * stride) * row;
        let to = y + <usize>(oy * outRow + o) * F;
        const first: f32 = bias ? load<f32>(bias + <usize>o * F) : 0;
        let ox = 0;
        for (; ox + 4 <= outWidth; ox += 4) {
          fourPixels(from, step, row, weights, kernel, span, to, next, first);
          from += 4 * step;
          to += 4 * next;
        }
        for (; ox < outWidth; ox++) {
          onePixel(from, row, weights, kernel, span, to, first);
          from += step;
          to += next;
        }
      }
    }
    x += <usize>imageStride * F;
    y += <usize>outImage * F;
  }
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function fourPixels(
  x: usize,
  step: usize,
  row: usize,
  w: usize,
  kernel: i32,
  span: usize,
  y: usize,
  next: usize,
  first: f32
): void {
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  for (let ky = 0; ky < kernel; ky++) {
    let p0 = x;
    let p1 = x + step;
    let p2 = p1 + step;
    let p3 = p2 + step;
    const end = p0 + span;
    while (p0 + 16 <= end) {
      const weights = v128.load(w);
      a = multiplyAdd(v128.load(p0), weights, a);
      b = multiplyAdd(v128.load(p1), weights, b);
      c = multiplyAdd(v128.load(p2), weights, c);
      d = multiplyAdd(v128.load(p3), weights, d);
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      w += 16;
    }
    while (p0 < end) {
      const weight = v128.load32_zero(w);
      a = multiplyAdd(v128.load32_zero(p0), weight, a);
      b = multiplyAdd(v128.load32_zero(p1), weight, b);
      c = multiplyAdd(v128.load32_zero(p2), weight, c);
      d = multiplyAdd(v128.load32_zero(p3), weight, d);
      p0 += F;
      p1 += F;
      p2 += F;
      p3 += F;
      w += F;
    }
    x += row;
  }
  store<f32>(y, first + sum(a));
  store<f32>(y + next, first + sum(b));
  store<f32>(y + 2 * next, first + sum(c));
  store<f32>(y + 3 * next, first + sum(d));
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function onePixel(
  x: usize,
  row: usize,
  w: usize,
  kernel: i32,
  span: usize,
  y: usize,
  first: f32
): void {
  let a = f32x4.splat(0);
  for (let ky = 0; ky < kernel; ky++) {
    let p = x;
    const end = p + span;
    while (p + 16 <= end) {
      a = multiplyAdd(v128.load(p), v128.load(w), a);
      p += 16;
      w += 16;
    }
    while (p < end) {
      a = multiplyAdd(v128.load32_zero(p), v128.load32_zero(w), a);
      p += F;
      w += F;
    }
    x += row;
  }
  store<f32>(y, first + sum(a));
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function sum(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) +
    (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/**
 * Lays weights out one output channel after the other: `[out, kernel², in]`.
 *
 * @param turned As for `packWeights`.
 */
export function packFew(
  w: usize,
  to: usize,
  taps: i32,
  inChannels: i32,
  outChannels: i32,
  turned: bool
): void {
  const from = turned ? outChannels : inChannels;
  const into = turned ? inChannels : outChannels;
  const inStep: usize = <usize>(turned ? 1 : outChannels) * F;
  const outStep: usize = <usize>(turned ? outChannels : 1) * F;
  for (let o = 0; o < into; o++) {
    for (let tap = 0; tap < taps; tap++) {
      const sourceTap = turned ? taps - 1 - tap : tap;
      let source = w + <usize>(sourceTap * inChannels * outChannels) * F + <usize>o * outStep;
      for (let i = 0; i < from; i++) {
        store<f32>(to, load<f32>(source));
        source += inStep;
        to += F;
      }
    }
  }
}
