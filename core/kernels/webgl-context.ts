/** Compiled programs, textures and framebuffers of our own on one of tfjs's WebGL backends. */

import {type MathBackendWebGL, webgl_util} from '@tensorflow/tfjs-backend-webgl';
import {env, type TensorInfo} from '@tensorflow/tfjs-core';

import {
  type Area,
  isPlain,
  MAX_TARGETS,
  pairs,
  type Shader,
  sourceOf,
  type Surface,
  type Table,
  tableOf,
} from './webgl-shader.js';

/** Texels in a row of the scratch texture. */
const SCRATCH_WIDTH = 256;

/** A texture of layers, one a result of a fragment. */
interface Scratch {
  /** Of the call that wrote it last. */
  surface: Surface;
  texture: WebGLTexture;
  height: number;
  /** By the number of results. */
  framebuffers: Map<number, WebGLFramebuffer>;
}

interface Compiled {
  program: ReturnType<MathBackendWebGL['gpgpu']['createProgram']>;
  fragmentShader: WebGLShader;
  uniforms: readonly string[];
  /** Known once it is compiled. */
  locations?: Map<string, WebGLUniformLocation | null>;
}

/** Whether programs are made, but not run: see `compile-ahead.ts`. */
const isCompilingAhead = (): boolean => env().getBool('ENGINE_COMPILE_ONLY');

const contexts = new WeakMap<MathBackendWebGL, WebGLContext>();

/** The one context of a backend. */
export function contextOf(backend: MathBackendWebGL): WebGLContext {
  let context = contexts.get(backend);
  if (!context) contexts.set(backend, (context = new WebGLContext(backend)));
  return context;
}

/** Compiled programs and the scratch texture of one backend. */
export class WebGLContext {
  readonly isAble: boolean;
  private readonly backend: MathBackendWebGL;
  private readonly gl: WebGL2RenderingContext;
  private readonly compiled = new Map<string, Compiled>();
  private readonly framebuffers = new Map<number, WebGLFramebuffer>();
  private scratch?: Scratch;

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

  /** The context's own canvas if it keeps opacity and gives bitmaps away. */
  get bitmapCanvas(): OffscreenCanvas | undefined {
    const {canvas} = this.gl;
    const gives = typeof OffscreenCanvas !== 'undefined' && canvas instanceof OffscreenCanvas;
    return gives && this.gl.getContextAttributes()?.alpha ? canvas : undefined;
  }

  /** Runs a shader over the context's own canvas, a fragment a pixel; row 0 is the one at the foot. */
  runToCanvas(
    shader: Shader,
    {width, height}: {width: number; height: number},
    inputs: readonly TensorInfo[]
  ): void {
    const {gl} = this;
    const {canvas} = gl;
    // Setting a size makes a new buffer: not while scrubbing.
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    this.draw(shader, {rows: height, columns: width, width, height}, inputs, [], () => {
      gl.bindFramebuffer(gl.FRAMEBUFFER, null);
      gl.viewport(0, 0, width, height);
      gl.scissor(0, 0, width, height);
    });
  }

  readonly free = (tensor: TensorInfo): void => {
    this.backend.disposeIntermediateTensorInfo(tensor);
  };

  private draw(
    shader: Shader,
    output: Area,
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
    if (!locations) return temporary.forEach(this.free);
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
    temporary.forEach(this.free);
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
    // Without one where programs are compiled ahead, and nothing is drawn.
    return {...tableOf(shape), texture: texture?.texture as WebGLTexture, width, height};
  }

  private compile(
    shader: Shader,
    output: Area,
    names: readonly string[],
    surfaces: readonly Surface[]
  ): Compiled {
    const key = [shader.name, isPlain(output), output.isScratch, ...surfaces.map(isPlain)].join();
    const found = this.compiled.get(key);
    if (found) return found;
    const {gl} = this;
    const {gpgpu} = this.backend;
    const source = sourceOf(shader, output, names, surfaces);
    const fragmentShader = webgl_util.createFragmentShader(gl, source);
    const program = gpgpu.createProgram(fragmentShader);
    const uniforms = [
      ...names,
      ...names.flatMap(name => [`${name}Size`, `${name}Scale`]),
      'outSize',
      ...(shader.uniforms ?? []),
      ...(shader.floats ?? []),
    ];
    const compiled: Compiled = {program, fragmentShader, uniforms};
    this.compiled.set(key, compiled);
    if (!isCompilingAhead()) this.finishOne(compiled);
    return compiled;
  }

  /** Programs that were only compiled, and may still be in the making. */
  get unfinished(): WebGLProgram[] {
    return [...this.compiled.values()].flatMap(({program, locations}) =>
      locations ? [] : [program]
    );
  }

  /** Makes the unfinished programs ready to run, and waits for them. @throws Error if one does not compile. */
  finish(): void {
    for (const compiled of this.compiled.values()) {
      if (!compiled.locations) this.finishOne(compiled);
    }
  }

  private finishOne(compiled: Compiled): void {
    const {gl} = this;
    const {program, fragmentShader, uniforms} = compiled;
    if (gl.getProgramParameter(program, gl.LINK_STATUS) === false) {
      const log = gl.getShaderInfoLog(fragmentShader) || gl.getProgramInfoLog(program);
      throw new Error(`a shader of WebGL did not compile: ${log}`);
    }
    this.backend.gpgpu.buildVao(program);
    compiled.locations = new Map(
      uniforms.map(name => [name, gl.getUniformLocation(program, name)])
    );
  }

  /** A scratch texture of at least this height, in texels. */
  private scratchOf(height: number): Scratch {
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

  private framebufferOf({texture, framebuffers}: Scratch, targets: number): WebGLFramebuffer {
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
