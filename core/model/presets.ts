/**
 * The configurations that have a name. What was tried on the way to them is told in `docs/recipes.md`.
 *
 * They are data of their own, `presets.json`, which the Python package in `cluster/` reads as well.
 */

import {
  checkModelConfig,
  checkTrainingConfig,
  type ModelConfig,
  type Preset,
  type TrainingConfig,
} from './config.js';
import shared from './presets.json';

/** METHOD «Initialisation»: what the published code trains with. */
export const PUBLISHED_TRAINING = shared.published.training as TrainingConfig;

/** What the published code builds for colored-2-MNIST. */
export const PUBLISHED_MODEL = shared.published.model as ModelConfig;

/** Each says only in what it departs from the published configuration. */
export const PRESETS: readonly Preset[] = shared.presets.map(({model, training, ...named}) => {
  const preset = {
    ...named,
    model: {...PUBLISHED_MODEL, ...model},
    training: {...PUBLISHED_TRAINING, ...training} as TrainingConfig,
  };
  checkModelConfig(preset.model);
  checkTrainingConfig(preset.training, preset.model.regions);
  return preset;
});

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
