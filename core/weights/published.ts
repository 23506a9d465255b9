/**
 * Between tensors in memory and the arrays of a checkpoint under the published names.
 *
 * The published state_dict is PyTorch's: `netEncM.cnn.0.mods.1.weight`, convolutions OIHW, dense
 * layers `[out, in]`, a spectrally normalised layer as `weight_orig`, `weight_u`, `weight_v`.
 */

import * as tf from '@tensorflow/tfjs-core';

import type {NetworkName} from '../model/config.js';
import type {NetworkState} from '../model/state.js';
import {type Layer, parameterSpecs, type Tensors} from '../nn/parameters.js';
import {PUBLISHED_NETWORKS} from './network-names.js';
import type {NamedArray} from './safetensors.js';

export {PUBLISHED_NETWORKS};

/** One array of a network: where it stands in memory and in the file. */
interface Field {
  kind: 'parameter' | 'vector';
  /** Its key in memory. */
  key: string;
  /** Its published name within its network. */
  name: string;
  /** Shape of the tensor in memory. */
  shape: number[];
  /** Shape of the array in the file. */
  published: number[];
  /** The tensor's axes, and the order in which PyTorch has them. */
  axes: number[];
  order: number[];
}

/** Arrays by full published name, e.g. `netDX.dense.weight`. */
export type Arrays = Pick<Map<string, NamedArray>, 'get'>;

/**
 * Builds a network from the arrays of a checkpoint; the caller owns its tensors.
 *
 * @param prefix What stands before the published name, e.g. `init/`.
 * @throws Error naming the array that is missing or of another shape.
 */
export function readNetwork(
  arrays: Arrays,
  network: NetworkName,
  layers: readonly Layer[],
  prefix = ''
): NetworkState {
  const all = fields(layers);
  // Look at everything before the first tensor is made, so that a misfit leaves nothing behind.
  const found = findNetwork(arrays, network, layers, prefix);
  const state: NetworkState = {parameters: {}, vectors: {}};
  all.forEach((field, i) => {
    const tensor = tf.tidy(() => fromPublished(found[i]!.values, field));
    if (field.kind === 'parameter') state.parameters[field.key] = tensor;
    else state.vectors[field.key] = tensor as tf.Tensor2D;
  });
  return state;
}

/**
 * The arrays of a network in a checkpoint, in the order of its layers; nothing is built.
 *
 * @throws Error naming the array that is missing or of another shape.
 */
export function findNetwork(
  arrays: Arrays,
  network: NetworkName,
  layers: readonly Layer[],
  prefix = ''
): NamedArray[] {
  return fields(layers).map(field => {
    const name = `${prefix}${PUBLISHED_NETWORKS[network]}.${field.name}`;
    const array = arrays.get(name);
    if (!array) {
      throw new Error(
        `weights: the checkpoint must hold ${name}; it does not fit this configuration`
      );
    }
    checkShape(name, array, field);
    return array;
  });
}

/** The arrays of a network under their full published names. */
export async function writeNetwork(
  network: NetworkName,
  layers: readonly Layer[],
  {parameters, vectors}: NetworkState
): Promise<[string, NamedArray][]> {
  return Promise.all(
    fields(layers).map(async field => {
      const tensor = (field.kind === 'parameter' ? parameters : vectors)[field.key]!;
      const values = await toPublished(tensor, field);
      const name = `${PUBLISHED_NETWORKS[network]}.${field.name}`;
      return [name, {shape: field.published, values}] satisfies [string, NamedArray];
    })
  );
}

/** Arrays shaped as the parameters of a network — gradients, Adam's moments — under published names. */
export async function writeLike(
  layers: readonly Layer[],
  tensors: Tensors
): Promise<[string, NamedArray][]> {
  const present = fields(layers).filter(({kind, key}) => kind === 'parameter' && tensors[key]);
  return Promise.all(
    present.map(async field => {
      const values = await toPublished(tensors[field.key]!, field);
      return [field.name, {shape: field.published, values}] satisfies [string, NamedArray];
    })
  );
}

/**
 * The inverse of `writeLike`; an array that `get` does not have is left out.
 *
 * @throws Error naming the array that is of another shape; nothing is built then.
 */
export function readLike(
  layers: readonly Layer[],
  get: (publishedName: string) => NamedArray | undefined
): Tensors {
  const tensors: Tensors = {};
  for (const [field, array] of findLike(layers, get)) {
    tensors[field.key] = tf.tidy(() => fromPublished(array.values, field));
  }
  return tensors;
}

/**
 * Keys of the parameters that `readLike` would read.
 *
 * @throws Error naming the array that is of another shape.
 */
export function keysLike(
  layers: readonly Layer[],
  get: (publishedName: string) => NamedArray | undefined
): string[] {
  return findLike(layers, get).map(([{key}]) => key);
}

function findLike(
  layers: readonly Layer[],
  get: (publishedName: string) => NamedArray | undefined
): [Field, NamedArray][] {
  return fields(layers).flatMap((field): [Field, NamedArray][] => {
    const array = field.kind === 'parameter' ? get(field.name) : undefined;
    if (!array) return [];
    checkShape(field.name, array, field);
    return [[field, array]];
  });
}

function checkShape(name: string, {shape}: NamedArray, {published}: Field): void {
  if (!tf.util.arraysEqual(shape, published)) {
    throw new Error(
      `weights: ${name} must be [${published}] for this configuration; got [${shape}]`
    );
  }
}

function fromPublished(values: Float32Array, {shape, axes, order}: Field): tf.Tensor {
  const inverse = axes.map((_, axis) => order.indexOf(axis));
  const theirs = tf.tensor(values, permuted(axes, order));
  return tf.reshape(tf.transpose(theirs, inverse), shape);
}

async function toPublished(tensor: tf.Tensor, {axes, order}: Field): Promise<Float32Array> {
  const theirs = tf.tidy(() => tf.transpose(tf.reshape(tensor, axes), order));
  const values = (await theirs.data()) as Float32Array;
  theirs.dispose();
  return values;
}

function fields(layers: readonly Layer[]): Field[] {
  return layers.flatMap(layer => {
    const spectral = layer.kind === 'conv' && layer.spectral;
    const parameters = parameterSpecs(layer).map(({name, shape}): Field => {
      const order = publishedOrder(shape);
      const published = permuted(shape, order);
      const suffix = spectral && shape.length === 4 ? '_orig' : '';
      return {
        kind: 'parameter',
        key: name,
        name: name + suffix,
        shape,
        published,
        axes: shape,
        order,
      };
    });
    if (!spectral) return parameters;
    const {name, kernel, in: inChannels, out} = layer;
    const vector = (part: 'u' | 'v', axes: number[], order: number[]): Field => {
      const size = tf.util.sizeFromShape(axes);
      const key = `${name}.${part}`;
      return {
        kind: 'vector',
        key,
        name: `${name}.weight_${part}`,
        shape: [1, size],
        published: [size],
        axes,
        order,
      };
    };
    // v follows the weight's order of [in, kernel, kernel] there and [kernel, kernel, in] here.
    return [
      ...parameters,
      vector('u', [out], [0]),
      vector('v', [kernel, kernel, inChannels], [2, 0, 1]),
    ];
  });
}

/** OIHW of HWIO, `[out, in]` of `[in, out]`, anything else as it is. */
function publishedOrder(shape: number[]): number[] {
  if (shape.length === 4) return [3, 2, 0, 1];
  return shape.length === 2 ? [1, 0] : shape.map((_, axis) => axis);
}

function permuted(axes: number[], order: number[]): number[] {
  return order.map(axis => axes[axis]!);
}
