/** The engine in a worker: each message a request, each answer a message. */

import {transferablesOf} from './bitmaps.js';
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
    send({type: 'result', id, result}, transferablesOf(result));
  } catch (error) {
    const {name, message} = error instanceof Error ? error : new Error(String(error));
    send({type: 'error', id, name, message});
  } finally {
    aborts.delete(id);
  }
}
