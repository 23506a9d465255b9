/** Trains and scrubs by turns, and tells what that leaves behind, in Node or in a page. */

import type {BackendOptions} from '../core/engine/backend.js';
import {closeBitmaps} from '../core/engine/bitmaps.js';
import {Engine} from '../core/engine/engine.js';
import {Random} from '../datasets/random.js';

/** What a model and its training hold after some rounds. */
export interface Held {
  rounds: number;
  /** Live tensors. */
  tensors: number;
  /** Bytes of their values. */
  bytes: number;
  /** Bytes of the backend's textures, those that wait to be used again among them; where it has any. */
  gpuBytes?: number;
}

/** Looks at the memory as the rounds go. */
const LOOKS = 20;

/**
 * Rounds of one iteration and one scrub each; every tenth looks at another image too, with its masks.
 *
 * @returns What is held after each twentieth of the rounds, and after the last.
 */
export async function soak(
  backend: BackendOptions,
  preset: string,
  rounds: number,
  progress: (what: string) => void
): Promise<Held[]> {
  const engine = new Engine(backend);
  const info = await engine.request('open', {preset, seed: 1});
  const {model} = info;
  const {codeSize, regions} = info.config;
  const random = new Random(1, 'soak');
  const held: Held[] = [];
  for (let round = 0; round < rounds; round++) {
    const image = {split: 'val', index: Math.floor(round / 10)} as const;
    if (round % 10 === 0) await engine.request('segment', {model, image});
    await engine.request('iterate', {model, count: 1});
    const [code, region] = [random.normals(codeSize), round % regions];
    closeBitmaps(await engine.request('redraw', {model, image, region, code}));
    await engine.request('score', {model, region});
    const isLast = round === rounds - 1;
    if (isLast || (round + 1) % Math.ceil(rounds / LOOKS) === 0) {
      held.push({rounds: round + 1, ...(await engine.request('memory', {}))});
      progress(`${round + 1} of ${rounds} rounds`);
    }
  }
  await engine.request('close', {model});
  return held;
}
