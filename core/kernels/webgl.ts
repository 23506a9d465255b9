/**
 * Own fragment programs on tfjs's WebGL backend, over its packed textures.
 *
 * A packed texel holds two by two values of a tensor's last two axes, so of `[…, width, channels]` two
 * pixels side by side by two channels: `(w, c), (w, c + 1), (w + 1, c), (w + 1, c + 1)`. A tensor is
 * here a table of texels: a row for each pair of pixels, a column for each pair of channels. Texels
 * at an odd edge have values beyond it that may be anything.
 *
 * What tfjs's own runner can't do, and these programs live from, is more than one result a fragment.
 * Reading texels costs most of a convolution's time; eight results from what was read cost a quarter
 * of it. They go to the layers of a scratch texture, from which a second program puts them in order.
 */

import {type MathBackendWebGL, webgl_util} from '@tensorflow/tfjs-backend-webgl';
import {env, type KernelFunc, type NamedAttrMap, type TensorInfo} from '@tensorflow/tfjs-core';

/** Most results of a fragment. */
export const MAX_TARGETS = 8;

/** Texels in a row of the scratch texture. */
const SCRATCH_WIDTH = 256;

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

/** What a program on WebGL works with. */
export interface WebGLCall {
  /** Runs a shader with one result a fragment, over a whole new tensor. */
  run: (
    shader: Shader,
    shape: number[],
    inputs: readonly TensorInfo[],
    uniforms: readonly number[]
  ) => TensorInfo;
  /** Runs a shader with several results a fragment, over as many new tensors of one shape. */
  runTogether: (
    shader: Shader,
    shape: number[],
    inputs: readonly TensorInfo[],
    uniforms: readonly number[]
  ) => TensorInfo[];
  /** Runs a shader over a table in scratch, which the next call to write there overwrites. */
  runToScratch: (
    shader: Shader,
    table: Table,
    inputs: readonly TensorInfo[],
    uniforms: readonly number[]
  ) => void;
  /** Frees a tensor that was only needed on the way. */
  free: (tensor: TensorInfo) => void;
}

/** Rows and columns of texels. */
export interface Table {
  rows: number;
  columns: number;
}

/** A kernel on WebGL out of a function of its inputs. */
export function webglProgram<I, A>(
  program: (inputs: I, attrs: A, call: WebGLCall) => TensorInfo | TensorInfo[]
): KernelFunc {
  return ({inputs, attrs, backend}) =>
    program(
      inputs as I,
      attrs as unknown as A & NamedAttrMap,
      contextOf(backend as MathBackendWebGL)
    );
}

