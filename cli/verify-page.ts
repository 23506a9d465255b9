/** The verification as it runs in a page: `verify-in-browser.ts` bundles, serves and calls it. */

import {startBackend} from '../core/engine/backend.js';
import {type Report, verifyFile} from '../core/verify/verify-file.js';

declare global {
  interface Window {
    /** Given by the program that opened the page. */
    showProgress: (what: string) => void;
  }
}

/** Backends that a page has and Node has not, or not without more. */
export type PageBackend = 'webgl' | 'webgpu';

/** Verifies `/reference`, from `/weights` if `hasWeights`. */
export async function verifyServed(
  name: PageBackend,
  hasWeights: boolean,
  strict: boolean
): Promise<Report> {
  const {device} = await startBackend({name, wasmFiles: {}, place: 'main'});
  return verifyFile(await fetched('/reference'), {
    weights: hasWeights ? await fetched('/weights') : undefined,
    strict,
    progress: (what: string) => window.showProgress(what),
    device: `${name}: ${device}`,
  });
}

async function fetched(path: string): Promise<Uint8Array> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`verify: ${path} must be served; got ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
