/**
 * Sums over the pixels of an image on WebGL, which are too long for one fragment: each fragment sums
 * a part of some lines for a pair of channels, and a second program adds up the parts.
 */

import {pairs} from './webgl-shader.js';

export type Shape4D = [number, number, number, number];

/** Parts of the sum over an image, at most. */
const PARTS = 32;
/** Fewest texels of a part: below, a fragment more costs less than a second launch. */
const LEAST_TEXELS = 64;

/** Of a shader that goes through parts. */
export const PART_UNIFORMS = ['width', 'pixelPairs', 'lines', 'parts', 'perPart'] as const;

/** Goes through the texels of a part; `both` is whether the second pixel of a texel is inside. */
export function overPart(statements: string): string {
  return `
    for (int line = part * perPart; line < min((part + 1) * perPart, lines); line++) {
      for (int pixel = 0; pixel < pixelPairs; pixel++) {
        int texel = (image * lines + line) * pixelPairs + pixel;
        bool both = 2 * pixel + 1 < width;
        ${statements}
      }
    }`;
}

/** Which part of which image a row stands for. */
export const PART_PLACE = `
  int image = quotient(row, parts);
  int part = row - image * parts;`;

/** How an image's lines make parts. */
export function partsOf([, lines, width]: Shape4D): {
  parts: number;
  perPart: number;
  uniforms: number[];
} {
  const perPart = Math.max(Math.ceil(lines / PARTS), Math.ceil(LEAST_TEXELS / pairs(width)));
  const parts = Math.ceil(lines / perPart);
  return {parts, perPart, uniforms: [width, pairs(width), lines, parts, perPart]};
}
