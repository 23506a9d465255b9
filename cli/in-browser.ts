/** Runs a module of this project in a headless browser, where there is WebGL. */

import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';

import {type Browser, launch, type Page} from 'puppeteer-core';
import {build, type Rolldown} from 'vite';

import {browserFlags, findOrInstallBrowser} from '../scripts/find-browser.js';

const PAGE = '<!doctype html><meta charset="utf-8"><title>redo-viewer</title>';

/** A page with a module in it, and the server that it gets its files from. */
export class InBrowser {
  /** What the server has, by path. */
  readonly served: Map<string, string | Uint8Array>;
  private readonly browser: Browser;
  private readonly page: Page;
  private readonly server: Server;
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

  /**
   * Opens a page that has `window.showProgress`.
   *
   * @param entry Path of the module, whose functions `call` calls.
   */
  static async start(entry: string): Promise<InBrowser> {
    const served = new Map<string, string | Uint8Array>([
      ['/', PAGE],
      ['/page.js', await bundle(entry)],
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

  /**
   * Calls a function of the module. What goes in and out must be JSON.
   *
   * @throws Error with what the page threw.
   */
  async call<T>(
    name: string,
    args: readonly unknown[],
    progress: (what: string) => void = () => {}
  ): Promise<T> {
    this.progress = progress;
    const code = `import('/page.js')
      .then(page => page[${JSON.stringify(name)}](...${JSON.stringify(args)}))
      .then(
        value => ({value}),
        error => ({error: error instanceof Error ? error.message : String(error)})
      )`;
    const answer = (await this.page.evaluate(code)) as {value: T} | {error: string};
    if ('error' in answer) throw new Error(answer.error);
    return answer.value;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.close();
  }
}

/** The page's code in one file. */
async function bundle(entry: string): Promise<string> {
  const result = (await build({
    root: join(import.meta.dirname, '..'),
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: {entry, formats: ['es']},
      rolldownOptions: {output: {codeSplitting: false}},
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
