/**
 * The two operations of spectral normalisation on WebGL.
 *
 * Sums over a whole weight are too long for one fragment: each fragment sums a part, and whoever
 * needs the sum adds up the parts.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import {type WebGLCall, webglProgram} from './webgl.js';
import {pairs, type Shader, tableOf} from './webgl-shader.js';

type Matrices = Record<'w' | 'u' | 'v', TensorInfo>;

/** Parts of a sum over a whole weight. */
const PARTS = 64;
/** Fewest texel rows of such a part. */
const LEAST_ROWS = 32;
/** Most texels that each fragment of a vector's may read by itself to know its length. */
const MOST_TEXELS = 512;

const EPSILON = '1e-12';

/** How the rows of a weight `[…, in, out]`, `[taps · in, out]` as a matrix, lie in its texels. */
const SIZES = ['ins', 'inPairs', 'outs', 'outPairs', 'rows'] as const;

function sizesOf({shape}: TensorInfo): number[] {
  const [ins, outs] = [shape.at(-2)!, shape.at(-1)!];
  const rows = shape.slice(0, -1).reduce((product, n) => product * n, 1);
  return [ins, pairs(ins), outs, pairs(outs), rows];
}

/** Texels of a weight, and the two values of a vector that belong to its rows, zeros beyond the edges. */
const READING = `
  vec4 edged(vec4 w, int texelRow, int texelColumn) {
    int i = texelRow - quotient(texelRow, inPairs) * inPairs;
    if (2 * i + 1 >= ins) w.zw = vec2(0);
    if (2 * texelColumn + 1 >= outs) w.yw = vec2(0);
    return w;
  }`;
const ROWS = `
  vec2 rowsOfV(int texelRow) {
    int tap = quotient(texelRow, inPairs);
    int first = tap * ins + 2 * (texelRow - tap * inPairs);
    vec2 v = v_(0, first / 2).xy;
    return first % 2 == 0 ? v : vec2(v.y, v_(0, first / 2 + 1).x);
  }`;

/** `W u`, as a row. */
const TIMES_U: Shader = {
  name: 'timesU',
  inputs: ['w', 'u'],
  uniforms: SIZES,
  functions: `
    ${READING}
    float rowTimesU(int r) {
      int tap = quotient(r, ins);
      int i = r - tap * ins;
      int texelRow = tap * inPairs + i / 2;
      float sum = 0.0;
      for (int c = 0; c < outPairs; c++) {
        vec4 w = edged(w_(texelRow, c), texelRow, c);
        vec2 u = u_(0, c).xy;
        if (2 * c + 1 >= outs) u.y = 0.0;
        sum += dot(i % 2 == 0 ? w.xy : w.zw, u);
      }
      return sum;
    }`,
  main: `
    int r = 2 * column;
    result0 = vec4(rowTimesU(r), r + 1 < rows ? rowTimesU(r + 1) : 0.0, 0, 0);`,
};

/** `Wᵀ v`, as a row for each part of the sum. */
const TIMES_V: Shader = {
  name: 'timesV',
  inputs: ['w', 'v'],
  uniforms: [...SIZES, 'texelRows', 'perPart'],
  functions: READING + ROWS,
  main: `
    vec2 sum = vec2(0);
    int end = min((row + 1) * perPart, texelRows);
    for (int r = row * perPart; r < end; r++) {
      vec4 w = edged(w_(r, column), r, column);
      vec2 v = rowsOfV(r);
      // Zero times a weight of zero: what lies beyond v's end may be anything.
      sum += w.xy * v.x;
      if (w.z != 0.0 || w.w != 0.0) sum += w.zw * v.y;
    }
    result0 = vec4(sum, 0, 0);`,
};

/** The sum of parts, each a texel row. */
const ADD_PARTS: Shader = {
  name: 'addParts',
  inputs: ['parts'],
  main: `
    vec4 sum = vec4(0);
    for (int r = 0; r < partsSize.z; r++) sum += parts_(r, column);
    result0 = sum;`,
};

/** The sum of parts, each a texel row, over its length. */
const UNIT_OF_PARTS: Shader = {
  name: 'unitOfParts',
  inputs: ['parts'],
  functions: `
    vec2 sumOf(int column) {
      vec2 sum = vec2(0);
      for (int r = 0; r < partsSize.z; r++) sum += parts_(r, column).xy;
      return sum;
    }`,
  main: `
    float square = 0.0;
    for (int c = 0; c < partsSize.w; c++) {
      vec2 sum = sumOf(c);
      square += dot(sum, sum);
    }
    result0 = vec4(sumOf(column) / max(sqrt(square), ${EPSILON}), 0, 0);`,
};

/** Sums of squares of a row, in parts. */
const SQUARES: Shader = {
  name: 'squares',
  inputs: ['x'],
  uniforms: ['count'],
  main: `
    float sum = 0.0;
    for (int c = column; c < xSize.w; c += ${PARTS}) {
      vec2 x = x_(0, c).xy;
      sum += x.x * x.x + (2 * c + 1 < count ? x.y * x.y : 0.0);
    }
    result0 = vec4(sum, 0, 0, 0);`,
};

