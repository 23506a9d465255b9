/**
 * Runs a TypeScript program of this project in Node: `node cli/run.mjs cli/train.ts --steps 10`.
 *
 * The program is bundled first, by the bundler that the page uses: tfjs ships one build for Node and
 * another for bundlers, and only the second lets us take its gradients and kernels one by one.
 * A program that was bundled before (`.js`) is run as it is.
 */

import {rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {basename, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {setFlagsFromString} from 'node:v8';

import {bundle} from './bundle.mjs';

const [program, ...rest] = process.argv.slice(2);
if (!program) throw new Error('usage: node cli/run.mjs PROGRAM.ts [arguments]');

let bundled = resolve(program);
if (program.endsWith('.ts')) {
  const name = basename(program, '.ts');
  const folder = await bundle([program], `${name}-${process.pid}`);
  process.once('exit', () => rmSync(folder, {recursive: true, force: true}));
  bundled = resolve(folder, `${name}.js`);
}
// tfjs's wasm loader is a CommonJS script at heart; a module gives it neither of these two.
globalThis.require ??= createRequire(import.meta.url);
globalThis.__dirname ??= import.meta.dirname;
process.argv = [process.argv[0], resolve(program), ...rest];
// Vectors that multiply and add at once are behind a flag in Node 20, and without one in later ones.
if (process.versions.node.startsWith('20.')) {
  setFlagsFromString('--experimental-wasm-relaxed-simd');
}
process.setSourceMapsEnabled(true);
await import(pathToFileURL(bundled).href);
