/** Changes of resolution, on images `[batch, height, width, channels]`. Addresses are bytes, counts are floats. */

const F: usize = 4;

/** Repeats each pixel `factor` times along both axes, times `scale`. */
export function upsample(
  x: usize,
  y: usize,
  rows: i32,
  width: i32,
  channels: i32,
  factor: i32,
  scale: f32
): void {
  const pixel: usize = <usize>channels * F;
  const wideRow: usize = pixel * <usize>(width * factor);
  const scales = f32x4.splat(scale);
  for (let r = 0; r < rows; r++) {
    const first = y;
    for (let i = 0; i < width; i++) {
      const source = y;
      let c = 0;
      for (; c + 4 <= channels; c += 4) {
        v128.store(y + <usize>c * F, f32x4.mul(v128.load(x + <usize>c * F), scales));
      }
      for (; c < channels; c++) store<f32>(y + <usize>c * F, load<f32>(x + <usize>c * F) * scale);
      x += pixel;
      y += pixel;
      for (let copy = 1; copy < factor; copy++) {
        memory.copy(y, source, pixel);
        y += pixel;
      }
    }
    for (let copy = 1; copy < factor; copy++) {
      memory.copy(y, first, wideRow);
      y += wideRow;
    }
  }
}

/**
 * Sum over windows of `factor` × `factor` pixels side by side, times `scale`.
 *
 * @param rows Rows of the result, of all images together. @param width Its width.
 */
export function sumPool(
  x: usize,
  y: usize,
  rows: i32,
  width: i32,
  channels: i32,
  factor: i32,
  scale: f32
): void {
  const pixel: usize = <usize>channels * F;
  const wideRow: usize = pixel * <usize>(width * factor);
  const scales = f32x4.splat(scale);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < width; i++) {
      let c = 0;
      for (; c + 4 <= channels; c += 4) {
        let sum = f32x4.splat(0);
        for (let dy = 0; dy < factor; dy++) {
          let p = x + <usize>dy * wideRow + <usize>c * F;
          for (let dx = 0; dx < factor; dx++) {
            sum = f32x4.add(sum, v128.load(p));
            p += pixel;
          }
        }
        v128.store(y + <usize>c * F, f32x4.mul(sum, scales));
      }
      for (; c < channels; c++) {
        let sum: f32 = 0;
        for (let dy = 0; dy < factor; dy++) {
          let p = x + <usize>dy * wideRow + <usize>c * F;
          for (let dx = 0; dx < factor; dx++) {
            sum += load<f32>(p);
            p += pixel;
          }
        }
        store<f32>(y + <usize>c * F, sum * scale);
      }
      x += pixel * <usize>factor;
      y += pixel;
    }
    x += wideRow * <usize>(factor - 1);
  }
}

/**
 * Adds the border of mirrored pixels back onto those that they mirror (`nn.ReflectionPad2d`).
 *
 * @param dy `[batch, height + 2 pad, width + 2 pad, channels]`.
 * @param height Of the result. @param width Of the result.
 */
export function reflectPadGradient(
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  pad: i32
): void {
  const pixel: usize = <usize>channels * F;
  memory.fill(dx, 0, <usize>(batch * height * width) * pixel);
  for (let n = 0; n < batch; n++) {
    for (let r = -pad; r < height + pad; r++) {
      const row = dx + <usize>(mirrored(r, height) * width) * pixel;
      for (let c = -pad; c < width + pad; c++) {
        addPixel(row + <usize>mirrored(c, width) * pixel, dy, channels);
        dy += pixel;
      }
    }
    dx += <usize>(height * width) * pixel;
  }
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function mirrored(i: i32, size: i32): i32 {
  const inside = abs(i);
  return inside < size ? inside : 2 * (size - 1) - inside;
}

// @ts-ignore: AssemblyScript's decorator, which TypeScript allows on no function.
@inline
function addPixel(to: usize, from: usize, channels: i32): void {
  let c: usize = 0;
  const end: usize = <usize>channels * F;
  for (; c + 16 <= end; c += 16) v128.store(to + c, f32x4.add(v128.load(to + c), v128.load(from + c)));
  for (; c < end; c += F) store<f32>(to + c, load<f32>(to + c) + load<f32>(from + c));
}
