/**
 * 3×3 convolutions of stride 1 in 2.25 times fewer multiplications, tile by tile (Winograd 1980; Lavin
 * and Gray 2016, «Fast Algorithms for Convolutional Neural Networks»: F(2×2, 3×3), and F(3×3, 2×2) for the
 * gradient to the filter).
 *
 * A tile is 2×2 pixels of the result and the 4×4 of the padded image that they read. Tile and filter are
 * each transformed into 16 values, of which products are summed over the channels, or over the tiles, place
 * by place; the sums are transformed back. Tiles are counted row by row through all images of a batch, of even
 * height and width. Channels that are summed over are a multiple of 4.
 *
 * Addresses are bytes, strides and counts are floats. `@inline` is explained in `blocks.ts`.
 */

import {
  begin,
  filterFourByEight,
  filterFourByFour,
  fourByEight,
  fourByFour,
  oneByEight,
  oneByFour,
  put4,
} from './blocks';

/** Bytes of a float. */
const F: usize = 4;
/** Tiles that are transformed at a time: their values stay in the second cache. */
const BLOCK = 32;
/** Floats between the tiles' values of one place and of the next: powers of two would share a line of the cache. */
const GAP = 16;

/**
 * What the weights of `packWeights` are as 16 values instead of 9: `[16, in, 8]` a block of output channels.
 *
 * @param w Weights laid out by `packWeights`.
 */
export function transformWeights(w: usize, to: usize, inChannels: i32, outChannels: i32): void {
  for (let block = 0; block < outChannels; block += 8) {
    const lanes = outChannels - block > 4 ? 8 : 4;
    const tap: usize = <usize>(inChannels * lanes) * F;
    for (let at: usize = 0; at < tap; at += 16) {
      transformFilter(w + at, tap, to + at);
    }
    w += 9 * tap;
    to += 16 * tap;
  }
}

/** `G g Gᵀ`, of 3×3 vectors that lie `step` apart; the 16 results do too. */
function transformFilter(g: usize, step: usize, to: usize): void {
  for (let i = 0; i < 4; i++) {
    const a = alongFilter(i, g, 3 * step);
    const b = alongFilter(i, g + step, 3 * step);
    const c = alongFilter(i, g + 2 * step, 3 * step);
    const even = half(f32x4.add(a, c)), odd = half(b);
    v128.store(to, a);
    v128.store(to + step, f32x4.add(even, odd));
    v128.store(to + 2 * step, f32x4.sub(even, odd));
    v128.store(to + 3 * step, c);
    to += 4 * step;
  }
}

/** Row `i` of G times a column of the filter. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function alongFilter(i: i32, g: usize, row: usize): v128 {
  if (i == 0) return v128.load(g);
  if (i == 3) return v128.load(g + 2 * row);
  const even = f32x4.add(v128.load(g), v128.load(g + 2 * row));
  const odd = v128.load(g + row);
  return half(i == 1 ? f32x4.add(even, odd) : f32x4.sub(even, odd));
}

/**
 * `y = Σ x w` over a window of 3×3 and the input channels, as `convolve` has it.
 *
 * @param x Padded images. @param w Made by `transformWeights`.
 * @param scratch `16 · (32 · (inChannels + 8) + 32)` floats.
 * @param firstTile Of all tiles, the first that is computed. @param endTile That behind the last.
 * @param bias As for `convolve`.
 */
