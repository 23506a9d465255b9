/** What the first bytes of an image say, read before anything is decoded. */

import type {FileBytes} from './byte-source.js';
import {MAX_IMAGE_PIXELS, MAX_IMAGE_SIDE} from './limits.js';

export type ImageFormat = 'jpeg' | 'png' | 'ppm' | 'webp' | 'gif' | 'bmp';

export interface ImageHeader {
  format: ImageFormat;
  /** As stored: before the turn that EXIF asks for. */
  width: number;
  height: number;
  /** EXIF's orientation, 1 to 8; from 5 on, width and height change places. */
  orientation: number;
}

/** Bytes that hold most headers. */
const FIRST_BYTES = 2 ** 12;
/** Bytes that hold every header; those of a JPEG come after its thumbnail and colour profile. */
const HEADER_BYTES = 2 ** 18;

/**
 * Pixels that a byte of a GIF can be unpacked into: a code of 12 bits stands for at most 3,839 of them. Some
 * more are transparent, beyond its frames. Else a few bytes would keep a decoder at work for seconds.
 */
const GIF_PIXELS_A_BYTE = 2560;
const GIF_PIXELS_BEYOND = 2 ** 20;

/**
 * @param path What errors call the file.
 * @throws Error if the file is no image that is known, is cut short, or is too large to decode.
 */
export async function readImageHeader(file: FileBytes, path: string): Promise<ImageHeader> {
  const header = (await parseStart(file, FIRST_BYTES)) ?? (await parseStart(file, HEADER_BYTES));
  if (header === 'cut') throw new Error(`images: ${path} must be a whole image; it is cut short`);
  if (!header || header === 'other') {
    throw new Error(
      `images: ${path} must be an image (JPEG, PNG, WebP, GIF, BMP or PPM); ` +
        (file.size === 0 ? 'the file is empty' : 'its first bytes are of another kind')
    );
  }
  const {width, height} = header;
  const tooLarge = width > MAX_IMAGE_SIDE || height > MAX_IMAGE_SIDE;
  if (tooLarge || width * height > MAX_IMAGE_PIXELS || !(width >= 1 && height >= 1)) {
    throw new Error(
      `images: ${path} must have 1 to ${MAX_IMAGE_PIXELS / 1e6} million pixels, at most ${MAX_IMAGE_SIDE} a side; got ${width}×${height}. Make it smaller first`
    );
  }
  if (
    header.format === 'gif' &&
    width * height > GIF_PIXELS_BEYOND + GIF_PIXELS_A_BYTE * file.size
  ) {
    throw new Error(
      `images: ${path} must hold the pixels of its ${width}×${height}; it is damaged, its ${file.size} bytes are too few`
    );
  }
  return header;
}

/**
 * The header within the first bytes: `other` if it is of no image, `cut` if the file ends before it;
 * undefined if there is more of the file, and more is needed.
 */
async function parseStart(
  file: FileBytes,
  length: number
): Promise<ImageHeader | 'other' | 'cut' | undefined> {
  const bytes = new DataView(await file.slice(0, length).arrayBuffer());
  try {
    return (bytes.byteLength > 0 && parse(bytes)) || 'other';
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return file.size > length && length < HEADER_BYTES ? undefined : 'cut';
  }
}

/** @throws RangeError if the header goes on after these bytes. */
function parse(bytes: DataView): ImageHeader | undefined {
  const start = text(bytes, 0, 12);
  if (start.startsWith('\xff\xd8\xff')) return parseJpeg(bytes);
  if (start.startsWith('\x89PNG\r\n\x1a\n')) {
    return upright('png', bytes.getUint32(16), bytes.getUint32(20));
  }
  if (start.startsWith('P6')) return parsePpm(bytes);
  if (start.startsWith('GIF8')) return parseGif(bytes);
  if (start.startsWith('BM')) {
    return upright('bmp', bytes.getInt32(18, true), Math.abs(bytes.getInt32(22, true)));
  }
  if (start.startsWith('RIFF') && start.endsWith('WEBP')) return parseWebp(bytes);
  return undefined;
}

