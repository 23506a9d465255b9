/** The page as it is published stays free while its worker trains. */

import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {type Browser, launch, type Page} from 'puppeteer-core';
import {build, preview, type PreviewServer} from 'vite';

import {browserFlags, findOrInstallBrowser} from '../../scripts/find-browser.js';

const ROOT = resolve(import.meta.dirname, '../..');

/** What is felt as a delay: the bound of the browsers' own «long task». */
const LONG_MS = 50;

/** An event of a browser's trace, as far as it is read here. */
interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  args: {name?: string};
  /** Microseconds of the processor that the thread had: what others did meanwhile does not count. */
  tdur?: number;
}

/** Milliseconds of the processor that each task of the page's main thread took during `work`. */
async function tasksDuring(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.tracing.start({categories: ['disabled-by-default-devtools.timeline']});
  await work();
  // The last task has ended, and is in the trace, once another has begun.
  await page.evaluate('new Promise(resolve => setTimeout(resolve))');
  const trace = await page.tracing.stop();
  const {traceEvents} = JSON.parse(new TextDecoder().decode(trace)) as {traceEvents: TraceEvent[]};
  const thread = ({pid, tid}: TraceEvent): string => `${pid} ${tid}`;
  const main = new Set(
    traceEvents
      .filter(({name, args}) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(thread)
  );
  return traceEvents
    .filter(
      event => event.name === 'RunTask' && event.tdur !== undefined && main.has(thread(event))
    )
    .map(({tdur}) => tdur! / 1000);
}

describe('index.html while its worker trains', () => {
  let folder: string;
  let server: PreviewServer;
  let browser: Browser;
  let page: Page;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'redo-page-'));
    const options = {
      root: ROOT,
      logLevel: 'error',
      build: {outDir: folder, emptyOutDir: true},
    } as const;
    await build(options);
    server = await preview({...options, preview: {port: 0, host: '127.0.0.1'}});
    browser = await launch({executablePath: await findOrInstallBrowser(), args: browserFlags()});
    page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]!);
    await page.evaluate(`
      window.viewer = document.querySelector('redo-viewer');
      viewer.backend = 'wasm';
      viewer.preset = 'blobs-32';
      viewer.scrollIntoView();
    `);
    await wait(
      `viewer.session?.status.value === 'ready' && viewer.session.model.value.config.size === 32`
    );
    await page.evaluate('viewer.session.training.play()');
    // Script is compiled, charts and pictures have their sizes.
    await wait('viewer.session.history.length >= 3');
  });

  after(async () => {
    await browser?.close();
    await server?.close();
    await rm(folder, {recursive: true, force: true});
  });

  const wait = async (condition: string): Promise<void> => {
    await page.waitForFunction(condition, {timeout: 120_000});
  };

  it(`has no task over ${LONG_MS} ms`, async () => {
    const tasks = await tasksDuring(page, async () => {
      // A hand that scrubs all the while.
      await page.evaluate(`{
        const {codes, history} = viewer.session;
        const end = history.length + 8;
        const scrub = () => {
          codes.setValue(0, 0, 3 * Math.sin(performance.now() / 300));
          window.done = history.length >= end;
          if (!window.done) requestAnimationFrame(scrub);
        };
        scrub();
      }`);
      await wait('window.done');
    });
    assert.ok(tasks.length > 100, `tasks must be seen; got ${tasks.length}`);
    const longest = Math.max(...tasks);
    assert.ok(longest <= LONG_MS, `got a task of ${longest.toFixed(1)} ms`);
  });

  it('would be seen to have one', async () => {
    const tasks = await tasksDuring(page, async () => {
      await page.evaluate(
        'for (let i = 0, x = 1; i < 1e8; i++) window.sum = x = (x * 7 + i) % 1013'
      );
    });
    assert.ok(Math.max(...tasks) > LONG_MS, `got ${Math.max(...tasks).toFixed(1)} ms at most`);
  });
});
