/**
 * Runs a TypeScript program of this project in Node: `node cli/run.mjs cli/train.ts --steps 10`.
 *
 * The program is bundled first, by the bundler that the page uses: tfjs ships one build for Node and
 * another for bundlers, and only the second lets us take its gradients and kernels one by one.
 */

import {mkdir} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {basename, dirname, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';
import {setFlagsFromString} from 'node:v8';

import {build} from 'vite';

const [program, ...rest] = process.argv.slice(2);
if (!program) throw new Error('usage: node cli/run.mjs PROGRAM.ts [arguments]');

const root = resolve(import.meta.dirname, '..');
// One folder a process, so that two programs started at once do not write over each other.
const outDir = resolve(
  root,
  'node_modules/.cache/redo-viewer',
  `${basename(program, '.ts')}-${process.pid}`
);
await mkdir(outDir, {recursive: true});
await build({
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [
    {
      // What a source finds beside itself at run time, it still finds from the bundle.
      name: 'own-address',
      transform: (code, id) =>
        id.startsWith(root) && !id.includes('node_modules')
          ? code
              .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href))
              .replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
          : undefined,
    },
  ],
  build: {
    ssr: resolve(process.cwd(), program),
    outDir,
    emptyOutDir: true,
    sourcemap: true,
    target: 'node20',
  },
  // Tools, which know their way about Node by themselves, are left out.
  ssr: {
    noExternal: true,
    external: ['vite', 'puppeteer-core', '@puppeteer/browsers', 'onnxruntime-web'],
    target: 'node',
  },
});
// tfjs's wasm loader is a CommonJS script at heart; a module gives it neither of these two.
globalThis.require ??= createRequire(import.meta.url);
globalThis.__dirname ??= import.meta.dirname;
process.argv = [process.argv[0], resolve(program), ...rest];
// Vectors that multiply and add at once are behind a flag in Node 20, and without one in later ones.
if (process.versions.node.startsWith('20.')) {
  setFlagsFromString('--experimental-wasm-relaxed-simd');
}
process.setSourceMapsEnabled(true);
await import(pathToFileURL(resolve(outDir, `${basename(program, '.ts')}.js`)).href);
