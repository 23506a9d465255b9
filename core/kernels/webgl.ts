/**
 * Own fragment programs on tfjs's WebGL backend, over its packed textures.
 *
 * What tfjs's own runner can't do, and these programs live from, is more than one result a fragment.
 * Reading texels costs most of a convolution's time; eight results from what was read cost a quarter
 * of it. They go to the layers of a scratch texture, from which a second program puts them in order.
 */

import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import type {KernelFunc, NamedAttrMap, TensorInfo} from '@tensorflow/tfjs-core';

import {contextOf} from './webgl-context.js';
import type {Shader, Table} from './webgl-shader.js';

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
