/** The page's side of the engine: one engine for all viewers of a page, in a worker if it can be. */

import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import workerUrl from './worker.ts?worker&url';

import type {BackendName, BackendOptions, WasmFiles} from './backend.js';
import {closeBitmaps} from './bitmaps.js';
import {DISPOSED, type FromWorker, type ToWorker} from './messages.js';
import type {
  BackendInfo,
  EngineClient,
  Kind,
  ModelInfo,
  RequestOptions,
  Requests,
} from './protocol.js';

export interface ConnectOptions {
  /** `auto` (the default) takes the faster of WebGL and wasm on this machine, else JavaScript. */
  backend?: BackendName | 'auto';
  /** Where the engine lives: a worker, unless the browser can't. */
  place?: BackendInfo['place'];
}

/** What `auto` came to on this page: a later engine need not measure again. */
let known: BackendOptions['known'];

/** Engines in use, by what was asked for, with the number of those that use them. */
const shared = new Map<string, {engine: EngineClient; users: number}>();

/**
 * The engine for these options: the same for everyone who asks for the same, ended when the last of
 * them has disposed of it.
 */
export function connectEngine({
  backend = 'auto',
  place = 'worker',
}: ConnectOptions = {}): EngineClient {
  const key = `${backend} ${place}`;
  let entry = shared.get(key);
  if (!entry) {
    const options = {name: backend, wasmFiles: wasmFiles(), place, known};
    entry = {engine: startEngine(options), users: 0};
    shared.set(key, entry);
  }
  const {engine} = entry;
  entry.users++;
  let disposed = false;
  return {
    // Others may still have it; who has disposed of it may not.
    request: async (kind, body, options) => {
      if (disposed) throw new Error(DISPOSED);
      const result = await engine.request(kind, body, options);
      if (kind === 'open' && backend === 'auto') {
        const {name, race} = (result as ModelInfo).backend;
        known = {name, race};
      }
      return result;
    },
    dispose: () => {
      if (disposed) return;
      disposed = true;
      if (--entry.users > 0) return;
      shared.delete(key);
      engine.dispose();
    },
  };
}

function startEngine(options: BackendOptions): EngineClient {
  // Without OffscreenCanvas a worker has no WebGL, but the page's own thread may.
  const canBeInWorker =
    typeof Worker !== 'undefined' &&
    (options.name !== 'webgl' || typeof OffscreenCanvas !== 'undefined');
  if (options.place === 'worker' && canBeInWorker) return new WorkerEngine(options);
  return new MainEngine({...options, place: 'main'});
}

/** A page may only start workers from its own origin; one of its own can import the script from another. */
function startWorker(): Worker {
  const url = new URL(workerUrl, import.meta.url);
  if (url.origin === location.origin) return new Worker(url, {type: 'module'});
  const script = new Blob([`import ${JSON.stringify(url.href)};`], {type: 'text/javascript'});
  const own = URL.createObjectURL(script);
  try {
    return new Worker(own, {type: 'module'});
  } finally {
    URL.revokeObjectURL(own);
  }
}

/** Absolute addresses: a worker, and the workers that wasm starts, resolve relative ones elsewhere. */
function wasmFiles(): WasmFiles {
  const absolute = (url: string): string => new URL(url, location.href).href;
  return {
    'tfjs-backend-wasm.wasm': absolute(plainUrl),
    'tfjs-backend-wasm-simd.wasm': absolute(simdUrl),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(threadedUrl),
  };
}

/** The engine on the page's own thread, loaded at the first request. */
class MainEngine implements EngineClient {
  private readonly engine: Promise<EngineClient>;
  private disposed = false;

  constructor(options: BackendOptions) {
    this.engine = import('./engine.js').then(({Engine}) => new Engine(options));
  }

  async request<K extends Kind>(
    kind: K,
    body: Requests[K]['request'],
    options?: RequestOptions
  ): Promise<Requests[K]['result']> {
    if (this.disposed) throw new Error(DISPOSED);
    return (await this.engine).request(kind, body, options);
  }

  dispose(): void {
    this.disposed = true;
    void this.engine.then(engine => engine.dispose());
  }
}

/** A request that waits for its answer. */
interface Waiting {
  resolve: (result: never) => void;
  reject: (reason: unknown) => void;
  onProgress?: RequestOptions['onProgress'];
}

/** The engine in a worker. */
class WorkerEngine implements EngineClient {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  /** Aborted requests to open a model, whose answer may have been on its way. */
  private readonly unwanted = new Set<number>();
  private nextId = 1;
  private failure?: Error;

  constructor(options: BackendOptions) {
    this.worker = startWorker();
    this.worker.addEventListener('message', ({data}: MessageEvent<FromWorker>) => this.take(data));
    this.worker.addEventListener('error', event => {
      event.preventDefault();
      this.fail(
        new Error(
          `engine: its worker could not go on; ${event.message || 'the script did not load'}. Reload the page, or use place="main"`
        )
      );
    });
    this.post({type: 'start', options});
  }

  request<K extends Kind>(
    kind: K,
    body: Requests[K]['request'],
    {signal, onProgress}: RequestOptions = {}
  ): Promise<Requests[K]['result']> {
    return new Promise((resolve, reject) => {
      if (this.failure) throw this.failure;
      signal?.throwIfAborted();
      const id = this.nextId++;
      this.waiting.set(id, {resolve, reject, onProgress});
      signal?.addEventListener('abort', () => {
        if (!this.waiting.delete(id)) return;
        if (kind === 'open') this.unwanted.add(id);
        this.post({type: 'abort', id});
        reject(signal.reason);
      });
      this.post({type: 'request', id, kind, body});
    });
  }

  dispose(): void {
    this.fail(new Error(DISPOSED));
    this.worker.terminate();
  }

  private take(message: FromWorker): void {
    const waiting = this.waiting.get(message.id);
    // Nobody waits for the answer to an aborted request; what it opened or drew must not stay.
    if (!waiting) {
      if (message.type === 'result') closeBitmaps(message.result);
      if (message.type !== 'progress' && this.unwanted.delete(message.id)) this.close(message);
      return;
    }
    if (message.type === 'progress') {
      waiting.onProgress?.(message.progress);
      return;
    }
    this.waiting.delete(message.id);
    if (message.type === 'result') waiting.resolve(message.result as never);
    else waiting.reject(Object.assign(new Error(message.message), {name: message.name}));
  }

  private close(answer: FromWorker): void {
    if (answer.type !== 'result') return;
    const {model} = answer.result as ModelInfo;
    this.post({type: 'request', id: this.nextId++, kind: 'close', body: {model}});
  }

  private fail(reason: Error): void {
    this.failure = reason;
    for (const {reject} of this.waiting.values()) reject(reason);
    this.waiting.clear();
  }

  private post(message: ToWorker): void {
    this.worker.postMessage(message);
  }
}
