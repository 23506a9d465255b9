/** The evaluating program, run as a person runs it. */

import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {makePng, plainPng} from '../datasets/images.js';
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

  it('scores by masks of a folder, and says what is wrong with them', () => {
    const put = (path: string, bytes: Uint8Array | string): void => {
      mkdirSync(dirname(join(folder, path)), {recursive: true});
      writeFileSync(join(folder, path), bytes);
    };
    const half = makePng(32, 32, 1, x => [x < 16 ? 0 : 255]);
    put('set/splits.json', JSON.stringify({train: ['a'], val: ['a'], test: ['b', 'c']}));
    for (const name of ['a', 'b', 'c']) {
      put(`set/images/${name}.png`, plainPng(32, [name.charCodeAt(0), 0, 0]));
    }
    put('masks/b.png', half);
    const scored = (...options: string[]): Ended =>
      evaluate('--model', blobs, '--data', join(folder, 'set'), ...options);
    assert.match(scored().err, /test images must have true masks/);
    const given = ['--masks', join(folder, 'masks')];
    assert.match(scored(...given).err, /2 test images must have a mask in masks; 1 have none: c/);
    const skipped = scored(...given, '--missing', 'skip');
    assert.equal(skipped.status, 0, skipped.err);
    assert.match(skipped.out, /1 images \(1 of 2 in the split have masks\)/);
    put('masks/c.png', half);
    const {status, out, err} = scored(...given);
    assert.equal(status, 0, err);
    assert.match(out, /set, test, 32×32, 2 images/);
    assert.match(out, /true share of pixels +background 0\.5000, object 0\.5000/);
    assert.match(out, /mean mask for every image accuracy 1\.0000, object IoU 1\.0000/);
    assert.match(scored('--masks', join(folder, 'none')).err, /--masks must be a folder/);
    assert.match(
      evaluate('--model', blobs, ...given).err,
      /--masks must go with --data FOLDER or --data ARCHIVE/
    );
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
