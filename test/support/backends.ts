/** The same suite over every backend. */

import type {BackendName} from '../../core/engine/backend.js';
import {startBackend} from '../../core/engine/backend.js';
import {WASM_FILES} from './wasm-files.js';

export const BACKENDS: readonly BackendName[] = ['cpu', 'wasm', 'webgl', 'webgpu'];

/** Largest relative deviation of float32 results from float64 ones: products are summed in other orders. */
export const TOLERANCE: Readonly<Record<BackendName, number>> = {
  cpu: 2e-6,
  wasm: 2e-6,
  webgl: 2e-5,
  webgpu: 2e-5,
};

/** A suite whose tests run on `backend`; its title ends with the backend's name, by which it is counted. */
export function describeOn(backend: BackendName, title: string, suite: () => void): void {
  describe(`${title} [${backend}]`, () => {
    before(() => startBackend({name: backend, wasmFiles: WASM_FILES, place: 'main'}));
    suite();
  });
}

/** The same suite once for every backend. */
export function describeOnEach(title: string, suite: (backend: BackendName) => void): void {
  for (const backend of BACKENDS) describeOn(backend, title, () => suite(backend));
}
