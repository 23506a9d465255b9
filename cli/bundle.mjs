/** Bundles TypeScript programs of this project for Node, as `run.mjs` runs them. */

import {mkdir} from 'node:fs/promises';
import {dirname, resolve} from 'node:path';
import {pathToFileURL} from 'node:url';

import {build} from 'vite';

const root = resolve(import.meta.dirname, '..');

/**
 * @param {string[]} programs Paths of the sources.
 * @param {string} name Folder for the result, below the cache: two programs that are started at once
 *     must not write over each other.
 * @returns {Promise<string>} The folder, with a bundle of each program's name.
 */
export async function bundle(programs, name) {
  const outDir = resolve(root, 'node_modules/.cache/redo-viewer', name);
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
      ssr: true,
      rolldownOptions: {input: programs.map(program => resolve(process.cwd(), program))},
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
  return outDir;
}
