import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {openDataset} from '../../datasets/catalog.js';
import type {Dataset} from '../../datasets/dataset.js';
import type {NamedFile} from '../../datasets/source.js';
import {dataPath, folderFiles, NO_DATA} from '../support/shared-data.js';
import {makeZip} from './archives.js';
import {makePng, plainPng} from './images.js';

const SIZE = 16;
const LISTS = {train: ['a'], val: ['b', 'x'], test: ['c', 'd']};

/** The object is right of a column. */
function mask(path: string, from: number, white = 255, side = SIZE): NamedFile {
  return {path, blob: new Blob([makePng(side, side, 1, x => [x < from ? 0 : white])])};
}

const IMAGES: readonly NamedFile[] = [
  {path: 'splits.json', blob: new Blob([JSON.stringify(LISTS)])},
  ...['a', 'b', 'c', 'd', 'x'].map(name => ({
    path: `images/${name}.png`,
    blob: new Blob([plainPng(SIZE, [9, 9, 9])]),
  })),
  mask('masks/b.png', 3),
];

const open = (
  masks: readonly NamedFile[],
  {missing = 'refuse', regions = 2}: {missing?: 'refuse' | 'skip'; regions?: number} = {}
): Promise<Dataset> =>
  openDataset(
    {
      name: 'mine',
      files: IMAGES,
      masks: {split: 'test', missing, from: {name: 'kept', files: masks}},
    },
    {size: SIZE, seed: 0, regions}
  );

/** Pixels of an object in the first row. */
async function widths(dataset: Dataset, count = 2): Promise<number[]> {
  const {labels} = await dataset.read(
    'test',
    Array.from({length: count}, (_, i) => i)
  );
  return Array.from({length: count}, (_, i) =>
    labels!.subarray(i * SIZE * SIZE, i * SIZE * SIZE + SIZE).reduce((sum, label) => sum + label, 0)
  );
}

describe('openDataset(images, masks given apart)', () => {
  it('takes the masks of a split by name, and of other splits none', async () => {
    const dataset = await open([mask('d.png', 12), mask('deep/c_mask.png', 6), mask('b.png', 1)]);
    assert.deepEqual(dataset.labelled, {train: [], val: [], test: [0, 1]});
    assert.deepEqual(await widths(dataset), [10, 4]);
    assert.equal((await dataset.read('val', [0])).labels, undefined);
  });

  it('takes numbered ones in the order of the images, from 0 or from 1', async () => {
    for (const names of [
      ['000', '001'],
      ['1', '2'],
    ]) {
      const dataset = await open(names.map((name, i) => mask(`${name}.png`, 4 + i)));
      assert.deepEqual(await widths(dataset), [12, 11]);
      assert.match(dataset.notes!.at(-1)!, /numbered: taken in the order of the images/);
    }
  });

  it('reads an archive of them, and faint ones by their own two values', async () => {
    const files = [mask('c.png', 6, 1), mask('d.png', 9, 1)];
    const parts = await Promise.all(
      files.map(async ({path, blob}) => ({path, bytes: new Uint8Array(await blob.arrayBuffer())}))
    );
    const zip = await makeZip(parts);
    const dataset = await open([{path: 'kept.zip', blob: new Blob([zip])}]);
    assert.deepEqual(await widths(dataset), [10, 7]);
  });

  it('has as many regions as the masks tell apart', async () => {
    const three = new Blob([makePng(SIZE, SIZE, 1, x => [x < 4 ? 0 : x < 8 ? 1 : 2])]);
    const dataset = await open(
      ['c.png', 'd.png'].map(path => ({path, blob: three})),
      {regions: 3}
    );
    assert.deepEqual(dataset.regionNames, ['background', 'object 1', 'object 2']);
    assert.deepEqual(await widths(dataset), [4 + 16, 4 + 16]);
  });

  it('names the images without a mask, or leaves them unlabelled where that is wanted', async () => {
    await assert.rejects(
      open([mask('d.png', 2)]),
      /each of the 2 test images must have a mask in kept; 1 have none: c\. Add them, or .*--missing skip/
    );
    const dataset = await open([mask('d.png', 2)], {missing: 'skip'});
    assert.deepEqual(dataset.labelled!.test, [1]);
  });

  it('tells masks of no image, and refuses where none is of one', async () => {
    const dataset = await open([mask('c.png', 2), mask('d.png', 2), mask('z.png', 2)]);
    assert.match(dataset.notes!.at(-1)!, /the mask z\.png has no image of its name/);
    await assert.rejects(
      open([mask('y.png', 2), mask('z.png', 2)]),
      /called as their images, as c, or 2 that are numbered .* got 2, as y\.png, z\.png/
    );
    await assert.rejects(open([mask('1.png', 2)]), /or 2 that are numbered .* got 1/);
    await assert.rejects(open([mask('2.png', 2), mask('3.png', 2)]), /numbered/);
    await assert.rejects(open([mask('b.png', 2)]), /those of other splits only, as b\.png/);
  });

  it('refuses masks of another size, two of one image, damaged ones, and folders without any', async () => {
    await assert.rejects(
      open([mask('c.png', 2), mask('d.png', 2, 255, 8)]),
      /d\.png must be of its image's size, 16×16, pixel by pixel; got 8×8/
    );
    await assert.rejects(
      open([mask('c.png', 2), mask('e/c.png', 2), mask('d.png', 2)]),
      /one mask an image; got c\.png and e\/c\.png/
    );
    const whole = new Uint8Array(await mask('d.png', 2).blob.arrayBuffer());
    const cut = {path: 'd.png', blob: new Blob([whole.slice(0, whole.length - 20)])};
    await assert.rejects(open([mask('c.png', 2), cut]), /must be a whole image/);
    await assert.rejects(open([]), /masks: kept must hold files; it is empty/);
    const text = {path: 'read.me', blob: new Blob(['masks'])};
    await assert.rejects(open([text]), /kept must hold masks .* got 1 files, none of them one/);
  });

  it(
    'reads the val masks of the prepared LFW as the set itself does',
    {skip: NO_DATA},
    async () => {
      const files = await folderFiles(dataPath('lfw'));
      const masks = await folderFiles(dataPath('lfw/masks'));
      const options = {size: 32, seed: 0, regions: 2};
      const own = await openDataset({name: 'lfw', files}, options);
      const given = await openDataset(
        {
          name: 'lfw',
          files,
          masks: {split: 'val', missing: 'refuse', from: {name: 'masks', files: masks}},
        },
        options
      );
      const indices = Array.from({length: 20}, (_, i) => 60 * i);
      assert.deepEqual(
        (await given.read('val', indices)).labels,
        (await own.read('val', indices)).labels
      );
    }
  );
});
