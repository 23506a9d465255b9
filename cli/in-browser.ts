/** Runs a module of this project in a headless browser, where there is WebGL. */

import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {join} from 'node:path';

import {type Browser, launch, type Page} from 'puppeteer-core';
import {build, type Rolldown} from 'vite';

import {browserFlags, findOrInstallBrowser} from '../scripts/find-browser.js';

const PAGE = '<!doctype html><meta charset="utf-8"><title>redo-viewer</title>';

/** What the server can have at a path; a blob can be asked for by parts. */
type Served = string | Uint8Array | Blob;

/** A page with a module in it, and the server that it gets its files from. */
export class InBrowser {
  /** What the server has, by path. */
  readonly served: Map<string, Served>;
  private readonly browser: Browser;
  private readonly page: Page;
  private readonly server: Server;
  private progress: (what: string) => void = () => {};

  private constructor(browser: Browser, page: Page, server: Server, served: Map<string, Served>) {
    this.browser = browser;
    this.page = page;
    this.server = server;
    this.served = served;
  }

  /**
   * Opens a page that has `window.showProgress`.
   *
   * @param entry Path of the module, whose functions `call` calls.
   * @param endsBySignal Whether SIGINT and SIGTERM end it, and this process with it.
   */
  static async start(entry: string, endsBySignal = true): Promise<InBrowser> {
    const served = new Map<string, Served>([
      ['/', PAGE],
      ['/page.js', await bundle(entry)],
    ]);
    const executablePath = await findOrInstallBrowser();
    const server = await serve(served);
    // A pass on a software renderer can take minutes: no call to the page may time out.
    const browser = await launch({
      executablePath,
      args: browserFlags(),
      protocolTimeout: 0,
      handleSIGINT: endsBySignal,
      handleSIGTERM: endsBySignal,
    });
    const page = await browser.newPage();
    const started = new InBrowser(browser, page, server, served);
    await page.exposeFunction('showProgress', (what: string) => started.progress(what));
    await page.goto(`${started.origin}/`);
    return started;
  }

  /** Address of the server, without a slash. */
  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
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

async function serve(files: ReadonlyMap<string, Served>): Promise<Server> {
  const server = createServer(({url = '', method, headers}, response) => {
    const file = files.get(url);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    const part = file instanceof Uint8Array ? new Uint8Array(file) : file;
    const whole = part instanceof Blob ? part : new Blob([part]);
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? [];
    const [from, to] =
      first === undefined
        ? [0, whole.size]
        : [Number(first), Math.min(whole.size, last ? Number(last) + 1 : whole.size)];
    response.writeHead(first === undefined ? 200 : 206, {
      'Content-Type': typeOf(url),
      'Content-Length': to - from,
      ...(first !== undefined && {'Content-Range': `bytes ${from}-${to - 1}/${whole.size}`}),
    });
    if (method === 'HEAD') {
      response.end();
      return;
    }
    whole
      .slice(from, to)
      .arrayBuffer()
      .then(
        bytes => response.end(new Uint8Array(bytes)),
        () => response.destroy()
      );
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  return server;
}

function typeOf(url: string): string {
  if (url === '/') return 'text/html';
  return url.endsWith('.js') ? 'text/javascript' : 'application/octet-stream';
}
