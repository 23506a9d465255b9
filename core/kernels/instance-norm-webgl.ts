/**
 * The programs of `instanceNormRelu` on WebGL: the sums over an image by parts, what they add up to, and
 * what is made of it.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {type WebGLCall, webglProgram} from './webgl.js';
import {overPart, PART_PLACE, PART_UNIFORMS, partsOf, type Shape4D} from './pixel-parts.js';
import {pairs, type Shader} from './webgl-shader.js';

/** Mean of a part, and the sum of squares about it. */
const OF_PART = `
  ${PART_PLACE}
  vec2 sum = vec2(0);
  ${overPart('vec4 x = x_(texel, column); sum += both ? x.xy + x.zw : x.xy;')}
  float count = float((min((part + 1) * perPart, lines) - part * perPart) * width);
  vec2 mean = sum / count;
  vec2 squares = vec2(0);
  ${overPart(`
    vec4 x = x_(texel, column) - mean.xyxy;
    squares += x.xy * x.xy;
    if (both) squares += x.zw * x.zw;`)}`;

const PART_MOMENTS: Shader = {
  name: 'partMoments',
  inputs: ['x'],
  uniforms: PART_UNIFORMS,
  main: `
    ${OF_PART}
    result0 = vec4(mean, squares);`,
};

/** Mean and reciprocal deviation of an image that is one part. */
const MOMENTS_AT_ONCE: Shader = {
  name: 'momentsAtOnce',
  inputs: ['x'],
  uniforms: PART_UNIFORMS,
  floats: ['epsilon'],
  targets: 2,
  main: `
    ${OF_PART}
    result0 = vec4(mean, 0, 0);
    result1 = vec4(inversesqrt(squares / count + epsilon), 0, 0);`,
};

/** Mean and reciprocal deviation of an image, of the moments of its parts (Chan et al. 1979). */
const MOMENTS: Shader = {
  name: 'moments',
  inputs: ['moments'],
  uniforms: ['width', 'lines', 'parts', 'perPart'],
  floats: ['epsilon'],
  targets: 2,
  main: `
    float area = float(lines * width);
    vec2 mean = vec2(0);
    for (int part = 0; part < parts; part++) {
      float count = float((min((part + 1) * perPart, lines) - part * perPart) * width);
      mean += moments_(row * parts + part, column).xy * (count / area);
    }
    vec2 squares = vec2(0);
    for (int part = 0; part < parts; part++) {
      float count = float((min((part + 1) * perPart, lines) - part * perPart) * width);
      vec4 own = moments_(row * parts + part, column);
      vec2 off = own.xy - mean;
      squares += own.zw + count * off * off;
    }
    result0 = vec4(mean, 0, 0);
    result1 = vec4(inversesqrt(squares / area + epsilon), 0, 0);`,
};

const APPLY: Shader = {
  name: 'instanceNormRelu',
  inputs: ['x', 'mean', 'rstd', 'scale', 'shift'],
  uniforms: ['perImage', 'shared'],
  functions: `
    // A row of a table with a row for two images.
    vec2 rowOf(vec4 texel, int image) { return image % 2 == 0 ? texel.xy : texel.zw; }`,
  main: `
    int image = quotient(row, perImage);
    int own = shared == 1 ? 0 : image;
    vec2 scale = rowOf(scale_(own / 2, column), own) * rstd_(image, column).xy;
    vec2 shift = rowOf(shift_(own / 2, column), own);
    vec2 mean = mean_(image, column).xy;
    result0 = max((x_(row, column) - mean.xyxy) * scale.xyxy + shift.xyxy, 0.0);`,
};

/** Sums over a part of the gradient behind the ReLU, and of its product with the normalised value. */
const PART_PROJECTIONS: Shader = {
  name: 'partProjections',
  inputs: ['dy', 'x', 'y', 'mean', 'rstd'],
  uniforms: PART_UNIFORMS,
  main: `
    ${PART_PLACE}
    vec2 mean = mean_(image, column).xy, rstd = rstd_(image, column).xy;
    vec2 sum = vec2(0), projection = vec2(0);
    ${overPart(`
      vec4 y = y_(texel, column), g = dy_(texel, column);
      vec4 normalized = (x_(texel, column) - mean.xyxy) * rstd.xyxy;
      g = mix(vec4(0), g, greaterThan(y, vec4(0)));
      sum += both ? g.xy + g.zw : g.xy;
      projection += g.xy * normalized.xy;
      if (both) projection += g.zw * normalized.zw;`)}
    result0 = vec4(projection, sum);`,
};

/** Adds up the parts of an image. */
const ADD_UP: Shader = {
  name: 'addUp',
  inputs: ['sums'],
  uniforms: ['parts'],
  main: `
    vec4 sum = vec4(0);
    for (int part = 0; part < parts; part++) sum += sums_(row * parts + part, column);
    result0 = sum;`,
};

