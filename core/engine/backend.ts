/** Which hardware computes, and how tfjs is told. */

import '@tensorflow/tfjs-backend-cpu';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import {type MathBackendWebGL, setWebGLContext} from '@tensorflow/tfjs-backend-webgl';
import type {WebGPUBackend} from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
// After tfjs-core itself, whose flags it asks for.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

import {measureBackend, UNBEATEN_MS} from './backend-race.js';
import type {BackendInfo} from './protocol.js';

export type BackendName = BackendInfo['name'];

/** Where tfjs's three wasm files lie: the names that tfjs gives them, and their addresses. */
export type WasmFiles = Readonly<Record<string, string>>;

export interface BackendOptions {
  /** `auto` takes the faster of WebGL and wasm, else plain JavaScript. */
  name: BackendName | 'auto';
  /** What `auto` came to before, so that it is measured once. */
  known?: Pick<BackendInfo, 'name' | 'race'>;
  wasmFiles: WasmFiles;
  place: BackendInfo['place'];
}

/**
 * Starts a backend. tfjs has one for all, so there is one engine a thread.
 *
 * @throws Error saying what is missing, if a backend was asked for by name and can't be had.
 */
export async function startBackend(options: BackendOptions): Promise<BackendInfo> {
  const {name, known, place} = options;
  const reasons: string[] = [];
  const start = async (each: BackendName): Promise<boolean> => {
    const reason = await tryBackend(each, options.wasmFiles);
    if (reason) reasons.push(reason);
    return !reason;
  };
  if (name === 'auto') {
    if (known && (await start(known.name))) return {...describe(known.name, place), ...known};
    const fastest = await startFastest(start);
    if (fastest) return {...describe(fastest.name, place), ...fastest};
  } else if (await start(name)) {
    return describe(name, place);
  }
  throw new Error(`backend: ${reasons.join('; ')}`);
}

/**
 * Starts the faster of WebGL and wasm: WebGL is several times as fast on a GPU, and several times as
 * slow where the processor draws, which the renderer's name does not always tell.
 *
 * @param start Whether a backend could be started.
 */
async function startFastest(
  start: (name: BackendName) => Promise<boolean>
): Promise<Pick<BackendInfo, 'name' | 'race'> | undefined> {
  if (!(await start('webgl'))) {
    if (await start('wasm')) return {name: 'wasm', race: {}};
    return (await start('cpu')) ? {name: 'cpu', race: {}} : undefined;
  }
  const webgl = await measureBackend();
  if (webgl <= UNBEATEN_MS || !(await start('wasm'))) {
    await tf.setBackend('webgl');
    return {name: 'webgl', race: {webgl}};
  }
  const race = {webgl, wasm: await measureBackend()};
  if (race.wasm < race.webgl) {
    releaseWebgl();
    return {name: 'wasm', race};
  }
  await tf.setBackend('webgl');
  return {name: 'webgl', race};
}

/** @returns Why it can't be had, or nothing. */
async function tryBackend(name: BackendName, wasmFiles: WasmFiles): Promise<string | undefined> {
  if (name === 'webgl') {
    if (!webglRenderer()) {
      return 'webgl needs WebGL 2, which this browser does not give; use backend="wasm"';
    }
    // tfjs asks for a context without «major performance caveat» unless told that software will do.
    tf.env().set('SOFTWARE_WEBGL_ENABLED', true);
    prepareWebgl();
  }
  if (name === 'wasm') {
    if (typeof WebAssembly === 'undefined') {
      return 'wasm needs WebAssembly, which this browser does not give; use backend="cpu"';
    }
    // tfjs's threads do nothing but wait (tfjs issue 8513), and its loader for them does not survive minifying.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    wasm.setWasmPaths(wasmFiles);
  }
  if (name === 'webgpu') {
    const reason = await prepareWebgpu();
    if (reason) return reason;
  }
  try {
    if (await tf.setBackend(name)) return undefined;
  } catch (error) {
    return `${name} could not start; ${String(error)}`;
  }
  return name === 'webgl'
    ? 'webgl could not start: the driver gives no textures of floating-point numbers; use backend="wasm"'
    : `${name} could not start; reload the page, or use another backend`;
}

let webglCanvas: OffscreenCanvas | undefined;

/**
 * Gives tfjs a context to compute in whose canvas can also show pictures: tfjs's own has no opacity.
 * Where OffscreenCanvas can't be had, or can't fence (Safari), tfjs makes its own, and pictures are
 * read back.
 */
function prepareWebgl(): void {
  if (webglCanvas || typeof OffscreenCanvas === 'undefined' || tf.env().getBool('IS_SAFARI'))
    return;
  webglCanvas = new OffscreenCanvas(1, 1);
  const gl = webglCanvas.getContext('webgl2', {antialias: false, depth: false, stencil: false});
  // tfjs's type is that of the first WebGL, which the second extends.
  if (gl) setWebGLContext(2, gl);
}

/** Gives the GPU back, so that others may have it; the backend can be started anew. */
function releaseWebgl(): void {
  const {gl} = (tf.findBackend('webgl') as MathBackendWebGL).gpgpu;
  const factory = tf.findBackendFactory('webgl');
  tf.removeBackend('webgl');
  tf.registerBackend('webgl', factory);
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  webglCanvas = undefined;
}

/** Loads the backend, which few ask for, by itself. @returns Why it can't be had, or nothing. */
async function prepareWebgpu(): Promise<string | undefined> {
  const gpu = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  if (!(await gpu?.requestAdapter())) {
    return 'webgpu needs WebGPU, which this browser does not give on this machine; use backend="webgl"';
  }
  await import('@tensorflow/tfjs-backend-webgpu');
  return undefined;
}

function describe(name: BackendName, place: BackendInfo['place']): BackendInfo {
  if (name === 'webgl') {
    return {name, device: webglRenderer() ?? 'unknown', threads: 1, place};
  }
  if (name === 'webgpu') {
    const {vendor, architecture, description} = webgpuBackend().device.adapterInfo;
    const device = description || [vendor, architecture].filter(Boolean).join(' ');
    return {name, device: device || 'unknown', threads: 1, place};
  }
  if (name === 'wasm') {
    const simd = tf.env().get('WASM_HAS_SIMD_SUPPORT') ? 'SIMD' : 'no SIMD';
    return {name, device: `WebAssembly, ${simd}`, threads: wasm.getThreadsCount(), place};
  }
  return {name, device: 'JavaScript', threads: 1, place};
}

/** The GPU as its driver names it; nothing where there is no WebGL 2. */
function webglRenderer(): string | undefined {
  const gl =
    typeof OffscreenCanvas !== 'undefined'
      ? new OffscreenCanvas(1, 1).getContext('webgl2')
      : typeof document !== 'undefined'
        ? document.createElement('canvas').getContext('webgl2')
        : undefined;
  if (!gl) return undefined;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const name = gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) as string;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
}

/** Calls back when the GPU is taken away: a driver reset, a laptop that changed its GPU, too many pages. */
export function onContextLost(callback: () => void): void {
  if (tf.getBackend() === 'webgpu') {
    void webgpuBackend().device.lost.then(({reason}) => {
      // One that was given back is not missed.
      if (reason !== 'destroyed') callback();
    });
  }
  if (tf.getBackend() !== 'webgl') return;
  const {gl} = (tf.backend() as MathBackendWebGL).gpgpu;
  gl.canvas.addEventListener('webglcontextlost', callback);
}

function webgpuBackend(): WebGPUBackend {
  return tf.backend() as WebGPUBackend;
}
