/**
 * The programs of `upsampleConv2d` and its gradients on WebGL.
 *
 * Upsampling and 3×3 convolution together are the adjoint of a 4×4 convolution of stride 2, with
 * sums of weights: along one axis `[w₂, w₁ + w₂, w₀ + w₁, w₀]`. So both gradients are convolutions of
 * stride 2, and the gradient to the 3×3 filter is that to the 4×4 one, summed up the same way.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {
  type ConvInputs,
  convolveBy,
  filterGradient,
  HALVING,
  withFourTaps,
} from './conv2d-webgl.js';
import {convolution, spreadConvolution} from './convolution-shaders.js';
import {webglProgram} from './webgl.js';
import {pairs, type Shader} from './webgl-shader.js';

type Shape4D = [number, number, number, number];

export const upsampleConvolve = webglProgram(({x, w, bias}: ConvInputs, _, call) => {
  const [batch, height, width] = x.shape as Shape4D;
  const outShape: Shape4D = [batch, 2 * height, 2 * width, w.shape[3]!];
  return withFourTaps(call, w, widening, true, wide =>
    convolveBy(
      call,
      spreadConvolution,
      {x, w: wide, bias, outShape},
      {...HALVING, filter: 'transposed'}
    )
  );
});

export const upsampleConvolveInputGradient = webglProgram(
  ({dy, w}: Record<'dy' | 'w', TensorInfo>, _, call) => {
    const [batch, height, width] = dy.shape as Shape4D;
    const outShape: Shape4D = [batch, height / 2, width / 2, w.shape[2]!];
    return withFourTaps(call, w, widening, false, wide =>
      convolveBy(call, convolution, {x: dy, w: wide, outShape}, {...HALVING, filter: 'transposed'})
    );
  }
);

export const upsampleConvolveFilterGradient = webglProgram(
  ({dy, x}: Record<'dy' | 'x', TensorInfo>, _, call) => {
    const wide = filterGradient(call, {dy: x, x: dy}, {kernel: 4, ...HALVING}); // [4, 4, out, in]
    const [channels, outChannels] = [x.shape[3]!, dy.shape[3]!];
    const dw = call.run(
      NARROWING,
      [3, 3, channels, outChannels],
      [wide],
      [pairs(channels), pairs(outChannels)]
    );
    call.free(wide);
    return dw;
  }
);

/** Of a 3×3 filter `[3, 3, in, out]` the 4×4 one, as it is or with the channels exchanged. */
function widening(exchanged: boolean): Shader {
  const texel = exchanged ? '+ column, c' : '+ c, column';
  return {
    name: `widening ${exchanged}`,
    inputs: ['w'],
    uniforms: ['inPairs', 'rowPairs'],
    main: `
      int tap = quotient(row, rowPairs);
      int c = row - tap * rowPairs;
      int u = tap / 4, v = tap % 4;
      vec4 sum = vec4(0);
      for (int r = max(0, 2 - u); r <= min(2, 3 - u); r++) {
        for (int s = max(0, 2 - v); s <= min(2, 3 - v); s++) {
          sum += w_((r * 3 + s) * inPairs ${texel});
        }
      }
      result0 = ${exchanged ? 'sum.xzyw' : 'sum'};`,
  };
}

/** Of the gradient to a 4×4 filter `[4, 4, out, in]` that to the 3×3 one `[3, 3, in, out]`. */
const NARROWING: Shader = {
  name: 'narrowing',
  inputs: ['wide'],
  uniforms: ['inPairs', 'outPairs'],
  main: `
    int tap = quotient(row, inPairs);
    int c = row - tap * inPairs;
    vec4 sum = vec4(0);
    for (int u = 2 - tap / 3; u <= 3 - tap / 3; u++) {
      for (int v = 2 - tap % 3; v <= 3 - tap % 3; v++) {
        sum += wide_((u * 4 + v) * outPairs + column, c);
      }
    }
    result0 = sum.xzyw;`,
};
