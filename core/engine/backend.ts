/** Which hardware computes, and how tfjs is told. */

import '@tensorflow/tfjs-backend-cpu';
import * as wasm from '@tensorflow/tfjs-backend-wasm';
import {type MathBackendWebGL, setWebGLContext} from '@tensorflow/tfjs-backend-webgl';
import type {WebGPUBackend} from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
// After tfjs-core itself, whose flags it asks for.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

import {useThreads} from '../kernels/wasm.js';
import {measureBackend, UNBEATEN_MS} from './backend-race.js';
import type {BackendInfo} from './protocol.js';
import {sharedBinary} from './shared-binary.js';

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
  /** Threads on wasm at most, where there can be more than one; as many as cores, but 4, if absent. */
  threads?: number;
}

/** What tfjs calls its file for machines with vectors. */
const SIMD_FILE = 'tfjs-backend-wasm-simd.wasm';

/** Beyond these, tfjs's own operations, on one thread, are most of what is left. */
const MOST_THREADS = 4;

/**
 * Starts a backend. tfjs has one for all, so there is one engine a thread.
 *
 * @throws Error saying what is missing, if a backend was asked for by name and can't be had.
 */
export async function startBackend(options: BackendOptions): Promise<BackendInfo> {
  const {name, known, place} = options;
  const reasons: string[] = [];
  let threads = 1;
  const start = async (each: BackendName): Promise<boolean> => {
    const reason = await tryBackend(each, options);
    if (reason) reasons.push(reason);
    else if (each === 'wasm') threads = await startThreads(options);
    return !reason;
  };
  if (name === 'auto') {
    if (known && (await start(known.name))) {
      return {...describe(known.name, place, threads), ...known};
    }
    const fastest = await startFastest(start);
    if (fastest) return {...describe(fastest.name, place, threads), ...fastest};
  } else if (await start(name)) {
    return describe(name, place, threads);
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
  await useThreads(tf.backend() as wasm.BackendWasm, 1);
  await tf.setBackend('webgl');
  return {name: 'webgl', race};
}

/** @returns Why it can't be had, or nothing. */
async function tryBackend(name: BackendName, options: BackendOptions): Promise<string | undefined> {
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
    return startWasm(options);
  }
  if (name === 'webgpu') {
    const reason = await prepareWebgpu();
    if (reason) return reason;
  }
  return setBackend(name);
}

/** @returns Why it can't be had, or nothing. */
async function setBackend(name: BackendName): Promise<string | undefined> {
  try {
    if (await tf.setBackend(name)) return undefined;
  } catch (error) {
    return `${name} could not start; ${String(error)}`;
  }
  return name === 'webgl'
    ? 'webgl could not start: the driver gives no textures of floating-point numbers; use backend="wasm"'
    : `${name} could not start; reload the page, or use another backend`;
}

/** @returns Why it can't be had, or nothing. */
async function startWasm(options: BackendOptions): Promise<string | undefined> {
  const {wasmFiles} = options;
  // tfjs's threads do nothing but wait (tfjs issue 8513), and its loader for them does not survive minifying.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const isSimd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  const shared =
    isSimd && wantedThreads(options) > 1 ? await sharedBinary(wasmFiles[SIMD_FILE]!) : undefined;
  if (shared === undefined) {
    wasm.setWasmPaths(wasmFiles);
    return setBackend('wasm');
  }
  wasm.setWasmPaths({...wasmFiles, [SIMD_FILE]: shared}, true);
  try {
    return await setBackend('wasm');
  } finally {
    URL.revokeObjectURL(shared);
  }
}

/** @returns Threads at work. */
async function startThreads(options: BackendOptions): Promise<number> {
  if (!tf.env().getBool('WASM_HAS_SIMD_SUPPORT')) return 1;
  return useThreads(tf.backend() as wasm.BackendWasm, wantedThreads(options));
}

function wantedThreads({threads}: BackendOptions): number {
  if (threads !== undefined) return threads;
  const {navigator, process} = globalThis as {
    navigator?: Navigator;
    process?: Partial<NodeJS.Process>;
  };
  const cores =
    navigator?.hardwareConcurrency ??
    process?.getBuiltinModule?.('node:os').availableParallelism() ??
    1;
  return Math.min(cores, MOST_THREADS);
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

/** @param threads Those of wasm. */
function describe(name: BackendName, place: BackendInfo['place'], threads: number): BackendInfo {
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
    return {name, device: `WebAssembly, ${simd}`, threads, place};
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
