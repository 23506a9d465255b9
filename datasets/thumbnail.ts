/** Images made small to be looked at: fast, and not to be computed with. */

import type {FileBytes} from './byte-source.js';
import {decodeImage} from './decode.js';
import {type ImageHeader, readImageHeader} from './image-header.js';
import {toSquare} from './square.js';

/**
 * The centre square of an image, small. Where the browser has a decoder that takes bytes, a JPEG is
 * decoded by it, straight to about that size, with the rougher colours of such a decoding: a tenth of
 * the time.
 *
 * @param path What errors call the file.
 * @param side Height and width, in pixels.
 * @returns Colours `[side, side, 3]`.
 * @throws Error that names the file if it is no image, too large, or damaged.
 */
export async function readThumbnail(
  file: FileBytes,
  path: string,
  side: number
): Promise<Uint8Array> {
  const header = await readImageHeader(file, path);
  const isFast = typeof ImageDecoder === 'function' && header.format === 'jpeg';
  if (isFast && header.orientation === 1) {
    const colors = await decodeSmall(await file.arrayBuffer(), header, side).catch(() => undefined);
    if (colors) return colors;
  }
  const {pixels} = await decodeImage(file, path, side);
  return toSquare(pixels, side, 'smooth');
}

async function decodeSmall(
  data: ArrayBuffer,
  {width, height}: ImageHeader,
  side: number
): Promise<Uint8Array> {
  const scale = Math.min(1, side / Math.min(width, height));
  const decoder = new ImageDecoder({
    data,
    type: 'image/jpeg',
    desiredWidth: Math.ceil(width * scale),
    desiredHeight: Math.ceil(height * scale),
  });
  try {
    const {image} = await decoder.decode();
    const context = new OffscreenCanvas(side, side).getContext('2d', {willReadFrequently: true})!;
    context.imageSmoothingQuality = 'medium';
    const {displayWidth: w, displayHeight: h} = image;
    const short = Math.min(w, h);
    context.drawImage(image, (w - short) / 2, (h - short) / 2, short, short, 0, 0, side, side);
    image.close();
    const {data: pixels} = context.getImageData(0, 0, side, side);
    const colors = new Uint8Array(side * side * 3);
    for (let i = 0; i < side * side; i++) colors.set(pixels.subarray(i * 4, i * 4 + 3), i * 3);
    return colors;
  } finally {
    decoder.close();
  }
}
