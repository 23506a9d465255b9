import {expect} from '@open-wc/testing';

import {trivialScores} from '../../../core/training/trivial.js';
import type {Dataset} from '../../../datasets/dataset.js';

/** A data set of 2×2 images with these labels, a row an image. */
function labelled(rows: number[][] | undefined): Dataset {
  return {
    name: 'labelled',
    size: 2,
    regionNames: ['background', 'object'],
    counts: {train: 0, val: rows?.length ?? 1, test: 0},
    read: async (_split, indices) => ({
      count: indices.length,
      size: 2,
      images: new Float32Array(indices.length * 12),
      ...(rows && {labels: Uint8Array.from(indices.flatMap(i => rows[i]!))}),
    }),
  };
}

describe('trivialScores(dataset, split, count)', () => {
  it('scores one region for all pixels, and the mean mask for every image', async () => {
    const {oneRegion, meanMask} = await trivialScores(
      labelled([
        [1, 1, 0, 0],
        [1, 0, 0, 0],
        [1, 1, 1, 0],
      ]),
      'val',
      3
    );
    // One region, taken for the object: IoU 2/4, 1/4, 3/4; for the better of both, accuracy 2/4, 3/4, 3/4.
    expect(oneRegion.objectIou).to.be.closeTo((2 / 4 + 1 / 4 + 3 / 4) / 3, 1e-9);
    expect(oneRegion.accuracy).to.be.closeTo((2 / 4 + 3 / 4 + 3 / 4) / 3, 1e-9);
    // The mean mask is 1 1 0 0.
    expect(meanMask.objectIou).to.be.closeTo((1 + 1 / 2 + 2 / 3) / 3, 1e-9);
    expect(meanMask.accuracy).to.be.closeTo((1 + 3 / 4 + 3 / 4) / 3, 1e-9);
  });

  it('takes the first images of the split, a batch at a time', async () => {
    const rows = Array.from({length: 60}, (_, i) => (i < 40 ? [1, 0, 0, 0] : [0, 1, 1, 1]));
    const {meanMask} = await trivialScores(labelled(rows), 'val', 40);
    expect(meanMask).to.deep.include({count: 40, objectIou: 1, accuracy: 1});
  });

  it('refuses images without true masks', async () => {
    let error: unknown;
    await trivialScores(labelled(undefined), 'val', 1).catch((reason: unknown) => (error = reason));
    expect(String(error)).to.contain('the val images must have true masks; got none');
  });
});
