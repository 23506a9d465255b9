/**
 * On WebGL: the 4×4 filters of stride 2 that stand for one of 3×3 and a change of size. Along one axis they
 * are `[w₀, w₀ + w₁, w₁ + w₂, w₂]`, or turned about, times a factor.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {withForm} from './kept-forms.js';
import type {WebGLCall} from './webgl.js';
import {pairs, type Shader} from './webgl-shader.js';

/** Stride and padding of the 4×4 convolution. */
export const HALVING = {stride: 2, pad: 1} as const;

/** How the larger filter comes of the smaller one. */
export interface Fold {
  /** Whether it is turned by 180°, as the adjoint of upsampling has it. */
  turned: boolean;
  /** What each sum is multiplied by. */
  scale: number;
}

/** Of a 3×3 filter `[3, 3, in, out]` the 4×4 one, as it is or with the channels exchanged. */
function folding({turned, scale}: Fold, exchanged: boolean): Shader {
  const texel = exchanged ? '+ column, c' : '+ c, column';
  const from = turned ? '3 - ' : '';
  return {
    name: `folding ${turned} ${scale} ${exchanged}`,
    inputs: ['w'],
    uniforms: ['inPairs', 'rowPairs'],
    main: `
      int tap = quotient(row, rowPairs);
      int c = row - tap * rowPairs;
      int u = ${from}tap / 4, v = ${from}tap % 4;
      vec4 sum = vec4(0);
      for (int r = max(0, u - 1); r <= min(2, u); r++) {
        for (int s = max(0, v - 1); s <= min(2, v); s++) {
          sum += w_((r * 3 + s) * inPairs ${texel});
        }
      }
      result0 = float(${scale}) * ${exchanged ? 'sum.xzyw' : 'sum'};`,
  };
}

/** Of the gradient to a 4×4 filter, `[4, 4, in, out]` or turned `[4, 4, out, in]`, that to the 3×3 one. */
function unfolding({turned, scale}: Fold): Shader {
  const first = (u: string): string => (turned ? `2 - ${u}` : u);
  const texel = turned ? '* outPairs + column, c' : '* inPairs + c, column';
  return {
    name: `unfolding ${turned} ${scale}`,
    inputs: ['folded'],
    uniforms: ['inPairs', 'outPairs'],
    main: `
      int tap = quotient(row, inPairs);
      int c = row - tap * inPairs;
      int firstU = ${first('tap / 3')}, firstV = ${first('tap % 3')};
      vec4 sum = vec4(0);
      for (int u = firstU; u <= firstU + 1; u++) {
        for (int v = firstV; v <= firstV + 1; v++) sum += folded_((u * 4 + v) ${texel});
      }
      result0 = float(${scale}) * ${turned ? 'sum.xzyw' : 'sum'};`,
  };
}

/**
 * Lends the 4×4 filter of a 3×3 one `[3, 3, in, out]` to `use`.
 *
 * @param exchanged Whether it is to be `[4, 4, out, in]`: what is summed over comes last.
 */
export function withFolded(
  call: WebGLCall,
  w: TensorInfo,
  fold: Fold,
  exchanged: boolean,
  use: (folded: TensorInfo) => TensorInfo
): TensorInfo {
  const [channels, outChannels] = w.shape.slice(2) as [number, number];
  const last = exchanged ? [outChannels, channels] : [channels, outChannels];
  const uniforms = [pairs(channels), pairs(last[0]!)];
  const shader = folding(fold, exchanged);
  return withForm(
    call,
    w,
    shader.name,
    () => call.run(shader, [4, 4, ...last], [w], uniforms),
    use
  );
}

/** The gradient to the 3×3 filter `[3, 3, channels, outChannels]`; frees that to the 4×4 one, which it is given. */
export function unfolded(
  call: WebGLCall,
  gradient: TensorInfo,
  fold: Fold,
  [channels, outChannels]: readonly [number, number]
): TensorInfo {
  const uniforms = [pairs(channels), pairs(outChannels)];
  const dw = call.run(unfolding(fold), [3, 3, channels, outChannels], [gradient], uniforms);
  call.free(gradient);
  return dw;
}
