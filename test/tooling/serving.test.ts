import {expect} from '@open-wc/testing';
import type {Answer, Question} from './square-worker.js';

/** Asks a new worker, and ends it. */
async function ask(question: Question): Promise<Answer> {
  const worker = new Worker(new URL('./square-worker.ts', import.meta.url), {type: 'module'});
  try {
    return await new Promise<Answer>((resolve, reject) => {
      worker.onmessage = ({data}: MessageEvent<Answer>) => resolve(data);
      worker.onerror = event => reject(new Error(event.message));
      worker.postMessage(question);
    });
  } finally {
    worker.terminate();
  }
}

describe('a module worker', () => {
  describe('with tfjs [webgl]', () => {
    it('computes on an OffscreenCanvas', async () => {
      const answer = await ask({backend: 'webgl', value: 3});
      expect(answer).to.deep.equal({backend: 'webgl', square: 9});
    });
  });

  describe('with tfjs [wasm]', () => {
    it('computes with a binary that it loads by its URL', async () => {
      const answer = await ask({backend: 'wasm', value: 4});
      expect(answer).to.deep.equal({backend: 'wasm', square: 16});
    });
  });
});
