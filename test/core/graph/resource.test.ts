import {expect} from '@open-wc/testing';
import {effect, signal} from '@preact/signals-core';
import {resource, type ResourceOptions} from '../../../core/graph/resource.js';
import {deferred, settle, type Deferred} from '../../fixtures/deferred.js';

interface Request {
  id: number;
}

/** A resource over one number whose loads the test answers by hand. */
function observed(options: Partial<ResourceOptions<Request, string>> = {}) {
  const id = signal<number | undefined>(1);
  const loads: (Deferred<string> & {id: number; signal: AbortSignal})[] = [];
  const node = resource<Request, string>({
    request: () => (id.value === undefined ? undefined : {id: id.value}),
    load: (request, abort) => {
      const answer = {...deferred<string>(), id: request.id, signal: abort};
      abort.addEventListener('abort', () => answer.reject(abort.reason));
      loads.push(answer);
      return answer.promise;
    },
    ...options,
  });
  const watch = () => effect(() => void node.state.value);
  const ids = () => loads.map(load => load.id);
  const load = (i: number) => loads[i]!;
  return {id, loads, load, ids, node, watch};
}

describe('resource(options)', () => {
  it('loads nothing while nobody watches', async () => {
    const {id, loads, node} = observed();
    id.value = 2;
    await settle();
    expect(loads).to.be.empty;
    expect(node.state.peek()).to.deep.equal({value: undefined, pending: false, error: undefined});
  });

  it('loads the request once watched and lands the answer', async () => {
    const {load, node, watch} = observed();
    watch();
    await settle();
    expect(node.state.peek().pending).to.equal(true);
    load(0).resolve('one');
    await settle();
    expect(node.state.peek()).to.deep.equal({value: 'one', pending: false, error: undefined});
  });

  it('lands parts while the rest is pending, and nothing of a load that was aborted', async () => {
    const lands: ((part: string) => void)[] = [];
    const answers: Deferred<string>[] = [];
    const {id, node, watch} = observed({
      load: (_, abort, land) => {
        const answer = deferred<string>();
        abort.addEventListener('abort', () => answer.reject(abort.reason));
        lands.push(land);
        answers.push(answer);
        return answer.promise;
      },
    });
    watch();
    await settle();
    lands[0]!('on');
    expect(node.state.peek()).to.deep.equal({value: 'on', pending: true, error: undefined});
    id.value = 2;
    lands[0]!('one');
    await settle();
    expect(node.state.peek()).to.deep.equal({value: 'on', pending: true, error: undefined});
    answers[1]!.resolve('two');
    await settle();
    lands[1]!('tw');
    expect(node.state.peek()).to.deep.equal({value: 'two', pending: false, error: undefined});
  });

  it('has one flight for several watchers', async () => {
    const {ids, watch} = observed();
    watch();
    watch();
    await settle();
    expect(ids()).to.deep.equal([1]);
  });

  it('aborts the older request and never lands its answer', async () => {
    const {id, load, ids, node, watch} = observed();
    watch();
    await settle();
    id.value = 2;
    expect(load(0).signal.aborted).to.equal(true);
    await settle();
    expect(ids()).to.deep.equal([1, 2]);
    load(1).resolve('two');
    await settle();
    expect(node.state.peek().value).to.equal('two');
  });

  it('waits for an older load that ignores its abort, and drops what it answers', async () => {
    const answers: Deferred<string>[] = [];
    const {id, node, watch} = observed({
      load: () => {
        answers.push(deferred());
        return answers.at(-1)!.promise;
      },
    });
    const seen: unknown[] = [];
    effect(() => void seen.push(node.state.value.value));
    watch();
    await settle();
    id.value = 2;
    await settle();
    expect(answers).to.have.length(1);
    answers[0]!.resolve('one');
    await settle();
    expect(answers).to.have.length(2);
    answers[1]!.resolve('two');
    await settle();
    expect(seen).to.not.include('one');
    expect(seen.at(-1)).to.equal('two');
  });

  it('keeps the last value while a newer one is pending', async () => {
    const {id, load, node, watch} = observed();
    watch();
    await settle();
    load(0).resolve('one');
    await settle();
    id.value = 2;
    expect(node.state.peek()).to.deep.equal({value: 'one', pending: true, error: undefined});
  });

  it('keeps value and error until the next success', async () => {
    const {id, load, node, watch} = observed();
    watch();
    await settle();
    load(0).resolve('one');
    await settle();
    id.value = 2;
    await settle();
    load(1).reject(new Error('no'));
    await settle();
    expect(node.state.peek().value).to.equal('one');
    expect(node.state.peek().error?.message).to.equal('no');
    expect(node.state.peek().pending).to.equal(false);
    id.value = 3;
    await settle();
    expect(node.state.peek().error?.message).to.equal('no');
    load(2).resolve('three');
    await settle();
    expect(node.state.peek()).to.deep.equal({value: 'three', pending: false, error: undefined});
  });

  it('makes an error of what a load throws that is none', async () => {
    const {node, watch} = observed({load: () => Promise.reject('plain words')});
    watch();
    await settle();
    expect(node.state.peek().error).to.be.instanceOf(Error);
    expect(node.state.peek().error!.message).to.equal('plain words');
  });

  it('states an error of the request itself and recovers with the next one', async () => {
    const bad = signal(true);
    const {load, node, watch} = observed({
      request: () => {
        if (bad.value) throw new Error('bad request');
        return {id: 7};
      },
    });
    watch();
    await settle();
    expect(node.state.peek().error?.message).to.equal('bad request');
    bad.value = false;
    await settle();
    load(0).resolve('seven');
    await settle();
    expect(node.state.peek()).to.deep.equal({value: 'seven', pending: false, error: undefined});
  });

  it('is empty while there is nothing to ask, and aborts what was in flight', async () => {
    const {id, load, node, watch} = observed();
    watch();
    await settle();
    load(0).resolve('one');
    await settle();
    id.value = 2;
    await settle();
    id.value = undefined;
    expect(load(1).signal.aborted).to.equal(true);
    await settle();
    expect(node.state.peek()).to.deep.equal({value: undefined, pending: false, error: undefined});
  });

  it('does not track what load reads', async () => {
    const other = signal(0);
    let loads = 0;
    const {watch} = observed({
      load: async () => {
        loads++;
        return String(other.value);
      },
    });
    watch();
    await settle();
    other.value = 1;
    await settle();
    expect(loads).to.equal(1);
  });
});

