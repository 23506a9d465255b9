import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {openDataset} from '../../datasets/catalog.js';
import type {Dataset} from '../../datasets/dataset.js';
import type {NamedFile} from '../../datasets/source.js';
import {dataPath, folderFiles, NO_DATA} from '../support/shared-data.js';
import {makePng, plainPng} from './images.js';

const LISTS = {train: ['a', 'b'], val: ['c'], test: ['d', 'b']};

function png(path: string, red: number): NamedFile {
  return {path, blob: new Blob([plainPng(16, [red, 0, 0])])};
}

/** Left half background, right half object. */
const HALVES = new Blob([makePng(16, 16, 1, x => [x < 8 ? 0 : 255])]);

function folder(lists: unknown = LISTS, below = 'mine/'): NamedFile[] {
  return [
    {path: `${below}splits.json`, blob: new Blob([JSON.stringify(lists)])},
    ...['a', 'b', 'c', 'd'].map((name, i) => png(`${below}images/${name}.png`, 10 * i)),
    {path: `${below}masks/b.png`, blob: HALVES},
    {path: `${below}masks/d.png`, blob: HALVES},
  ];
}

const open = (files: readonly NamedFile[], size = 16): Promise<Dataset> =>
  openDataset({name: 'mine', files}, {size, seed: 0, regions: 2});

const redOf = (images: Float32Array): number => Math.round((images[0]! + 1) * 127.5);

describe('openDataset(a folder with splits.json)', () => {
  it('has the images that the lists name, in their order, wherever the folder lies', async () => {
    for (const below of ['', 'mine/', 'archive/mine/']) {
      const dataset = await open(folder(LISTS, below));
      assert.equal(dataset.name, 'mine');
      assert.deepEqual(dataset.counts, {train: 2, val: 1, test: 2});
      const {images} = await dataset.read('test', [1]);
      assert.equal(redOf(images), 10);
      assert.equal(dataset.wholeSplit, undefined);
    }
  });

  it('reads masks by name, and tells which images have one', async () => {
    const dataset = await open(folder());
    assert.deepEqual(dataset.labelled, {train: [1], val: [], test: [0, 1]});
    const {labels} = await dataset.read('test', [0]);
    assert.deepEqual([labels![0], labels![15]], [0, 1]);
    assert.equal((await dataset.read('train', [0, 1])).labels, undefined);
  });

  it('notes names that have no image', async () => {
    const dataset = await open(folder({...LISTS, train: ['a', 'missing']}));
    assert.equal(dataset.counts.train, 1);
    assert.deepEqual(dataset.notes, [
      'Left out: mine/splits.json lists missing, which is not in images/',
    ]);
  });

  it('says what is wrong with the lists', async () => {
    await assert.rejects(open(folder({train: ['a']})), /splits\.json must have lists of names/);
    await assert.rejects(open(folder({...LISTS, val: [1]})), /must have lists of names/);
    await assert.rejects(
      open(folder({...LISTS, val: []})),
      /splits\.json must list an image of images\/ in val; got none/
    );
    const files = folder().with(0, {path: 'mine/splits.json', blob: new Blob(['{'])});
    await assert.rejects(open(files), /mine\/splits\.json must be JSON/);
  });

  it('opens the prepared LFW with its splits', {skip: NO_DATA}, async () => {
    const dataset = await open(await folderFiles(dataPath('lfw')), 32);
    assert.deepEqual(dataset.counts, {train: 10306, val: 1327, test: 1600});
    assert.equal(dataset.labelled!.val.length, 1327);
    assert.deepEqual([dataset.labelled!.train, dataset.labelled!.test], [[], []]);
    const {labels} = await dataset.read('val', [0]);
    const share = labels!.reduce((sum, label) => sum + label, 0) / labels!.length;
    assert.ok(share > 0.1 && share < 0.7, `${share}`);
  });
});
