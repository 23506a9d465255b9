/** The messages between a page and its engine's worker. */

import type {BackendOptions} from './backend.js';
import type {Kind, Progress} from './protocol.js';

export type ToWorker =
  | {type: 'start'; options: BackendOptions}
  | {type: 'request'; id: number; kind: Kind; body: unknown}
  | {type: 'abort'; id: number};

export type FromWorker =
  | {type: 'progress'; id: number; progress: Progress}
  | {type: 'result'; id: number; result: unknown}
  | {type: 'error'; id: number; name: string; message: string};

/** What a request after `dispose()` is refused with, on both sides. */
export const DISPOSED = 'engine: must not be asked after dispose(); connect to it again';
