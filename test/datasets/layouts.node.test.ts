import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {openDataset} from '../../datasets/catalog.js';
import type {Dataset, Split} from '../../datasets/dataset.js';
import {readMat} from '../../datasets/mat.js';
import {cubSplits, lfwSplits} from '../../datasets/paper-splits.js';
import {Random} from '../../datasets/random.js';
import type {NamedFile} from '../../datasets/source.js';
import {dataFile, dataPath, folderFiles, NO_DATA} from '../support/shared-data.js';
import {makePng, plainPng} from './images.js';

const open = (files: readonly NamedFile[], regions = 2, size = 128) =>
  openDataset({name: 'mine', files}, {size, seed: 0, regions});

const textOf = (path: string): string => new TextDecoder().decode(dataFile(path));

/**
 * Mean absolute difference of two images' luminance, out of 255. What was prepared is JPEG with colours
 * of half resolution, which costs 2 to 5 of 255 of the colours and says nothing of the crop.
 */
function lumaDifference(a: Float32Array, b: Float32Array): number {
  const luma = (x: Float32Array, i: number) =>
    (0.299 * x[3 * i]! + 0.587 * x[3 * i + 1]! + 0.114 * x[3 * i + 2]!) * 127.5;
  let sum = 0;
  for (let i = 0; i < a.length / 3; i++) sum += Math.abs(luma(a, i) - luma(b, i));
  return sum / (a.length / 3);
}

/** The image of a prepared folder, and its mask if it has one there. */
async function prepared(set: string, stem: string, ending: string, masks: string) {
  const files = [
    {path: 'image.' + ending, blob: new Blob([dataFile(`${set}/images/${stem}.${ending}`)])},
  ];
  try {
    files.push({
      path: 'masks/image.png',
      blob: new Blob([dataFile(`${set}/${masks}/${stem}.png`)]),
    });
  } catch {
    // Only some have masks.
  }
  const {images, labels} = await (await open(files, 3)).read('train', [0]);
  return {image: images, labels};
}

async function readAll(dataset: Dataset, split: Split) {
  return Promise.all(
    Array.from({length: dataset.counts[split]}, (_, i) => dataset.read(split, [i]))
  );
}

describe('LFW as its authors hand it out', {skip: NO_DATA}, () => {
  const names = (split: Split): string[] =>
    textOf(`native/lfw/${split}.txt`)
      .trim()
      .split('\n')
      .map(line => line.split(' ')[1]!);

  it('is read by its lists, its AppleDouble stub left out', async () => {
    const dataset = await open(await folderFiles(dataPath('native/lfw')));
    assert.equal(dataset.name, 'lfw');
    assert.deepEqual(dataset.counts, {train: 6, val: 6, test: 6});
    assert.deepEqual(dataset.regionNames, ['background', 'face']);
    assert.equal((await dataset.read('train', [0])).labels, undefined);
    assert.ok((await dataset.read('test', [0, 5])).labels);
  });

  it('is, pixel by pixel, what was prepared', async () => {
    const files = await folderFiles(dataPath('native/lfw'));
    const [two, three] = [await open(files), await open(files, 3)];
    for (const split of ['train', 'val', 'test'] as const) {
      for (const [i, {images}] of (await readAll(two, split)).entries()) {
        const stem = names(split)[i]!;
        const {image} = await prepared('lfw', stem, 'jpg', 'masks');
        const difference = lumaDifference(images, image);
        assert.ok(difference <= 2, `${stem}: must be within 2 of 255; got ${difference}`);
        // The measure sees a crop that is off by one pixel.
        assert.ok(lumaDifference(images.subarray(3), image.subarray(0, -3)) > 4, stem);
      }
    }
    for (const [i, stem] of names('val').entries()) {
      const truth = await prepared('lfw', stem, 'jpg', 'masks');
      assert.deepEqual((await two.read('val', [i])).labels, truth.labels);
      const parts = await prepared('lfw', stem, 'jpg', 'parts');
      assert.deepEqual((await three.read('val', [i])).labels, parts.labels);
    }
  });

  it('has the published lists, where it is whole', async () => {
    const code = await lfwSplits();
    const all = (['train', 'val', 'test'] as const).flatMap((split, digit) =>
      textOf(`splits/lfw-funneled/${split}.txt`)
        .trim()
        .split('\n')
        .map(line => ({name: line.split(' ')[1]!, digit}))
    );
    all.sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.equal(code, all.map(({digit}) => digit).join(''));
  });
});

