/** The pages as they are published, built and served, and browsers that look at them. */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before} from 'node:test';

import {launch, type Page} from 'puppeteer-core';
import {build, preview, type PreviewServer} from 'vite';

import {browserFlags, findOrInstallBrowser} from '../../scripts/find-browser.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** Builds the pages before the tests of a file, and removes them after. */
export function publishPages(): PublishedPages {
  const pages = new PublishedPages();
  before(() => pages.publish());
  after(() => pages.remove());
  return pages;
}

class PublishedPages {
  /** What the server shows. */
  folder!: string;
  private server?: PreviewServer;

  async publish(): Promise<void> {
    this.folder = await mkdtemp(join(tmpdir(), 'redo-page-'));
    const options = {
      root: ROOT,
      logLevel: 'error',
      build: {outDir: this.folder, emptyOutDir: true},
    } as const;
    await build(options);
    this.server = await preview({...options, preview: {port: 0, host: '127.0.0.1'}});
  }

  async remove(): Promise<void> {
    await this.server?.close();
    await rm(this.folder, {recursive: true, force: true});
  }

  /** Address of the first page. */
  get address(): string {
    return this.server!.resolvedUrls!.local[0]!;
  }

  /** Lets `work` have the page in a browser of its own, which knows of no other. */
  async inBrowser<T>(work: (page: Page) => Promise<T>, address = this.address): Promise<T> {
    const browser = await launch({
      executablePath: await findOrInstallBrowser(),
      args: browserFlags(),
    });
    try {
      const page = await browser.newPage();
      await page.goto(address);
      await page.evaluate(`
        window.viewer = document.querySelector('redo-viewer');
        viewer.backend = 'wasm';
        viewer.scrollIntoView();
      `);
      return await work(page);
    } finally {
      await browser.close();
    }
  }
}

/** Waits until an expression is true in a page. */
export async function wait(page: Page, condition: string): Promise<void> {
  await page.waitForFunction(condition, {timeout: 120_000});
}
