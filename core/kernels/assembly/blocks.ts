/**
 * Products of a few pixels by a few channels that stay in registers: what convolutions are made of, and
 * not for those outside. `@inline` on a function is AssemblyScript's, and an error to TypeScript alone:
 * hence each `@ts-ignore`.
 */

import {multiplyAdd} from './arithmetic';

/** Bytes of a float. */
const F: usize = 4;

/** What sums begin with. @param bias Address of four floats, or 0 for none. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
export function begin(bias: usize, offset: usize = 0): v128 {
  return bias ? v128.load(bias + offset) : f32x4.splat(0);
}

/** Four pixels side by side, eight output channels. @param bias Address of as many floats as `y` has channels, or 0. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
export function fourByEight(
  x: usize,
  pixelStep: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  next: usize,
  lanes: i32,
  bias: usize
): void {
  let a0 = begin(bias), a1 = begin(bias, 16);
  let b0 = a0, b1 = a1;
  let c0 = a0, c1 = a1;
  let d0 = a0, d1 = a1;
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
export function oneByEight(
  x: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  lanes: i32,
  bias: usize
): void {
  let a0 = begin(bias), a1 = begin(bias, 16);
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
export function fourByFour(
  x: usize,
  pixelStep: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  next: usize,
  lanes: i32,
  bias: usize
): void {
  let a = begin(bias), b = a, c = a, d = a;
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
export function oneByFour(
  x: usize,
  rowBytes: usize,
  w: usize,
  kernel: i32,
  span: i32,
  y: usize,
  lanes: i32,
  bias: usize
): void {
  let a = begin(bias);
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
export function put4(y: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(y, value);
    return;
  }
  store<f32>(y, f32x4.extract_lane(value, 0));
  if (lanes > 1) store<f32>(y + 4, f32x4.extract_lane(value, 1));
  if (lanes > 2) store<f32>(y + 8, f32x4.extract_lane(value, 2));
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
export function filterFourByEight(
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
export function filterFourByFour(
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
export function filterOneByFour(
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
