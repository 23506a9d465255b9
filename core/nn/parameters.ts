/**
 * The layers of a network as a list: their names, shapes and how they start.
 *
 * From this one list come the initialisation, the names in a checkpoint and the check that a
 * checkpoint fits. In memory convolutions are `[kernel, kernel, in, out]` and dense layers
 * `[in, out]`, tfjs's own order; `core/weights` converts to PyTorch's.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

import type {Random} from '../../datasets/random.js';
import {orthogonal} from './orthogonal.js';

/** Tensors by name, e.g. `cnn.0.mods.1.weight`. */
export type Tensors = Record<string, Tensor>;

/** One layer; `name` is its path in the published state_dict. */
export type Layer =
  | {
      kind: 'conv';
      name: string;
      kernel: number;
      in: number;
      out: number;
      bias: boolean;
      /** Whether its weight is divided by its spectral norm. */
      spectral: boolean;
    }
  | {kind: 'dense'; name: string; in: number; out: number}
  /** Affine instance norm: a weight and a bias a channel. */
  | {kind: 'norm'; name: string; channels: number}
  /** Running moments of a batch norm without affine: not trained. */
  | {kind: 'moments'; name: string; channels: number}
  /** Attention's gate γ. */
  | {kind: 'gate'; name: string};

/** A tensor of a layer, by its full name. */
export interface ParameterSpec {
  name: string;
  shape: number[];
  /** Whether the optimiser changes it. */
  trained: boolean;
}

/** The tensors of a layer, in PyTorch's order of registration. */
export function parameterSpecs(layer: Layer): ParameterSpec[] {
  const spec = (suffix: string, shape: number[], trained = true): ParameterSpec => ({
    name: `${layer.name}.${suffix}`,
    shape,
    trained,
  });
  switch (layer.kind) {
    case 'conv':
      return [
        spec('weight', [layer.kernel, layer.kernel, layer.in, layer.out]),
        ...(layer.bias ? [spec('bias', [layer.out])] : []),
      ];
    case 'dense':
      return [spec('weight', [layer.in, layer.out]), spec('bias', [layer.out])];
    case 'norm':
      return [spec('weight', [layer.channels]), spec('bias', [layer.channels])];
    case 'moments':
      return [
        spec('running_mean', [layer.channels], false),
        spec('running_var', [layer.channels], false),
      ];
    case 'gate':
      return [{name: layer.name, shape: [1], trained: true}];
  }
}

/** Names of the parameters that the optimiser changes. */
export function trainedNames(layers: readonly Layer[]): string[] {
  return layers
    .flatMap(parameterSpecs)
    .filter(({trained}) => trained)
    .map(({name}) => name);
}

/**
 * New parameters: orthogonal weights, biases uniform in ±1/√fan_in (PyTorch's default), affine
 * norms at 1 and 0, gates at 0 (paper, section 4; `weights_init_ortho` in `train.py`).
 */
export function initialize(layers: readonly Layer[], gain: number, random: Random): Tensors {
  const tensors: Tensors = {};
  for (const layer of layers) {
    for (const {name, shape} of parameterSpecs(layer)) {
      tensors[name] = tf.tensor(initialValues(layer, name, shape, gain, random), shape, 'float32');
    }
  }
  return tensors;
}

function initialValues(
  layer: Layer,
  name: string,
  shape: number[],
  gain: number,
  random: Random
): Float32Array {
  const size = tf.util.sizeFromShape(shape);
  if (layer.kind === 'conv' || layer.kind === 'dense') {
    const fanIn = layer.kind === 'conv' ? layer.kernel ** 2 * layer.in : layer.in;
    if (name.endsWith('weight')) return orthogonal(fanIn, layer.out, gain, random);
    const bound = 1 / Math.sqrt(fanIn);
    return Float32Array.from({length: size}, () => random.uniform(-bound, bound));
  }
  const one = (layer.kind === 'norm' && name.endsWith('weight')) || name.endsWith('running_var');
  return new Float32Array(size).fill(one ? 1 : 0);
}
