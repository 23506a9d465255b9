/** The evaluating program, run as a person runs it. */

import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {type Ended, Program} from '../support/program.js';

const root = resolve(import.meta.dirname, '../..');
const blobs = join(root, 'models/blobs-32.safetensors');
const digits = join(root, 'models/digits-64.safetensors');

describe('npm run evaluate', () => {
  let folder: string;
  let program: Program;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-evaluate-'));
    program = await Program.of('cli/evaluate.ts');
  });
  after(() => {
    rmSync(folder, {recursive: true});
    program.dispose();
  });
  const evaluate = (...options: string[]): Ended => program.run(...options);

  it('scores by both rules, beside what needs no model, and the images one by one', () => {
    const [csv, json] = ['images.csv', 'all.json'].map(name => join(folder, name));
    const {status, out, err} = evaluate(
      ...['--model', `${blobs},${blobs}`, '--split', 'val', '--images', '30'],
      ...['--csv', csv!, '--json', json!]
    );
    assert.equal(status, 0, err);
    assert.match(out, /blobs-32\.safetensors: blobs, val, 32×32, 30 images\n/);
    const [, free] = /best permutation an image accuracy [\d.]+, object IoU ([\d.]+)/.exec(out)!;
    const [, one] = /one for all images +accuracy [\d.]+, object IoU ([\d.]+)/.exec(out)!;
    const [, mask] = /mean mask for every image accuracy [\d.]+, object IoU ([\d.]+)/.exec(out)!;
    assert.ok(Number(free) >= Number(one), 'one assignment is stricter');
    assert.ok(Number(one) > Number(mask), 'the shipped model beats the mean mask');
    assert.match(
      out,
      /deviation of 2 models: accuracy 0\.\d{4} ± 0\.0000, object IoU 0\.\d{4} ± 0\.0000/
    );
    const rows = readFileSync(csv!, 'utf8').trim().split('\n');
    assert.equal(rows.length, 1 + 2 * 30);
    const mean = rows.slice(1, 31).reduce((sum, row) => sum + Number(row.split(',')[3]) / 30, 0);
    assert.equal(mean.toFixed(4), free);
    const all = JSON.parse(readFileSync(json!, 'utf8')) as {scores: unknown[]; split: string};
    assert.equal(all.scores.length, 2);
    assert.equal(all.split, 'val');
  });

  it('shows which region is taken for which where there are three', () => {
    const {status, out, err} = evaluate('--model', digits, '--images', '10');
    assert.equal(status, 0, err);
    const rows = [...out.matchAll(/^ {4}(?:background|even digit|odd digit) +([\d. ]+)$/gm)];
    const shares = rows.flatMap(([, row]) => row!.trim().split(/ +/).map(Number));
    assert.equal(shares.length, 9);
    const sum = shares.reduce((total, share) => total + share, 0);
    assert.ok(Math.abs(sum - 100) < 0.1, `${sum}`);
  });

  it('refuses what is no model, models of different data, and unknown splits in a sentence', () => {
    const text = join(folder, 'text.safetensors');
    writeFileSync(text, 'no model');
    for (const [options, says] of [
      [['--model', join(folder, 'none')], /--model must be a file; got .*none/],
      [['--model', text], /safetensors/],
      [['--model', `${blobs},${digits}`, '--images', '1'], /models of one data set and size/],
      [['--model', blobs, '--split', 'all'], /--split must be one of train, val, test; got all/],
    ] as const) {
      const {status, err} = evaluate(...options);
      assert.equal(status, 1);
      assert.match(err, says);
      assert.doesNotMatch(err, /\n\s+at /);
    }
  });
});