/** Whether the GPU can do what these programs need: textures of float32, eight results a fragment. */
export function canRunPrograms(backend: MathBackendWebGL): boolean {
  return contextOf(backend).isAble;
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

/** Texels in a texture, row after row of the table. */
interface Surface extends Table {
  /** Column after column instead: what is next to each other shares its weights, not its image. */
  isScratch?: boolean;
  texture: WebGLTexture;
  width: number;
  height: number;
}

interface Compiled {
  program: ReturnType<MathBackendWebGL['gpgpu']['createProgram']>;
  locations: Map<string, WebGLUniformLocation | null>;
}

const contexts = new WeakMap<MathBackendWebGL, Context>();

function contextOf(backend: MathBackendWebGL): Context {
  let context = contexts.get(backend);
  if (!context) contexts.set(backend, (context = new Context(backend)));
  return context;
}

/** Compiled programs and the scratch texture of one backend. */
class Context implements WebGLCall {
  readonly isAble: boolean;
  private readonly backend: MathBackendWebGL;
  private readonly gl: WebGL2RenderingContext;
  private readonly compiled = new Map<string, Compiled>();
  private readonly framebuffers = new Map<number, WebGLFramebuffer>();
  private scratch?: {
    surface: Surface;
    texture: WebGLTexture;
    height: number;
    framebuffers: Map<number, WebGLFramebuffer>;
  };

  constructor(backend: MathBackendWebGL) {
    this.backend = backend;
    this.gl = backend.gpgpu.gl as WebGL2RenderingContext;
    this.isAble =
      env().getNumber('WEBGL_VERSION') === 2 &&
      env().getBool('WEBGL_RENDER_FLOAT32_ENABLED') &&
      this.gl.getParameter(this.gl.MAX_DRAW_BUFFERS) >= MAX_TARGETS;
  }

  run(
    shader: Shader,
    shape: number[],
    inputs: readonly TensorInfo[],
    uniforms: readonly number[]
  ): TensorInfo {
    return this.runTogether(shader, shape, inputs, uniforms)[0]!;
  }

  runTogether(
    shader: Shader,
    shape: number[],
    inputs: readonly TensorInfo[],
    uniforms: readonly number[]
  ): TensorInfo[] {
    const {gl} = this;
    const outputs = Array.from({length: shader.targets ?? 1}, () => this.newTensor(shape));
    const surfaces = outputs.map(output => this.surfaceOf(output));
    const [{width, height}] = surfaces as [Surface];
    this.draw(shader, surfaces[0]!, inputs, uniforms, () => {
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.plainFramebufferOf(surfaces.length));
      surfaces.forEach(({texture}, i) =>
        gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + i, gl.TEXTURE_2D, texture, 0)
      );
      gl.viewport(0, 0, width, height);
      gl.scissor(0, 0, width, height);
    });
    return outputs;
  }

  /** A tensor in packed texels, its values undefined. */
  private newTensor(shape: number[]): TensorInfo {
    const tensor = this.backend.makeTensorInfo(shape, 'float32');
    this.backend.texData.get(tensor.dataId).isPacked = true;
    this.backend.uploadToGPU(tensor.dataId);
    return tensor;
  }

  /** A framebuffer whose attachments are set at each call. */
  private plainFramebufferOf(targets: number): WebGLFramebuffer {
    const found = this.framebuffers.get(targets);
    if (found) return found;
    const {gl} = this;
    const framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.drawBuffers(Array.from({length: targets}, (_, i) => gl.COLOR_ATTACHMENT0 + i));
    this.framebuffers.set(targets, framebuffer);
    return framebuffer;
  }

  runToScratch(
    shader: Shader,
    table: Table,
    inputs: readonly TensorInfo[],
    uniforms: readonly number[]
  ): void {
    const height = Math.ceil((table.rows * table.columns) / SCRATCH_WIDTH);
    const scratch = this.scratchOf(height);
    scratch.surface = {
      ...table,
      texture: scratch.texture,
      width: SCRATCH_WIDTH,
      height: scratch.height,
      isScratch: true,
    };
    const {gl} = this;
    this.draw(shader, scratch.surface, inputs, uniforms, () => {
      gl.bindFramebuffer(gl.FRAMEBUFFER, this.framebufferOf(scratch, shader.targets ?? 1));
      gl.viewport(0, 0, SCRATCH_WIDTH, height);
      gl.scissor(0, 0, SCRATCH_WIDTH, height);
    });
  }

  readonly free = (tensor: TensorInfo): void => {
    this.backend.disposeIntermediateTensorInfo(tensor);
  };

  private draw(
    shader: Shader,
    output: Surface,
    inputs: readonly TensorInfo[],
    uniforms: readonly number[],
    bindOutput: () => void
  ): void {
    const {gl} = this;
    const {gpgpu} = this.backend;
    const temporary: TensorInfo[] = [];
    const surfaces = inputs.map(input => {
      const packed = this.packed(input);
      if (packed !== input) temporary.push(packed);
      return this.surfaceOf(packed);
    });
    const names = [...(shader.inputs ?? [])];
    if (shader.readsScratch) {
      names.push('scratch');
      surfaces.push(this.scratch!.surface);
    }
    const {program, locations} = this.compile(shader, output, names, surfaces);
    bindOutput();
    gpgpu.setProgram(program);
    gpgpu.bindVertexArray(program.vao);
    const at = (name: string): WebGLUniformLocation | null => locations.get(name) ?? null;
    surfaces.forEach((surface, unit) => {
      const name = names[unit]!;
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(name === 'scratch' ? gl.TEXTURE_2D_ARRAY : gl.TEXTURE_2D, surface.texture);
      gl.uniform1i(at(name), unit);
      gl.uniform4i(at(`${name}Size`), surface.width, surface.height, surface.rows, surface.columns);
      gl.uniform2f(at(`${name}Scale`), 1 / surface.width, 1 / surface.height);
    });
    gl.uniform4i(at('outSize'), output.width, output.height, output.rows, output.columns);
    const {uniforms: wholes = [], floats = []} = shader;
    wholes.forEach((name, i) => gl.uniform1i(at(name), uniforms[i]!));
    floats.forEach((name, i) => gl.uniform1f(at(name), uniforms[wholes.length + i]!));
    gpgpu.executeProgram();
    temporary.forEach(tensor => this.free(tensor));
  }

  /** The same tensor in packed texels, on the GPU; a new tensor if it was not. */
  private packed(input: TensorInfo): TensorInfo {
    const {backend} = this;
    const data = backend.texData.get(input.dataId);
    if (!data.texture) {
      data.isPacked = true;
      data.shape = input.shape;
      backend.uploadToGPU(input.dataId);
      return input;
    }
    if (!data.isPacked) return backend.packTensor(input);
    if (webgl_util.isReshapeFree(data.shape, input.shape)) return input;
    const reshape = backend as unknown as {
      packedReshape: (input: TensorInfo, shape: number[]) => TensorInfo;
    };
    return reshape.packedReshape({...input, shape: data.shape}, input.shape);
  }

  private surfaceOf({dataId, shape}: TensorInfo): Surface {
    const {texture, texShape} = this.backend.texData.get(dataId);
    const [height, width] = texelsOf(texShape!);
    return {...tableOf(shape), texture: texture!.texture, width, height};
  }

  private compile(
    shader: Shader,
    output: Surface,
    names: readonly string[],
    surfaces: readonly Surface[]
  ): Compiled {
    const key = [shader.name, isPlain(output), output.isScratch, ...surfaces.map(isPlain)].join();
    const found = this.compiled.get(key);
    if (found) return found;
    const {gl} = this;
    const {gpgpu} = this.backend;
    const source = sourceOf(shader, output, names, surfaces);
    const program = gpgpu.createProgram(webgl_util.createFragmentShader(gl, source));
    gpgpu.buildVao(program);
    const uniforms = [
      ...names,
      ...names.flatMap(name => [`${name}Size`, `${name}Scale`]),
      'outSize',
      ...(shader.uniforms ?? []),
      ...(shader.floats ?? []),
    ];
    const locations = new Map(uniforms.map(name => [name, gl.getUniformLocation(program, name)]));
    const compiled = {program, locations};
    this.compiled.set(key, compiled);
    return compiled;
  }

  /** A scratch texture of at least this height, in texels. */
  private scratchOf(height: number): NonNullable<Context['scratch']> {
    if (this.scratch && this.scratch.height >= height) return this.scratch;
    const {gl} = this;
    if (this.scratch) {
      gl.deleteTexture(this.scratch.texture);
      this.scratch.framebuffers.forEach(framebuffer => gl.deleteFramebuffer(framebuffer));
    }
    const texture = gl.createTexture();
    const rounded = 2 ** Math.ceil(Math.log2(height));
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D_ARRAY, texture);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D_ARRAY, filter, gl.NEAREST);
    }
    gl.texStorage3D(gl.TEXTURE_2D_ARRAY, 1, gl.RGBA32F, SCRATCH_WIDTH, rounded, MAX_TARGETS);
    const surface = {texture, width: SCRATCH_WIDTH, height: rounded, rows: 0, columns: 0};
    this.scratch = {surface, texture, height: rounded, framebuffers: new Map()};
    return this.scratch;
  }

  private framebufferOf(
    {texture, framebuffers}: NonNullable<Context['scratch']>,
    targets: number
  ): WebGLFramebuffer {
    const found = framebuffers.get(targets);
    if (found) return found;
    const {gl} = this;
    const framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    const attachments = Array.from({length: targets}, (_, i) => gl.COLOR_ATTACHMENT0 + i);
    attachments.forEach((attachment, layer) =>
      gl.framebufferTextureLayer(gl.FRAMEBUFFER, attachment, texture, 0, layer)
    );
    gl.drawBuffers(attachments);
    framebuffers.set(targets, framebuffer);
    return framebuffer;
  }
}

/** tfjs's shape of a packed texture counts values. @returns Height and width in texels. */
function texelsOf([rows, columns]: [number, number]): [height: number, width: number] {
  return [pairs(rows), pairs(columns)];
}

/** Whether the texture is its table, so that finding a texel takes no division. */
function isPlain({width, columns, isScratch}: Surface): boolean {
  return !isScratch && width === columns;
}

function sourceOf(
  {name, uniforms = [], floats = [], targets = 1, functions = '', main}: Shader,
  output: Surface,
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
    // ${name}
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
    : `int i = ${name === 'scratch' ? 'column * scratchSize.z + row' : `row * ${name}Size.w + column`};
      int y = i / ${name}Size.x;
      vec2 place = vec2(i - y * ${name}Size.x, y);`;
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
