/** The engine in a worker: each message a request, each answer a message. */

import {Engine} from './engine.js';
import type {FromWorker, ToWorker} from './messages.js';

let engine: Engine | undefined;
const aborts = new Map<number, AbortController>();

self.addEventListener('message', ({data}: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case 'start':
      engine = new Engine(data.options);
      return;
    case 'abort':
      aborts.get(data.id)?.abort();
      return;
    case 'request':
      void answer(data);
  }
});

async function answer({id, kind, body}: Extract<ToWorker, {type: 'request'}>): Promise<void> {
  const abort = new AbortController();
  aborts.set(id, abort);
  const send = (message: FromWorker, transfer: Transferable[] = []): void =>
    self.postMessage(message, {transfer});
  try {
    const result = await engine!.request(kind, body as never, {
      signal: abort.signal,
      onProgress: progress => send({type: 'progress', id, progress}),
    });
    send({type: 'result', id, result}, buffersOf(result));
  } catch (error) {
    const {name, message} = error instanceof Error ? error : new Error(String(error));
    send({type: 'error', id, name, message});
  } finally {
    aborts.delete(id);
  }
}

/** The array buffers in a result: handed over instead of copied. */
function buffersOf(value: unknown, found = new Set<ArrayBuffer>()): ArrayBuffer[] {
  if (value instanceof ArrayBuffer) found.add(value);
  else if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
  } else if (typeof value === 'object' && value !== null) {
    for (const each of Object.values(value)) buffersOf(each, found);
  }
  return [...found];
}
