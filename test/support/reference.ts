/**
 * Numbers of the published PyTorch code, in files of one layout: `init/` parameters, `eval/` forward
 * passes, `step…/` inputs and losses, `grad_g/` and `grad_d/` gradients of the first iteration,
 * `after…/` parameters at the end.
 *
 * Read from `test/reference`, and from `shared/reference` beside the checkout where there is one.
 */

import * as tf from '@tensorflow/tfjs-core';

import type {ModelConfig, TrainingConfig} from '../../core/model/config.js';
import {networkLayers} from '../../core/model/redo.js';
import {ModelState} from '../../core/model/state.js';
import {readNetwork} from '../../core/weights/published.js';
import {readSafetensors} from '../../core/weights/safetensors.js';
import {type Values, values} from './values.js';

/** Addresses of the files, by path; none where the folders are not there. */
const FILES = {
  ...import.meta.glob<string>('../reference/*.safetensors', {query: '?url', import: 'default'}),
  ...import.meta.glob<string>('../../../shared/reference/*.safetensors', {
    query: '?url',
    import: 'default',
  }),
};

/** The options that a file states of itself. */
interface Options {
  size: number;
  n_regions: number;
  nz: number;
  nf_mask: number;
  nf_generator: number;
  nf_discriminator: number;
  nf_encoder: number;
  self_attention_generator: boolean;
  self_attention_discriminator: boolean;
  mask_res_blocks: number;
  temperature: number;
  lambda_z: number;
  batch: number;
  steps: number;
  lr: TrainingConfig['learningRates'];
  adam_betas: [number, number];
  adam_eps: number;
  weight_decay_mask: number;
}

export interface Reference {
  config: ModelConfig;
  training: TrainingConfig;
  /** Iterations that the file tells of. */
  steps: number;
  /** Shapes of all arrays, by name. */
  shapes: ReadonlyMap<string, readonly number[]>;
  /** @throws Error if the file has no array of this name. */
  array: (name: string) => Values;
  /** The model before its first iteration; the caller owns it. */
  state: () => ModelState;
}

export interface ReferenceFile {
  name: string;
  load: () => Promise<Reference>;
}

export const REFERENCES: readonly ReferenceFile[] = Object.entries(FILES).map(
  ([path, address]) => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    load: async () => {
      const response = await fetch(await address());
      if (!response.ok)
        throw new Error(`reference: ${path} must be served; got ${response.status}`);
      return parse(await response.arrayBuffer());
    },
  })
);

/** A test that is skipped, and counted so, where there is nothing to compare with. */
export function skipWithoutReferences(): void {
  if (REFERENCES.length > 0) return;
  it('skipped: neither test/reference nor shared/reference beside the checkout has a file', function () {
    this.skip();
  });
}

function parse(file: ArrayBuffer): Reference {
  const {tensors, metadata} = readSafetensors(file);
  const options = JSON.parse(metadata.options!) as Options;
  const config: ModelConfig = {
    size: options.size,
    regions: options.n_regions,
    codeSize: options.nz,
    widths: {
      mask: options.nf_mask,
      generator: options.nf_generator,
      discriminator: options.nf_discriminator,
      encoder: options.nf_encoder,
    },
    maskResidualBlocks: options.mask_res_blocks,
    attention: {
      generator: options.self_attention_generator,
      discriminator: options.self_attention_discriminator,
    },
    normalization: 'instance',
    temperature: options.temperature,
  };
  const training: TrainingConfig = {
    variant: 'published',
    batchSize: options.batch,
    lambdaZ: options.lambda_z,
    learningRates: options.lr,
    beta1: options.adam_betas[0],
    beta2: options.adam_betas[1],
    epsilon: options.adam_eps,
    maskWeightDecay: options.weight_decay_mask,
    initGain: 0.8,
  };
  const layers = networkLayers(config);
  return {
    config,
    training,
    steps: options.steps,
    shapes: new Map([...tensors].map(([name, {shape}]) => [name, shape])),
    array: name => {
      const array = tensors.get(name);
      if (!array) throw new Error(`reference: the file must hold ${name}`);
      return values(array.shape, array.values);
    },
    state: () =>
      ModelState.of(config, network => readNetwork(tensors, network, layers[network], 'init/')),
  };
}

/** Images `[batch, channels, height, width]` of a file as a tensor `[batch, height, width, channels]`. */
export function toImages({shape, data}: Values): tf.Tensor4D {
  return tf.tidy(() => {
    const theirs = tf.tensor4d(Float32Array.from(data), shape as tf.Tensor4D['shape']);
    return tf.transpose(theirs, [0, 2, 3, 1]);
  });
}

/** The inverse of `toImages`, whatever stands before the last three axes. */
export async function fromImages(images: tf.Tensor): Promise<Values> {
  const axes = images.shape.map((_, axis) => axis);
  const [height, width, channels] = axes.splice(-3) as [number, number, number];
  const theirs = tf.transpose(images, [...axes, channels, height, width]);
  const data = Float64Array.from(await theirs.data());
  theirs.dispose();
  return {shape: theirs.shape, data};
}
