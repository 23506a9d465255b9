/** Adam's step on WebGL: one program with three results. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import type {AdamRates} from './adam.js';
import {webglProgram} from './webgl.js';
import {type Shader} from './webgl-shader.js';

const STEP: Shader = {
  name: 'adam',
  inputs: ['parameter', 'gradient', 'mean', 'square'],
  floats: ['rate', 'rootScale', 'beta1', 'beta2', 'epsilon', 'weightDecay'],
  targets: 3,
  main: `
    vec4 p = parameter_(row, column);
    vec4 g = gradient_(row, column) + weightDecay * p;
    vec4 m = g;
    if (beta1 != 0.0) m = mix(g, mean_(row, column), beta1);
    vec4 v = beta2 * square_(row, column) + (1.0 - beta2) * g * g;
    result0 = p - rate * m / (sqrt(v) * rootScale + epsilon);
    result1 = m;
    result2 = v;`,
};

export const adamStep = webglProgram(
  (
    {
      parameter,
      gradient,
      mean,
      square,
    }: Record<'parameter' | 'gradient' | 'mean' | 'square', TensorInfo>,
    {learningRate, beta1, beta2, epsilon, weightDecay, step}: AdamRates,
    call
  ) =>
    call.runTogether(
      STEP,
      parameter.shape,
      [parameter, gradient, mean, square],
      [
        learningRate / (1 - beta1 ** step),
        1 / Math.sqrt(1 - beta2 ** step),
        ...[beta1, beta2, epsilon, weightDecay],
      ]
    )
);
