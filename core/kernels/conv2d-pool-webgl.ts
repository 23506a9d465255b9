/**
 * The programs of `conv2dPool` and its gradients on WebGL.
 *
 * Along one axis the filter of the 4×4 convolution is `[w₀, w₀ + w₁, w₁ + w₂, w₂] / 2`; the gradient to
 * the 3×3 filter is that to the 4×4 one, summed up the same way.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {
  type ConvInputs,
  convolveBy,
  EXCHANGED_FROM,
  filterGradient,
  HALVING,
  withFourTaps,
} from './conv2d-webgl.js';
import {convolution, spreadConvolution} from './convolution-shaders.js';
import {webglProgram} from './webgl.js';
import {pairs, type Shader} from './webgl-shader.js';

type Shape4D = [number, number, number, number];

export const convolvePool = webglProgram(({x, w, bias}: ConvInputs, _, call) => {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const outShape: Shape4D = [batch, height / 2, width / 2, w.shape[3]!];
  const exchanged = channels >= EXCHANGED_FROM;
  const filter = exchanged ? 'transposed' : 'plain';
  return withFourTaps(call, w, folding, exchanged, folded =>
    convolveBy(call, convolution, {x, w: folded, bias, outShape}, {...HALVING, filter})
  );
});

export const convolvePoolInputGradient = webglProgram(
  ({dy, w}: Record<'dy' | 'w', TensorInfo>, _, call) => {
    const [batch, height, width] = dy.shape as Shape4D;
    const outShape: Shape4D = [batch, 2 * height, 2 * width, w.shape[2]!];
    return withFourTaps(call, w, folding, false, folded =>
      convolveBy(
        call,
        spreadConvolution,
        {x: dy, w: folded, outShape},
        {...HALVING, filter: 'transposed'}
      )
    );
  }
);

export const convolvePoolFilterGradient = webglProgram(
  ({dy, x}: Record<'dy' | 'x', TensorInfo>, _, call) => {
    const folded = filterGradient(call, {dy, x}, {kernel: 4, ...HALVING}); // [4, 4, in, out]
    const [channels, outChannels] = [x.shape[3]!, dy.shape[3]!];
    const dw = call.run(UNFOLDING, [3, 3, channels, outChannels], [folded], [pairs(channels)]);
    call.free(folded);
    return dw;
  }
);

/** Of a 3×3 filter `[3, 3, in, out]` the 4×4 one, as it is or with the channels exchanged. */
function folding(exchanged: boolean): Shader {
  const texel = exchanged ? '+ column, c' : '+ c, column';
  return {
    name: `folding ${exchanged}`,
    inputs: ['w'],
    uniforms: ['inPairs', 'rowPairs'],
    main: `
      int tap = quotient(row, rowPairs);
      int c = row - tap * rowPairs;
      int u = tap / 4, v = tap % 4;
      vec4 sum = vec4(0);
      for (int r = max(0, u - 1); r <= min(2, u); r++) {
        for (int s = max(0, v - 1); s <= min(2, v); s++) {
          sum += w_((r * 3 + s) * inPairs ${texel});
        }
      }
      result0 = 0.25 * ${exchanged ? 'sum.xzyw' : 'sum'};`,
  };
}

/** Of the gradient to a 4×4 filter `[4, 4, in, out]` that to the 3×3 one. */
const UNFOLDING: Shader = {
  name: 'unfolding',
  inputs: ['folded'],
  uniforms: ['inPairs'],
  main: `
    int tap = quotient(row, inPairs);
    int c = row - tap * inPairs;
    vec4 sum = vec4(0);
    for (int u = tap / 3; u <= tap / 3 + 1; u++) {
      for (int v = tap % 3; v <= tap % 3 + 1; v++) {
        sum += folded_((u * 4 + v) * inPairs + c, column);
      }
    }
    result0 = 0.25 * sum;`,
};
