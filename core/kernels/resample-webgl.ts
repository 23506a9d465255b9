/** Upsampling, summing up and reflection padding on WebGL, each one program over packed texels. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {webglProgram} from './webgl.js';
import {pairs, type Shader} from './webgl-shader.js';

type Shape4D = [number, number, number, number];

interface Attrs {
  factor: number;
  scale: number;
}

/** Finds the two channels of a pixel, and where a texel of the result lies. */
const PLACE = `
  int line = quotient(row, outPixelPairs);
  int w = 2 * (row - line * outPixelPairs);
  int image = quotient(line, outHeight);
  int h = line - image * outHeight;`;
const PIXEL = `
  vec2 pixel(int line, int w, int c) {
    vec4 x = x_(line * pixelPairs + w / 2, c);
    return w % 2 == 0 ? x.xy : x.zw;
  }`;
const UNIFORMS = ['height', 'pixelPairs', 'outHeight', 'outPixelPairs'] as const;

const UPSAMPLE: Shader = {
  name: 'upsample',
  inputs: ['x'],
  uniforms: [...UNIFORMS, 'factor'],
  floats: ['scale'],
  functions: PIXEL,
  main: `
    ${PLACE}
    int from = image * height + h / factor;
    vec2 first = pixel(from, w / factor, column);
    vec2 second = (w + 1) / factor == w / factor ? first : pixel(from, (w + 1) / factor, column);
    result0 = scale * vec4(first, second);`,
};

const SUM_POOL: Shader = {
  name: 'sumPool',
  inputs: ['x'],
  uniforms: [...UNIFORMS, 'factor'],
  floats: ['scale'],
  functions: PIXEL,
  main: `
    ${PLACE}
    vec4 sum = vec4(0);
    for (int r = 0; r < factor; r++) {
      int from = image * height + h * factor + r;
      for (int s = 0; s < factor; s++) {
        sum.xy += pixel(from, w * factor + s, column);
        sum.zw += pixel(from, (w + 1) * factor + s, column);
      }
    }
    result0 = scale * sum;`,
};

const REFLECT: Shader = {
  name: 'reflectPad',
  inputs: ['x'],
  uniforms: [...UNIFORMS, 'width', 'pad'],
  functions: `
    ${PIXEL}
    int mirrored(int i, int size) {
      i = abs(i);
      return i < size ? i : 2 * (size - 1) - i;
    }`,
  main: `
    ${PLACE}
    int from = image * height + mirrored(h - pad, height);
    result0 = vec4(
      pixel(from, mirrored(w - pad, width), column),
      pixel(from, mirrored(w + 1 - pad, width), column));`,
};

/** Adds to each pixel what mirrored it: along each axis itself, and up to two in the borders. */
const FOLD: Shader = {
  name: 'reflectPadGradient',
  inputs: ['x'],
  uniforms: [...UNIFORMS, 'outWidth', 'pad'],
  functions: `
    ${PIXEL}
    vec2 along(int line, int w, int c) {
      vec2 sum = pixel(line, w + pad, c);
      if (w > 0 && w <= pad) sum += pixel(line, pad - w, c);
      int after = 2 * (outWidth - 1) - w;
      if (w < outWidth - 1 && after - outWidth < pad) sum += pixel(line, after + pad, c);
      return sum;
    }
    vec4 both(int line, int w, int c) {
      return vec4(along(line, w, c), w + 1 < outWidth ? along(line, w + 1, c) : vec2(0));
    }`,
  main: `
    ${PLACE}
    int base = image * height;
    vec4 sum = both(base + h + pad, w, column);
    if (h > 0 && h <= pad) sum += both(base + pad - h, w, column);
    int after = 2 * (outHeight - 1) - h;
    if (h < outHeight - 1 && after - outHeight < pad) sum += both(base + after + pad, w, column);
    result0 = sum;`,
};

function sizes([, height, width]: Shape4D, [, outHeight, outWidth]: Shape4D): number[] {
  return [height, pairs(width), outHeight, pairs(outWidth)];
}

export const upsample = webglProgram(({x}: Record<'x', TensorInfo>, attrs: Attrs, call) => {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const {factor, scale} = attrs;
  const shape: Shape4D = [batch, factor * height, factor * width, channels];
  return call.run(UPSAMPLE, shape, [x], [...sizes(x.shape as Shape4D, shape), factor, scale]);
});

export const sumPool = webglProgram(({x}: Record<'x', TensorInfo>, attrs: Attrs, call) => {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const {factor, scale} = attrs;
  const shape: Shape4D = [batch, height / factor, width / factor, channels];
  return call.run(SUM_POOL, shape, [x], [...sizes(x.shape as Shape4D, shape), factor, scale]);
});

export const reflectPad = webglProgram(
  ({x}: Record<'x', TensorInfo>, {pad}: {pad: number}, call) => {
    const [batch, height, width, channels] = x.shape as Shape4D;
    const shape: Shape4D = [batch, height + 2 * pad, width + 2 * pad, channels];
    return call.run(REFLECT, shape, [x], [...sizes(x.shape as Shape4D, shape), width, pad]);
  }
);

export const reflectPadGradient = webglProgram(
  ({dy}: Record<'dy', TensorInfo>, {pad}: {pad: number}, call) => {
    const [batch, height, width, channels] = dy.shape as Shape4D;
    const shape: Shape4D = [batch, height - 2 * pad, width - 2 * pad, channels];
    return call.run(FOLD, shape, [dy], [...sizes(dy.shape as Shape4D, shape), shape[2], pad]);
  }
);
