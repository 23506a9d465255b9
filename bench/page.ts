/** The benchmark as it runs in a page: `bench.ts` bundles, serves and calls it. */

import {type BackendResult, measure} from './measure.js';

declare global {
  interface Window {
    /** Given by the program that opened the page. */
    showProgress: (what: string) => void;
  }
}

export function measureWebGL(quick: boolean): Promise<BackendResult> {
  const progress = (what: string): void => window.showProgress(what);
  return measure({name: 'webgl', wasmFiles: {}, place: 'main'}, {quick, progress});
}
