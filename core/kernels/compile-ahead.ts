/** Programs of WebGL that are compiled side by side, before the first of them is run. */

import type {GPGPUProgram, MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';

import {contextOf} from './webgl-context.js';

/** What tfjs keeps of a program; its type does not tell. */
type Binaries = Record<string, {program: GPGPUProgram; webGLProgram: WebGLProgram}>;

/** Milliseconds between two looks at how far the driver is. */
const LOOK_MS = 8;

export interface CompileOptions {
  signal?: AbortSignal;
  /** `done` of `total` programs are ready. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Compiles what some work needs, all at once, where the driver compiles side by side
 * (KHR_parallel_shader_compile); elsewhere, and on other backends, each is compiled when it is first run.
 *
 * Nothing else may compute on the backend until it resolves.
 *
 * @param work Computes as will be computed later, but is not carried out: its tensors have no values,
 *     must not be read, and are freed. It must not keep any.
 * @throws Error if a program does not compile; the signal's reason if it aborts.
 */
export async function compileAhead(
  work: () => void,
  {signal, onProgress}: CompileOptions = {}
): Promise<void> {
  if (tf.getBackend() !== 'webgl') return;
  const backend = tf.backend() as MathBackendWebGL;
  const {gl, parallelCompilationExtension: parallel} = backend.gpgpu;
  if (!parallel) return;
  const context = contextOf(backend);
  const {binaryCache} = backend as unknown as {binaryCache: Binaries};
  const known = new Set(Object.values(binaryCache));
  try {
    tf.env().set('ENGINE_COMPILE_ONLY', true);
    try {
      tf.tidy(work);
    } finally {
      tf.env().set('ENGINE_COMPILE_ONLY', false);
    }
    const theirs = Object.values(binaryCache).filter(binary => !known.has(binary));
    let waiting = [...theirs.map(({webGLProgram}) => webGLProgram), ...context.unfinished];
    const total = waiting.length;
    while (total > 0) {
      waiting = waiting.filter(
        program => !gl.getProgramParameter(program, parallel.COMPLETION_STATUS_KHR)
      );
      onProgress?.(total - waiting.length, total);
      if (waiting.length === 0) break;
      await new Promise(resolve => setTimeout(resolve, LOOK_MS));
      signal?.throwIfAborted();
    }
  } finally {
    // Also of those that nobody waits for any longer: they are known, and will be run.
    backend.checkCompileCompletion();
    backend.getUniformLocations();
    context.finish();
  }
}
