/**
 * A contender that is computed by `onnxruntime-web` on WebAssembly. The package takes 138 MB, so it is
 * not among those that everyone installs.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

import type {BackendName} from '../../core/engine/backend.js';
import type {Contender, LeftOut} from '../contenders.js';

/** The part of the package that is used. */
interface Runtime {
  env: {wasm: {numThreads: number}};
  InferenceSession: {
    create: (model: Uint8Array, options: object) => Promise<Session>;
  };
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => Value;
}
interface Session {
  outputNames: readonly string[];
  run: (inputs: Record<string, Value>) => Promise<Record<string, Value>>;
  release: () => Promise<void>;
}
interface Value {
  data: Float32Array;
  dims: readonly number[];
}

const NAME = 'onnxruntime';

/** A model of the package, to be released. */
export interface OnnxContender extends Contender {
  release: () => Promise<void>;
}

/**
 * @param model As `core/weights/onnx-networks.ts` writes it. @param inputs What it is run on, by name.
 * @returns None on other backends than wasm.
 */
export async function onnxContenders(
  model: () => Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  {backend, threads}: {backend: BackendName; threads: number}
): Promise<(OnnxContender | LeftOut)[]> {
  return backend === 'wasm' ? [await onnxContender(model, inputs, threads)] : [];
}

export async function releaseAll(contenders: readonly (OnnxContender | LeftOut)[]): Promise<void> {
  for (const each of contenders) {
    if ('release' in each) await each.release();
  }
}

async function onnxContender(
  model: () => Uint8Array,
  inputs: Readonly<Record<string, Tensor>>,
  threads: number
): Promise<OnnxContender | LeftOut> {
  let runtime: Runtime;
  try {
    // A name that no bundler sees through: the package may not be there.
    const name: string = 'onnxruntime-web';
    runtime = (await import(name)) as Runtime;
  } catch {
    return {name: NAME, reason: 'not installed; run npm install --no-save onnxruntime-web'};
  }
  runtime.env.wasm.numThreads = threads;
  const session = await runtime.InferenceSession.create(model(), {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  });
  const values: Record<string, Value> = {};
  for (const [name, tensor] of Object.entries(inputs)) {
    const data = Float32Array.from(await tensor.data());
    values[name] = new runtime.Tensor('float32', data, tensor.shape);
  }
  return {
    name: NAME,
    run: async () => {
      const {data, dims} = (await session.run(values))[session.outputNames[0]!]!;
      return tf.tensor(data, [...dims]);
    },
    release: () => session.release(),
  };
}
