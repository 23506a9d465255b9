/** The benchmark as it runs in a page: `bench.ts` bundles, serves and calls it. */

import {startBackend} from '../core/engine/backend.js';
import type {Contender} from './contenders.js';
import {type BackendResult, measure} from './measure.js';
import {profile, type ProgramShare} from './profile.js';
import {type RowName, ROWS} from './rows.js';

declare global {
  interface Window {
    /** Given by the program that opened the page. */
    showProgress: (what: string) => void;
  }
}

export function measureWebGL(quick: boolean, wanted: readonly RowName[]): Promise<BackendResult> {
  const progress = (what: string): void => window.showProgress(what);
  return measure({name: 'webgl', wasmFiles: {}, place: 'main'}, {quick, wanted, progress});
}

/** Programs of our contender of each row. */
export async function profileWebGL(
  quick: boolean,
  wanted: readonly RowName[]
): Promise<{name: string; shares: ProgramShare[]}[]> {
  await startBackend({name: 'webgl', wasmFiles: {}, place: 'main'});
  const profiles: {name: string; shares: ProgramShare[]}[] = [];
  for (const name of wanted) {
    const row = await ROWS[name]({backend: 'webgl', quick, threads: 1});
    window.showProgress(`profile: ${row.name}`);
    const ours = row.contenders.find((each): each is Contender => each.name === 'ours')!;
    profiles.push({name: row.name, shares: await profile(ours)});
    await row.dispose();
  }
  return profiles;
}
