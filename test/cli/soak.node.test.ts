/** What iterations and scrubs leave behind, on wasm; `npm run soak` has more of them, and WebGL. */

import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';

import {Program} from '../support/program.js';

describe('npm run soak', () => {
  let program: Program;
  before(async () => {
    program = await Program.of('bench/soak.ts');
  });
  after(() => program.dispose());

  it('finds as many tensors and bytes at the end as at the beginning', () => {
    const {status, out, err} = program.run('--backend', 'wasm', '--rounds', '20');
    assert.equal(status, 0, out + err);
    const [first, last, ...more] = [
      ...out.matchAll(/after (\d+) iterations and \1 scrubs: (\d+) tensors of (\d+) bytes/g),
    ].map(([, ...numbers]) => numbers.map(Number));
    assert.deepEqual(more, []);
    assert.deepEqual([first![0], last![0]], [1, 20]);
    assert.deepEqual(first!.slice(1), last!.slice(1));
    assert.ok(first![1]! > 100 && first![2]! > 1e5, out);
  });

  for (const [options, says] of [
    [['--backend', 'abacus'], /--backend must be wasm or webgl; got abacus/],
    [['--rounds', '3'], /--rounds must be .*20.* got 3/],
  ] as const) {
    it(`refuses ${options.join(' ')}`, () => {
      const {status, err} = program.run(...options);
      assert.equal(status, 1);
      assert.match(err, says);
    });
  }
});