describe('resource(options) with supersedes = false', () => {
  const scrub = () => observed({supersedes: () => false});

  it('finishes and lands the load in flight, then loads the newest request only', async () => {
    const {id, load, ids, node, watch} = scrub();
    watch();
    await settle();
    for (let i = 2; i <= 50; i++) {
      id.value = i;
      await settle();
    }
    expect(ids()).to.deep.equal([1]);
    expect(load(0).signal.aborted).to.equal(false);
    load(0).resolve('one');
    await settle();
    expect(node.state.peek()).to.deep.equal({value: 'one', pending: true, error: undefined});
    expect(ids()).to.deep.equal([1, 50]);
    load(1).resolve('fifty');
    await settle();
    expect(node.state.peek()).to.deep.equal({value: 'fifty', pending: false, error: undefined});
  });

  it('shows something at each turn of an endless scrub', async () => {
    const {id, loads, node, watch} = scrub();
    const seen: (string | undefined)[] = [];
    watch();
    await settle();
    for (let i = 2; i <= 6; i++) {
      id.value = i;
      loads.at(-1)!.resolve(`answer ${loads.at(-1)!.id}`);
      await settle();
      seen.push(node.state.peek().value);
    }
    expect(seen).to.deep.equal(['answer 1', 'answer 2', 'answer 3', 'answer 4', 'answer 5']);
  });

  it('goes on to the newest request when the load in flight fails', async () => {
    const {id, load, node, watch} = scrub();
    watch();
    await settle();
    id.value = 2;
    load(0).reject(new Error('no'));
    await settle();
    load(1).resolve('two');
    await settle();
    expect(node.state.peek()).to.deep.equal({value: 'two', pending: false, error: undefined});
  });

  it('aborts once a request comes that does supersede', async () => {
    const {id, load, ids, watch} = observed({supersedes: newer => newer.id >= 100});
    watch();
    await settle();
    id.value = 2;
    expect(load(0).signal.aborted).to.equal(false);
    id.value = 100;
    expect(load(0).signal.aborted).to.equal(true);
    await settle();
    expect(ids()).to.deep.equal([1, 100]);
  });
});

