/** Draws a figure of pictures in rows as SVG. */

import {encode} from 'fast-png';
import type {Picture} from '../core/engine/protocol.js';
import {toBase64} from '../core/session/base64.js';
import type {PictureFigure} from './mask-figures.js';

/** In units of the SVG, which are CSS pixels. */
const TILE = 72;
const GAP = 4;
const MARGIN = 12;
const LABEL = 56;
const LINE = 16;
const HEADING = 28;

/** @returns The text of an SVG file, its pictures inside as PNGs. */
export function drawPictureFigure({title, columns, rows}: PictureFigure): string {
  const across = Math.max(...rows.map(({pictures}) => pictures.length));
  const width = MARGIN + LABEL + across * (TILE + GAP) - GAP + MARGIN;
  const left = (column: number): number => MARGIN + LABEL + column * (TILE + GAP);
  const parts: string[] = [text(MARGIN, 24, title, 'font-size="14"')];
  let top = 40;
  if (columns) {
    columns.forEach((name, i) => name && parts.push(text(left(i), top + 8, name)));
    top += LINE;
  }
  for (const {label, pictures, notes, heading} of rows) {
    if (heading !== undefined) {
      parts.push(text(MARGIN, top + HEADING - 10, heading, 'font-weight="600"'));
      top += HEADING;
    }
    parts.push(text(MARGIN, top + TILE / 2 + 4, label));
    pictures.forEach((picture, i) => picture && parts.push(image(picture, left(i), top)));
    top += TILE + GAP;
    if (notes) {
      notes.forEach((note, i) =>
        parts.push(text(left(i) + TILE / 2, top + 8, note, 'font-size="10" text-anchor="middle"'))
      );
      top += LINE;
    }
  }
  const height = top - GAP + MARGIN;
  const wide = Math.max(width, 2 * MARGIN + 7 * title.length);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${wide} ${height}" width="${wide}" height="${height}" font-family="system-ui, sans-serif" font-size="11">`,
    `<rect width="${wide}" height="${height}" fill="#fff"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** A picture as the bytes of a PNG file. */
function pngOf({width, height, pixels}: Picture): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(encode({width, height, channels: 4, data: new Uint8Array(pixels.buffer)}));
}

function image(picture: Picture, x: number, y: number): string {
  const base64 = toBase64(pngOf(picture)).replaceAll('-', '+').replaceAll('_', '/');
  const href = `data:image/png;base64,${base64}`;
  return `<image x="${x}" y="${y}" width="${TILE}" height="${TILE}" href="${href}" style="image-rendering: pixelated"/>`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}
