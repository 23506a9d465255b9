/** Packed data sets, made without the program that packs. */

import {formatManifest} from '../../datasets/packed-manifest.js';
import {makeZip, type Part} from './archives.js';
import {plainPng} from './images.js';

const FILES_A_LIST = 1024;

/** A pack of plain pictures of 8×8: image i has the red i mod 256. The last two are val and test. */
export async function makePack(count: number): Promise<Blob> {
  const pictures = Array.from({length: Math.min(count, 256)}, (_, i) => plainPng(8, [i, 0, 0]));
  const sums = await Promise.all(pictures.map(sha256));
  const names = Array.from({length: count}, (_, i) => `picture-${i}`);
  const images = names.map((name, i) => ({
    path: `images/${name}.png`,
    bytes: pictures[i % 256]!,
  }));
  const lists: Part[] = [];
  for (let from = 0; from < count; from += FILES_A_LIST) {
    const lines = images
      .slice(from, from + FILES_A_LIST)
      .map(({path}, i) => `${sums[(from + i) % 256]}  ${path}\n`);
    lists.push({path: `sha256/${lists.length}.txt`, bytes: bytesOf(lines.join(''))});
  }
  const splits = {train: names.slice(0, -2), val: names.slice(-2, -1), test: names.slice(-1)};
  const splitsBytes = bytesOf(JSON.stringify(splits));
  const manifest = formatManifest({
    name: 'pictures',
    size: 8,
    regionNames: ['background', 'object'],
    resampling: 'smooth',
    notes: [],
    splitsSha256: await sha256(splitsBytes),
    sumsSha256: await Promise.all(lists.map(({bytes}) => sha256(bytes))),
  });
  const parts = [
    ...images,
    ...lists,
    {path: 'splits.json', bytes: splitsBytes},
    {path: 'redo.json', bytes: bytesOf(manifest)},
  ];
  return new Blob([await makeZip(parts, {deflated: false})]);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
}
