/** The programs of `softmax` on WebGL: the greatest value and the sum of each row, and the shares. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {webglProgram} from './webgl.js';
import type {Shader} from './webgl-shader.js';

/** Of the two rows in a row of texels: greatest value, and sum of the exponentials relative to it. */
const ROW_SUMS: Shader = {
  name: 'rowSums',
  inputs: ['x'],
  uniforms: ['width'],
  main: `
    // In one pass: what was summed so far shrinks where a greater value comes.
    vec2 most = vec2(-3.4e38), sum = vec2(0);
    for (int c = 0; c < xSize.w; c++) {
      vec4 x = x_(row, c);
      bool both = 2 * c + 1 < width;
      vec2 greater = max(most, both ? max(x.xz, x.yw) : x.xz);
      vec4 shares = exp(x - greater.xxyy);
      sum = sum * exp(most - greater) + (both ? shares.xz + shares.yw : shares.xz);
      most = greater;
    }
    result0 = vec4(most.x, sum.x, most.y, sum.y);`,
};

const SHARES: Shader = {
  name: 'shares',
  inputs: ['x', 'sums'],
  main: `
    vec4 sums = sums_(row, 0);
    result0 = exp(x_(row, column) - sums.xxzz) / sums.yyww;`,
};

/** Softmax over the last axis of `[batch, rows, columns]`. */
export const softmaxRows = webglProgram(({x}: Record<'x', TensorInfo>, _, call) => {
  const [batch, rows, columns] = x.shape as [number, number, number];
  const sums = call.run(ROW_SUMS, [batch, rows, 2], [x], [columns]);
  const y = call.run(SHARES, x.shape, [x, sums], []);
  call.free(sums);
  return y;
});
