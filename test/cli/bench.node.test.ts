/** The benchmark runs, and measures what it says: a check of its sanity, not of speed. */

import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, it} from 'node:test';

import type {BackendResult} from '../../bench/measure.js';
import {Program} from '../support/program.js';

describe('npm run bench', () => {
  let folder: string;
  let program: Program;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-bench-'));
    program = await Program.of('bench/bench.ts');
  });
  after(() => {
    rmSync(folder, {recursive: true});
    program.dispose();
  });

  it('--quick times ours, and stock where it can, in every row', () => {
    const json = join(folder, 'results.json');
    const {status, out, err} = program.run('--quick', '--backend', 'wasm', '--json', json);
    assert.equal(status, 0, err);
    const [result, ...others] = JSON.parse(readFileSync(json, 'utf8')) as BackendResult[];
    assert.equal(others.length, 0);
    assert.equal(result!.backend, 'wasm');
    assert.ok(result!.matMulRate > 0);
    assert.deepEqual(
      result!.rows.map(({name}) => name.split(',')[0]),
      [
        'redraw of one region',
        'scrub of one code until it is seen',
        'masks',
        'iteration of the published loop',
      ]
    );
    for (const {name, multiplyAdds, timings} of result!.rows) {
      assert.ok(multiplyAdds > 0, name);
      const ours = timings.find(timing => timing.name === 'ours');
      assert.ok(ours && 'medianMs' in ours && ours.medianMs > 0, name);
      assert.ok(out.includes(`${name} (`), name);
      for (const timing of timings) {
        if (!('medianMs' in timing)) assert.match(timing.reason, /gradient|not installed/);
      }
    }
  });

  it('--row measures the rows that it names', () => {
    const {status, out, err} = program.run(
      ...['--quick', '--backend', 'wasm', '--row', 'iteration,masks']
    );
    assert.equal(status, 0, err);
    const names = [...out.matchAll(/^(\S.*), \d+×\d+/gm)].map(([, name]) => name);
    assert.deepEqual(names, ['iteration of the published loop', 'masks']);
  });

  for (const [option, value, known] of [
    ['--backend', 'abacus', 'one of wasm, webgl, webgpu'],
    ['--row', 'masks,grid', 'of redraw, scrub, masks, iteration'],
  ] as const) {
    it(`refuses ${option} ${value}`, () => {
      const {status, err} = program.run(option, value);
      assert.equal(status, 1);
      const wrong = value.split(',').at(-1);
      assert.ok(err.includes(`${option} must be ${known}; got ${wrong}`), err);
    });
  }
});
