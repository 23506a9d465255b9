/** Decodes PNGs in JavaScript, with the palette's indices, which a browser does not give. */

import {decode} from 'fast-png';
import type {Decoded} from './decode.js';

/** @throws Error if the file is damaged. */
export function decodePng(bytes: Uint8Array): Decoded {
  const png = decode(bytes, {checkCrc: true});
  const {width, height, depth, palette, transparency} = png;
  const values = depth < 8 ? spread(png.data, width * png.channels, height, depth) : png.data;
  const count = width * height;
  const {channels} = png;
  if (values.length < count * channels) throw new Error('pixels are missing');
  const data = new Uint8Array(count * 4);
  if (palette) {
    for (let i = 0; i < count; i++) {
      const [red, green, blue, alpha = 255] = palette[values[i]!] ?? [0, 0, 0];
      data.set([red!, green!, blue!, alpha], i * 4);
    }
    return {width, height, data, indices: Uint8Array.from(values.subarray(0, count))};
  }
  // Of 16 bits the upper 8 are kept.
  const scale = 255 / (2 ** depth - 1);
  const hasAlpha = channels === 2 || channels === 4;
  const colors = hasAlpha ? channels - 1 : channels;
  for (let i = 0; i < count; i++) {
    let isClear = transparency !== undefined && transparency.length >= colors;
    for (let c = 0; c < 3; c++) {
      const value = values[i * channels + (colors === 1 ? 0 : c)]!;
      if (isClear && value !== transparency![colors === 1 ? 0 : c]) isClear = false;
      data[i * 4 + c] = Math.round(value * scale);
    }
    const alpha = hasAlpha ? Math.round(values[i * channels + colors]! * scale) : 255;
    data[i * 4 + 3] = isClear ? 0 : alpha;
  }
  return {width, height, data};
}

/** One value a byte, from rows in which several share one. */
function spread(
  packed: ArrayLike<number>,
  rowLength: number,
  height: number,
  depth: number
): Uint8Array {
  const rowBytes = Math.ceil((rowLength * depth) / 8);
  const values = new Uint8Array(rowLength * height);
  for (let i = 0; i < values.length; i++) {
    const bit = (i % rowLength) * depth;
    const byte = packed[Math.floor(i / rowLength) * rowBytes + (bit >> 3)]!;
    values[i] = (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  }
  return values;
}
