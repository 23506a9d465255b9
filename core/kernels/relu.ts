/**
 * ReLU, with a gradient that is one pass.
 *
 * Stock tfjs takes three operations for the gradient, and keeps the input for it beside the output that
 * the next layer keeps anyway.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor, TensorInfo} from '@tensorflow/tfjs-core';

import {defineKernel} from './kernel.js';
import {wasmProgram} from './wasm.js';
import {webglProgram} from './webgl.js';
import type {Shader} from './webgl-shader.js';

type Gradient = Record<'dy' | 'y', TensorInfo>;

/** Comparing with NaN gives what the GPU likes, but zero times NaN is NaN, which must come through. */
const RELU: Shader = {
  name: 'relu',
  inputs: ['x'],
  main: `
    vec4 x = x_(row, column);
    result0 = x * vec4(greaterThan(x, vec4(0)));`,
};

const RELU_GRADIENT: Shader = {
  name: 'reluGradient',
  inputs: ['dy', 'y'],
  main: 'result0 = dy_(row, column) * vec4(greaterThan(y_(row, column), vec4(0)));',
};

const run = defineKernel<{x: Tensor}>({
  name: 'RedoRelu',
  composed: ({x}) => tf.relu(x),
  programs: {
    webgl: webglProgram(({x}: Record<'x', TensorInfo>, _, call) =>
      call.run(RELU, x.shape, [x], [])
    ),
  },
  saves: {outputs: true},
  gradient: (dy, [y]) => ({x: () => runGradient({dy, y: y!}, {}) as Tensor}),
});

const runGradient = defineKernel<{dy: Tensor; y: Tensor}>({
  name: 'RedoReluGrad',
  composed: ({dy, y}) => tf.mul(dy, tf.step(y)),
  programs: {
    wasm: wasmProgram(({dy, y}: Gradient, _, {kernels, at, output}) => {
      const dx = output(y.shape);
      kernels.reluGradient(at(dy), at(y), at(dx), tf.util.sizeFromShape(y.shape));
      return dx;
    }),
    webgl: webglProgram(({dy, y}: Gradient, _, call) =>
      call.run(RELU_GRADIENT, y.shape, [dy, y], [])
    ),
  },
});

/** `max(x, 0)`, of any shape. */
export function relu<T extends Tensor>(x: T): T {
  return run({x}, {}) as T;
}