const GRADIENT: Shader = {
  name: 'instanceNormReluGradient',
  inputs: ['dy', 'x', 'y', 'mean', 'rstd', 'scale', 'sums'],
  uniforms: ['perImage', 'shared'],
  floats: ['area'],
  functions: APPLY.functions,
  main: `
    int image = quotient(row, perImage);
    int own = shared == 1 ? 0 : image;
    vec2 mean = mean_(image, column).xy, rstd = rstd_(image, column).xy;
    vec4 means = sums_(image, column) / area;
    vec4 normalized = (x_(row, column) - mean.xyxy) * rstd.xyxy;
    vec4 g = mix(vec4(0), dy_(row, column), greaterThan(y_(row, column), vec4(0)));
    vec2 factor = rstd * rowOf(scale_(own / 2, column), own);
    result0 = (g - means.zwzw - normalized * means.xyxy) * factor.xyxy;`,
};

/** The sums of the images as gradients of scale and shift: as they are, or over the batch. */
const COLLECT: Shader = {
  name: 'collect',
  inputs: ['sums'],
  uniforms: ['shared', 'batch'],
  targets: 2,
  main: `
    vec4 first = vec4(0), second = vec4(0);
    if (shared == 1) {
      for (int image = 0; image < batch; image++) first += sums_(image, column);
    } else {
      first = sums_(2 * row, column);
      if (2 * row + 1 < batch) second = sums_(2 * row + 1, column);
    }
    result0 = vec4(first.xy, second.xy);
    result1 = vec4(first.zw, second.zw);`,
};

type Norm = 'x' | 'scale' | 'shift';

export function instanceNormRelu(epsilon: number): ReturnType<typeof webglProgram> {
  return webglProgram(({x, scale, shift}: Record<Norm, TensorInfo>, _, call) => {
    const shape = x.shape as Shape4D;
    const [mean, rstd] = momentsOf(call, x, epsilon) as [TensorInfo, TensorInfo];
    const y = call.run(APPLY, shape, [x, mean, rstd, scale, shift], perImage(shape, scale));
    return [y, mean, rstd];
  });
}

/** Mean and reciprocal deviation of each image, both `[batch, 1, 1, channels]`. */
function momentsOf(call: WebGLCall, x: TensorInfo, epsilon: number): TensorInfo[] {
  const shape = x.shape as Shape4D;
  const [batch, lines, width, channels] = shape;
  const {parts, perPart, uniforms} = partsOf(shape);
  const ofImages = [batch, 1, 1, channels];
  if (parts === 1) {
    return call.runTogether(MOMENTS_AT_ONCE, ofImages, [x], [...uniforms, epsilon]);
  }
  const partial = call.run(PART_MOMENTS, [batch, parts, 1, channels], [x], uniforms);
  const moments = call.runTogether(
    MOMENTS,
    ofImages,
    [partial],
    [width, lines, parts, perPart, epsilon]
  );
  call.free(partial);
  return moments;
}

export const instanceNormReluGradient = webglProgram(
  (
    {dy, x, scale, y, mean, rstd}: Record<'dy' | 'x' | 'scale' | 'y' | 'mean' | 'rstd', TensorInfo>,
    _,
    call
  ) => {
    const shape = x.shape as Shape4D;
    const [batch, lines, width, channels] = shape;
    const sums = sumsOf(call, PART_PROJECTIONS, shape, [dy, x, y, mean, rstd]);
    const dx = call.run(
      GRADIENT,
      shape,
      [dy, x, y, mean, rstd, scale, sums],
      [...perImage(shape, scale), lines * width]
    );
    const shared = Number(scale.shape[0] === 1);
    const own = call.runTogether(COLLECT, [shared ? 1 : batch, channels], [sums], [shared, batch]);
    call.free(sums);
    return [dx, ...own];
  }
);

/** Of each image the sum of its parts `[batch, 1, 1, channels]`, two sums a channel. */
function sumsOf(
  call: WebGLCall,
  shader: Shader,
  shape: Shape4D,
  inputs: readonly TensorInfo[]
): TensorInfo {
  const [batch, , , channels] = shape;
  const {parts, uniforms} = partsOf(shape);
  const partial = call.run(shader, [batch, parts, 1, channels], inputs, uniforms);
  if (parts === 1) return partial;
  const sums = call.run(ADD_UP, [batch, 1, 1, channels], [partial], [parts]);
  call.free(partial);
  return sums;
}

/** Texel rows of an image, and whether all images share a scale. */
function perImage([, height, width]: Shape4D, {shape}: TensorInfo): number[] {
  return [height * pairs(width), Number(shape[0] === 1)];
}
