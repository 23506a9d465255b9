/** Every program, asked how it is used. */

import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {describe, it} from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const {scripts} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** Programs by the name of the script that runs them. */
const programs = Object.entries(scripts).flatMap(([name, script]) => {
  const [, program] = /node cli\/run\.mjs (\S+)/.exec(script) ?? [];
  return program ? [[name, program] as const] : [];
});

const run = (program: string, ...options: string[]) =>
  spawnSync(process.execPath, ['cli/run.mjs', program, ...options], {cwd: root, encoding: 'utf8'});

describe('npm run PROGRAM -- --help', () => {
  for (const [name, program] of programs) {
    it(`${name} prints its usage and ends well`, () => {
      const {status, stdout, stderr} = run(program, '--help');
      assert.equal(status, 0, stderr);
      assert.equal(stderr, '');
      assert.ok(stdout.startsWith(`usage: npm run ${name} -- `), stdout);
      assert.match(stdout, /^ {2}(--\w+|[A-Z]+) +\S/m);
    });
  }

  it('is asked for by -h too, beside anything', () => {
    const {status, stdout} = run('cli/export-onnx.ts', '--unknown', '-h');
    assert.equal(status, 0);
    assert.match(stdout, /^usage: /);
  });

  it('is told with the error where an option is unknown, and the program ends with 1', () => {
    for (const program of ['cli/export-onnx.ts', 'cli/verify.ts']) {
      const {status, stdout, stderr} = run(program, '--unknown');
      assert.equal(status, 1);
      assert.equal(stdout, '');
      assert.match(stderr, /Unknown option '--unknown'[^]*\nusage: /);
    }
  });
});
