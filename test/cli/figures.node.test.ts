/** The figures, drawn as a person draws them. */

import assert from 'node:assert/strict';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {decode} from 'fast-png';

import {type Ended, Program} from '../support/program.js';

const root = resolve(import.meta.dirname, '../..');
const blobs = join(root, 'models/blobs-32.safetensors');
const digits = join(root, 'models/digits-64.safetensors');

describe('npm run figures', () => {
  let folder: string;
  let program: Program;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-figures-'));
    program = await Program.of('cli/figures.ts');
  });
  after(() => {
    rmSync(folder, {recursive: true});
    program.dispose();
  });
  const figures = (figure: string, out: string, ...options: string[]): Ended =>
    program.run('--figure', figure, '--out', join(folder, out), ...options);

  it('4 to 6 show top, random and worst masks with their scores', () => {
    const {status, out, err} = figures(
      ...['4', 'figure.svg', '--model', blobs, '--split', 'val', '--images', '20'],
      ...['--columns', '3']
    );
    assert.equal(status, 0, err);
    assert.match(
      out,
      /^blobs, val, 32×32, iteration \d+: accuracy \/ IoU .* 0\.\d{3} \/ 0\.\d{3} of 20\n/
    );
    const svg = readFileSync(join(folder, 'figure.svg'), 'utf8');
    assert.equal(svg.match(/<image /g)!.length, 6 * 3 * 3);
    const scores = [...svg.matchAll(/>(0\.\d{3}|1\.000) \/ (0\.\d{3}|1\.000)</g)].map(
      ([, accuracy, iou]) => [Number(accuracy), Number(iou)] as const
    );
    assert.equal(scores.length, 18);
    const [best, worst] = [scores.slice(3, 6), scores.slice(15)];
    assert.ok(Math.min(...best.map(each => each[1])) >= Math.max(...worst.map(each => each[1])));
    assert.doesNotMatch(svg, /NaN|undefined/);
    // Truth and mask of the best image: black and white alone, and nearly alike.
    const pictures = [...svg.matchAll(/base64,([^"]+)"/g)].map(([, base64]) =>
      decode(Buffer.from(base64!, 'base64'))
    );
    const [truth, found] = [pictures[3]!, pictures[6]!];
    assert.ok(truth.data.every(value => value === 0 || value === 255));
    const same = truth.data.filter((value, i) => value === found.data[i]).length;
    assert.ok(same / truth.data.length > 0.95, `${same / truth.data.length}`);
  });

  it('2 redraws each region by codes that are the same down a column, also as PNG', () => {
    const {status, err} = figures('2', 'figure.png', '--model', digits, '--rows', '2');
    assert.equal(status, 0, err);
    const {width, height, channels, data} = decode(readFileSync(join(folder, 'figure.png')));
    const svg = figures('2', 'figure.svg', '--model', digits, '--rows', '2');
    assert.equal(svg.status, 0, svg.err);
    const size = / width="(\d+)" height="(\d+)"/.exec(
      readFileSync(join(folder, 'figure.svg'), 'utf8')
    )!;
    assert.deepEqual([width, height], [2 * Number(size[1]), 2 * Number(size[2])]);
    // The title is black on white, above the pictures.
    const title = data.subarray(0, channels * width * 2 * 28);
    const dark = title.filter((value, i) => i % channels === 0 && value < 64).length;
    assert.ok(dark > 500, `${dark} dark pixels`);
  });

  it('refuses other figures, other files and missing models in a sentence', () => {
    for (const [options, says] of [
      [['3', 'a.svg', '--model', blobs], /--figure must be one of 2, 4, 5, 6; got 3/],
      [['4', 'a.jpg', '--model', blobs], /--out must end in \.svg or \.png/],
      [['4', 'a.svg', '--model', join(folder, 'none')], /--model must be a file; got .*none/],
    ] as const) {
      const [figure, out, ...rest] = options;
      const {status, err} = figures(figure, out, ...rest);
      assert.equal(status, 1);
      assert.match(err, says);
      assert.doesNotMatch(err, /\n\s+at /);
    }
  });
});