/** A row over its length. */
const UNIT: Shader = {
  name: 'unit',
  inputs: ['x', 'squares'],
  main: `
    float sum = 0.0;
    for (int c = 0; c < squaresSize.w; c++) sum += squares_(0, c).x;
    result0 = x_(row, column) / max(sqrt(sum), ${EPSILON});`,
};

/** Parts of `vᵀ W u` and of the sum of `dy · w`. */
function forms(withGradient: boolean): Shader {
  return {
    name: `forms ${withGradient}`,
    inputs: withGradient ? ['w', 'u', 'v', 'dy'] : ['w', 'u', 'v'],
    uniforms: [...SIZES, 'texels'],
    functions: READING + ROWS,
    main: `
      vec2 sum = vec2(0);
      for (int i = column; i < texels; i += ${PARTS}) {
        int r = quotient(i, outPairs);
        int c = i - r * outPairs;
        vec4 w = edged(w_(r, c), r, c);
        vec2 v = rowsOfV(r), u = u_(0, c).xy;
        vec4 outer = edged(vec4(v.x * u, v.y * u), r, c);
        sum.x += dot(w, outer);
        ${withGradient ? 'sum.y += dot(w, edged(dy_(r, c), r, c));' : ''}
      }
      result0 = vec4(sum.x, 0, sum.y, 0);`,
  };
}
const FORMS = forms(false);
const FORMS_WITH_GRADIENT = forms(true);

/** Adds up what `forms` gave. */
const SIGMA = `
  vec2 forms() {
    vec2 sum = vec2(0);
    for (int c = 0; c < partsSize.w; c++) sum += parts_(0, c).xz;
    return sum;
  }`;

const DIVIDE: Shader = {
  name: 'divideBySigma',
  inputs: ['w', 'parts'],
  functions: SIGMA,
  main: 'result0 = w_(row, column) / forms().x;',
};

const DIVIDE_GRADIENT: Shader = {
  name: 'divideBySigmaGradient',
  inputs: ['dy', 'u', 'v', 'parts'],
  uniforms: SIZES,
  functions: READING + ROWS + SIGMA,
  main: `
    vec2 sums = forms();
    vec2 v = rowsOfV(row), u = u_(0, column).xy;
    result0 = dy_(row, column) / sums.x - sums.y / (sums.x * sums.x) * vec4(v.x * u, v.y * u);`,
};

export const powerIteration = webglProgram(({w, u}: Omit<Matrices, 'v'>, _, call) => {
  const sizes = sizesOf(w);
  const [outs, rows] = [sizes[2]!, sizes[4]!];
  const alongV = call.run(TIMES_U, [1, rows], [w, u], sizes);
  const texelRows = tableOf(w.shape).rows;
  const perPart = Math.max(LEAST_ROWS, Math.ceil(texelRows / PARTS));
  const parts = Math.ceil(texelRows / perPart);
  // The direction of u does not depend on the length of v.
  const alongParts = call.run(
    TIMES_V,
    [parts, 1, outs],
    [w, alongV],
    [...sizes, texelRows, perPart]
  );
  const results = [unit(call, alongParts, outs), unit(call, alongV, rows)];
  [alongV, alongParts].forEach(call.free);
  return results;
});

export const divideBySigma = webglProgram(({w, u, v}: Matrices, _, call) => {
  const parts = partsOf(call, FORMS, w, [w, u, v]);
  const y = call.run(DIVIDE, w.shape, [w, parts], []);
  call.free(parts);
  return y;
});

export const divideBySigmaGradient = webglProgram(
  ({dy, w, u, v}: Matrices & {dy: TensorInfo}, _, call) => {
    const parts = partsOf(call, FORMS_WITH_GRADIENT, w, [w, u, v, dy]);
    const dw = call.run(DIVIDE_GRADIENT, w.shape, [dy, u, v, parts], sizesOf(w));
    call.free(parts);
    return dw;
  }
);

/** The sum of the rows of `parts`, `[1, count]`, over its length. TimesU and timesV leave zeros beyond its end. */
function unit(call: WebGLCall, parts: TensorInfo, count: number): TensorInfo {
  const {rows, columns} = tableOf(parts.shape);
  if (rows * columns <= MOST_TEXELS) return call.run(UNIT_OF_PARTS, [1, count], [parts], []);
  const sum = rows === 1 ? parts : call.run(ADD_PARTS, [1, count], [parts], []);
  const squares = call.run(SQUARES, [1, 2 * Math.min(PARTS, pairs(count))], [sum], [count]);
  const result = call.run(UNIT, [1, count], [sum, squares], []);
  call.free(squares);
  if (sum !== parts) call.free(sum);
  return result;
}

function partsOf(
  call: WebGLCall,
  shader: Shader,
  w: TensorInfo,
  inputs: readonly TensorInfo[]
): TensorInfo {
  const {rows, columns} = tableOf(w.shape);
  const texels = rows * columns;
  return call.run(shader, [1, 2 * Math.min(PARTS, texels)], inputs, [...sizesOf(w), texels]);
}
