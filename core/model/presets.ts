/** The configurations that have a name. What was tried on the way to them is told in `docs/recipes.md`. */

import type {ModelConfig, Preset, TrainingConfig} from './config.js';

/** METHOD «Initialisation»: what the published code trains with. */
export const PUBLISHED_TRAINING: TrainingConfig = {
  variant: 'published',
  batchSize: 20,
  lambdaZ: 5,
  learningRates: {mask: 1e-5, generator: 1e-4, discriminator: 1e-4, encoder: 1e-4},
  beta1: 0,
  beta2: 0.9,
  epsilon: 1e-8,
  maskWeightDecay: 1e-4,
  initGain: 0.8,
};

/** What the published code builds for colored-2-MNIST. */
export const PUBLISHED_MODEL: ModelConfig = {
  size: 128,
  regions: 3,
  codeSize: 16,
  widths: {mask: 64, generator: 64, discriminator: 64, encoder: 64},
  maskResidualBlocks: 3,
  attention: {generator: true, discriminator: true},
  normalization: 'instance',
  temperature: 1,
};

export const PRESETS: readonly Preset[] = [
  {
    name: 'blobs-32',
    summary: 'Two regions at 32×32: masks are seen to emerge within minutes on a laptop.',
    dataset: 'blobs',
    model: {
      ...PUBLISHED_MODEL,
      size: 32,
      regions: 2,
      codeSize: 2,
      widths: {mask: 16, generator: 4, discriminator: 16, encoder: 8},
      attention: {generator: false, discriminator: false},
      temperature: 0.3,
    },
    training: {
      ...PUBLISHED_TRAINING,
      batchSize: 8,
      lambdaZ: 1,
      learningRates: {mask: 2e-4, generator: 5e-4, discriminator: 1e-3, encoder: 5e-4},
      decay: {fromIteration: 500, toIteration: 1200, factor: 0.1},
    },
  },
  {
    name: 'digits-64',
    summary: 'Two handwritten digits on a background, at 64×64.',
    dataset: 'colored-2-mnist',
    model: {
      ...PUBLISHED_MODEL,
      size: 64,
      codeSize: 2,
      widths: {mask: 32, generator: 4, discriminator: 16, encoder: 8},
      attention: {generator: false, discriminator: false},
      temperature: 0.3,
    },
    training: {
      ...PUBLISHED_TRAINING,
      variant: 'paper',
      batchSize: 8,
      lambdaZ: 1,
      learningRates: {mask: 2e-4, generator: 5e-4, discriminator: 1e-3, encoder: 5e-4},
    },
  },
  {
    name: 'published-128',
    summary: 'The published networks and rates at 128×128; trains in days on one GPU.',
    dataset: 'colored-2-mnist',
    model: PUBLISHED_MODEL,
    training: PUBLISHED_TRAINING,
  },
];

/** @throws Error naming the known presets. */
export function findPreset(name: string): Preset {
  const preset = PRESETS.find(each => each.name === name);
  if (!preset) {
    throw new Error(
      `preset: must be one of ${PRESETS.map(each => each.name).join(', ')}; got ${name}`
    );
  }
  return preset;
}
