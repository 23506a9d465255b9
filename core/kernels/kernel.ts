/** How an own operation becomes a tfjs kernel: one definition, every backend, a lazy gradient for each input. */

import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import {
  engine,
  env,
  type KernelFunc,
  type NamedAttrMap,
  type NamedTensorMap,
  registerGradient,
  registerKernel,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

import {canRunPrograms} from './webgl.js';

export type BackendName = 'cpu' | 'wasm' | 'webgl' | 'webgpu';

const BACKENDS: readonly BackendName[] = ['cpu', 'wasm', 'webgl', 'webgpu'];

/** Whether the machine can run programs of our own on a backend. */
function isAble(name: BackendName, backend: unknown): boolean {
  if (name === 'wasm') return env().getBool('WASM_HAS_SIMD_SUPPORT');
  return name !== 'webgl' || canRunPrograms(backend as MathBackendWebGL);
}

/** Inputs by name; one that may be left out must not be there at all. */
type Inputs = Record<string, Tensor | undefined>;

export interface KernelDefinition<I extends Inputs, A extends object> {
  /** Name in tfjs's registry; starts with `Redo` so that it meets no stock kernel. */
  name: string;
  /** The operation out of stock ones: what runs on a backend without a program of its own. */
  composed: (inputs: I, attrs: A) => Tensor | Tensor[];
  /** Programs that beat the composition by measurement. They need what `isAble` asks for. */
  programs?: Partial<Record<BackendName, KernelFunc>>;
  /** Which inputs, and whether the outputs, the gradient wants to see again. */
  saves?: {inputs?: readonly (keyof I & string)[]; outputs?: boolean};
  /**
   * The gradient of each input; only those that are asked for are computed.
   *
   * @param dy Gradient of the (first) output.
   * @param saved Saved inputs in the order named, then the outputs.
   */
  gradient?: (
    dy: Tensor,
    saved: Tensor[],
    attrs: A
  ) => Partial<Record<keyof I & string, () => Tensor>>;
}

/** An operation on tensors, as many results as its kernel has. */
export type Operation<I extends Inputs, A extends object> = (
  inputs: I,
  attrs: A
) => Tensor | Tensor[];

/** Registers a kernel on every backend and returns the operation that calls it. */
export function defineKernel<I extends Inputs, A extends object = Record<never, never>>(
  definition: KernelDefinition<I, A>
): Operation<I, A> {
  const {name, composed, programs, saves, gradient} = definition;
  const compose: KernelFunc = ({inputs, attrs}) =>
    // `tidy` hands lists through, though its type knows only tensors and maps of them.
    tidy(() => composed(inputs as unknown as I, attrs as unknown as A));
  for (const backendName of BACKENDS) {
    const program = programs?.[backendName];
    const kernelFunc: KernelFunc = !program
      ? compose
      : call => (isAble(backendName, call.backend) ? program(call) : compose(call));
    registerKernel({kernelName: name, backendName, kernelFunc});
  }
  if (gradient) {
    registerGradient({
      kernelName: name,
      inputsToSave: [...(saves?.inputs ?? [])],
      // More flags than outputs do no harm: tfjs filters the outputs by them.
      outputsToSave: saves?.outputs ? [true, true, true] : [],
      gradFunc: (dy, saved, attrs) =>
        gradient(Array.isArray(dy) ? dy[0]! : dy, saved, attrs as unknown as A) as Record<
          string,
          () => Tensor
        >,
    });
  }
  return (inputs, attrs) =>
    engine().runKernel<Tensor | Tensor[]>(
      name,
      inputs as NamedTensorMap,
      attrs as unknown as NamedAttrMap
    );
}
