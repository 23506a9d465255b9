import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {asBlob, blobSource, MemoryFile} from '../../datasets/byte-source.js';

const BYTES = Uint8Array.from({length: 600_000}, (_, i) => i % 251);

describe('blobSource(blob)', () => {
  it('gives any bytes, cut to what there is, and reads what lies close by once', async () => {
    const blob = new Blob([BYTES]);
    let readings = 0;
    const slice = blob.slice.bind(blob);
    blob.slice = (...range) => {
      readings++;
      return slice(...range);
    };
    const source = blobSource(blob);
    const near = [0, 1000, 2000, 100_000].map(at => source.read(at, at + 500));
    for (const [i, at] of [0, 1000, 2000, 100_000].entries()) {
      assert.deepEqual(await near[i], BYTES.slice(at, at + 500));
    }
    assert.equal(readings, 1);
    assert.deepEqual(await source.read(-10, 20), BYTES.slice(0, 20));
    assert.deepEqual(await source.read(1000, 599_999), BYTES.slice(1000, 599_999));
    assert.deepEqual(await source.read(599_990, 700_000), BYTES.slice(599_990));
    assert.deepEqual(await source.read(700_000, 700_100), new Uint8Array());
    assert.equal(readings, 3);
  });
});

describe('MemoryFile', () => {
  it('is read and cut as a blob is, without giving its own bytes away', async () => {
    const file = new MemoryFile(new TextEncoder().encode('a mug'));
    const blob = await asBlob(file);
    assert.ok(blob instanceof Blob);
    for (const each of [file, blob]) {
      assert.equal(each.size, 5);
      assert.equal(await each.text(), 'a mug');
      assert.equal(await each.slice(2, 99).text(), 'mug');
      new Uint8Array(await each.arrayBuffer()).fill(0);
      assert.equal(await each.text(), 'a mug');
    }
    assert.equal(await asBlob(blob), blob);
  });
});
