/** Runs the verification in a headless browser, where there is WebGL. */

import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';

import {type Browser, launch, type Page} from 'puppeteer-core';
import {build, type Rolldown} from 'vite';

import type {Report, VerifyFileOptions} from '../core/verify/verify-file.js';
import {browserFlags, findOrInstallBrowser} from '../scripts/find-browser.js';

const PAGE = '<!doctype html><meta charset="utf-8"><title>Verification of redo-viewer</title>';

/** A page with the verification in it, and the server that it gets its files from. */
export class InBrowser {
  private readonly browser: Browser;
  private readonly page: Page;
  private readonly server: Server;
  /** What the server has, by path. */
  private readonly served: Map<string, string | Uint8Array>;
  private progress: (what: string) => void = () => {};

  private constructor(
    browser: Browser,
    page: Page,
    server: Server,
    served: Map<string, string | Uint8Array>
  ) {
    this.browser = browser;
    this.page = page;
    this.server = server;
    this.served = served;
  }

  static async start(): Promise<InBrowser> {
    const served = new Map<string, string | Uint8Array>([
      ['/', PAGE],
      ['/page.js', await bundle()],
    ]);
    const executablePath = await findOrInstallBrowser();
    const server = await serve(served);
    // A pass on a software renderer can take minutes: no call to the page may time out.
    const browser = await launch({executablePath, args: browserFlags(), protocolTimeout: 0});
    const page = await browser.newPage();
    const started = new InBrowser(browser, page, server, served);
    await page.exposeFunction('showProgress', (what: string) => started.progress(what));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return started;
  }

  /** @throws Error with what the page threw. */
  async verify(
    file: Uint8Array,
    {weights, strict = false, progress = () => {}}: Omit<VerifyFileOptions, 'device'>
  ): Promise<Report> {
    this.progress = progress;
    this.served.set('/reference', file);
    if (weights) this.served.set('/weights', weights);
    const call = `import('/page.js').then(page => page.verifyServed(${Boolean(weights)}, ${strict}))`;
    const {report, error} = (await this.page.evaluate(call)) as {report?: Report; error?: string};
    if (!report) throw new Error(error);
    return report;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

/** The page's code in one file. */
async function bundle(): Promise<string> {
  const result = (await build({
    root: join(import.meta.dirname, '..'),
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: {entry: join(import.meta.dirname, 'verify-page.ts'), formats: ['es']},
    },
  })) as Rolldown.RolldownOutput[];
  return result[0]!.output[0].code;
}

async function serve(files: ReadonlyMap<string, string | Uint8Array>): Promise<Server> {
  const server = createServer(({url = ''}, response) => {
    const file = files.get(url);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type =
      url === '/'
        ? 'text/html'
        : url.endsWith('.js')
          ? 'text/javascript'
          : 'application/octet-stream';
    response.writeHead(200, {'Content-Type': type}).end(file);
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  return server;
}
