import {expect} from '@open-wc/testing';

import {FairQueue} from '../../../core/engine/queue.js';
import {rejection} from '../../datasets/rejection.js';

/** Work that notes when it begins and ends, and waits in between. */
function noting(log: string[], name: string): () => Promise<string> {
  return async () => {
    log.push(`${name} begins`);
    await new Promise(resolve => setTimeout(resolve));
    log.push(`${name} ends`);
    return name;
  };
}

describe('FairQueue.run(owner, work, signal)', () => {
  it('gives the result of the work', async () => {
    expect(await new FairQueue().run('a', async () => 7)).to.equal(7);
  });

  it('runs one piece at a time, in order for one owner', async () => {
    const log: string[] = [];
    const queue = new FairQueue<string>();
    await Promise.all(['1', '2', '3'].map(name => queue.run('a', noting(log, name))));
    expect(log).to.deep.equal(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
  });

  it('isAwaited while work waits behind that which runs', async () => {
    const queue = new FairQueue<string>();
    const seen: boolean[] = [];
    const look = async () => void seen.push(queue.isAwaited);
    await Promise.all([queue.run('a', look), queue.run('a', look), queue.run('b', look)]);
    // The first began before anyone else asked.
    expect(seen).to.deep.equal([false, true, false]);
    expect(queue.isAwaited).to.equal(false);
  });

  it('lets owners take turns', async () => {
    const order: string[] = [];
    const queue = new FairQueue<string>();
    const run = (owner: string, name: string): Promise<number> =>
      queue.run(owner, async () => order.push(name));
    await Promise.all([
      ...['a1', 'a2', 'a3', 'a4'].map(name => run('a', name)),
      ...['b1', 'b2'].map(name => run('b', name)),
      run('c', 'c1'),
    ]);
    // a1 had begun before anyone else asked.
    expect(order).to.deep.equal(['a1', 'a2', 'b1', 'c1', 'a3', 'b2', 'a4']);
  });

  it('goes on after an error', async () => {
    const queue = new FairQueue<string>();
    const failing = queue.run('a', async () => {
      throw new Error('no luck');
    });
    const next = queue.run('a', async () => 'well');
    expect((await rejection(failing)).message).to.equal('no luck');
    expect(await next).to.equal('well');
    expect(await queue.run('b', async () => 'still')).to.equal('still');
  });

  it('rejects with what synchronous work throws', async () => {
    const queue = new FairQueue<string>();
    const failing = queue.run('a', () => {
      throw new Error('at once');
    });
    expect((await rejection(failing)).message).to.equal('at once');
    expect(await queue.run('a', async () => 1)).to.equal(1);
  });

  it('never runs what was aborted before its turn', async () => {
    const log: string[] = [];
    const queue = new FairQueue<string>();
    const abort = new AbortController();
    const first = queue.run('a', noting(log, 'first'));
    const second = queue.run('a', noting(log, 'second'), abort.signal);
    const third = queue.run('b', noting(log, 'third'));
    const reason = new Error('changed my mind');
    abort.abort(reason);
    expect(await rejection(second)).to.equal(reason);
    await Promise.all([first, third]);
    expect(log.filter(line => line.startsWith('second'))).to.deep.equal([]);
  });

  it('refuses what was aborted before it was asked', async () => {
    const queue = new FairQueue<string>();
    let ran = false;
    const reason = new Error('too late');
    const promise = queue.run('a', async () => (ran = true), AbortSignal.abort(reason));
    expect(await rejection(promise)).to.equal(reason);
    await queue.run('a', async () => undefined);
    expect(ran).to.equal(false);
  });

  it('rejects at once when it is aborted in between, and waits for the work before the next', async () => {
    const log: string[] = [];
    const queue = new FairQueue<string>();
    const abort = new AbortController();
    let finish = (): void => {};
    const under = queue.run(
      'a',
      () => new Promise<void>(resolve => (finish = resolve)),
      abort.signal
    );
    const next = queue.run('a', noting(log, 'next'));
    const reason = new Error('stop');
    abort.abort(reason);
    expect(await rejection(under)).to.equal(reason);
    await new Promise(resolve => setTimeout(resolve, 10));
    expect(log).to.deep.equal([]);
    finish();
    await next;
    expect(log).to.deep.equal(['next begins', 'next ends']);
  });

  it('looks away from a signal when its work has ended', async () => {
    const abort = new AbortController();
    const queue = new FairQueue<string>();
    expect(await queue.run('a', async () => 5, abort.signal)).to.equal(5);
    abort.abort(new Error('nobody listens'));
    expect(await queue.run('a', async () => 6)).to.equal(6);
  });

  it('takes work that is asked for by work', async () => {
    const queue = new FairQueue<string>();
    let inner: Promise<string> | undefined;
    await queue.run('a', async () => {
      inner = queue.run('a', async () => 'inner');
    });
    expect(await inner).to.equal('inner');
  });
});
