import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import jpeg from 'jpeg-js';

import {openDataset} from '../../datasets/catalog.js';
import {Random} from '../../datasets/random.js';
import {makeTar, makeZip} from './archives.js';
import {gzip} from './gzip.js';
import {makePng} from './images.js';

/** Changes some bytes, and cuts off the end now and then. */
function corrupt(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const changed = bytes.slice();
  // Half of the changes are at the ends, where the formats have their structure.
  const places = 1 + random.integer(6);
  for (let i = 0; i < places; i++) {
    const reach = Math.min(changed.length, 200);
    const place = [
      random.integer(changed.length),
      random.integer(reach),
      changed.length - 1 - random.integer(reach),
    ][random.integer(3)]!;
    changed[place] = random.integer(256);
  }
  return random.integer(4) === 0 ? changed.slice(0, random.integer(changed.length)) : changed;
}

describe('openDataset({files}) of damaged files', async () => {
  const png = makePng(9, 7, 3, (x, y) => [x * 20, y * 30, 9]);
  const data = Uint8Array.from({length: 24 * 16 * 4}, (_, i) => (i * 37) % 256);
  const jpg = Uint8Array.from(jpeg.encode({width: 24, height: 16, data}, 80).data);
  const mask = makePng(9, 7, 1, x => [x < 4 ? 0 : 255]);
  const parts = [
    {path: 'a/1.png', bytes: png},
    {path: 'a/2.jpg', bytes: jpg},
    {path: 'masks/1.png', bytes: mask},
  ];
  const kinds: Record<string, Uint8Array<ArrayBuffer>> = {
    'a.zip': await makeZip(parts),
    'a.tar': makeTar(parts),
    'a.tar.gz': await gzip(makeTar(parts)),
    'a.png': png,
    'a.jpg': jpg,
  };

  for (const [path, whole] of Object.entries(kinds)) {
    it(`loads ${path} or says what is wrong, 100 times`, async () => {
      const outcomes = {loaded: 0, refused: 0};
      for (let i = 0; i < 100; i++) {
        const bytes = corrupt(whole, new Random('corruption', path, i));
        try {
          const files = [{path, blob: new Blob([bytes])}];
          const dataset = await openDataset({name: 'mine', files}, {size: 8, seed: 0});
          const indices = Array.from({length: dataset.counts.train}, (_, k) => k);
          const {images} = await dataset.read('train', indices);
          assert.ok(images.every(value => value >= -1 && value <= 1));
          outcomes.loaded++;
        } catch (error) {
          assert.ok(error instanceof Error);
          assert.match(error.message, /^images: /, `${path} ${i}: ${error.stack}`);
          outcomes.refused++;
        }
      }
      assert.ok(outcomes.refused > 10, JSON.stringify(outcomes));
    });
  }
});
