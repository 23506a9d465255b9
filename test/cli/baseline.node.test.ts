/** The supervised baseline, run as a person runs it. */

import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {type Ended, Program} from '../support/program.js';

const blobs = resolve(import.meta.dirname, '../../models/blobs-32.safetensors');

describe('npm run baseline', () => {
  let folder: string;
  let program: Program;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-baseline-'));
    program = await Program.of('cli/baseline.ts');
  });
  after(() => {
    rmSync(folder, {recursive: true});
    program.dispose();
  });
  const baseline = (...options: string[]): Ended => program.run('--preset', 'blobs-32', ...options);

  it('gets better with more labels, and draws that beside the unsupervised model', () => {
    const [json, svg] = ['figure.json', 'figure.svg'].map(name => join(folder, name));
    const {status, out, err} = baseline(
      ...['--labels', '20,1', '--steps', '40', '--images', '40', '--unsupervised', blobs],
      ...['--json', json!, '--svg', svg!]
    );
    assert.equal(status, 0, err);
    const rows = [...out.matchAll(/^(\S+) ?\w*: accuracy 0\.\d{4}, object IoU (0\.\d{4})$/gm)];
    assert.deepEqual(
      rows.map(([, labels]) => labels),
      ['1', '20', 'unsupervised']
    );
    const [one, many] = rows.map(([, , iou]) => Number(iou));
    assert.ok(many! > one!, out);
    const figure = JSON.parse(readFileSync(json!, 'utf8')) as {supervised: {labels: number}[]};
    assert.deepEqual(
      figure.supervised.map(({labels}) => labels),
      [1, 20]
    );
    const picture = readFileSync(svg!, 'utf8');
    assert.match(picture, /^<svg [^]*unsupervised, 0\.\d{3}[^]*<\/svg>\n$/);
    assert.equal(picture.match(/<circle /g)!.length, 4);
    assert.doesNotMatch(picture, /NaN|undefined/);
  });

  for (const {options, says} of [
    {options: ['--labels', '0'], says: /--labels must be a whole number of at least 1; got 0/},
    {options: ['--rate', 'fast'], says: /--rate must be a number above 0; got fast/},
    {options: ['--from', 'all'], says: /--from must be one of train, val, test; got all/},
    {
      options: ['--from', 'val', '--images', '990', '--labels', '11'],
      says: /--labels must be at most 10, what val has beside the images that are scored; got 11/,
    },
  ]) {
    it(`refuses ${options.join(' ')} in a sentence`, () => {
      const {status, err} = baseline(...options);
      assert.equal(status, 1);
      assert.match(err, says);
      assert.doesNotMatch(err, /\n\s+at /);
    });
  }
});
