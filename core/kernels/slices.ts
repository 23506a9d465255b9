/** Slices of kernels' work on wasm, each of whole results: who computes one changes none. */

/** Units `from` to `from + count`. */
export interface Slice {
  from: number;
  count: number;
}

/** Splits `total` units into at most `parts` slices of nearly the same length, in multiples of `step`. */
export function slicesOf(total: number, parts: number, step = 1): Slice[] {
  const steps = Math.ceil(total / step);
  const most = Math.min(parts, steps);
  return Array.from({length: most}, (_, part) => {
    const from = step * Math.floor((part * steps) / most);
    const to = Math.min(total, step * Math.floor(((part + 1) * steps) / most));
    return {from, count: to - from};
  });
}
