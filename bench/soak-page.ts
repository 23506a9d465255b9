/** The soak as it runs in a page: `soak.ts` bundles, serves and calls it. */

import type {BackendOptions} from '../core/engine/backend.js';
import {type Held, soak} from './soak-work.js';

export function soakWebGL(
  backend: BackendOptions,
  preset: string,
  rounds: number
): Promise<Held[]> {
  return soak(backend, preset, rounds, what => window.showProgress(what));
}
