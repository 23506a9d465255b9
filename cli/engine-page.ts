/** The engine as it runs in a page: `engine-in-browser.ts` bundles, serves and asks it. */

import {Engine} from '../core/engine/engine.js';
import type {Kind, Requests} from '../core/engine/protocol.js';
import type {PageBackend} from './verify-page.js';
import {fromWire, toWire} from './wire.js';

let engine: Engine | undefined;

export function start(name: PageBackend): void {
  engine = new Engine({name, wasmFiles: {}, place: 'main'});
}

/** What the engine answers to a request; progress goes to `window.showProgress` as JSON. */
export async function ask(kind: Kind, body: unknown): Promise<unknown> {
  const request = fromWire(body) as Requests[Kind]['request'];
  const onProgress = (progress: unknown): void => window.showProgress(JSON.stringify(progress));
  return toWire(await engine!.request(kind, request, {onProgress}));
}
