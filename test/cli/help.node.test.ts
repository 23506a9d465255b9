/** Every program, asked how it is used. */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {type Ended, Program, PROGRAMS} from '../support/program.js';

/** Runs a program by its source, or by a bundle of it where there is one. */
async function run(source: string, ...options: string[]): Promise<Ended> {
  const program = await Program.of(source);
  try {
    return program.run(...options);
  } finally {
    program.dispose();
  }
}

describe('npm run PROGRAM -- --help', () => {
  for (const [name, program] of PROGRAMS) {
    it(`${name} prints its usage and ends well`, async () => {
      const {status, out, err} = await run(program, '--help');
      assert.equal(status, 0, err);
      assert.equal(err, '');
      assert.ok(out.startsWith(`usage: npm run ${name} -- `), out);
      assert.match(out, /^ {2}(--\w+|[A-Z]+) +\S/m);
    });
  }

  it('is asked for by -h too, beside anything', async () => {
    const {status, out} = await run('cli/export-onnx.ts', '--unknown', '-h');
    assert.equal(status, 0);
    assert.match(out, /^usage: /);
  });

  it('is told with the error where an option is unknown, and the program ends with 1', async () => {
    for (const program of ['cli/export-onnx.ts', 'cli/verify.ts']) {
      const {status, out, err} = await run(program, '--unknown');
      assert.equal(status, 1);
      assert.equal(out, '');
      assert.match(err, /Unknown option '--unknown'[^]*\nusage: /);
    }
  });
});
