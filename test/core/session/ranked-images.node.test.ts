import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {rankedBlocks} from '../../../core/session/ranked-images.js';

const images = [0.5, 0.9, 0.7, 0.6, 0.8].map((accuracy, i) => ({
  accuracy,
  objectIou: [0.1, 0.2, 0.9, 0.3, 0.4][i]!,
}));

describe('rankedBlocks(evaluation, columns, seed)', () => {
  it('has the best and the worst by each score, best and worst first', () => {
    const rows = Object.fromEntries(
      rankedBlocks({images}, 2, 0).map(({title, rows}) => [title, rows])
    );
    assert.deepEqual(rows['Top by accuracy'], [1, 4]);
    assert.deepEqual(rows['Top by IoU'], [2, 4]);
    assert.deepEqual(rows['Worst by accuracy'], [0, 3]);
    assert.deepEqual(rows['Worst by IoU'], [0, 1]);
  });

  it('draws random images by the seed, each once', () => {
    const random = (seed: number): number[] =>
      rankedBlocks({images}, 2, seed)
        .filter(({title}) => title === 'Random')
        .flatMap(({rows}) => [...rows]);
    assert.equal(new Set(random(1)).size, 4);
    assert.deepEqual(random(1), random(1));
    assert.ok([2, 3, 4, 5].some(seed => String(random(seed)) !== String(random(1))));
  });

  it('makes do with few images', () => {
    const blocks = rankedBlocks({images: images.slice(0, 1)}, 10, 0);
    assert.deepEqual(
      blocks.map(({rows}) => rows),
      [[0], [0], [0], [0], [0]]
    );
  });
});
