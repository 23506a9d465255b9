/** Decodes images: by the browser where there is one that can in a worker, else by JavaScript. */

import {asBlob, type FileBytes} from './byte-source.js';
import {type ImageHeader, readImageHeader, readPpmNumbers} from './image-header.js';
import type {Pixels} from './square.js';

/** Decoded pixels, and for a palette's PNG the palette's indices `[height, width]`. */
export interface Decoded extends Pixels {
  indices?: Uint8Array;
}

/** An image's size as it is shown, whatever its pixels were reduced to. */
export interface Shown {
  pixels: Pixels;
  width: number;
  height: number;
}

/** Whether the browser decodes; Node can't, nor can some browsers in a worker. */
const isNative = typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';

/**
 * Decodes an image, turned as EXIF says.
 *
 * @param path What errors call the file.
 * @param enough Side that is enough of the centre square: of a larger one the browser may give the
 *     square alone at this side, averaged, which takes a fraction of the time.
 * @throws Error that names the file if it is no image, too large, or damaged.
 */
export async function decodeImage(
  file: FileBytes,
  path: string,
  enough = Infinity
): Promise<Shown> {
  const header = await readImageHeader(file, path);
  return orDamaged(path, async () => {
    if (isNative && header.format !== 'ppm') return decodeNatively(file, enough);
    const pixels =
      header.format === 'ppm'
        ? decodePpm(await bytesOf(file))
        : await decodeInScript(file, header, path);
    return {pixels, width: pixels.width, height: pixels.height};
  });
}

/**
 * Decodes a mask. PNGs are decoded alike everywhere, untouched by colour management, so that their
 * values are those in the file.
 */
export async function decodeMask(file: FileBytes, path: string): Promise<Decoded> {
  const header = await readImageHeader(file, path);
  if (header.format !== 'png') return (await decodeImage(file, path)).pixels;
  return orDamaged(path, async () => (await import('./png.js')).decodePng(await bytesOf(file)));
}

async function decodeNatively(file: FileBytes, enough: number): Promise<Shown> {
  const bitmap = await createImageBitmap(await asBlob(file), {premultiplyAlpha: 'none'});
  try {
    const {width, height} = bitmap;
    const side = Math.min(width, height);
    const [w, h] = side > enough ? [enough, enough] : [width, height];
    const context = new OffscreenCanvas(w, h).getContext('2d', {willReadFrequently: true})!;
    context.imageSmoothingQuality = 'medium';
    if (side > enough) {
      context.drawImage(bitmap, (width - side) / 2, (height - side) / 2, side, side, 0, 0, w, h);
    } else {
      context.drawImage(bitmap, 0, 0);
    }
    const {data} = context.getImageData(0, 0, w, h);
    return {pixels: {width: w, height: h, data}, width, height};
  } finally {
    bitmap.close();
  }
}

async function decodeInScript(file: FileBytes, header: ImageHeader, path: string): Promise<Pixels> {
  const bytes = await bytesOf(file);
  switch (header.format) {
    case 'png':
      return (await import('./png.js')).decodePng(bytes);
    case 'jpeg': {
      const {decode} = (await import('jpeg-js')).default;
      const options = {useTArray: true, maxResolutionInMP: 1000, maxMemoryUsageInMB: 4096} as const;
      return turn(decode(bytes, options), header.orientation);
    }
    default:
      throw new Error(
        `images: ${path} must be a JPEG, PNG or PPM where no browser decodes; got ${header.format}`
      );
  }
}

/** @throws Error if pixels are missing. */
function decodePpm(bytes: Uint8Array): Pixels {
  const numbers = readPpmNumbers(bytes);
  if (!numbers) throw new Error('its head can not be read');
  const {width, height, at} = numbers;
  const count = width * height;
  if (bytes.length < at + 3 * count) throw new Error('pixels are missing');
  const data = new Uint8Array(count * 4).fill(255);
  for (let i = 0; i < count; i++) data.set(bytes.subarray(at + 3 * i, at + 3 * i + 3), 4 * i);
  return {width, height, data};
}

/** Turns and mirrors by EXIF's orientation. */
export function turn({width, height, data}: Pixels, orientation: number): Pixels {
  if (orientation <= 1) return {width, height, data};
  const swaps = orientation >= 5;
  const [w, h] = swaps ? [height, width] : [width, height];
  const turned = new Uint8Array(data.length);
  const mirrorsX = [2, 3, 7, 8].includes(orientation);
  const mirrorsY = [3, 4, 6, 7].includes(orientation);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [u, v] = swaps ? [y, x] : [x, y];
      const column = mirrorsX ? width - 1 - u : u;
      const row = mirrorsY ? height - 1 - v : v;
      const from = (row * width + column) * 4;
      turned.set(data.subarray(from, from + 4), (y * w + x) * 4);
    }
  }
  return {width: w, height: h, data: turned};
}

async function bytesOf(file: FileBytes): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

/** Names the file in what a decoder throws. */
async function orDamaged<T>(path: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    const {message} = error as Error;
    if (message.startsWith('images: ')) throw error;
    throw new Error(`images: ${path} must be a whole image; ${message}`, {cause: error});
  }
}
