import {readFileSync} from 'node:fs';
import {defineConfig, type Plugin} from 'vite';

/**
 * What a page must be served with to be cross-origin isolated: without it there is no
 * `SharedArrayBuffer`, and the wasm backend runs on one thread.
 */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** What the pages end with, in the place of a comment that names its file. */
const pageFooter: Plugin = {
  name: 'page-footer',
  transformIndexHtml: page =>
    page.replace('<!-- page-footer.html -->', () =>
      readFileSync(new URL('page-footer.html', import.meta.url), 'utf8')
    ),
};

export default defineConfig({
  plugins: [pageFooter],
  base: './',
  server: {headers: ISOLATION_HEADERS},
  preview: {headers: ISOLATION_HEADERS},
  worker: {format: 'es'},
  build: {
    target: 'es2022',
    // tfjs with three backends is one large file, loaded by the worker alone.
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // The pages, and the element by itself for other people's pages, under a name that stays.
      input: {
        index: 'index.html',
        experiments: 'experiments.html',
        'redo-viewer': 'components/redo-viewer.ts',
      },
      preserveEntrySignatures: 'allow-extension',
      output: {
        entryFileNames: ({name}) =>
          name === 'redo-viewer' ? 'redo-viewer.js' : 'assets/[name]-[hash].js',
      },
    },
  },
  optimizeDeps: {
    // Every source file, and not only what the page imports first: a package found late makes
    // Vite bundle its packages again, and the page reload in the middle of its work.
    entries: [
      'index.html',
      'experiments.html',
      '{components,core,datasets,demo}/**/*.ts',
      // AssemblyScript, which only its own compiler reads.
      '!core/kernels/assembly/**',
    ],
  },
});