export function convolveWinograd(
  x: usize,
  w: usize,
  y: usize,
  scratch: usize,
  firstTile: i32,
  endTile: i32,
  outHeight: i32,
  outWidth: i32,
  imageStride: i32,
  rowStride: i32,
  outPixel: i32,
  outRow: i32,
  outImage: i32,
  inChannels: i32,
  outChannels: i32,
  bias: usize
): void {
  const columns = outWidth >> 1;
  const perImage = (outHeight >> 1) * columns;
  const pixel: usize = <usize>inChannels * F;
  const place: usize = <usize>BLOCK * pixel + GAP * F;
  const sums = scratch + 16 * place;
  for (let first = firstTile; first < endTile; first += BLOCK) {
    const count = min(BLOCK, endTile - first);
    for (let i = 0; i < count; i++) {
      const image = (first + i) / perImage, at = (first + i) % perImage;
      const row = 2 * (at / columns), column = 2 * (at % columns);
      transformInput(
        x + (<usize>image * <usize>imageStride + <usize>(row * rowStride + column * inChannels)) * F,
        <usize>rowStride * F, pixel, inChannels, scratch + <usize>i * pixel, place
      );
    }
    for (let o = 0; o < outChannels; o += 8) {
      const left = outChannels - o;
      const lanes: usize = left > 4 ? 8 : 4;
      const next: usize = (<usize>BLOCK * lanes + GAP) * F;
      multiply(
        scratch, place, w + <usize>(16 * inChannels * o) * F, sums, next, count, inChannels, lanes
      );
      const ownBias: usize = bias ? bias + <usize>o * F : 0;
      for (let i = 0; i < count; i++) {
        const image = (first + i) / perImage, at = (first + i) % perImage;
        const row = 2 * (at / columns), column = 2 * (at % columns);
        const sum = sums + <usize>i * lanes * F;
        const to = y + (<usize>image * <usize>outImage + <usize>(row * outRow + column * outPixel + o)) * F;
        transformOutput(sum, next, to, <usize>outPixel * F, <usize>outRow * F, left, ownBias);
        if (left > 4) {
          transformOutput(
            sum + 16, next, to + 16, <usize>outPixel * F, <usize>outRow * F, left - 4,
            ownBias ? ownBias + 16 : 0
          );
        }
      }
    }
  }
}

/** Sums over the channels for each of the 16 places, `place` and `sumPlace` bytes apart, and each tile. @param lanes 8 or 4 output channels. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function multiply(
  x: usize,
  place: usize,
  w: usize,
  y: usize,
  sumPlace: usize,
  count: i32,
  channels: i32,
  lanes: usize
): void {
  const tile: usize = <usize>channels * F;
  const next: usize = lanes * F;
  for (let p = 0; p < 16; p++) {
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const at = x + <usize>i * tile, to = y + <usize>i * next;
      if (lanes == 8) fourByEight(at, tile, 0, w, 1, channels, to, next, 8, 0);
      else fourByFour(at, tile, 0, w, 1, channels, to, next, 4, 0);
    }
    for (; i < count; i++) {
      const at = x + <usize>i * tile, to = y + <usize>i * next;
      if (lanes == 8) oneByEight(at, 0, w, 1, channels, to, 8, 0);
      else oneByFour(at, 0, w, 1, channels, to, 4, 0);
    }
    x += place;
    y += sumPlace;
    w += tile * lanes;
  }
}

/**
 * `dw(k) = Σ x(o + k) dy(o)` for a window of 3×3 over all images and pixels, of some input channels.
 *
 * @param x Padded images. @param dy `[batch, outHeight, outWidth, outChannels]`, `outChannels` a multiple of 4.
 * @param dw `[3, 3, inChannels, outChannels]`.
 * @param scratch `16 · (32 · (own + outChannels) + own · outChannels + 48)` floats, `own` the channels of this call.
 * @param firstChannel The first input channel, a multiple of 4. @param endChannel That behind the last.
 */
