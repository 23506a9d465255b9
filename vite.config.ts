import {defineConfig} from 'vite';

/**
 * What a page must be served with to be cross-origin isolated: without it there is no
 * `SharedArrayBuffer`, and the wasm backend runs on one thread.
 */
export const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
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
