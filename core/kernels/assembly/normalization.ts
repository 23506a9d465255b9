/**
 * Instance normalisation, scale, shift and ReLU. Addresses are bytes, counts are floats; images are
 * `[batch, pixels, channels]`. Sums are in float64: over 16,384 pixels float32 loses two digits.
 *
 * `channels` may be some of those that an image has, `allChannels`: addresses are those of the first.
 * `sums` is scratch space of 2 · channels float64.
 */

const F: usize = 4;
const D: usize = 8;

/**
 * @param scale `[batch, channels]`, or `[channels]` if `scaleStride` is 0. @param shift As `scale`.
 * @param mean Result `[batch, channels]`. @param rstd Result `[batch, channels]`: 1 / sqrt(var + epsilon).
 */
export function instanceNormRelu(
  x: usize,
  scale: usize,
  shift: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  sums: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
  allChannels: i32,
  scaleStride: i32,
  epsilon: f64
): void {
  const row: usize = <usize>allChannels * F;
  const rowD: usize = <usize>channels * D;
  for (let n = 0; n < batch; n++) {
    memory.fill(sums, 0, rowD);
    addRows(x, sums, pixels, channels, row);
    for (let c: usize = 0; c < <usize>channels; c++) {
      store<f32>(mean + c * F, <f32>(load<f64>(sums + c * D) / <f64>pixels));
    }
    memory.fill(sums, 0, rowD);
    addSquares(x, mean, sums, pixels, channels, row);
    for (let c: usize = 0; c < <usize>channels; c++) {
      store<f32>(rstd + c * F, <f32>(1.0 / sqrt(load<f64>(sums + c * D) / <f64>pixels + epsilon)));
    }
    const zero = f32x4.splat(0);
    let c: usize = 0;
    for (; c + 4 <= <usize>channels; c += 4) {
      const at = c * F;
      const m = v128.load(mean + at);
      const a = f32x4.mul(v128.load(rstd + at), v128.load(scale + at));
      const b = v128.load(shift + at);
      for (let p = at, end = <usize>pixels * row; p < end; p += row) {
        const value = f32x4.add(f32x4.mul(f32x4.sub(v128.load(x + p), m), a), b);
        v128.store(y + p, f32x4.max(value, zero));
      }
    }
    for (; c < <usize>channels; c++) {
      const at = c * F;
      const m = load<f32>(mean + at);
      const a = load<f32>(rstd + at) * load<f32>(scale + at);
      const b = load<f32>(shift + at);
      for (let p = at, end = <usize>pixels * row; p < end; p += row) {
        store<f32>(y + p, max<f32>((load<f32>(x + p) - m) * a + b, 0));
      }
    }
    x += row * <usize>pixels;
    y += row * <usize>pixels;
    mean += row;
    rstd += row;
    scale += <usize>scaleStride * F;
    shift += <usize>scaleStride * F;
  }
}

/**
 * Gradients of the above. `dScale` and `dShift` are shaped as `scale` and are added to.
 *
 * @param y The forward result: its zeros are where the ReLU lets nothing through.
 */
