import {expect} from '@open-wc/testing';

import type {ByteSource} from '../../datasets/byte-source.js';
import {createImageSet} from '../../datasets/image-set.js';
import {planPacked} from '../../datasets/packed.js';
import {readZip} from '../../datasets/zip.js';
import {makePack} from './packs.js';
import type {PackedAnswer} from './packed-worker.js';
import {rejection} from './rejection.js';

/** As many images as LFW has. */
const LFW = 13_233;

/** Bytes of a blob that tell what was read. */
function counted(blob: Blob): ByteSource & {reads: number; bytes: number} {
  const source = {
    size: blob.size,
    reads: 0,
    bytes: 0,
    read: async (from: number, to: number) => {
      const part = blob.slice(Math.max(0, from), Math.max(0, to));
      source.reads++;
      source.bytes += part.size;
      return new Uint8Array(await part.arrayBuffer());
    },
  };
  return source;
}

describe('planPacked(files, archive, options)', function () {
  this.timeout(30_000);

  it('opens in a worker, and finds an image by its place', async () => {
    const worker = new Worker(new URL('./packed-worker.ts', import.meta.url), {type: 'module'});
    try {
      const answered = new Promise<PackedAnswer>((resolve, reject) => {
        worker.onmessage = ({data}: MessageEvent<PackedAnswer>) => resolve(data);
        worker.onerror = ({message}) => reject(new Error(message));
      });
      worker.postMessage(await makePack(LFW));
      const {counts, red} = await answered;
      expect(counts).to.deep.equal({train: LFW - 2, val: 1, test: 1});
      expect(red).to.equal((LFW - 3) % 256);
    } finally {
      worker.terminate();
    }
  });

  it('reads directory and lists alone; then an image, and the checksums that it is among', async () => {
    const source = counted(await makePack(5000));
    const plan = await planPacked(await readZip(source, 'a.zip'), 'a.zip', {size: 8, regions: 2});
    const set = createImageSet(plan!, 8);
    expect(source.reads).to.equal(4);
    const opened = source.bytes;
    await set.read('train', [4000]);
    expect(source.reads).to.equal(6);
    await set.read('train', [4001, 4002]);
    expect(source.reads).to.equal(8);
    expect(source.bytes - opened).to.be.lessThan(opened / 4);
  });

  it('is undefined without a manifest, and refuses one of a newer form or of nothing', async () => {
    const options = {size: 8, regions: 2};
    const file = (text: string) => [{path: 'redo.json', read: async () => new Blob([text])}];
    expect(await planPacked([], 'a.zip', options)).to.equal(undefined);
    for (const [text, says] of [
      ['{', /redo\.json in a\.zip must be JSON/],
      ['null', /must have the format redo-dataset/],
      ['{"format": "redo-dataset", "version": 2}', /must be of version 1; got 2\. Update/],
      ['{"format": "redo-dataset", "version": 1}', /must have name, size/],
    ] as const) {
      const {message} = await rejection(planPacked(file(text), 'a.zip', options));
      expect(message).to.match(says);
    }
  });
});
