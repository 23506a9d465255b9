/** The programs of `dense` on WebGL. What lies beyond an odd edge of a texel is left out of each sum. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {webglProgram} from './webgl.js';
import type {Shader} from './webgl-shader.js';

const DENSE: Shader = {
  name: 'dense',
  inputs: ['x', 'w', 'bias'],
  uniforms: ['ins'],
  main: `
    vec4 sum = bias_(0, column).xyxy;
    for (int k = 0; k < wSize.z; k++) {
      vec4 x = x_(row, k), w = w_(k, column);
      sum += x.xxzz * w.xyxy;
      if (2 * k + 1 < ins) sum += x.yyww * w.zwzw;
    }
    result0 = sum;`,
};

const INPUT_GRADIENT: Shader = {
  name: 'denseInputGradient',
  inputs: ['dy', 'w'],
  uniforms: ['outs'],
  main: `
    vec4 sum = vec4(0);
    for (int c = 0; c < dySize.w; c++) {
      vec4 dy = dy_(row, c), w = w_(column, c);
      sum += dy.xxzz * w.xzxz;
      if (2 * c + 1 < outs) sum += dy.yyww * w.ywyw;
    }
    result0 = sum;`,
};

const WEIGHT_GRADIENT: Shader = {
  name: 'denseWeightGradient',
  inputs: ['dy', 'x'],
  uniforms: ['rows'],
  main: `
    vec4 sum = vec4(0);
    for (int r = 0; r < dySize.z; r++) {
      vec4 dy = dy_(r, column), x = x_(r, row);
      sum += x.xxyy * dy.xyxy;
      if (2 * r + 1 < rows) sum += x.zzww * dy.zwzw;
    }
    result0 = sum;`,
};

const BIAS_GRADIENT: Shader = {
  name: 'denseBiasGradient',
  inputs: ['dy'],
  uniforms: ['rows'],
  main: `
    vec2 sum = vec2(0);
    for (int r = 0; r < dySize.z; r++) {
      vec4 dy = dy_(r, column);
      sum += 2 * r + 1 < rows ? dy.xy + dy.zw : dy.xy;
    }
    result0 = vec4(sum, 0, 0);`,
};

export const dense = webglProgram(({x, w, bias}: Record<'x' | 'w' | 'bias', TensorInfo>, _, call) =>
  call.run(DENSE, [x.shape[0]!, w.shape[1]!], [x, w, bias], [w.shape[0]!])
);

export const inputGradient = webglProgram(({dy, w}: Record<'dy' | 'w', TensorInfo>, _, call) =>
  call.run(INPUT_GRADIENT, [dy.shape[0]!, w.shape[0]!], [dy, w], [w.shape[1]!])
);

export const weightGradient = webglProgram(({dy, x}: Record<'dy' | 'x', TensorInfo>, _, call) =>
  call.run(WEIGHT_GRADIENT, [x.shape[1]!, dy.shape[1]!], [dy, x], [dy.shape[0]!])
);

export const biasGradient = webglProgram(({dy}: Record<'dy', TensorInfo>, _, call) =>
  call.run(BIAS_GRADIENT, [dy.shape[1]!], [dy], [dy.shape[0]!])
);
