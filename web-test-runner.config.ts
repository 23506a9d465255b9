import {existsSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import {defaultReporter, type Reporter, type TestRunnerConfig} from '@web/test-runner';
import {chromeLauncher} from '@web/test-runner-chrome';
import koaConnect from 'koa-connect';
import {createServer, mergeConfig, type InlineConfig, type ViteDevServer} from 'vite';
import {browserFlags} from './scripts/find-browser.js';
import viteConfig, {ISOLATION_HEADERS} from './vite.config.js';

/** Module that the test runner serves: the socket behind commands such as `sendKeys`. */
const SOCKET_MODULE = '/__web-dev-server__web-socket.js';

/** Folder that the test server writes to; to be removed after it. */
export const TEST_CACHE = join(import.meta.dirname, `node_modules/.vite-test-${process.pid}`);

/**
 * Reference numbers that lie beside the checkout, where there are any: `test/support/reference.ts`.
 * Vite serves a file by its real path, and the folder may be a link.
 */
const REFERENCES = [join(import.meta.dirname, '../shared/reference')]
  .filter(folder => existsSync(folder))
  .map(folder => realpathSync(folder));

/** How tests are served, where that differs from the page itself. */
const TEST_SERVER: InlineConfig = {
  configFile: false,
  root: import.meta.dirname,
  appType: 'custom',
  logLevel: 'warn',
  // Bundled packages of this run alone: an older run may have known fewer, and one that Vite finds
  // late is bundled anew under the feet of the page.
  cacheDir: TEST_CACHE,
  server: {
    middlewareMode: true,
    hmr: false,
    ws: false,
    watch: null,
    fs: {allow: [import.meta.dirname, ...REFERENCES]},
  },
  optimizeDeps: {
    entries: ['test/**/*.ts', '!test/**/*.node.test.ts'],
    exclude: ['@web/test-runner-commands'],
  },
  plugins: [
    {
      name: 'leave-socket-to-test-runner',
      enforce: 'pre',
      resolveId: id => (id === SOCKET_MODULE ? {id, external: true} : undefined),
    },
  ],
};

/** Starts the server that turns sources into what a browser reads, as for the page itself. */
export function createTestServer(): Promise<ViteDevServer> {
  return createServer(mergeConfig(viteConfig, TEST_SERVER));
}

/** Whether the test runner answers a request itself: its test page, its framework, its socket. */
function isOwnRequest(path: string): boolean {
  return path === '/' || path.startsWith('/__web-');
}

/** Page of a test. A promise that nobody caught fails the test under way, as an uncaught error does. */
function testPage(framework: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Tests of redo-viewer</title>
    <script>
      addEventListener('unhandledrejection', event => reportError(event.reason));
    </script>
  </head>
  <body>
    <script type="module" src="${framework}"></script>
  </body>
</html>`;
}

type Middleware = NonNullable<TestRunnerConfig['middleware']>[number];

/** Lets Vite answer every request but the test runner's own, and isolates every answer. */
function serveThrough(vite: ViteDevServer): Middleware {
  const answer = koaConnect(vite.middlewares);
  return async (context, next) => {
    context.set(ISOLATION_HEADERS);
    await (isOwnRequest(context.path) ? next() : answer(context, next));
  };
}

/**
 * Configuration of the browser tests.
 *
 * @param files Paths of the test files, from the root of the project.
 * @param executablePath Chrome or Chromium.
 * @param reporter Told of the results, next to what is printed.
 */
export function browserTests(
  vite: ViteDevServer,
  files: string[],
  executablePath: string,
  reporter: Reporter
): TestRunnerConfig {
  return {
    rootDir: import.meta.dirname,
    files,
    // One page at a time: the tests share the GPU, the focus and the processor's cores.
    concurrency: 1,
    browsers: [
      chromeLauncher({
        launchOptions: {executablePath, args: browserFlags()},
      }),
    ],
    browserStartTimeout: 120_000,
    testsStartTimeout: 120_000,
    testsFinishTimeout: 900_000,
    // A test that is still at work after this hangs: on WebGPU in software a model compiles for a minute.
    testFramework: {config: {timeout: 180_000, retries: 0, forbidOnly: Boolean(process.env.CI)}},
    testRunnerHtml: testPage,
    // Lit says at each page that it is not the build for production.
    filterBrowserLogs: ({args}) => !String(args[0]).includes('lit.dev/msg/dev-mode'),
    staticLogging: !process.stdout.isTTY,
    middleware: [serveThrough(vite)],
    reporters: [defaultReporter({reportTestProgress: false}), reporter],
  };
}
