/** Small image files, made in the test. */

import {encode} from 'fast-png';

/** A PNG whose pixels a function of column and row gives, one value a channel. */
export function makePng(
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
  pixel: (x: number, y: number) => readonly number[],
  depth: 8 | 16 = 8
): Uint8Array<ArrayBuffer> {
  const values = Array.from({length: width * height}, (_, i) =>
    pixel(i % width, Math.floor(i / width))
  ).flat();
  const data = depth === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
  return Uint8Array.from(encode({width, height, channels, depth, data}));
}

/** One colour all over. */
export function plainPng(
  side: number,
  color: readonly [number, number, number]
): Uint8Array<ArrayBuffer> {
  return makePng(side, side, 3, () => color);
}
