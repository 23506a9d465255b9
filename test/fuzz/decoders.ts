/** Damaged images, read in a page, where the browser's own decoders are at work. */

import {encode} from 'modern-gif';

import {MemoryFile} from '../../datasets/byte-source.js';
import {decodeImage} from '../../datasets/decode.js';
import type {Form} from './forms.js';
import {fuzz, type Meter, type Outcome} from './fuzz.js';

const [WIDTH, HEIGHT] = [24, 16];

/** Of the clock: a decoder works in threads of its own, which no script is told of. */
const IN_PAGE: Meter = {timeMs: () => performance.now(), arrayBytes: () => 0};

/** Formats whose decoders are the browser's, as `createImageBitmap` reads them. */
export const DECODERS = ['png', 'jpeg', 'webp', 'gif', 'bmp'] as const;
export type Decoder = (typeof DECODERS)[number];

/** Reads damaged images of a format. Every option is as of `fuzz`. */
export async function fuzzDecoder(
  format: Decoder,
  options: {count: number; seed?: number; from?: number}
): Promise<Outcome> {
  const form: Form = {
    file: await makeImage(format),
    read: async bytes => {
      const {pixels} = await decodeImage(new MemoryFile(bytes), `a.${format}`);
      const {width, height, data} = pixels;
      if (data.length !== width * height * 4) throw new Error('pixels are missing');
    },
    says: /^images: /,
  };
  return fuzz(`decoder-${format}`, form, options, IN_PAGE);
}

async function makeImage(format: Decoder): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(WIDTH, HEIGHT);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(WIDTH, HEIGHT);
  image.data.forEach((_, i) => (image.data[i] = i % 4 === 3 ? 255 : (i * 37) % 256));
  context.putImageData(image, 0, 0);
  switch (format) {
    case 'gif': {
      const frames = [{data: image.data, delay: 100}];
      return new Uint8Array(await encode({width: WIDTH, height: HEIGHT, frames}));
    }
    case 'bmp':
      return bmp(image);
    default: {
      const blob = await canvas.convertToBlob({type: `image/${format}`});
      if (blob.type !== `image/${format}`) throw new Error(`no ${format} is written here`);
      return new Uint8Array(await blob.arrayBuffer());
    }
  }
}

/** A bitmap of 24 bits a pixel, without compression, lowest row first. */
function bmp({width, height, data}: ImageData): Uint8Array<ArrayBuffer> {
  const head = 54;
  const row = Math.ceil((width * 3) / 4) * 4;
  const view = new DataView(new ArrayBuffer(head + row * height));
  view.setUint16(0, 0x424d);
  view.setUint32(2, view.byteLength, true);
  view.setUint32(10, head, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const value = data[((height - 1 - y) * width + x) * 4 + 2 - c]!;
        view.setUint8(head + y * row + x * 3 + c, value);
      }
    }
  }
  return new Uint8Array(view.buffer);
}
