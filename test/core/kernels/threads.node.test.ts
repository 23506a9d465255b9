import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {after, before, describe, it} from 'node:test';

import {PLAIN} from '../../../core/kernels/generated/kernels.js';
import {withSharedMemory} from '../../../core/kernels/shared-memory.js';
import {canWait, Threads} from '../../../core/kernels/threads.js';

const module = new WebAssembly.Module(
  withSharedMemory(Uint8Array.from(Buffer.from(PLAIN, 'base64')))!
);
const memory = new WebAssembly.Memory({initial: 256, maximum: 65536, shared: true});
const {exports} = new WebAssembly.Instance(module, {env: {memory}});

/** Floats of the shared memory. */
const floats = (at: number, count: number): Float32Array =>
  new Float32Array(memory.buffer, at, count);

/** Slices of `y = a x`, one a float. */
const scaling = (x: number, y: number, count: number, a: number): number[][] =>
  Array.from({length: count}, (_, index) => [x + 4 * index, y + 4 * index, 1, a]);

describe('Threads', () => {
  let threads: Threads;
  before(async () => {
    threads = (await Threads.start(exports, module, memory, 3))!;
  });
  after(() => threads.dispose());

  it('says how many there are, the calling one among them', () => {
    assert.equal(threads.count, 3);
  });

  it('run(name, slices) does each slice once, again and again', () => {
    floats(1024, 64).set(Array.from({length: 64}, (_, index) => index + 1));
    for (let factor = 1; factor <= 300; factor++) {
      const count = 1 + (factor % 64);
      floats(2048, 64).fill(-1);
      threads.run('scale', scaling(1024, 2048, count, factor));
      const wanted = Array.from({length: 64}, (_, i) => (i < count ? factor * (i + 1) : -1));
      assert.deepEqual([...floats(2048, 64)], wanted);
    }
  });

  it('run(name, slices) refuses more slices than there is room for', () => {
    assert.throws(() => threads.run('scale', scaling(1024, 2048, 65, 2)), RangeError);
  });

  it('run(name, slices) tells of a kernel that left the memory', async () => {
    const others = (await Threads.start(exports, module, memory, 2))!;
    const outside = [2 ** 32 - 4, 2048, 1, 1];
    assert.throws(() => others.run('scale', [outside, outside]), /wasm: scale must stay within/);
    others.dispose();
  });

  it('has helpers that take what the calling thread does not come to', async () => {
    // The calling thread's own kernel stays in its slice until a helper has written the results.
    const results = new Int32Array(memory.buffer, 2048, 2);
    const stay = (): void => {
      const limitMs = performance.now() + 20_000;
      while (Atomics.load(results, 0) === 0 && performance.now() < limitMs);
    };
    const others = (await Threads.start({...exports, scale: stay}, module, memory, 2))!;
    results.fill(0);
    floats(1024, 1).fill(1);
    others.run('scale', [
      [1024, 2048, 1, 3],
      [1024, 2048, 1, 3],
    ]);
    others.dispose();
    assert.equal(floats(2048, 1)[0], 3);
  });

  it('start(…, count) gives nothing for one thread', async () => {
    assert.equal(await Threads.start(exports, module, memory, 1), undefined);
  });

  it('start(…) gives nothing where helpers cannot run the module', async () => {
    const unshared = new WebAssembly.Module(Buffer.from(PLAIN, 'base64'));
    assert.equal(await Threads.start(exports, unshared, memory, 2), undefined);
  });

  it('lets Node end while its helpers wait', () => {
    const program = `
      import {PLAIN} from './core/kernels/generated/kernels.ts';
      import {withSharedMemory} from './core/kernels/shared-memory.ts';
      import {Threads} from './core/kernels/threads.ts';
      const bytes = withSharedMemory(Uint8Array.from(Buffer.from(PLAIN, 'base64')));
      const module = new WebAssembly.Module(bytes);
      const memory = new WebAssembly.Memory({initial: 1, maximum: 65536, shared: true});
      const {exports} = new WebAssembly.Instance(module, {env: {memory}});
      const threads = await Threads.start(exports, module, memory, 3);
      threads.run('clear', [[1024, 4], [2048, 4]]);
      process.stdout.write(String(threads.count));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const {stdout, stderr, status} = spawnSync(process.execPath, args, {
      cwd: new URL('../../..', import.meta.url),
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.deepEqual({stdout, stderr, status}, {stdout: '3', stderr: '', status: 0});
  });
});

describe('canWait()', () => {
  it('is true in Node', () => assert.ok(canWait()));
});
