/**
 * Fragment programs over packed texels, and their sources.
 *
 * A packed texel of tfjs holds two by two values of a tensor's last two axes, so of
 * `[…, width, channels]` two pixels side by side by two channels:
 * `(w, c), (w, c + 1), (w + 1, c), (w + 1, c + 1)`. A tensor is here a table of texels: a row for each
 * pair of pixels, a column for each pair of channels. Texels at an odd edge have values beyond it that
 * may be anything.
 */

/** Most results of a fragment. */
export const MAX_TARGETS = 8;

/** A fragment program. What differs from call to call of the same `name` must be in its uniforms. */
export interface Shader {
  /** Names the source in the cache: all that the source depends on must be in it. */
  name: string;
  /** Tensors, each read by `NAME_(row, column)`. */
  inputs?: readonly string[];
  /** Whether `scratch_(row, column, layer)` is read. */
  readsScratch?: boolean;
  /** Whole numbers. */
  uniforms?: readonly string[];
  /** Numbers that need not be whole; their values follow those of `uniforms`. */
  floats?: readonly string[];
  /** Results, `result0` and so on; with more than one they go to scratch. */
  targets?: number;
  /** Declarations before `main`. */
  functions?: string;
  /** The body of `main`, which knows `row` and `column` of the texel that it makes. */
  main: string;
}

/** Rows and columns of texels. */
export interface Table {
  rows: number;
  columns: number;
}

/** The table of a tensor in packed texels. */
export function tableOf(shape: readonly number[]): Table {
  const [height = 1, width = 1] = shape.length > 1 ? shape.slice(-2) : [1, shape[0]];
  const before = shape.slice(0, -2).reduce((product, n) => product * n, 1);
  return {rows: before * pairs(height), columns: pairs(width)};
}

export function pairs(n: number): number {
  return Math.ceil(n / 2);
}

/** Texels that lie in a rectangle, row after row of the table. */
export interface Area extends Table {
  /** Column after column instead: what is next to each other shares its weights, not its image. */
  isScratch?: boolean;
  width: number;
  height: number;
}

/** Texels in a texture. */
export interface Surface extends Area {
  texture: WebGLTexture;
}

/** Whether the texture is its table, so that finding a texel takes no division. */
export function isPlain({width, columns, isScratch}: Area): boolean {
  return !isScratch && width === columns;
}

/** A shader's source for inputs and an output that lie as these do. */
export function sourceOf(
  {name, uniforms = [], floats = [], targets = 1, functions = '', main}: Shader,
  output: Area,
  names: readonly string[],
  surfaces: readonly Surface[]
): string {
  const lines = (count: number, line: (i: number) => string): string =>
    Array.from({length: count}, (_, i) => line(i)).join('\n');
  const texel = 'int texel = int(gl_FragCoord.y) * outSize.x + int(gl_FragCoord.x);';
  const place = output.isScratch
    ? `${texel}
      int column = texel / outSize.z, row = texel - column * outSize.z;
      if (column >= outSize.w) discard;`
    : isPlain(output)
      ? 'int row = int(gl_FragCoord.y), column = int(gl_FragCoord.x);'
      : `${texel}
      int row = texel / outSize.w, column = texel - row * outSize.w;
      if (row >= outSize.z) discard;`;
  return `#version 300 es
    // program ${name}
    precision highp float;
    precision highp int;
    precision highp sampler2D;
    precision highp sampler2DArray;
    ${lines(targets, i => `layout(location = ${i}) out vec4 result${i};`)}
    uniform ivec4 outSize;
    ${uniforms.map(uniform => `uniform int ${uniform};`).join('\n')}
    ${floats.map(uniform => `uniform float ${uniform};`).join('\n')}
    // a / b, both less than four million, without a division of integers, which GPUs do not have.
    int quotient(int a, int b) { return int((float(a) + 0.5) / float(b)); }
    ${names.map((each, i) => reader(each, isPlain(surfaces[i]!))).join('\n')}
    ${functions}
    void main() {
      ${place}
      ${main}
    }`;
}

/** How a texel of an input is read. `texture` takes half the time of `texelFetch` on software renderers, and the same on GPUs. */
function reader(name: string, plain: boolean): string {
  const [sampler, layer, extra] =
    name === 'scratch'
      ? ['sampler2DArray', 'vec3(uv, layer)', ', int layer']
      : ['sampler2D', 'uv', ''];
  const place = plain
    ? 'vec2 place = vec2(column, row);'
    : // Names that no input has, which they would hide.
      `int texel = ${name === 'scratch' ? 'column * scratchSize.z + row' : `row * ${name}Size.w + column`};
      int texelLine = texel / ${name}Size.x;
      vec2 place = vec2(texel - texelLine * ${name}Size.x, texelLine);`;
  return `
    uniform ${sampler} ${name};
    uniform ivec4 ${name}Size;
    uniform vec2 ${name}Scale;
    vec4 ${name}_(int row, int column${extra}) {
      ${place}
      vec2 uv = (place + 0.5) * ${name}Scale;
      return texture(${name}, ${layer});
    }`;
}
