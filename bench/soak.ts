/**
 * Trains and scrubs by turns for long, and tells what that leaves behind.
 *
 *     npm run soak                                    # 1,000 iterations and 1,000 scrubs, on wasm and on WebGL
 *     npm run soak -- --backend webgl --rounds 100
 *
 * Ends with 2 if there are more tensors, or more bytes, at the end than after the first twentieth.
 */

import {join} from 'node:path';

import type {BackendOptions} from '../core/engine/backend.js';
import {InBrowser} from '../cli/in-browser.js';
import {main, nodeBackend, readOptions, UsageError, wholeNumber} from '../cli/options.js';
import {showProgress} from './report.js';
import {type Held, soak} from './soak-work.js';

const WEBGL: BackendOptions = {name: 'webgl', wasmFiles: {}, place: 'main'};
const BACKENDS = ['wasm', 'webgl'] as const;

/** What is left behind is no failure of the program itself, which ends with 1. */
const EXIT_GROWN = 2;

await main(async () => {
  const given = readOptions('soak', {
    backend: {help: `${BACKENDS.join(' or ')}; both if left out`, default: ''},
    preset: {help: 'model to train', default: 'blobs-32'},
    rounds: {help: 'rounds of one iteration and one scrub', default: '1000'},
  });
  const rounds = wholeNumber('rounds', given.rounds, 20);
  const backends = BACKENDS.filter(name => given.backend === '' || name === given.backend);
  if (backends.length === 0) {
    throw new UsageError(`soak: --backend must be wasm or webgl; got ${given.backend}`);
  }
  for (const name of backends) {
    const held = await (name === 'wasm'
      ? soak(nodeBackend(), given.preset, rounds, showProgress)
      : inPage(given.preset, rounds));
    showProgress('');
    const [first, last] = [held[0]!, held.at(-1)!];
    process.stdout.write(`${name}, ${given.preset}\n${[first, last].map(line).join('\n')}\n`);
    const grows = (['tensors', 'bytes', 'gpuBytes'] as const).some(
      key => (last[key] ?? 0) > (first[key] ?? 0)
    );
    if (grows) process.exitCode = EXIT_GROWN;
  }
});

function line({rounds, tensors, bytes, gpuBytes}: Held): string {
  const textures = gpuBytes === undefined ? '' : `, ${gpuBytes} bytes of textures`;
  return `  after ${rounds} iterations and ${rounds} scrubs: ${tensors} tensors of ${bytes} bytes${textures}`;
}

async function inPage(preset: string, rounds: number): Promise<Held[]> {
  const browser = await InBrowser.start(join(import.meta.dirname, 'soak-page.ts'));
  try {
    return await browser.call<Held[]>('soakWebGL', [WEBGL, preset, rounds], showProgress);
  } finally {
    await browser.close();
  }
}
