/** Damaged files of each form: `npm run fuzz` tries as many as one likes. */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {makeForms} from './forms.js';
import {fuzz} from './fuzz.js';

const COUNT = 60;

describe('reading damaged files', async () => {
  for (const [name, form] of Object.entries(await makeForms())) {
    it(`refuses ${name} with a sentence, or loads it, in bounds of time and memory`, async () => {
      const {failures, refused} = await fuzz(name, form, {count: COUNT});
      assert.deepEqual(failures, []);
      assert.ok(refused > 0, `damage must be found; all ${COUNT} were loaded`);
    });
  }

  it('tells what is not foreseen', async () => {
    const read = async (file: Uint8Array) => {
      if (file.length < 64 || file.some(byte => byte !== 1)) throw new TypeError('x is undefined');
    };
    const form = {file: new Uint8Array(64).fill(1), read, says: /^images: /};
    const {failures} = await fuzz('a form', form, {count: COUNT});
    assert.ok(failures.length > 0);
    assert.match(failures[0]!, /^a form, trial \d+: TypeError: x is undefined/);
  });
});
