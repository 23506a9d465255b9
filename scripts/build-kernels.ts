/**
 * Compiles core/kernels/assembly to WebAssembly and puts it into a module that everyone can import:
 * a few kilobytes, which no page then has to find by an address of their own.
 *
 * Run as `npm run build-kernels`; does nothing if the output is newer than the sources.
 */

import {execFile} from 'node:child_process';
import {mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'core/kernels/assembly');
const output = join(root, 'core/kernels/generated/kernels.ts');

if (!(await isCurrent())) {
  const plain = await compile([]);
  const relaxed = await compile(['--enable', 'relaxed-simd']);
  const text = `/** Made by scripts/build-kernels.ts from core/kernels/assembly; not to be edited. */

/** The module in base64. */
export const PLAIN = '${plain}';

/** The module that multiplies and adds in one instruction, in base64. */
export const RELAXED = '${relaxed}';
`;
  await mkdir(dirname(output), {recursive: true});
  await writeFile(`${output}.part`, text);
  await rename(`${output}.part`, output);
}

/** @returns The compiled module in base64. */
async function compile(options: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'redo-kernels-'));
  const file = join(folder, 'kernels.wasm');
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/bin/asc.js');
  try {
    await promisify(execFile)(process.execPath, [
      compiler,
      join(sources, 'index.ts'),
      ...['--outFile', file, '--runtime', 'stub', '--noAssert', '-O3'],
      // tfjs's memory, with the largest size that it has: `core/kernels/shared-memory.ts` wants one.
      ...['--importMemory', '--maximumMemory', '65536'],
      ...['--enable', 'simd'],
      ...options,
    ]);
    return (await readFile(file)).toString('base64');
  } finally {
    await rm(folder, {recursive: true});
  }
}

async function isCurrent(): Promise<boolean> {
  const inputs = (await readdir(sources)).map(name => join(sources, name));
  const times = await Promise.all(
    [...inputs, fileURLToPath(import.meta.url)].map(async path => (await stat(path)).mtimeMs)
  );
  const made = await stat(output).catch(() => undefined);
  return made !== undefined && made.mtimeMs > Math.max(...times);
}
