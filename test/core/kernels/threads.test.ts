import {expect} from '@open-wc/testing';

import {canWait} from '../../../core/kernels/threads.js';
import type {Answer, Question} from './threads-worker.js';

/** Asks a new worker, and ends it. */
async function ask(question: Question): Promise<Answer> {
  const worker = new Worker(new URL('./threads-worker.ts', import.meta.url), {type: 'module'});
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

describe('threads of our kernels [wasm]', () => {
  let alone: Answer['runs'][number];

  it('change no bit of any result or gradient', async () => {
    const {info, runs} = await ask({threads: [2, 1, 3]});
    expect(info).to.include({name: 'wasm', threads: 2});
    expect(runs.map(run => run.threads)).to.deep.equal([2, 1, 3]);
    alone = runs[1]!;
    expect(Object.keys(alone.values)).to.have.length(10 * 3 + 2);
    for (const {threads, values} of runs) {
      for (const [name, numbers] of Object.entries(values)) {
        const same = numbers.every((value, index) => Object.is(value, alone.values[name]![index]));
        expect(same, `${name}, ${threads} threads`).to.equal(true);
      }
    }
  });

  for (const without of ['isolation', 'workers', 'blobs'] as const) {
    it(`are one, with the same results, without ${without}`, async () => {
      const {info, runs} = await ask({threads: [2], without});
      expect(info).to.include({name: 'wasm', threads: 1});
      expect(runs).to.deep.equal([{threads: 1, values: alone.values}]);
    });
  }
});

describe('canWait()', () => {
  it("is false on the page's own thread", () => expect(canWait()).to.equal(false));
});