describe('Flowers-102 as its authors hand it out', {skip: NO_DATA}, () => {
  it('setid.mat gives the published splits', async () => {
    const lists = await readMat(new Blob([dataFile('native/flowers102/setid.mat')]), 'setid.mat');
    assert.deepEqual(
      ['tstid', 'valid', 'trnid'].map(name => lists.get(name)!.length),
      [6149, 1020, 1020]
    );
    const all = ['tstid', 'valid', 'trnid'].flatMap(name => lists.get(name)!);
    assert.deepEqual(
      all.sort((a, b) => a - b),
      Array.from({length: 8189}, (_, i) => i + 1)
    );
  });

  it('damaged setid.mat: loads or says what is wrong, 100 times', async () => {
    const whole = Uint8Array.from(dataFile('native/flowers102/setid.mat'));
    let refused = 0;
    for (let i = 0; i < 100; i++) {
      const random = new Random('mat', i);
      const bytes = whole.slice(0, i % 3 ? whole.length : random.integer(whole.length));
      for (let k = 0; k < 3; k++) bytes[random.integer(bytes.length)] = random.integer(256);
      try {
        await readMat(new Blob([bytes]), 'setid.mat');
      } catch (error) {
        assert.match((error as Error).message, /^images: setid\.mat/);
        refused++;
      }
    }
    assert.ok(refused > 50);
  });

  it('is read with segmim where it is there: blue is background', async () => {
    const files = await folderFiles(dataPath('native/flowers102'));
    assert.deepEqual((await open(files)).regionNames, ['background', 'flower']);
    const numbers = (await open(files)).counts;
    assert.ok(numbers.train >= 1);
    const segmim = makePng(500, 500, 3, x => (x < 250 ? [0, 0, 254] : [90, 80, 70]));
    const path = 'segmim/segmim_00001.jpg';
    const all = ['train', 'val', 'test'] as const;
    const dataset = await open([...files, {path, blob: new Blob([segmim])}], 2, 64);
    const labelled = await Promise.all(all.map(split => readAll(dataset, split)));
    const [one] = labelled.flat().filter(sample => sample.labels);
    // The photograph's width is odd after scaling: the border is somewhere in the middle two columns.
    const wrong = one!.labels!.filter((label, i) => {
      const column = i % 64;
      return column < 31 ? label !== 0 : column > 32 && label !== 1;
    });
    assert.equal(wrong.length, 0);
  });
});

describe('Flowers-17 as its authors hand it out', {skip: NO_DATA}, () => {
  it('is what was prepared, but for pixels that nobody labelled', async () => {
    const files = await folderFiles(dataPath('native/flowers17'));
    const dataset = await open(files);
    assert.equal(dataset.name, 'flowers-17');
    const stems = files
      .filter(({path}) => path.startsWith('jpg/'))
      .map(({path}) => path.slice(4, -4))
      .sort();
    const held: Record<number, Split> = {8: 'val', 9: 'test'};
    const seen: Record<Split, number> = {train: 0, val: 0, test: 0};
    for (const [i, stem] of stems.entries()) {
      const split = held[i % 10] ?? 'train';
      const {images, labels} = await dataset.read(split, [seen[split]++]);
      const truth = await prepared('flowers17', stem, 'jpg', 'masks');
      const {labels: ignored} = await prepared('flowers17', stem, 'jpg', 'ignore');
      const difference = lumaDifference(images, truth.image);
      assert.ok(difference <= 2.5, `${stem}: must be within 2.5 of 255; got ${difference}`);
      const wrong = labels!.filter((label, p) => !ignored![p] && label !== truth.labels![p]);
      assert.equal(wrong.length, 0, stem);
    }
  });
});

describe('CUB-200-2011 as its authors hand it out', () => {
  it('is read by images.txt and the published splits', async () => {
    const code = await cubSplits();
    const at = (digit: string) => code.indexOf(digit) + 1;
    const lines = ['0', '1', '2'].map(digit => `${at(digit)} 001.Bird/b${digit}.jpg`);
    const files = [
      {path: 'CUB/images.txt', blob: new Blob([lines.join('\n')])},
      ...['0', '1', '2'].flatMap((digit, i) => [
        {path: `CUB/images/001.Bird/b${digit}.jpg`, blob: new Blob([plainPng(8, [i * 50, 0, 0])])},
        {
          path: `CUB/segmentations/001.Bird/b${digit}.png`,
          blob: new Blob([makePng(8, 8, 1, x => [[0, 127, 128, 255][x >> 1]!])]),
        },
      ]),
    ];
    const dataset = await open(files, 2, 8);
    assert.equal(dataset.name, 'cub-200-2011');
    assert.deepEqual(dataset.counts, {train: 1, val: 1, test: 1});
    const {images, labels} = await dataset.read('test', [0]);
    assert.equal(Math.round((images[0]! + 1) * 127.5), 100);
    assert.deepEqual([...labels!.subarray(0, 8)], [0, 0, 0, 0, 1, 1, 1, 1]);
  });

  it('has as many images a split as the paper', async () => {
    const code = await cubSplits();
    const counts = ['0', '1', '2'].map(digit => code.split(digit).length - 1);
    assert.deepEqual(counts, [10000, 788, 1000]);
    assert.deepEqual(
      await lfwSplits().then(all => ['0', '1', '2'].map(digit => all.split(digit).length - 1)),
      [10306, 1327, 1600]
    );
  });

  it('names a list whose images are not there', async () => {
    const files = [
      {path: 'images.txt', blob: new Blob(['1 a/b.jpg'])},
      {path: 'x.png', blob: new Blob([plainPng(8, [0, 0, 0])])},
    ];
    await assert.rejects(open(files), /cub-200-2011 must have the images that images\.txt lists/);
  });
});
