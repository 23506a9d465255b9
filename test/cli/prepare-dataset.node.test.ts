/** The packing program, run as a person runs it, and what it packs, opened again. */

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openAsBlob,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {after, before, describe, it} from 'node:test';

import jpeg from 'jpeg-js';

import {blobSource} from '../../datasets/byte-source.js';
import {openDataset} from '../../datasets/catalog.js';
import type {Dataset} from '../../datasets/dataset.js';
import {readZip} from '../../datasets/zip.js';
import {makeZip, type Part} from '../datasets/archives.js';
import {makePng, plainPng} from '../datasets/images.js';
import {Program} from '../support/program.js';
import {dataPath, folderFiles, NO_DATA} from '../support/shared-data.js';

const SIZE = 16;
/** A smooth picture of 40×30, which JPEG keeps well. */
const SMOOTH = makePng(40, 30, 3, (x, y) => [6 * x, 8 * y, 128]);
/** Three regions, from left to right. */
const THIRDS = makePng(SIZE, SIZE, 1, x => [x < 5 ? 0 : x < 10 ? 7 : 9]);
const LISTS = {train: ['a', 'b', 'broken'], val: ['c'], test: ['d']};

describe('npm run prepare-dataset', () => {
  let folder: string;
  let from: string;
  let program: Program;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'redo-prepare-'));
    from = join(folder, 'mine');
    const files = {
      'splits.json': JSON.stringify(LISTS),
      'images/a.png': plainPng(SIZE, [200, 0, 0]),
      'images/b.png': SMOOTH,
      'images/c.jpg': jpeg.encode({width: SIZE, height: SIZE, data: gray(SIZE)}, 80).data,
      'images/d.png': plainPng(20, [0, 0, 200]),
      'images/broken.png': SMOOTH.subarray(0, SMOOTH.length - 40),
      'masks/a.png': THIRDS,
      'masks/c.png': THIRDS,
    };
    for (const [path, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(from, path)), {recursive: true});
      writeFileSync(join(from, path), bytes);
    }
    program = await Program.of('cli/prepare-dataset.ts');
  });
  after(() => {
    rmSync(folder, {recursive: true});
    program.dispose();
  });

  const at = (name: string): string => join(folder, name);
  const open = async (path: string, {size = SIZE, regions = 3} = {}): Promise<Dataset> =>
    openDataset(
      {name: 'file', files: [{path: 'set.redo.zip', blob: await openAsBlob(path)}]},
      {size, seed: 0, regions}
    );
  const pack = (name: string, ...options: string[]) =>
    program.run(from, '--out', at(name), '--size', String(SIZE), ...options);

  it('packs a folder with its lists, and says what was left out', async () => {
    const {status, out, err} = pack('three.redo.zip', '--regions', '3');
    assert.equal(status, 0, err);
    assert.match(
      out,
      /mine, 16×16, train 2, val 1, test 1, 2 masks \(background, object 1, object 2\)/
    );
    assert.match(out, /2 images kept byte by byte, 2 encoded as JPEG 95, 4:4:4 .*1 left out/);
    assert.match(out, /Left out: images\/broken\.png must be a whole image/);
    assert.equal(existsSync(at('three.redo.zip.part')), false);

    const packed = await open(at('three.redo.zip'));
    assert.equal(packed.name, 'mine');
    assert.deepEqual(packed.counts, {train: 2, val: 1, test: 1});
    assert.deepEqual(packed.labelled, {train: [0], val: [0], test: []});
    assert.deepEqual(packed.regionNames, ['background', 'object 1', 'object 2']);
    assert.match(packed.notes!.join(), /Left out: images\/broken\.png/);
    const {labels} = await packed.read('val', [0]);
    assert.deepEqual([labels![0], labels![7], labels![15]], [0, 1, 2]);
    assert.equal((await packed.read('train', [0, 1])).labels, undefined);
  });

  it('keeps what has the size byte by byte, and others within 3 of 255 on the mean', async () => {
    assert.equal(pack('set.redo.zip').status, 0);
    const kept = (await entriesOf(at('set.redo.zip'))).find(({path}) => path === 'images/c.jpg');
    assert.deepEqual(kept!.bytes, Uint8Array.from(readFileSync(join(from, 'images/c.jpg'))));
    const [packed, before] = [await open(at('set.redo.zip')), await unpacked(from)];
    const [a, b] = await Promise.all([packed, before].map(set => set.read('train', [1])));
    assert.ok(meanDifference(a!.images, b!.images) < 3);
    assert.equal(pack('exact.redo.zip', '--format', 'png').status, 0);
    const exact = await (await open(at('exact.redo.zip'))).read('train', [1]);
    assert.deepEqual(exact.images, b!.images);
  });

  it('is a folder with lists when it is unpacked, with checksums that others can check', async () => {
    assert.equal(pack('set.redo.zip', '--regions', '3').status, 0);
    for (const {path, bytes} of await entriesOf(at('set.redo.zip'))) {
      mkdirSync(dirname(join(at('unpacked'), path)), {recursive: true});
      writeFileSync(join(at('unpacked'), path), bytes);
    }
    execFileSync('sh', ['-c', 'cat sha256/*.txt | sha256sum -c --quiet'], {cwd: at('unpacked')});
    const [packed, again] = [await open(at('set.redo.zip')), await unpacked(at('unpacked'))];
    assert.deepEqual(again.counts, packed.counts);
    assert.deepEqual(await again.read('val', [0]), await packed.read('val', [0]));
  });

  it('goes on with a file that was begun, to the same bytes', () => {
    assert.equal(pack('whole.redo.zip').status, 0);
    const whole = readFileSync(at('whole.redo.zip'));
    // Cut within the third image or its mask; and once within the lists that end the file.
    for (const length of [whole.indexOf('images/c.jpg') + 30, whole.indexOf('sha256/0.txt') + 20]) {
      writeFileSync(at('cut.redo.zip.part'), whole.subarray(0, length));
      const {status, out, err} = pack('cut.redo.zip');
      assert.equal(status, 0, err);
      assert.match(err, /going on: \d+ files are there/);
      assert.match(out, /[234] there from before/);
      assert.deepEqual(readFileSync(at('cut.redo.zip')), whole);
    }
    // What was begun with other options is begun anew.
    writeFileSync(at('cut.redo.zip.part'), whole.subarray(0, whole.length / 2));
    const other = pack('cut.redo.zip', '--name', 'another');
    assert.match(other.out, /another, 16×16.* 0 there from before/s);
  });

  it('opens for a model of fewer regions with all objects as one, and at another size', async () => {
    assert.equal(pack('set.redo.zip', '--regions', '3').status, 0);
    const packed = await open(at('set.redo.zip'), {size: 32, regions: 2});
    assert.deepEqual(packed.regionNames, ['background', 'object']);
    const {labels, size} = await packed.read('val', [0]);
    assert.equal(size, 32);
    assert.deepEqual([labels![0], labels![14], labels![31]], [0, 1, 1]);
    assert.match(packed.notes!.join(), /Prepared at 16×16 pixels, and enlarged to 32×32/);
  });

  it('names the image that was damaged since, and refuses a list that was', async () => {
    assert.equal(pack('set.redo.zip').status, 0);
    const bytes = readFileSync(at('set.redo.zip'));
    const damage = (path: string, ...places: number[]): void => {
      const copy = Buffer.from(bytes);
      for (const place of places) copy[place]! ^= 1;
      writeFileSync(path, copy);
    };
    const image = bytes.indexOf('images/c.jpg') + 'images/c.jpg'.length + 200;
    damage(at('damaged.zip'), image);
    const damaged = await open(at('damaged.zip'));
    await damaged.read('train', [0]);
    await assert.rejects(
      damaged.read('val', [0]),
      /images\/c\.jpg must have its length and checksum/
    );
    damage(at('damaged.zip'), bytes.lastIndexOf('"train"'));
    await assert.rejects(open(at('damaged.zip')), /splits\.json must have its length and checksum/);
    // With a checksum of zip that fits, the one of SHA-256 still tells.
    const parts = (await entriesOf(at('set.redo.zip'))).map(({path, bytes}) =>
      path === 'images/a.png' ? {path, bytes: plainPng(SIZE, [0, 200, 0])} : {path, bytes}
    );
    writeFileSync(at('forged.zip'), await makeZip(parts, {deflated: false}));
    const forged = await open(at('forged.zip'));
    await assert.rejects(
      forged.read('train', [0]),
      /images\/a\.png in file must be as it was packed; its checksum differs/
    );
  });

  it('refuses what it can’t pack in a sentence', () => {
    for (const [options, says] of [
      [[], /FROM must be given/],
      [[from], /--out must be given/],
      [[at('none'), '--out', at('x.zip')], /the first argument must be .*path.*; got .*none/],
      [
        ['blobs', '--out', at('x.zip'), '--size', '8'],
        /size must be an integer from 16 to 256; got 8/,
      ],
      [[from, '--out', at('x.tar')], /--out must end in \.zip/],
      [[from, '--out', at('x.zip'), '--format', 'gif'], /--format must be one of jpeg, png/],
      [[from, '--out', at('x.zip'), '--size', '5000'], /--size must be at most 1024/],
    ] as const) {
      const {status, err} = program.run(...options);
      assert.equal(status, 1);
      assert.match(err, says);
    }
  });

  it('draws a generated set, of a seed and a number of training images', async () => {
    const {status, out, err} = program.run(
      ...['blobs', '--out', at('blobs.zip'), '--size', '16', '--count', '5', '--seed', '3']
    );
    assert.equal(status, 0, err);
    assert.match(out, /blobs, 16×16, train 5, val 1000, test 1000, 2005 masks/);
    const packed = await open(at('blobs.zip'), {regions: 2});
    const drawn = await openDataset('blobs', {size: 16, seed: 3});
    for (const split of ['train', 'val'] as const) {
      const [ours, theirs] = await Promise.all([packed, drawn].map(set => set.read(split, [0, 4])));
      assert.deepEqual(ours!.labels, theirs!.labels);
      // Colours are bytes there.
      ours!.images.forEach((value, i) => {
        assert.ok(Math.abs(value - theirs!.images[i]!) <= 0.5001 / 127.5);
      });
    }
    const refused = program.run('blobs', '--out', at('more.zip'), '--count', '1000001');
    assert.match(refused.err, /--count must be at most 1000000 for blobs; got 1000001/);
  });

  it('packs the prepared Flowers-17, and each image is the same', {skip: NO_DATA}, async () => {
    const flowers = dataPath('flowers17');
    const {status, out, err} = program.run(flowers, '--out', at('flowers.zip'));
    assert.equal(status, 0, err);
    assert.match(out, /train 418, val 124, test 304, 846 masks/);
    renameSync(at('flowers.zip'), at('renamed.zip'));
    const packed = await open(at('renamed.zip'), {size: 128});
    const before = await unpacked(flowers, 128);
    const some = [0, 57, 123];
    assert.deepEqual(await packed.read('val', some), await before.read('val', some));
  });

  /** The folder as it is opened without packing. */
  async function unpacked(path: string, size = SIZE): Promise<Dataset> {
    return openDataset({name: 'mine', files: await folderFiles(path)}, {size, seed: 0, regions: 3});
  }
});

async function entriesOf(path: string): Promise<Part[]> {
  const files = await readZip(blobSource(await openAsBlob(path)), path);
  return Promise.all(
    files.map(async file => ({
      path: file.path,
      bytes: new Uint8Array(await (await file.read()).arrayBuffer()),
    }))
  );
}

function gray(side: number): Uint8Array {
  return new Uint8Array(side * side * 4).fill(150);
}

/** Of values in [-1, 1], out of 255. */
function meanDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!) * 127.5, 0) / a.length;
}
