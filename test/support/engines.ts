/** Small models behind an engine. */

import {Engine} from '../../core/engine/engine.js';
import type {EngineClient, ModelInfo, OpenRequest} from '../../core/engine/protocol.js';
import {TINY, TRAINING} from './models.js';
import {WASM_FILES} from './wasm-files.js';

/** What opens a model of 16×16 pixels with two regions. */
export const OPEN: OpenRequest = {
  preset: 'blobs-32',
  overrides: {model: TINY, training: TRAINING},
  seed: 1,
};

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
