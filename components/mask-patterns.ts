/** A pattern a region, so that regions can be told apart without colours. */

import type {Picture} from '../core/engine/protocol.js';
import {regionColour} from './palette.js';

/** Side of a pattern's tile, in pixels of what it is drawn on; a power of two. */
const TILE = 8;

/** Pictures are enlarged to about this many pixels a side, so that a pattern is finer than they are. */
const SIDE = 256;

/** Of a pattern's ink where a region's colour is opaque. */
const STRENGTH = 0.5;

/** From this luminance on, ink is black. */
const BRIGHT = 0.4;

/** Whether there is ink, by place in the tile. Region k has pattern k, and so on from the start. */
const INK: readonly ((x: number, y: number) => boolean)[] = [
  () => false,
  (x, y) => (x + y) % TILE < 2,
  (x, y) => (x - y + TILE) % TILE < 2,
  (x, y) => x % 4 < 2 && y % 4 < 2 && x < 4 === y < 4,
  x => x % TILE < 2,
  (_, y) => y % TILE < 2,
  (x, y) => x % TILE < 2 || y % TILE < 2,
  (x, y) => x < 4 === y < 4,
];

/** Ink of every pattern `[pattern, TILE, TILE]`. */
const TILES = INK.map(ink =>
  Uint8Array.from({length: TILE * TILE}, (_, i) => Number(ink(i % TILE, Math.floor(i / TILE))))
);

/** What the ink of a region is: black on bright colours, white on dark ones. */
function inkLevel(region: number): number {
  const [red, green, blue] = regionColour(region);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255 > BRIGHT ? 0 : 255;
}

/**
 * Enlarges a picture by a whole factor, and draws each region's pattern on it.
 *
 * @param regions Region of each pixel `[height, width]`.
 * @param opacity Of the regions' colours, in [0, 1]: patterns are as strong as these.
 * @param only The region to draw a pattern on; all if absent.
 */
export function drawPatterns(
  picture: Picture,
  regions: Uint8Array,
  opacity = 1,
  only?: number
): Picture {
  const scale = Math.max(1, Math.floor(SIDE / Math.max(picture.width, picture.height)));
  const width = scale * picture.width;
  const height = scale * picture.height;
  const pixels = new Uint8ClampedArray(4 * width * height);
  const source = new Uint32Array(picture.pixels.buffer, picture.pixels.byteOffset);
  const target = new Uint32Array(pixels.buffer);
  const inks = Array.from({length: INK.length}, (_, region) => inkLevel(region));
  const share = STRENGTH * opacity;
  for (let y = 0; y < height; y++) {
    const row = Math.floor(y / scale) * picture.width;
    const tileRow = (y % TILE) * TILE;
    for (let x = 0; x < width; x++) {
      const at = row + Math.floor(x / scale);
      const i = y * width + x;
      target[i] = source[at]!;
      const region = regions[at]!;
      const pattern = region % INK.length;
      if (!TILES[pattern]![tileRow + (x % TILE)] || (only !== undefined && only !== region))
        continue;
      const ink = share * inks[pattern]!;
      for (let c = 4 * i; c < 4 * i + 3; c++) pixels[c] = (1 - share) * pixels[c]! + ink;
    }
  }
  return {width, height, pixels};
}

/** A region's colour with its pattern, or plain: what a legend shows. */
export function swatch(region: number, patterned: boolean): Picture {
  const side = 2 * TILE;
  const pixels = new Uint8ClampedArray(4 * side * side);
  for (let i = 0; i < pixels.length; i += 4) pixels.set([...regionColour(region), 255], i);
  const ink = TILES[region % INK.length]!;
  const level = inkLevel(region);
  for (let i = 0; patterned && i < side * side; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    if (!ink[(y % TILE) * TILE + (x % TILE)]) continue;
    for (let c = 4 * i; c < 4 * i + 3; c++) {
      pixels[c] = (1 - STRENGTH) * pixels[c]! + STRENGTH * level;
    }
  }
  return {width: side, height: side, pixels};
}
