/**
 * Calls into our own WebAssembly, which works on tfjs's memory beside tfjs's own.
 *
 * Its sources are in `core/kernels/assembly`.
 */

import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {type KernelFunc, type NamedAttrMap, type TensorInfo, util} from '@tensorflow/tfjs-core';

import {PLAIN, RELAXED} from './generated/kernels.js';
import {withSharedMemory} from './shared-memory.js';
import {MOST_SLICES, Threads} from './threads.js';

/** The functions of `core/kernels/assembly`, which say there what they take. */
export type Exports = Record<
  | 'pad'
  | 'packWeights'
  | 'packFew'
  | 'convolve'
  | 'convolveFew'
  | 'convolveFilterGradient'
  | 'transformWeights'
  | 'convolveWinograd'
  | 'filterGradientWinograd'
  | 'foldWeights'
  | 'unfoldGradient'
  | 'unfoldPooled'
  | 'clear'
  | 'copyColumns'
  | 'instanceNormRelu'
  | 'instanceNormReluGradient'
  | 'sumRows'
  | 'upsample'
  | 'sumPool'
  | 'reflectPadGradient'
  | 'reluGradient'
  | 'adam'
  | 'normalizedProductOfRows'
  | 'normalizedProductOfColumns'
  | 'bilinearForm'
  | 'scale'
  | 'divideBySigmaGradient',
  (...numbers: number[]) => unknown
>;

/** What a program on wasm works with. */
export interface WasmCall {
  kernels: Exports;
  /** Address of a tensor's values, which are contiguous float32. */
  at: (tensor: TensorInfo) => number;
  /** A new float32 tensor, its values undefined. */
  output: (shape: number[]) => TensorInfo;
  /** Address of `floats` floats that are free again when the program has run. */
  scratch: (floats: number) => number;
  /**
   * In how many slices work is best done: 1 where there is one thread, or little work.
   *
   * @param multiplyAdds The work, a pass over a float counted as some ten.
   */
  slices: (multiplyAdds: number) => number;
  /** Runs a kernel once with each of these arguments, on all threads: they must write to different places. */
  share: (name: keyof Exports, slices: readonly (readonly number[])[]) => void;
}

/** Our WebAssembly beside a backend's own. */
interface Beside {
  kernels: Exports;
  module: WebAssembly.Module;
  threads?: Threads;
}

const instances = new WeakMap<BackendWasm, Beside>();

/** A slice is of so many multiply-adds at least, some 50 µs: to wake a thread takes about as long. */
const LEAST_SLICE = 2 ** 20;
/** More slices than threads, so that a thread that comes late still finds its share. */
const SLICES_A_THREAD = 4;

/** A kernel on wasm out of a function of its inputs. */
export function wasmProgram<I, A>(
  program: (inputs: I, attrs: A, call: WasmCall) => TensorInfo | TensorInfo[]
): KernelFunc {
  return ({inputs, attrs, backend}) => {
    const wasm = backend as BackendWasm;
    const memory = memoryOf(wasm);
    const {kernels, threads} = instanceOf(wasm);
    const borrowed: number[] = [];
    const call: WasmCall = {
      kernels,
      at: tensor => wasm.getMemoryOffset(tensor.dataId),
      output: shape => wasm.makeOutput(shape, 'float32'),
      scratch: floats => {
        const address = memory.malloc(floats * 4) >>> 0;
        if (address === 0) {
          throw new Error(
            `wasm: must have ${floats * 4} bytes of memory free; close other models or take a smaller batch`
          );
        }
        borrowed.push(address);
        return address;
      },
      slices: multiplyAdds => {
        const most = threads ? Math.min(SLICES_A_THREAD * threads.count, MOST_SLICES) : 1;
        return Math.max(1, Math.min(most, Math.floor(multiplyAdds / LEAST_SLICE)));
      },
      share: (name, slices) => {
        if (threads && slices.length > 1) threads.run(name, slices);
        else slices.forEach(numbers => kernels[name](...numbers));
      },
    };
    try {
      return program(inputs as I, attrs as unknown as A & NamedAttrMap, call);
    } finally {
      borrowed.forEach(address => memory.free(address));
    }
  };
}

/**
 * Lets `count` threads work on what our kernels compute on a backend, until it is disposed of.
 *
 * @returns How many there are: 1 where threads can't be had.
 */
export async function useThreads(backend: BackendWasm, count: number): Promise<number> {
  const {memory} = memoryOf(backend);
  const beside = instanceOf(backend);
  if ((beside.threads?.count ?? 1) === count) return count;
  beside.threads?.dispose();
  beside.threads = isShared(memory)
    ? await Threads.start(beside.kernels, beside.module, memory, count)
    : undefined;
  return beside.threads?.count ?? 1;
}

/** The parts of Emscripten's module that tfjs does not name in its types. */
interface Memory {
  memory: WebAssembly.Memory;
  malloc: (bytes: number) => number;
  free: (address: number) => void;
}

function memoryOf({wasm}: BackendWasm): Memory {
  const emscripten = wasm as unknown as {
    asm: {memory?: WebAssembly.Memory};
    wasmMemory?: WebAssembly.Memory;
    _malloc: Memory['malloc'];
    _free: Memory['free'];
  };
  const memory = emscripten.wasmMemory ?? emscripten.asm.memory;
  util.assert(
    memory !== undefined,
    () => 'wasm: tfjs must show its memory; this version of @tensorflow/tfjs-backend-wasm does not'
  );
  return {memory: memory!, malloc: emscripten._malloc, free: emscripten._free};
}

function isShared({buffer}: WebAssembly.Memory): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
}

function instanceOf(backend: BackendWasm): Beside {
  let beside = instances.get(backend);
  if (!beside) {
    const {memory} = memoryOf(backend);
    const module = compiled(isShared(memory));
    const instance = new WebAssembly.Instance(module, {env: {memory}});
    const created: Beside = {kernels: instance.exports as unknown as Exports, module};
    const dispose = backend.dispose.bind(backend);
    backend.dispose = () => {
      created.threads?.dispose();
      dispose();
    };
    instances.set(backend, created);
    beside = created;
  }
  return beside;
}

/** The best module that this machine can run. */
function compiled(shared: boolean): WebAssembly.Module {
  const relaxed = decoded(RELAXED);
  const bytes = WebAssembly.validate(relaxed) ? relaxed : decoded(PLAIN);
  return new WebAssembly.Module(shared ? withSharedMemory(bytes)! : bytes);
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), char => char.charCodeAt(0));
}