/** The canvas and its first frame, which a decoder makes room for where it is larger. */
function parseGif(bytes: DataView): ImageHeader {
  const [width, height] = [bytes.getUint16(6, true), bytes.getUint16(8, true)];
  const flags = bytes.getUint8(10);
  const paletteBytes = flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
  const frame = findGifFrame(bytes, 13 + paletteBytes);
  if (frame === undefined) return upright('gif', width, height);
  const [left, top, across, down] = [1, 3, 5, 7].map(at => bytes.getUint16(frame + at, true));
  return upright('gif', Math.max(width, left! + across!), Math.max(height, top! + down!));
}

/** Where the first frame is described; undefined if there is none, or far behind a long comment. */
function findGifFrame(bytes: DataView, from: number): number | undefined {
  let at = from;
  while (at + 10 <= HEADER_BYTES) {
    const kind = bytes.getUint8(at);
    if (kind === 0x2c) return at;
    if (kind !== 0x21) return undefined;
    // An extension is blocks, each behind its length, and one of none.
    for (at += 2; ;) {
      if (at >= HEADER_BYTES) return undefined;
      const length = bytes.getUint8(at);
      at += 1 + length;
      if (length === 0) break;
    }
  }
  return undefined;
}

/** Walks from marker to marker until the frame's, which has the size. */
function parseJpeg(bytes: DataView): ImageHeader {
  let orientation = 1;
  for (let at = 2; ;) {
    while (bytes.getUint8(at) !== 0xff || bytes.getUint8(at + 1) === 0xff) at++;
    const marker = bytes.getUint8(at + 1);
    const length = bytes.getUint16(at + 2);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const [height, width] = [bytes.getUint16(at + 5), bytes.getUint16(at + 7)];
      return {format: 'jpeg', width, height, orientation};
    }
    if (marker === 0xe1 && text(bytes, at + 4, 6) === 'Exif\0\0') {
      orientation = exifOrientation(bytes, at + 10, at + 2 + length) ?? orientation;
    }
    at += 2 + Math.max(length, 2);
  }
}

function exifOrientation(bytes: DataView, begin: number, end: number): number | undefined {
  const little = bytes.getUint16(begin) === 0x4949;
  const directory = begin + bytes.getUint32(begin + 4, little);
  if (directory + 2 > end) return undefined;
  const count = bytes.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + 12 * i;
    if (entry + 12 > end) return undefined;
    if (bytes.getUint16(entry, little) === 0x0112) {
      const value = bytes.getUint16(entry + 8, little);
      return value >= 1 && value <= 8 ? value : undefined;
    }
  }
  return undefined;
}

function parsePpm(bytes: DataView): ImageHeader | undefined {
  const numbers = readPpmNumbers(new Uint8Array(bytes.buffer, 0, Math.min(bytes.byteLength, 4096)));
  return numbers && upright('ppm', numbers.width, numbers.height);
}

/**
 * The numbers at the head of a binary PPM, and where its pixels begin; undefined if they are not
 * there, or a value has more than a byte.
 */
export function readPpmNumbers(
  bytes: Uint8Array
): {width: number; height: number; at: number} | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 4096));
  const gap = '(?:\\s|#[^\\n]*\\n)+';
  const match = new RegExp(`^P6${gap}(\\d{1,6})${gap}(\\d{1,6})${gap}255\\s`).exec(head);
  if (!match) return undefined;
  return {width: Number(match[1]), height: Number(match[2]), at: match[0].length};
}

function parseWebp(bytes: DataView): ImageHeader | undefined {
  const uint24 = (at: number): number => bytes.getUint16(at, true) | (bytes.getUint8(at + 2) << 16);
  switch (text(bytes, 12, 4)) {
    case 'VP8 ':
      return upright(
        'webp',
        bytes.getUint16(26, true) & 0x3fff,
        bytes.getUint16(28, true) & 0x3fff
      );
    case 'VP8L': {
      const word = bytes.getUint32(21, true);
      return upright('webp', (word & 0x3fff) + 1, ((word >>> 14) & 0x3fff) + 1);
    }
    case 'VP8X':
      return upright('webp', uint24(24) + 1, uint24(27) + 1);
    default:
      return undefined;
  }
}

function upright(format: ImageFormat, width: number, height: number): ImageHeader {
  return {format, width, height, orientation: 1};
}

/** Bytes as characters; fewer at the end. */
function text(bytes: DataView, at: number, length: number): string {
  const end = Math.min(at + length, bytes.byteLength);
  let result = '';
  for (let i = at; i < end; i++) result += String.fromCharCode(bytes.getUint8(i));
  return result;
}
