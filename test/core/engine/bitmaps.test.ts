import {expect} from '@open-wc/testing';

import {closeBitmaps, transferablesOf} from '../../../core/engine/bitmaps.js';

describe('transferablesOf(value)', () => {
  it('finds buffers and bitmaps at any depth, each once', async () => {
    const bitmap = await createImageBitmap(new ImageData(1, 1));
    const values = new Float32Array(4);
    const found = transferablesOf({
      score: 0.5,
      nothing: undefined,
      region: bitmap,
      list: [{values}, {again: values.subarray(2)}, bitmap],
    });
    expect(found).to.have.members([bitmap, values.buffer]).and.have.length(2);
  });

  it('leaves shared memory out, which can only be shared', () => {
    expect(transferablesOf(new Uint8Array(new SharedArrayBuffer(4)))).to.deep.equal([]);
  });
});

describe('closeBitmaps(value)', () => {
  it('closes the bitmaps of an answer, and leaves its buffers', async () => {
    const bitmap = await createImageBitmap(new ImageData(3, 2));
    const values = new Float32Array(4);
    closeBitmaps({values, all: [{bitmap}]});
    expect(bitmap).to.include({width: 0, height: 0});
    expect(values).to.have.length(4);
  });
});