describe('resource.state watched and left', () => {
  it('aborts when the last watcher leaves, and loads again when one is back', async () => {
    const {load, ids, node, watch} = observed();
    const leave = watch();
    await settle();
    leave();
    await settle();
    expect(load(0).signal.aborted).to.equal(true);
    expect(node.state.peek().pending).to.equal(false);
    watch();
    await settle();
    expect(ids()).to.deep.equal([1, 1]);
  });

  it('does not load an unchanged request again when watched again', async () => {
    const {load, ids, node, watch} = observed();
    const leave = watch();
    await settle();
    load(0).resolve('one');
    await settle();
    leave();
    await settle();
    watch();
    await settle();
    expect(ids()).to.deep.equal([1]);
    expect(node.state.peek().value).to.equal('one');
  });

  it('loads what changed meanwhile, once', async () => {
    const {id, load, ids, watch} = observed();
    const leave = watch();
    await settle();
    load(0).resolve('one');
    await settle();
    leave();
    await settle();
    id.value = 2;
    id.value = 3;
    await settle();
    expect(ids()).to.deep.equal([1]);
    watch();
    await settle();
    expect(ids()).to.deep.equal([1, 3]);
  });

  it('does not mind a watcher that leaves and comes back at once', async () => {
    const {load, ids, watch} = observed();
    const leave = watch();
    await settle();
    leave();
    await Promise.resolve();
    watch();
    await settle();
    expect(load(0).signal.aborted).to.equal(false);
    expect(ids()).to.deep.equal([1]);
  });
});

describe('resource.reload()', () => {
  it('asks again after an error', async () => {
    const {load, ids, node, watch} = observed();
    watch();
    await settle();
    load(0).reject(new Error('no'));
    await settle();
    node.reload();
    load(1).resolve('one');
    await settle();
    expect(ids()).to.deep.equal([1, 1]);
    expect(node.state.peek()).to.deep.equal({value: 'one', pending: false, error: undefined});
  });
});

describe('resource.dispose()', () => {
  it('aborts, lands nothing and never loads again', async () => {
    const {id, load, ids, node, watch} = observed();
    watch();
    await settle();
    node.dispose();
    expect(load(0).signal.aborted).to.equal(true);
    load(0).resolve('one');
    id.value = 2;
    await settle();
    watch();
    await settle();
    expect(ids()).to.deep.equal([1]);
    expect(node.state.peek()).to.deep.equal({value: undefined, pending: false, error: undefined});
  });
});

describe('resource(options) with release', () => {
  /** What was released, in order. */
  function releasing() {
    const released: string[] = [];
    return {...observed({release: value => released.push(value)}), released};
  }

  it('is told of an answer when the next one has landed, and not of the one that stays', async () => {
    const {id, load, node, watch, released} = releasing();
    watch();
    await settle();
    load(0).resolve('one');
    await settle();
    id.value = 2;
    await settle();
    expect(released).to.deep.equal([]);
    let shown: string | undefined;
    effect(() => {
      shown = node.state.value.value;
      // What is shown is not gone.
      expect(released).to.not.include(shown);
    });
    load(1).resolve('two');
    await settle();
    expect(shown).to.equal('two');
    expect(released).to.deep.equal(['one']);
  });

  it('is told of an answer that comes after its abort', async () => {
    const answer = deferred<string>();
    const released: string[] = [];
    const {id, watch} = observed({
      load: () => answer.promise,
      release: value => released.push(value),
    });
    watch();
    await settle();
    id.value = undefined;
    answer.resolve('late');
    await settle();
    expect(released).to.deep.equal(['late']);
  });

  it('is told of the last answer when there is nothing to ask, and when the node is disposed of', async () => {
    const {id, load, node, watch, released} = releasing();
    watch();
    await settle();
    load(0).resolve('one');
    await settle();
    id.value = undefined;
    await settle();
    expect(released).to.deep.equal(['one']);
    id.value = 2;
    await settle();
    load(1).resolve('two');
    await settle();
    node.dispose();
    expect(released).to.deep.equal(['one', 'two']);
    expect(node.state.peek().value).to.equal(undefined);
  });
});
