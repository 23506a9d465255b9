/** The gallery, which has every element on frozen data: nothing fails in it, and axe finds nothing, light or dark. */

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {type Browser, launch} from 'puppeteer-core';
import {createServer, type ViteDevServer} from 'vite';

import {browserFlags, findOrInstallBrowser} from '../../scripts/find-browser.js';

interface Violation {
  id: string;
  help: string;
  nodes: {target: string[]}[];
}

describe('demo/gallery.html', () => {
  let server: ViteDevServer;
  let browser: Browser;
  let axe: string;
  before(async () => {
    server = await createServer({
      root: resolve(import.meta.dirname, '../..'),
      logLevel: 'error',
      server: {port: 0, host: '127.0.0.1'},
    });
    await server.listen();
    browser = await launch({
      executablePath: await findOrInstallBrowser(),
      args: browserFlags(),
      protocolTimeout: 180_000,
    });
    axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  });
  after(async () => {
    await browser.close();
    await server.close();
  });

  for (const scheme of ['light', 'dark']) {
    it(`is accessible with all elements at work, ${scheme}`, async () => {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', error => errors.push(String(error)));
      await page.setViewport({width: 1440, height: 1000});
      // Axe measures contrast: no colour is to be half way to another.
      await page.emulateMediaFeatures([{name: 'prefers-reduced-motion', value: 'reduce'}]);
      await page.goto(`${server.resolvedUrls!.local[0]!}demo/gallery.html?theme=${scheme}`);
      await page.waitForFunction(
        `document.querySelector('redo-viewer')?.session?.status.value === 'ready'`,
        {timeout: 120_000}
      );
      // What has not been seen has computed nothing.
      await page.evaluate(`(async () => {
        for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
          scrollTo(0, y);
          await new Promise(resolve => setTimeout(resolve, 300));
        }
      })()`);
      await page.evaluate(axe);
      const found = (await page.evaluate(
        `axe.run(document).then(({violations}) => violations)`
      )) as Violation[];
      const told = found.map(({id, help, nodes}) => [id, help, ...nodes.map(node => node.target)]);
      assert.deepEqual(told, []);
      assert.deepEqual(errors, []);
      await page.close();
    });
  }
});
