/**
 * Laying out images and weights as the convolutions read them. Addresses are bytes, counts are floats.
 */

/** Bytes of a float. */
const F: usize = 4;

/**
 * Copies images into the middle of zeros. `step` 2 puts each pixel two apart, zeros in between:
 * what the input gradient of a convolution of stride 2 reads.
 */
export function pad(
  from: usize,
  to: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  top: i32,
  left: i32,
  step: i32
): void {
  const row: usize = <usize>(paddedWidth * channels) * F;
  const pixel: usize = <usize>channels * F;
  memory.fill(to, 0, row * <usize>(batch * paddedHeight));
  for (let n = 0; n < batch; n++) {
    for (let y = 0; y < height; y++) {
      let target = to + <usize>(n * paddedHeight + top + y * step) * row + <usize>left * pixel;
      if (step == 1) {
        memory.copy(target, from, pixel * <usize>width);
        from += pixel * <usize>width;
      } else {
        for (let x = 0; x < width; x++) {
          memory.copy(target, from, pixel);
          target += pixel * <usize>step;
          from += pixel;
        }
      }
    }
  }
}

/**
 * Lays weights out in blocks of eight output channels (four at the end, if no more are left), each
 * block in the order in which `convolve` reads it: `[kernel², in, 8]`, missing channels zero.
 *
 * @param turned Whether to lay out the weights of the input gradient instead: turned by 180°, input
 *     and output channels exchanged. `inChannels` and `outChannels` stay those of `w`.
 */
export function packWeights(
  w: usize,
  to: usize,
  taps: i32,
  inChannels: i32,
  outChannels: i32,
  turned: bool
): void {
  const from = turned ? outChannels : inChannels;
  const into = turned ? inChannels : outChannels;
  // Floats from an input channel to the next, and from an output channel to the next.
  const inStep = turned ? 1 : outChannels;
  const outStep = turned ? outChannels : 1;
  for (let block = 0; block < into; block += 8) {
    const lanes = into - block > 4 ? 8 : 4;
    const whole = block + lanes <= into;
    for (let tap = 0; tap < taps; tap++) {
      const sourceTap = turned ? taps - 1 - tap : tap;
      let source = w + <usize>(sourceTap * inChannels * outChannels + block * outStep) * F;
      for (let i = 0; i < from; i++) {
        if (whole && outStep == 1) {
          v128.store(to, v128.load(source));
          if (lanes == 8) v128.store(to, v128.load(source, 16), 16);
        } else {
          for (let lane = 0; lane < lanes; lane++) {
            const value: f32 =
              block + lane < into ? load<f32>(source + <usize>(lane * outStep) * F) : 0;
            store<f32>(to + <usize>lane * F, value);
          }
        }
        source += <usize>inStep * F;
        to += <usize>lanes * F;
      }
    }
  }
}

/**
 * The 3×3 weights of a convolution that reads an image enlarged twofold by nearest pixels, summed up
 * into those that read the image itself: `[4, 4, in, out]`, of which output pixel (2i + a, 2j + b)
 * uses tap (a + 2p, b + 2q) for input pixel (i + a − 1 + p, j + b − 1 + q), p and q from 0 to 1.
 * Along an axis: `w₀, w₀ + w₁, w₁ + w₂, w₂`.
 *
 * @param count `inChannels · outChannels`.
 * @param byPhase Whether to lay the taps of each phase (a, b) out together: `[2, 2, 2, 2, in, out]`.
 */
export function foldWeights(w: usize, to: usize, count: i32, byPhase: bool): void {
  const size: usize = <usize>count * F;
  for (let k = 0; k < 4; k++) {
    for (let l = 0; l < 4; l++) {
      const tap = byPhase ? (((k & 1) * 2 + (l & 1)) * 2 + (k >> 1)) * 2 + (l >> 1) : k * 4 + l;
      const target = to + <usize>tap * size;
      memory.fill(target, 0, size);
      for (let u = max(k - 1, 0); u <= min(k, 2); u++) {
        for (let v = max(l - 1, 0); v <= min(l, 2); v++) {
          addTo(target, w + <usize>(u * 3 + v) * size, size);
        }
      }
    }
  }
}

/**
 * The adjoint of `foldWeights`, from sums over the enlarged image: `dw[u, v] = Σ d[k, l]ᵀ` over the
 * taps that `w[u, v]` is a part of.
 *
 * @param d `[4, 4, out, lanes]`, turned by 180°, the first `inChannels` of the lanes in use.
 * @param dw `[3, 3, in, out]`.
 */
export function unfoldGradient(
  d: usize,
  dw: usize,
  inChannels: i32,
  outChannels: i32,
  lanes: i32
): void {
  const tap: usize = <usize>(outChannels * lanes) * F;
  const row: usize = <usize>lanes * F;
  for (let u = 0; u < 3; u++) {
    for (let v = 0; v < 3; v++) {
      const first = d + <usize>((2 - u) * 4 + 2 - v) * tap;
      for (let i = 0; i < inChannels; i++) {
        for (let o = 0; o < outChannels; o++) {
          const p = first + <usize>o * row + <usize>i * F;
          store<f32>(
            dw,
            load<f32>(p) + load<f32>(p + tap) + load<f32>(p + 4 * tap) + load<f32>(p + 5 * tap)
          );
          dw += F;
        }
      }
    }
  }
}

/**
 * The adjoint of `foldWeights` where the 4×4 filter lies as the 3×3 one does: `dw[u, v] = scale · Σ d[k, l]`
 * over the taps that `w[u, v]` is a part of.
 *
 * @param d `[4, 4, in, lanes]`, the first `outChannels` of the lanes in use.
 * @param dw `[3, 3, in, out]`.
 */
export function unfoldPooled(
  d: usize,
  dw: usize,
  inChannels: i32,
  outChannels: i32,
  lanes: i32,
  scale: f32
): void {
  const tap: usize = <usize>(inChannels * lanes) * F;
  for (let u = 0; u < 3; u++) {
    for (let v = 0; v < 3; v++) {
      let row = d + <usize>(u * 4 + v) * tap;
      for (let i = 0; i < inChannels; i++) {
        for (let o = 0; o < outChannels; o++) {
          const p = row + <usize>o * F;
          const sum =
            load<f32>(p) + load<f32>(p + tap) + (load<f32>(p + 4 * tap) + load<f32>(p + 5 * tap));
          store<f32>(dw, scale * sum);
          dw += F;
        }
        row += <usize>lanes * F;
      }
    }
  }
}

/** `y += x`. */
function addTo(y: usize, x: usize, size: usize): void {
  let i: usize = 0;
  for (; i + 16 <= size; i += 16) v128.store(y + i, f32x4.add(v128.load(y + i), v128.load(x + i)));
  for (; i < size; i += F) store<f32>(y + i, load<f32>(y + i) + load<f32>(x + i));
}
