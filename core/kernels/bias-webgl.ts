/** The gradient of a bias on WebGL: sums over all pixels. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {overPart, PART_PLACE, PART_UNIFORMS, partsOf, type Shape4D} from './pixel-parts.js';
import {webglProgram} from './webgl.js';
import {type Shader, tableOf} from './webgl-shader.js';

/** Most texel rows that one fragment sums up. */
const MOST_ROWS = 512;

/** Sums of a part. */
const PART_SUMS: Shader = {
  name: 'partSums',
  inputs: ['x'],
  uniforms: PART_UNIFORMS,
  main: `
    ${PART_PLACE}
    vec2 sum = vec2(0);
    ${overPart('vec4 x = x_(texel, column); sum += both ? x.xy + x.zw : x.xy;')}
    result0 = vec4(sum, 0, 0);`,
};

/** Adds up rows into a vector. */
const TO_VECTOR: Shader = {
  name: 'toVector',
  inputs: ['sums'],
  main: `
    vec4 sum = vec4(0);
    for (int r = 0; r < sumsSize.z; r++) sum += sums_(r, column);
    result0 = sum;`,
};

/** All of it at once, of images of even width. */
const ALL: Shader = {
  name: 'sumPixels',
  inputs: ['x'],
  main: `
    vec4 sum = vec4(0);
    for (int r = 0; r < xSize.z; r++) sum += x_(r, column);
    result0 = vec4(sum.xy + sum.zw, 0, 0);`,
};

/** Sums over batch and space `[channels]`. */
export const sumPixels = webglProgram(({dy}: Record<'dy', TensorInfo>, _, call) => {
  const shape = dy.shape as Shape4D;
  if (shape[2] % 2 === 0 && tableOf(shape).rows <= MOST_ROWS) {
    return call.run(ALL, [shape[3]], [dy], []);
  }
  const {parts, uniforms} = partsOf(shape);
  const partial = call.run(PART_SUMS, [shape[0], parts, 1, shape[3]], [dy], uniforms);
  const sums = call.run(TO_VECTOR, [shape[3]], [partial], []);
  call.free(partial);
  return sums;
});
