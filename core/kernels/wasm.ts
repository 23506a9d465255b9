/**
 * Calls into our own WebAssembly, which works on tfjs's memory beside tfjs's own.
 *
 * Its sources are in `core/kernels/assembly`.
 */

import type {BackendWasm} from '@tensorflow/tfjs-backend-wasm';
import {type KernelFunc, type NamedAttrMap, type TensorInfo, util} from '@tensorflow/tfjs-core';

import {PLAIN, RELAXED} from './generated/kernels.js';

/** The functions of `core/kernels/assembly`, which say there what they take. */
export type Exports = Record<
  | 'pad'
  | 'packWeights'
  | 'convolve'
  | 'convolveFilterGradient'
  | 'foldWeights'
  | 'unfoldGradient'
  | 'clear'
  | 'copyColumns'
  | 'instanceNormRelu'
  | 'instanceNormReluGradient'
  | 'sumRows'
  | 'upsample'
  | 'sumPool'
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
}

const instances = new WeakMap<BackendWasm, Exports>();

/** A kernel on wasm out of a function of its inputs. */
export function wasmProgram<I, A>(
  program: (inputs: I, attrs: A, call: WasmCall) => TensorInfo | TensorInfo[]
): KernelFunc {
  return ({inputs, attrs, backend}) => {
    const wasm = backend as BackendWasm;
    const memory = memoryOf(wasm);
    const borrowed: number[] = [];
    const call: WasmCall = {
      kernels: instanceOf(wasm, memory),
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
    };
    try {
      return program(inputs as I, attrs as unknown as A & NamedAttrMap, call);
    } finally {
      borrowed.forEach(address => memory.free(address));
    }
  };
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

function instanceOf(backend: BackendWasm, {memory}: Memory): Exports {
  let exports = instances.get(backend);
  if (!exports) {
    const instance = new WebAssembly.Instance(compiled(), {env: {memory}});
    exports = instance.exports as unknown as Exports;
    instances.set(backend, exports);
  }
  return exports;
}

/** The best module that this machine can run. */
function compiled(): WebAssembly.Module {
  const relaxed = decoded(RELAXED);
  return new WebAssembly.Module(WebAssembly.validate(relaxed) ? relaxed : decoded(PLAIN));
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), char => char.charCodeAt(0));
}
