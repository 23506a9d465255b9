/**
 * Times this project's networks against the same networks out of stock tfjs operations.
 *
 *     npm run bench                        # wasm in Node, and WebGL in a headless browser
 *     npm run bench -- --backend webgl --json results.json
 *     npm run bench -- --row iteration     # one row alone; several by commas
 *     npm run bench -- --profile           # what our networks spend their time on, on WebGL
 *     npm run bench -- --quick             # small networks: only to see that all of it runs
 *
 * Both are timed in turn in one run, after a first run that compiles, until the result can be read.
 */

import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';

import {InBrowser} from '../cli/in-browser.js';
import {main, nodeBackend, readArgs, UsageError, wholeNumber} from '../cli/options.js';
import {provideWebgpu} from '../cli/webgpu.js';
import {type BackendResult, measure} from './measure.js';
import type {ProgramShare} from './profile.js';
import {profileTable, showProgress, table} from './report.js';
import {ROW_NAMES, type RowName} from './rows.js';

/** Backends by name, and how each is measured. */
const BACKENDS = {
  wasm: ({quick, wanted, threads}) =>
    measure({...nodeBackend(), threads}, {quick, wanted, progress: showProgress}),
  webgl: options => inPage('measureWebGL', options),
  webgpu: async ({quick, wanted}) => {
    await provideWebgpu();
    return measure(
      {name: 'webgpu', wasmFiles: {}, place: 'main'},
      {quick, wanted, progress: showProgress}
    );
  },
} satisfies Record<string, (options: Arguments) => Promise<BackendResult>>;

interface Arguments {
  backends: readonly Backend[];
  wanted: readonly RowName[];
  json?: string;
  profile: boolean;
  quick: boolean;
  threads?: number;
}

type Profiles = {name: string; shares: ProgramShare[]}[];

type Backend = keyof typeof BACKENDS;
const NAMES = Object.keys(BACKENDS) as Backend[];
/** Those that every machine has; the others want to be asked for. */
const USUAL: readonly Backend[] = ['wasm', 'webgl'];

const USAGE = `usage: npm run bench -- [--backend ${NAMES.join('|')}] [--json FILE] [--profile] [--quick] [--row NAME] [--threads N]
  --backend   measure on this one alone; ${USUAL.join(' and ')} if left out (webgpu needs the package webgpu)
  --json      write every sample to a file
  --profile   tell our programs on WebGL and the time of each, in the place of the comparison
  --quick     small networks and one sample, to see that all of it runs
  --row       measure only this: ${ROW_NAMES.join(', ')}; several by commas
  --threads   of our kernels and onnxruntime-web on wasm; as many as cores, but 4, by default`;

await main(async () => {
  const given = readArguments();
  const {backends, json, profile} = given;
  if (profile) {
    for (const {name, shares} of await inPage<Profiles>('profileWebGL', given)) {
      process.stdout.write(`${profileTable(name, shares)}\n\n`);
    }
    return;
  }
  const results: BackendResult[] = [];
  for (const name of backends) {
    const result = await BACKENDS[name](given);
    showProgress('');
    process.stdout.write(`${table(result)}\n\n`);
    results.push(result);
  }
  if (json !== undefined) await writeFile(json, `${JSON.stringify(results, undefined, 2)}\n`);
});

function readArguments(): Arguments {
  const {values: given} = readArgs('bench', USAGE, {
    backend: {type: 'string'},
    json: {type: 'string'},
    profile: {type: 'boolean', default: false},
    quick: {type: 'boolean', default: false},
    row: {type: 'string'},
    threads: {type: 'string'},
  });
  const {backend, json, profile, quick, row} = given;
  const backends = backend === undefined ? USUAL : NAMES.filter(name => name === backend);
  if (backends.length === 0) {
    throw new UsageError(
      `bench: --backend must be one of ${NAMES.join(', ')}; got ${backend}\n${USAGE}`
    );
  }
  const wanted = row === undefined ? ROW_NAMES : row.split(',').map(knownRow);
  const threads =
    given.threads === undefined ? undefined : wholeNumber('threads', given.threads, 1);
  return {backends, wanted, json, profile, quick, threads};
}

function knownRow(name: string): RowName {
  const known = ROW_NAMES.find(each => each === name);
  if (known) return known;
  throw new UsageError(`bench: --row must be of ${ROW_NAMES.join(', ')}; got ${name}\n${USAGE}`);
}

/** Calls a function of `page.ts` in a browser of its own. */
async function inPage<T>(name: string, {quick, wanted}: Arguments): Promise<T> {
  const browser = await InBrowser.start(join(import.meta.dirname, 'page.ts'));
  try {
    return await browser.call<T>(name, [quick, wanted], showProgress);
  } finally {
    await browser.close();
  }
}