export function instanceNormReluGradient(
  dy: usize,
  x: usize,
  scale: usize,
  y: usize,
  mean: usize,
  rstd: usize,
  dx: usize,
  dScale: usize,
  dShift: usize,
  sums: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
  allChannels: i32,
  scaleStride: i32
): void {
  const row: usize = <usize>allChannels * F;
  const rowD: usize = <usize>channels * D;
  const projections = sums + rowD;
  const image = row * <usize>pixels;
  for (let n = 0; n < batch; n++) {
    memory.fill(sums, 0, 2 * rowD);
    const zero = f32x4.splat(0);
    let c: usize = 0;
    for (; c + 4 <= <usize>channels; c += 4) {
      const at = c * F;
      const m = v128.load(mean + at);
      const r = v128.load(rstd + at);
      let g0 = f64x2.splat(0), g1 = f64x2.splat(0), h0 = f64x2.splat(0), h1 = f64x2.splat(0);
      for (let p = at; p < image; p += row) {
        const g = v128.and(v128.load(dy + p), f32x4.gt(v128.load(y + p), zero));
        const h = f32x4.mul(g, f32x4.mul(f32x4.sub(v128.load(x + p), m), r));
        g0 = f64x2.add(g0, f64x2.promote_low_f32x4(g));
        g1 = f64x2.add(g1, f64x2.promote_low_f32x4(v128.shuffle<i32>(g, g, 2, 3, 2, 3)));
        h0 = f64x2.add(h0, f64x2.promote_low_f32x4(h));
        h1 = f64x2.add(h1, f64x2.promote_low_f32x4(v128.shuffle<i32>(h, h, 2, 3, 2, 3)));
      }
      v128.store(sums + c * D, g0);
      v128.store(sums + c * D, g1, 16);
      v128.store(projections + c * D, h0);
      v128.store(projections + c * D, h1, 16);
      const area = f64x2.splat(1.0 / <f64>pixels);
      const gMean = toSingles(f64x2.mul(g0, area), f64x2.mul(g1, area));
      const projection = toSingles(f64x2.mul(h0, area), f64x2.mul(h1, area));
      const factor = f32x4.mul(r, v128.load(scale + at));
      for (let p = at; p < image; p += row) {
        const g = v128.and(v128.load(dy + p), f32x4.gt(v128.load(y + p), zero));
        const normalized = f32x4.mul(f32x4.sub(v128.load(x + p), m), r);
        const residue = f32x4.sub(f32x4.sub(g, gMean), f32x4.mul(normalized, projection));
        v128.store(dx + p, f32x4.mul(residue, factor));
      }
    }
    for (; c < <usize>channels; c++) {
      const at = c * F;
      const m = load<f32>(mean + at);
      const r = load<f32>(rstd + at);
      let gSum: f64 = 0;
      let hSum: f64 = 0;
      for (let p = at; p < image; p += row) {
        const g: f32 = load<f32>(y + p) > 0 ? load<f32>(dy + p) : 0;
        gSum += g;
        hSum += g * ((load<f32>(x + p) - m) * r);
      }
      store<f64>(sums + c * D, gSum);
      store<f64>(projections + c * D, hSum);
      const gMean = <f32>(gSum / <f64>pixels);
      const projection = <f32>(hSum / <f64>pixels);
      const factor = r * load<f32>(scale + at);
      for (let p = at; p < image; p += row) {
        const g: f32 = load<f32>(y + p) > 0 ? load<f32>(dy + p) : 0;
        const normalized = (load<f32>(x + p) - m) * r;
        store<f32>(dx + p, (g - gMean - normalized * projection) * factor);
      }
    }
    for (let k: usize = 0; k < <usize>channels; k++) {
      const s = dScale + k * F;
      const b = dShift + k * F;
      store<f32>(s, load<f32>(s) + <f32>load<f64>(projections + k * D));
      store<f32>(b, load<f32>(b) + <f32>load<f64>(sums + k * D));
    }
    dy += image;
    x += image;
    y += image;
    dx += image;
    mean += row;
    rstd += row;
    scale += <usize>scaleStride * F;
    dScale += <usize>scaleStride * F;
    dShift += <usize>scaleStride * F;
  }
}

/** Adds rows `[rows, channels]`, `row` bytes from each other, up into `sums`, float64 `[channels]`. */
export function addRows(x: usize, sums: usize, rows: i32, channels: i32, row: usize): void {
  const end = <usize>rows * row;
  let c: usize = 0;
  for (; c + 4 <= <usize>channels; c += 4) {
    let a = v128.load(sums + c * D);
    let b = v128.load(sums + c * D, 16);
    for (let p = c * F; p < end; p += row) {
      const v = v128.load(x + p);
      a = f64x2.add(a, f64x2.promote_low_f32x4(v));
      b = f64x2.add(b, f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3)));
    }
    v128.store(sums + c * D, a);
    v128.store(sums + c * D, b, 16);
  }
  for (; c < <usize>channels; c++) {
    let sum = load<f64>(sums + c * D);
    for (let p = c * F; p < end; p += row) sum += load<f32>(x + p);
    store<f64>(sums + c * D, sum);
  }
}

function addSquares(
  x: usize,
  mean: usize,
  sums: usize,
  rows: i32,
  channels: i32,
  row: usize
): void {
  const end = <usize>rows * row;
  let c: usize = 0;
  for (; c + 4 <= <usize>channels; c += 4) {
    const m = v128.load(mean + c * F);
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    for (let p = c * F; p < end; p += row) {
      const d = f32x4.sub(v128.load(x + p), m);
      const v = f32x4.mul(d, d);
      a = f64x2.add(a, f64x2.promote_low_f32x4(v));
      b = f64x2.add(b, f64x2.promote_low_f32x4(v128.shuffle<i32>(v, v, 2, 3, 2, 3)));
    }
    v128.store(sums + c * D, a);
    v128.store(sums + c * D, b, 16);
  }
  for (; c < <usize>channels; c++) {
    const m = load<f32>(mean + c * F);
    let sum: f64 = 0;
    for (let p = c * F; p < end; p += row) {
      const d = load<f32>(x + p) - m;
      sum += d * d;
    }
    store<f64>(sums + c * D, sum);
  }
}

/** Column sums `[channels]` of rows `[rows, channels]`: the gradient of a bias. */
export function sumRows(x: usize, y: usize, sums: usize, rows: i32, channels: i32): void {
  memory.fill(sums, 0, <usize>channels * D);
  addRows(x, sums, rows, channels, <usize>channels * F);
  for (let c: usize = 0; c < <usize>channels; c++) {
    store<f32>(y + c * F, <f32>load<f64>(sums + c * D));
  }
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function toSingles(low: v128, high: v128): v128 {
  const a = f32x4.demote_f64x2_zero(low);
  const b = f32x4.demote_f64x2_zero(high);
  return v128.shuffle<i32>(a, b, 0, 1, 4, 5);
}
