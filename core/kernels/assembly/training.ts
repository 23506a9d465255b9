/** Steps of training that touch each weight once. Addresses are bytes, counts are floats. */

const F: usize = 4;

/**
 * One step of Adam. `rate` and `root` hold the corrections of the bias: η / (1 − β₁ᵗ) and
 * 1 / sqrt(1 − β₂ᵗ).
 */
export function adam(
  parameter: usize,
  gradient: usize,
  mean: usize,
  square: usize,
  nextParameter: usize,
  nextMean: usize,
  nextSquare: usize,
  count: i32,
  rate: f32,
  root: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  decay: f32
): void {
  for (let i: usize = 0, end = <usize>count * F; i < end; i += F) {
    const p = load<f32>(parameter + i);
    const g = load<f32>(gradient + i) + decay * p;
    const m = beta1 * load<f32>(mean + i) + (1 - beta1) * g;
    const v = beta2 * load<f32>(square + i) + (1 - beta2) * g * g;
    store<f32>(nextMean + i, m);
    store<f32>(nextSquare + i, v);
    store<f32>(nextParameter + i, p - (rate * m) / (sqrt<f32>(v) * root + epsilon));
  }
}

/** `dx`: dy where y, of a ReLU, is greater than 0. */
export function reluGradient(dy: usize, y: usize, dx: usize, count: i32): void {
  const zero = f32x4.splat(0);
  let i: usize = 0;
  const end: usize = <usize>count * F;
  for (; i + 16 <= end; i += 16) {
    v128.store(dx + i, v128.and(v128.load(dy + i), f32x4.gt(v128.load(y + i), zero)));
  }
  for (; i < end; i += F) store<f32>(dx + i, load<f32>(y + i) > 0 ? load<f32>(dy + i) : 0);
}

/**
 * `y = x Wᵀ` for one row x: `y[k] = Σ_o w[k, o] x[o]`, divided by its norm.
 *
 * @param w `[rows, columns]`.
 */
export function normalizedProductOfRows(
  w: usize,
  x: usize,
  y: usize,
  rows: i32,
  columns: i32
): void {
  let square: f64 = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    let sum: f64 = 0;
    for (let c: usize = 0, end = <usize>columns * F; c < end; c += F) {
      sum += <f64>load<f32>(w + c) * <f64>load<f32>(x + c);
    }
    store<f32>(y + r * F, <f32>sum);
    square += sum * sum;
    w += <usize>columns * F;
  }
  divide(y, rows, max<f64>(sqrt(square), 1e-12));
}

/**
 * `y = x W` for one row x: `y[o] = Σ_k x[k] w[k, o]`, divided by its norm, which it returns.
 *
 * @param sums Scratch space, float64 `[columns]`.
 */
export function normalizedProductOfColumns(
  w: usize,
  x: usize,
  y: usize,
  sums: usize,
  rows: i32,
  columns: i32
): f64 {
  memory.fill(sums, 0, <usize>columns * 8);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const factor = <f64>load<f32>(x + r * F);
    for (let c: usize = 0; c < <usize>columns; c++) {
      store<f64>(sums + c * 8, load<f64>(sums + c * 8) + factor * <f64>load<f32>(w + c * F));
    }
    w += <usize>columns * F;
  }
  let square: f64 = 0;
  for (let c: usize = 0; c < <usize>columns; c++) {
    const sum = load<f64>(sums + c * 8);
    store<f32>(y + c * F, <f32>sum);
    square += sum * sum;
  }
  const norm = max<f64>(sqrt(square), 1e-12);
  divide(y, columns, norm);
  return norm;
}

function divide(y: usize, count: i32, by: f64): void {
  const factor = <f32>(1.0 / by);
  for (let i: usize = 0, end = <usize>count * F; i < end; i += F) {
    store<f32>(y + i, load<f32>(y + i) * factor);
  }
}

/** `Σ_k Σ_o v[k] w[k, o] u[o]`. */
export function bilinearForm(v: usize, w: usize, u: usize, rows: i32, columns: i32): f64 {
  let total: f64 = 0;
  for (let r: usize = 0; r < <usize>rows; r++) {
    let sum: f64 = 0;
    for (let c: usize = 0, end = <usize>columns * F; c < end; c += F) {
      sum += <f64>load<f32>(w + c) * <f64>load<f32>(u + c);
    }
    total += sum * <f64>load<f32>(v + r * F);
    w += <usize>columns * F;
  }
  return total;
}

/** `y = a x`. */
export function scale(x: usize, y: usize, count: i32, a: f64): void {
  const factor = <f32>a;
  for (let i: usize = 0, end = <usize>count * F; i < end; i += F) {
    store<f32>(y + i, load<f32>(x + i) * factor);
  }
}

/** The gradient of `W / σ`, σ = vᵀ W u, in W: `dy / σ − (⟨dy, W⟩ / σ²) v uᵀ`. */
export function divideBySigmaGradient(
  dy: usize,
  w: usize,
  u: usize,
  v: usize,
  dw: usize,
  rows: i32,
  columns: i32
): void {
  const sigma = bilinearForm(v, w, u, rows, columns);
  const count = <usize>rows * <usize>columns;
  let inner: f64 = 0;
  for (let i: usize = 0; i < count * F; i += F) {
    inner += <f64>load<f32>(dy + i) * <f64>load<f32>(w + i);
  }
  const along = inner / (sigma * sigma);
  for (let r: usize = 0; r < <usize>rows; r++) {
    const factor = along * <f64>load<f32>(v + r * F);
    for (let c: usize = 0; c < <usize>columns; c++) {
      const value = <f64>load<f32>(dy) / sigma - factor * <f64>load<f32>(u + c * F);
      store<f32>(dw, <f32>value);
      dy += F;
      dw += F;
    }
  }
}
