/**
 * A reference file: what the published code computed, for one choice of options.
 *
 * A safetensors file. `init/NET.PARAM` is the model before anything is run; `eval/…` holds inputs and
 * outputs of evaluation-mode forward passes; `step{s}/…` inputs and losses of the iterations;
 * `grad_g/…` and `grad_d/…` the gradients of the two updates of the first; `after{N}/…` the model
 * after the last. Names and layouts are the published code's: NCHW images, OIHW convolutions.
 */

import {
  checkModelConfig,
  checkTrainingConfig,
  type ModelConfig,
  type NetworkName,
  type TrainingConfig,
} from '../model/config.js';
import {NETWORKS} from '../model/redo.js';
import {type NamedArray, readSafetensors} from '../weights/safetensors.js';

export interface Reference {
  config: ModelConfig;
  training: TrainingConfig;
  /** Iterations N that the file tells of. */
  steps: number;
  arrays: ReadonlyMap<string, NamedArray>;
}

/** The options as the file's metadata has them. */
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
  lr: Record<NetworkName, number>;
  adam_betas: [number, number];
  adam_eps: number;
  weight_decay_mask: number;
}

/** What each option must be. */
const OPTIONS: Readonly<Record<keyof Options, 'number' | 'boolean' | 'rates' | 'betas'>> = {
  size: 'number',
  n_regions: 'number',
  nz: 'number',
  nf_mask: 'number',
  nf_generator: 'number',
  nf_discriminator: 'number',
  nf_encoder: 'number',
  self_attention_generator: 'boolean',
  self_attention_discriminator: 'boolean',
  mask_res_blocks: 'number',
  temperature: 'number',
  lambda_z: 'number',
  batch: 'number',
  steps: 'number',
  lr: 'rates',
  adam_betas: 'betas',
  adam_eps: 'number',
  weight_decay_mask: 'number',
};

/**
 * @param file The whole file.
 * @throws Error naming the option or the array that is missing or not as it must be.
 */
export function readReference(file: ArrayBuffer): Reference {
  const {tensors, metadata} = readSafetensors(file);
  if (metadata.options === undefined) {
    throw new Error('reference: the metadata must have options; this is no reference file');
  }
  const options = readOptions(metadata.options);
  const reference: Reference = {
    config: modelConfig(options),
    training: trainingConfig(options),
    steps: options.steps,
    arrays: tensors,
  };
  checkModelConfig(reference.config);
  checkTrainingConfig(reference.training);
  if (!Number.isInteger(options.steps) || options.steps < 1) {
    throw new Error(`reference: steps must be a whole number of at least 1; got ${options.steps}`);
  }
  for (const [name, shape] of expectedShapes(reference)) arrayOf(reference, name, shape);
  return reference;
}

/** @throws Error if the file has no such array, or one of another shape. */
export function arrayOf(
  {arrays}: Pick<Reference, 'arrays'>,
  name: string,
  shape?: readonly number[]
): NamedArray {
  const array = arrays.get(name);
  if (!array) throw new Error(`reference: the file must hold ${name}`);
  if (shape && array.shape.join() !== shape.join()) {
    throw new Error(`reference: ${name} must be [${shape}]; got [${array.shape}]`);
  }
  return array;
}

/** Inputs and outputs whose shapes follow from the options; the parameters' are checked by their reader. */
function expectedShapes({config, training, steps}: Reference): [string, number[]][] {
  const {size, regions, codeSize} = config;
  const batch = training.batchSize;
  const image = [batch, 3, size, size];
  const codes = [batch, regions, codeSize];
  const shapes: [string, number[]][] = [
    ['eval/image', image],
    ['eval/z', codes],
    ['eval/masks', [batch, regions, size, size]],
    ['eval/regions', [batch, regions, 3, size, size]],
    ['eval/redrawn', [batch, regions, 3, size, size]],
    ['eval/score_real', [batch]],
    ['eval/score_redrawn', [batch, regions]],
    ['eval/z_from_generated', codes],
  ];
  for (let s = 0; s < steps; s++) {
    shapes.push(
      [`step${s}/image`, image],
      [`step${s}/real`, image],
      [`step${s}/z`, codes],
      [`step${s}/losses`, [5]]
    );
  }
  return shapes;
}

function readOptions(text: string): Options {
  let options: Partial<Record<keyof Options, unknown>>;
  try {
    options = JSON.parse(text) as typeof options;
  } catch (cause) {
    throw new Error('reference: the options in the metadata must be JSON', {cause});
  }
  const isNumber = (value: unknown): boolean => typeof value === 'number';
  for (const [name, kind] of Object.entries(OPTIONS) as [keyof Options, string][]) {
    const value = options[name];
    const fits =
      kind === 'rates'
        ? NETWORKS.every(network => isNumber((value as Options['lr'] | undefined)?.[network]))
        : kind === 'betas'
          ? Array.isArray(value) && value.length === 2 && value.every(isNumber)
          : typeof value === kind;
    if (!fits) {
      throw new Error(
        `reference: option ${name} must be ${WANTED[kind] ?? kind}; got ${JSON.stringify(value)}`
      );
    }
  }
  return options as Options;
}

const WANTED: Readonly<Record<string, string>> = {
  number: 'a number',
  boolean: 'true or false',
  rates: `a number for each of ${NETWORKS.join(', ')}`,
  betas: 'two numbers',
};

function modelConfig(options: Options): ModelConfig {
  return {
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
}

function trainingConfig(options: Options): TrainingConfig {
  return {
    variant: 'published',
    batchSize: options.batch,
    lambdaZ: options.lambda_z,
    learningRates: options.lr,
    beta1: options.adam_betas[0],
    beta2: options.adam_betas[1],
    epsilon: options.adam_eps,
    maskWeightDecay: options.weight_decay_mask,
    initGain: 1, // of no effect: nothing is drawn
  };
}
