import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, extname, join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';
import {gzipSync} from 'node:zlib';

import {type Browser, launch, type Page} from 'puppeteer-core';
import {build} from 'vite';

import {browserFlags, findOrInstallBrowser} from '../../scripts/find-browser.js';

const ROOT = resolve(import.meta.dirname, '../..');

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** What somebody writes who has never heard of a bundler. */
const page = (script: string): string => `<!doctype html>
<meta charset="utf-8" />
<title>An article</title>
<script type="module" src="${script}"></script>
<redo-viewer></redo-viewer>`;

/** Serves what `answer` gives for a path, to pages of every origin and without any header more. */
async function serve(answer: (path: string) => Promise<Buffer | string>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url!, 'http://localhost').pathname;
    answer(path).then(
      body => {
        const type = TYPES[extname(path)] ?? 'application/octet-stream';
        response.writeHead(200, {'Content-Type': type, 'Access-Control-Allow-Origin': '*'});
        response.end(body);
      },
      () => response.writeHead(404).end()
    );
  });
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
  return server;
}

const originOf = (server: Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('dist/redo-viewer.js', () => {
  let folder: string;
  let files: Server;
  let browser: Browser;
  const servers: Server[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redo-embed-'));
    await build({root: ROOT, logLevel: 'error', build: {outDir: folder, emptyOutDir: true}});
    files = await serve(path => readFile(join(folder, path)));
    servers.push(files);
    const executablePath = await findOrInstallBrowser();
    browser = await launch({executablePath, args: browserFlags()});
  });

  after(async () => {
    await browser?.close();
    servers.forEach(server => server.close());
    await rm(folder, {recursive: true});
  });

  /** Scrubs in the viewer of a page: the picture before and after, and what went wrong meanwhile. */
  async function scrub(at: Page, address: string) {
    const errors: string[] = [];
    at.on('pageerror', error => errors.push(String(error)));
    await at.goto(address);
    // Waits for each by looking: everything in the element is in shadow trees.
    const inside = (script: string) => at.waitForFunction(script, {timeout: 120_000});
    await at.evaluate(`
      window.inner = tag => document.querySelector('redo-viewer').shadowRoot?.querySelector(tag);
      window.drawn = () => {
        const grid = inner('redo-region-grid');
        if (!grid?.rows.at(0)?.composition) return undefined;
        const picture = grid.shadowRoot.querySelectorAll('redo-picture')[1];
        return picture.shadowRoot.querySelector('canvas').toDataURL();
      };
    `);
    await inside('window.drawn()');
    const before = await at.evaluate('window.drawn()');
    await at.evaluate(`{
      const slider = inner('redo-code-sliders').shadowRoot.querySelector('input[type="range"]');
      slider.value = slider.value > 0 ? '-2' : '2';
      slider.dispatchEvent(new Event('input', {bubbles: true}));
    }`);
    await inside(`window.drawn() !== ${JSON.stringify(before)}`);
    return errors;
  }

  it('works in a plain page beside it, and loads at most 700 kB of script and wasm', async () => {
    const html = page('redo-viewer.js');
    const sizes = new Map<string, number>();
    const server = await serve(async path => {
      if (path === '/article/index.html') return html;
      const body = await readFile(join(folder, path.replace(/^\/article\//, '/')));
      if (/\.(js|wasm)$/.test(path)) sizes.set(path, gzipSync(body).length);
      return body;
    });
    servers.push(server);
    const errors = await scrub(await browser.newPage(), `${originOf(server)}/article/index.html`);
    assert.deepEqual(errors, []);
    const told = JSON.stringify([...sizes]);
    assert.ok(
      [...sizes.keys()].some(path => path.endsWith('.wasm')),
      told
    );
    const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(total <= 700_000, `got ${total} of ${told}`);
  });

  it('works in a page of another origin', async () => {
    const html = page(`${originOf(files)}/redo-viewer.js`);
    const server = await serve(async () => html);
    servers.push(server);
    const errors = await scrub(await browser.newPage(), `${originOf(server)}/index.html`);
    assert.deepEqual(errors, []);
  });

  it('loads the engine only when it is wanted: at most 60 kB of script before it', async () => {
    let size = 0;
    const seen = new Set<string>();
    const add = async (file: string): Promise<void> => {
      if (seen.has(file)) return;
      seen.add(file);
      const script = await readFile(file, 'utf8');
      size += gzipSync(script).length;
      // What it imports at once; `import(…)` comes later.
      for (const [, path] of script.matchAll(/(?:from|import)\s*["'](\.[^"']+)["']/g)) {
        await add(join(dirname(file), path!));
      }
    };
    await add(join(folder, 'redo-viewer.js'));
    assert.ok(size <= 60_000, `${[...seen].join()} must be at most 60 kB zipped; got ${size}`);
  });
});