export function filterGradientWinograd(
  x: usize,
  dy: usize,
  dw: usize,
  scratch: usize,
  batch: i32,
  outHeight: i32,
  outWidth: i32,
  imageStride: i32,
  rowStride: i32,
  inChannels: i32,
  outChannels: i32,
  firstChannel: i32,
  endChannel: i32
): void {
  const own = endChannel - firstChannel;
  const columns = outWidth >> 1;
  const perImage = (outHeight >> 1) * columns;
  const tiles = batch * perImage;
  const pixel: usize = <usize>own * F, outPixel: usize = <usize>outChannels * F;
  const place: usize = <usize>BLOCK * pixel + GAP * F;
  const outPlace: usize = <usize>BLOCK * outPixel + GAP * F;
  const gradients = scratch + 16 * place;
  const sums = gradients + 16 * outPlace;
  const sumPlace: usize = pixel * <usize>outChannels + GAP * F;
  memory.fill(sums, 0, 16 * sumPlace);
  x += <usize>firstChannel * F;
  for (let first = 0; first < tiles; first += BLOCK) {
    const count = min(BLOCK, tiles - first);
    for (let i = 0; i < count; i++) {
      const image = (first + i) / perImage, at = (first + i) % perImage;
      const row = 2 * (at / columns), column = 2 * (at % columns);
      transformInput(
        x + (<usize>image * <usize>imageStride + <usize>(row * rowStride + column * inChannels)) * F,
        <usize>rowStride * F, <usize>inChannels * F, own, scratch + <usize>i * pixel, place
      );
      transformGradient(
        dy + <usize>((image * outHeight + row) * outWidth + column) * outPixel,
        <usize>outWidth * outPixel, outPixel, gradients + <usize>i * outPixel, outPlace
      );
    }
    for (let p: usize = 0; p < 16; p++) {
      const xs = scratch + p * place, gs = gradients + p * outPlace, to = sums + p * sumPlace;
      const bytes = <usize>count * outPixel;
      for (let c: usize = 0; c < <usize>own; c += 4) {
        let o: usize = 0;
        for (; o + 8 <= <usize>outChannels; o += 8) {
          filterFourByEight(xs + c * F, pixel, gs + o * F, outPixel, bytes, to + c * outPixel + o * F);
        }
        if (o < <usize>outChannels) {
          filterFourByFour(xs + c * F, pixel, gs + o * F, outPixel, bytes, to + c * outPixel + o * F);
        }
      }
    }
  }
  const tap: usize = <usize>inChannels * outPixel;
  transformSums(sums, sumPlace, pixel * <usize>outChannels, dw + <usize>firstChannel * outPixel, tap);
}

