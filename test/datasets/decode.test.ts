import {expect} from '@open-wc/testing';
import jpeg from 'jpeg-js';
import {encode} from 'modern-gif';

import {decodeImage, decodeMask, turn} from '../../datasets/decode.js';
import {readImageHeader} from '../../datasets/image-header.js';
import {type Pixels, toSquare} from '../../datasets/square.js';
import {readThumbnail} from '../../datasets/thumbnail.js';
import {MemoryFile} from '../../datasets/byte-source.js';
import {join} from './archives.js';
import {makePng} from './images.js';
import {rejection} from './rejection.js';

let picture: Uint8Array<ArrayBuffer>;

/** A picture of 48×32: red, with a green quarter at the upper left. */
before(async () => {
  const canvas = new OffscreenCanvas(48, 32);
  const context = canvas.getContext('2d')!;
  context.fillStyle = 'rgb(200 0 0)';
  context.fillRect(0, 0, 48, 32);
  context.fillStyle = 'rgb(0 200 0)';
  context.fillRect(0, 0, 24, 16);
  const blob = await canvas.convertToBlob({type: 'image/jpeg', quality: 0.95});
  picture = new Uint8Array(await blob.arrayBuffer());
});

/** The picture with EXIF that says how it is to be turned. */
function turned(orientation: number): Blob {
  const tiff = new DataView(new ArrayBuffer(26));
  tiff.setUint16(0, 0x4d4d);
  tiff.setUint16(2, 42);
  tiff.setUint32(4, 8);
  tiff.setUint16(8, 1);
  tiff.setUint16(10, 0x0112);
  tiff.setUint16(12, 3);
  tiff.setUint32(14, 1);
  tiff.setUint16(18, orientation);
  const exif = join([new TextEncoder().encode('Exif\0\0'), new Uint8Array(tiff.buffer)]);
  const marker = Uint8Array.of(0xff, 0xe1, 0, exif.length + 2);
  return new Blob([join([picture.subarray(0, 2), marker, exif, picture.subarray(2)])]);
}

/** Corner that is green: upper left 0, upper right 1, lower left 2, lower right 3. */
function greenCorner({width, height, data}: Pixels): number {
  return [0, 1, 2, 3].findIndex(corner => {
    const x = corner & 1 ? width - 4 : 3;
    const y = corner & 2 ? height - 4 : 3;
    return data[(y * width + x) * 4 + 1]! > 100;
  });
}

describe('decodeImage(file, path)', () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    it(`turns EXIF's orientation ${orientation} as the script for Node does`, async () => {
      const file = turned(orientation);
      expect((await readImageHeader(file, 'a.jpg')).orientation).to.equal(orientation);
      const {pixels, width, height} = await decodeImage(file, 'a.jpg');
      expect([width, height]).to.deep.equal(orientation < 5 ? [48, 32] : [32, 48]);
      const inScript = turn(jpeg.decode(picture, {useTArray: true}), orientation);
      expect([inScript.width, inScript.height]).to.deep.equal([width, height]);
      expect(greenCorner(pixels)).to.equal(greenCorner(inScript));
      expect(greenCorner(pixels)).to.equal([0, 1, 3, 2, 0, 1, 3, 2][orientation - 1]);
    });
  }

  it('gives the centre square of a large image at the side that is enough', async () => {
    const wide = new Blob([
      makePng(90, 30, 3, x => (x < 30 || x >= 60 ? [255, 0, 0] : [0, 0, 255])),
    ]);
    const {pixels, width, height} = await decodeImage(wide, 'a.png', 20);
    expect([pixels.width, pixels.height, width, height]).to.deep.equal([20, 20, 90, 30]);
    const middle = Array.from({length: 16 * 16}, (_, i) => (2 + (i >> 4)) * 20 + 2 + (i & 15));
    expect(middle.every(i => pixels.data[i * 4 + 2] === 255)).to.equal(true);
  });

  it('refuses a GIF that promises more than its bytes can hold, in its canvas or its frame', async () => {
    const frames = [{data: new Uint8ClampedArray(24 * 16 * 4).fill(255), delay: 100}];
    const gif = new Uint8Array(await encode({width: 24, height: 16, frames}));
    expect((await decodeImage(new Blob([gif]), 'a.gif')).width).to.equal(24);
    const frameAt = gif.lastIndexOf(0x2c);
    for (const at of [6, frameAt + 5]) {
      const large = gif.slice();
      new DataView(large.buffer).setUint16(at, 9000, true);
      new DataView(large.buffer).setUint16(at + 2, 8000, true);
      const {message} = await rejection(decodeImage(new Blob([large]), 'a.gif'));
      expect(message).to.match(/a\.gif must hold the pixels of its 9000×8000; it is damaged/);
    }
  });

  it('names what is damaged', async () => {
    const {message} = await rejection(decodeImage(new Blob([picture.slice(0, 300)]), 'cat.jpg'));
    expect(message).to.match(/^images: cat\.jpg must be a whole image/);
  });
});

describe('decodeMask(file, path)', () => {
  it('gives the values that are in the file', async () => {
    const {data} = await decodeMask(new Blob([makePng(4, 1, 1, x => [x * 3])]), 'a.png');
    expect([0, 1, 2, 3].map(i => data[i * 4])).to.deep.equal([0, 3, 6, 9]);
  });
});

describe('readThumbnail(file, path, side)', () => {
  /** Mean distance of two pictures' colours, of 255. */
  function distance(a: Uint8Array, b: Uint8Array): number {
    expect(a.length).to.equal(b.length);
    return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
  }

  it('is the centre square as reading and averaging give it, of any form and turn', async () => {
    const files: [string, Blob][] = [
      ['a.jpg', turned(1)],
      ['turned.jpg', turned(6)],
      ['a.png', new Blob([makePng(48, 32, 3, x => [x * 5, 255 - x * 5, 90])])],
    ];
    for (const [path, file] of files) {
      const bytes = new MemoryFile(new Uint8Array(await file.arrayBuffer()));
      const small = await readThumbnail(bytes, path, 8);
      const {pixels} = await decodeImage(file, path);
      const whole = toSquare(pixels, 8, 'smooth');
      expect(distance(small, whole), path).to.be.lessThan(8);
      expect(distance(small, small.toReversed()), path).to.be.greaterThan(20);
    }
  });

  it('enlarges what is smaller, and names what is damaged', async () => {
    const small = await readThumbnail(new Blob([makePng(2, 2, 3, () => [9, 80, 200])]), 'a.png', 8);
    expect([...small.subarray(0, 3)]).to.deep.equal([9, 80, 200]);
    expect(small.length).to.equal(8 * 8 * 3);
    const cut = new Blob([picture.slice(0, 300)]);
    const {message} = await rejection(readThumbnail(cut, 'cat.jpg', 8));
    expect(message).to.match(/^images: cat\.jpg must be a whole image/);
  });
});
