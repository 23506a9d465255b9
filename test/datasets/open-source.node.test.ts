import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import jpeg from 'jpeg-js';

import {openDataset} from '../../datasets/catalog.js';
import {Random} from '../../datasets/random.js';
import type {NamedFile} from '../../datasets/source.js';
import {join, makeTar, makeZip, type Part} from './archives.js';
import {gzip} from './gzip.js';
import {makePng, plainPng} from './images.js';

const file = (path: string, bytes: Uint8Array<ArrayBuffer>): NamedFile => ({
  path,
  blob: new Blob([bytes]),
});

const open = (files: readonly NamedFile[], regions = 2, size = 16) =>
  openDataset({name: 'mine', files}, {size, seed: 0, regions});

const RED = plainPng(20, [255, 0, 0]);
const GREEN = plainPng(20, [0, 255, 0]);

/** Colour of a pixel, from 0 to 255. */
async function colorAt(files: readonly NamedFile[], index = 0, pixel = 0): Promise<number[]> {
  const {images, size} = await (await open(files)).read('train', [index]);
  assert.equal(images.length, size * size * 3);
  return [0, 1, 2].map(c => Math.round((images[pixel * 3 + c]! + 1) * 127.5));
}

describe('openDataset({files})', () => {
  it('reads images by number in their names, in [-1, 1]', async () => {
    const dataset = await open([file('a/10.png', GREEN), file('a/2.png', RED)]);
    assert.equal(dataset.name, 'mine');
    const {images, count, labels} = await dataset.read('train', [0, 1]);
    assert.equal(count, 2);
    assert.deepEqual([...images.subarray(0, 3)], [1, -1, -1]);
    assert.deepEqual([...images.subarray(16 * 16 * 3, 16 * 16 * 3 + 3)], [-1, 1, -1]);
    assert.equal(labels, undefined);
  });

  it('has every image in train; val and test are the last fifth, from ten images on', async () => {
    const files = Array.from({length: 20}, (_, i) => file(`${i}.png`, plainPng(8, [i, 0, 0])));
    const dataset = await open(files);
    assert.deepEqual(dataset.counts, {train: 20, val: 2, test: 2});
    assert.equal(dataset.wholeSplit, 'train');
    const [all, held] = [await dataset.read('train', [16, 18]), await dataset.read('val', [0])];
    assert.deepEqual(held.images, all.images.slice(0, 16 * 16 * 3));
    assert.deepEqual((await open(files.slice(0, 9))).counts, {train: 9, val: 9, test: 9});
  });

  it('leaves out litter, broken images and formats that are not read, and says so', async () => {
    const dataset = await open([
      file('mine/1.png', RED),
      file('mine/2.png', RED.slice(0, 20)),
      file('mine/3.heic', RED),
      file('mine/notes.txt', Uint8Array.of(1)),
      file('mine/.DS_Store', Uint8Array.of(1)),
      file('mine/Thumbs.db', Uint8Array.of(1)),
      file('mine/._1.png', Uint8Array.of(1)),
      file('__MACOSX/mine/1.png', RED),
    ]);
    assert.equal(dataset.counts.train, 1);
    assert.deepEqual(dataset.notes, [
      'Left out: mine/2.png must be a whole image; it is cut short',
      'Left out: mine/3.heic is of a format that is not read. Save it as JPEG or PNG',
    ]);
  });

  it('names the folder that is empty or without an image, and the way out', async () => {
    await assert.rejects(open([]), /mine must hold files; it is empty\. Choose a folder/);
    await assert.rejects(
      open([file('a.txt', RED)]),
      /mine must hold an image \(JPEG, PNG.*got 1 files, none of them one/
    );
  });

  it('refuses a path that leaves the folder', async () => {
    await assert.rejects(
      open([file('../x.png', RED)]),
      /must stay within the folder; got "\.\.\/x\.png"/
    );
  });

  it('names an image whose pixels are damaged when it is read', async () => {
    const broken = RED.slice();
    broken.fill(7, 45, 60);
    const dataset = await open([file('a.png', RED), file('b.png', broken)]);
    await assert.rejects(dataset.read('train', [1]), /images: b\.png must be a whole image; /);
    assert.equal((await dataset.read('train', [0])).count, 1);
    await assert.rejects(
      dataset.read('train', [2]),
      /mine\.read: indices of train .* 0 to 1; got 2/
    );
  });

  it('reads 1×1, grey, 16 bits, alpha over white, JPEG and PPM; refuses 30,000×30,000', async () => {
    const color = (path: string, bytes: Uint8Array<ArrayBuffer>) => colorAt([file(path, bytes)]);
    assert.deepEqual(await color('a.png', plainPng(1, [10, 20, 30])), [10, 20, 30]);
    assert.deepEqual(
      await color(
        'a.png',
        makePng(3, 2, 1, () => [77])
      ),
      [77, 77, 77]
    );
    assert.deepEqual(
      await color(
        'a.png',
        makePng(2, 2, 3, () => [0x4dff, 0, 0xffff], 16)
      ),
      [78, 0, 255]
    );
    assert.deepEqual(
      await color(
        'a.png',
        makePng(2, 2, 4, () => [0, 0, 0, 0])
      ),
      [255, 255, 255]
    );
    const data = new Uint8Array(16 * 16 * 4).fill(128);
    const packed = Uint8Array.from(jpeg.encode({width: 16, height: 16, data}, 95).data);
    assert.deepEqual(await color('a.jpg', packed), [128, 128, 128]);
    const ppm = join([
      new TextEncoder().encode('P6 # made\n1 2\n255\n'),
      Uint8Array.of(1, 2, 3, 1, 2, 3),
    ]);
    assert.deepEqual(await color('a.ppm', ppm), [1, 2, 3]);
    const huge = RED.slice();
    new DataView(huge.buffer).setUint32(16, 30_000);
    new DataView(huge.buffer).setUint32(20, 30_000);
    await assert.rejects(
      open([file('a.png', huge)]),
      /a\.png must have 1 to 120 million pixels.*30000×30000/
    );
  });

  it('cuts out the centre', async () => {
    const wide = makePng(60, 20, 3, x => (x < 20 || x >= 40 ? [255, 0, 0] : [0, 0, 255]));
    for (const resampling of ['nearest', 'smooth'] as const) {
      const source = {name: 'mine', files: [file('a.png', wide)], resampling};
      const {images} = await (await openDataset(source, {size: 10, seed: 0})).read('train', [0]);
      const reds = images.filter((_, i) => i % 3 === 0);
      // The average of a pixel at the rim reaches over it.
      const inner = [...reds].filter((_, i) => i % 10 !== 0 && i % 10 !== 9);
      assert.ok((resampling === 'nearest' ? [...reds] : inner).every(value => value === -1));
    }
  });
});

describe('masks of openDataset({files})', () => {
  const half = (low: number, high: number) => makePng(20, 20, 1, x => [x < 10 ? low : high]);

  it('are found in a sibling folder and by suffix, and thresholded', async () => {
    for (const path of ['set/masks/1.png', 'set/segmentation/1.png', 'set/images/1_mask.png']) {
      const dataset = await open([file('set/images/1.png', RED), file(path, half(0, 255))]);
      const {labels} = await dataset.read('train', [0]);
      assert.deepEqual(dataset.regionNames, ['background', 'object']);
      assert.deepEqual(
        [...labels!.subarray(0, 16)],
        [...Array<number>(8).fill(0), ...Array<number>(8).fill(1)]
      );
    }
  });

  it('of few values are maps of labels where the model has the regions', async () => {
    const bands = makePng(30, 30, 1, x => [[0, 3, 9][Math.floor(x / 10)]!]);
    const files = [file('1.png', RED), file('masks/1.png', bands)];
    const three = await open(files, 3, 6);
    assert.deepEqual(three.regionNames, ['background', 'object 1', 'object 2']);
    const {labels} = await three.read('train', [0]);
    assert.deepEqual([...labels!.subarray(0, 6)], [0, 0, 1, 1, 2, 2]);
    assert.deepEqual((await open(files, 2)).regionNames, ['background', 'object']);
  });

  it('are stretched over an image of another size', async () => {
    const mask = makePng(40, 5, 1, x => [x < 20 ? 0 : 255]);
    const dataset = await open([file('1.png', RED), file('masks/1.png', mask)]);
    const {labels} = await dataset.read('train', [0]);
    assert.deepEqual(
      [...labels!.subarray(0, 16)],
      [...Array<number>(8).fill(0), ...Array<number>(8).fill(1)]
    );
  });

  it('that fit no image are told of; images without one have no labels', async () => {
    const dataset = await open([
      file('1.png', RED),
      file('2.png', RED),
      file('masks/1.png', half(0, 255)),
      file('masks/7.png', half(0, 255)),
    ]);
    assert.deepEqual(dataset.notes, ['Not used: the mask masks/7.png has no image of its name']);
    assert.ok((await dataset.read('train', [0])).labels);
    assert.equal((await dataset.read('train', [0, 1])).labels, undefined);
  });

  it('are images themselves in a folder that holds nothing else', async () => {
    assert.equal((await open([file('labels/1.png', RED)])).counts.train, 1);
  });
});

describe('archives of openDataset({files})', () => {
  const long = `${'folder/'.repeat(20)}2.png`;
  const parts: Part[] = [
    {path: 'set/1.png', bytes: RED},
    {path: `set/${long}`, bytes: GREEN},
    {path: '__MACOSX/set/._1.png', bytes: Uint8Array.of(1)},
  ];
  const colors = [
    [255, 0, 0],
    [0, 255, 0],
  ];

  it('tell how much of them has been read, and end when they are told to', async () => {
    // Noise, which gzip can't shrink.
    const random = new Random('noise');
    const noise = Uint8Array.from({length: 2 ** 20}, () => random.integer(256));
    const tar = makeTar([
      {path: 'a.png', bytes: RED},
      {path: 'b.bin', bytes: noise},
      {path: 'c.png', bytes: GREEN},
    ]);
    for (const [name, bytes] of [
      ['a.tar', tar],
      ['a.tar.gz', await gzip(tar)],
    ] as const) {
      const told: number[] = [];
      const reading = {
        onProgress: (done: number, total: number) => {
          assert.ok(done <= total);
          told.push(done / total);
        },
      };
      // Node gives a blob's parts one by one, where a browser cuts it up.
      const parts = [0, 1, 2, 3].map(quarter =>
        bytes.subarray((quarter * bytes.length) / 4, ((quarter + 1) * bytes.length) / 4)
      );
      const source = {name: 'mine', files: [{path: name, blob: new Blob(parts)}]};
      const options = {size: 16, seed: 0, regions: 2};
      const {counts} = await openDataset(source, {...options, ...reading});
      assert.equal(counts.train, 2);
      assert.ok(told.length > 2, name);
      assert.ok(told.at(-1)! > 0.99, name);
      assert.deepEqual(
        told,
        told.toSorted((a, b) => a - b)
      );

      const stop = new AbortController();
      let calls = 0;
      const onProgress = (): void => void (++calls === 1 && stop.abort(new Error('enough')));
      await assert.rejects(openDataset(source, {...options, onProgress, signal: stop.signal}), {
        message: 'enough',
      });
      assert.ok(calls < told.length, `${name}: must be read no further; got ${calls} parts`);
    }
  });

  it('are read as folders: zip, stored zip, tar, tar.gz', async () => {
    const archives = {
      'a.zip': await makeZip(parts),
      'b.zip': await makeZip(parts, {deflated: false}),
      'c.tar': makeTar(parts),
      'd.tar.gz': await gzip(makeTar(parts)),
    };
    for (const [path, bytes] of Object.entries(archives)) {
      const files = [file(path, bytes)];
      const seen = [await colorAt(files, 0), await colorAt(files, 1)];
      assert.deepEqual(seen.sort(), [...colors].sort(), path);
    }
  });

  it('that are encrypted, cut short, or of another kind are refused by name', async () => {
    const zip = await makeZip(parts);
    await assert.rejects(
      open([file('a.zip', await makeZip(parts, {flags: 1}))]),
      /set\/1\.png in a\.zip must not be encrypted\. Unpack/
    );
    await assert.rejects(
      open([file('a.zip', zip.slice(0, -30))]),
      /a\.zip must be a whole zip archive; it must end/
    );
    await assert.rejects(
      open([file('a.tar', makeTar(parts).slice(0, 700))]),
      /a\.tar must be a whole tar archive/
    );
    const tgz = await gzip(makeTar(parts));
    await assert.rejects(
      open([file('a.tgz', tgz.slice(0, -20))]),
      /a\.tgz must be a whole gzip file/
    );
    await assert.rejects(
      open([file('a.zip', Uint8Array.of(1, 2))]),
      /a\.zip must be a zip or tar archive/
    );
  });

  it('that would leave the folder are refused', async () => {
    const evil = [{path: '../../etc/1.png', bytes: RED}];
    await assert.rejects(open([file('a.zip', await makeZip(evil))]), /must stay within the folder/);
    await assert.rejects(open([file('a.tar', makeTar(evil))]), /must stay within the folder/);
  });

  it('that unpack to more than they say are not unpacked further', async () => {
    const bomb = [{path: '1.png', bytes: new Uint8Array(20_000_000)}];
    const lying = await makeZip(bomb, {sizeBytes: 1000});
    await assert.rejects(
      open([file('a.zip', lying)]),
      /1\.png in a\.zip must unpack to at most 1000 bytes/
    );
    const vast = await makeZip(bomb, {sizeBytes: 2 ** 30});
    await assert.rejects(
      open([file('a.zip', vast)]),
      /must unpack to at most 268435456 bytes; got 1073741824/
    );
  });
});
