/** Small models behind an engine. */

import {Engine} from '../../core/engine/engine.js';
import type {EngineClient, Masks, ModelInfo, OpenRequest} from '../../core/engine/protocol.js';
import {PHASES} from '../../core/training/report.js';
import {TINY, TRAINING} from './models.js';
import {WASM_FILES} from './wasm-files.js';

/** What opens a model of 16×16 pixels with two regions. */
export const OPEN: OpenRequest = {
  preset: 'blobs-32',
  overrides: {model: TINY, training: TRAINING},
  seed: 1,
};

/** An image of the blobs, and two codes for its regions. */
export const IMAGE = {split: 'val', index: 3} as const;
export const CODE = Float32Array.of(0.5, -1);
export const OTHER_CODE = Float32Array.of(-2, 0.1);

/** Phases of an iteration. */
export const PHASE_COUNT = PHASES.generator.length + PHASES.discriminator.length;

/** Masks of 16×16 pixels that are the same for every pixel. */
export function flatMasks(...shares: number[]): Masks {
  const values = Float32Array.from({length: 256 * shares.length}, (_, i) => shares[i >> 8]!);
  return {width: 16, height: 16, regions: shares.length, values};
}

export function wasmEngine(): Engine {
  return new Engine({name: 'wasm', wasmFiles: WASM_FILES, place: 'main'});
}

/** Opens a model, lets `work` have it, and closes it. */
export async function withModel<T>(
  engine: EngineClient,
  work: (model: number, info: ModelInfo) => Promise<T>,
  open: Partial<OpenRequest> = {}
): Promise<T> {
  const info = await engine.request('open', {...OPEN, ...open});
  try {
    return await work(info.model, info);
  } finally {
    await engine.request('close', {model: info.model});
  }
}