/** `Bᵀ d B` of a tile's 4×4 pixels, its 16 results `place` apart. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function transformInput(x: usize, row: usize, pixel: usize, channels: i32, to: usize, place: usize): void {
  const end = x + <usize>channels * F;
  while (x < end) {
    const x1 = x + row, x2 = x1 + row, x3 = x2 + row;
    transformRow(
      f32x4.sub(v128.load(x), v128.load(x2)),
      f32x4.sub(v128.load(x + pixel), v128.load(x2 + pixel)),
      f32x4.sub(v128.load(x + 2 * pixel), v128.load(x2 + 2 * pixel)),
      f32x4.sub(v128.load(x + 3 * pixel), v128.load(x2 + 3 * pixel)),
      to, place
    );
    const b0 = v128.load(x1), c0 = v128.load(x2);
    const b1 = v128.load(x1 + pixel), c1 = v128.load(x2 + pixel);
    const b2 = v128.load(x1 + 2 * pixel), c2 = v128.load(x2 + 2 * pixel);
    const b3 = v128.load(x1 + 3 * pixel), c3 = v128.load(x2 + 3 * pixel);
    transformRow(
      f32x4.add(b0, c0), f32x4.add(b1, c1), f32x4.add(b2, c2), f32x4.add(b3, c3),
      to + 4 * place, place
    );
    transformRow(
      f32x4.sub(c0, b0), f32x4.sub(c1, b1), f32x4.sub(c2, b2), f32x4.sub(c3, b3),
      to + 8 * place, place
    );
    transformRow(
      f32x4.sub(b0, v128.load(x3)),
      f32x4.sub(b1, v128.load(x3 + pixel)),
      f32x4.sub(b2, v128.load(x3 + 2 * pixel)),
      f32x4.sub(b3, v128.load(x3 + 3 * pixel)),
      to + 12 * place, place
    );
    x += 16;
    to += 16;
  }
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function transformRow(a: v128, b: v128, c: v128, d: v128, to: usize, place: usize): void {
  v128.store(to, f32x4.sub(a, c));
  v128.store(to + place, f32x4.add(b, c));
  v128.store(to + 2 * place, f32x4.sub(c, b));
  v128.store(to + 3 * place, f32x4.sub(b, d));
}

/** `Aᵀ m A` of 16 sums of four output channels: 2×2 pixels. @param lanes Output channels that are left. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function transformOutput(
  m: usize,
  place: usize,
  y: usize,
  pixel: usize,
  row: usize,
  lanes: i32,
  bias: usize
): void {
  let even = begin(bias), odd = even;
  let lowEven = even, lowOdd = even;
  for (let j = 0; j < 4; j++) {
    const b = v128.load(m + 4 * place), c = v128.load(m + 8 * place);
    const upper = f32x4.add(v128.load(m), f32x4.add(b, c));
    const lower = f32x4.sub(f32x4.sub(b, c), v128.load(m + 12 * place));
    if (j < 3) {
      even = f32x4.add(even, upper);
      lowEven = f32x4.add(lowEven, lower);
    }
    if (j == 1) {
      odd = f32x4.add(odd, upper);
      lowOdd = f32x4.add(lowOdd, lower);
    } else if (j > 1) {
      odd = f32x4.sub(odd, upper);
      lowOdd = f32x4.sub(lowOdd, lower);
    }
    m += place;
  }
  put4(y, even, lanes);
  put4(y + pixel, odd, lanes);
  put4(y + row, lowEven, lanes);
  put4(y + row + pixel, lowOdd, lanes);
}

/** `G g Gᵀ` of a tile's 2×2 gradients, its 16 results `place` apart. @param pixel As many bytes as there are channels for. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function transformGradient(g: usize, row: usize, pixel: usize, to: usize, place: usize): void {
  const end = g + pixel;
  while (g < end) {
    const a = v128.load(g), b = v128.load(g + pixel);
    const c = v128.load(g + row), d = v128.load(g + row + pixel);
    transformPair(a, b, to, place);
    transformPair(half(f32x4.add(a, c)), half(f32x4.add(b, d)), to + 4 * place, place);
    transformPair(half(f32x4.sub(a, c)), half(f32x4.sub(b, d)), to + 8 * place, place);
    transformPair(c, d, to + 12 * place, place);
    g += 16;
    to += 16;
  }
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function transformPair(a: v128, b: v128, to: usize, place: usize): void {
  v128.store(to, a);
  v128.store(to + place, half(f32x4.add(a, b)));
  v128.store(to + 2 * place, half(f32x4.sub(a, b)));
  v128.store(to + 3 * place, b);
}

/** `Aᵀ m A` of 16 sums of a filter's gradient, `size` bytes each: 3×3 taps. */
function transformSums(m: usize, place: usize, size: usize, dw: usize, tap: usize): void {
  for (let at: usize = 0; at < size; at += 16) {
    for (let i = 0; i < 3; i++) {
      const a = alongSums(i, m + at, 4 * place);
      const b = alongSums(i, m + at + place, 4 * place);
      const c = alongSums(i, m + at + 2 * place, 4 * place);
      const d = alongSums(i, m + at + 3 * place, 4 * place);
      const to = dw + at + <usize>(3 * i) * tap;
      const both = f32x4.add(b, c);
      v128.store(to, f32x4.add(a, both));
      v128.store(to + tap, f32x4.sub(b, c));
      v128.store(to + 2 * tap, f32x4.sub(both, d));
    }
  }
}

/** Row `i` of Aᵀ times a column of the sums. */
// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function alongSums(i: i32, m: usize, row: usize): v128 {
  const b = v128.load(m + row), c = v128.load(m + 2 * row);
  if (i == 1) return f32x4.sub(b, c);
  const both = f32x4.add(b, c);
  return i == 0 ? f32x4.add(v128.load(m), both) : f32x4.sub(both, v128.load(m + 3 * row));
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function half(x: v128): v128 {
  return f32x4.mul(x, f32x4.splat(0.5));
}
