/** The pages as they are published: they stay free while their worker trains, and are quick with files. */

import assert from 'node:assert/strict';
import {copyFile, mkdir, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, it} from 'node:test';

import type {Page} from 'puppeteer-core';

import {PackFile} from '../../cli/pack-file.js';
import {SPLITS, type Split} from '../../datasets/dataset.js';
import {publishPages, wait} from '../support/published-pages.js';
import {dataPath, NO_DATA} from '../support/shared-data.js';
import {dropAndDraw, scrollImages} from './opened-files.js';

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

const pages = publishPages();

describe('index.html while its worker trains', () => {
  it(`has no task over ${LONG_MS} ms, and one would be seen`, async () => {
    await pages.inBrowser(async page => {
      await page.evaluate(`viewer.preset = 'blobs-32'`);
      await wait(
        page,
        `viewer.session?.status.value === 'ready' && viewer.session.model.value.config.size === 32`
      );
      await page.evaluate('viewer.session.training.play()');
      // Script is compiled, charts and pictures have their sizes.
      await wait(page, 'viewer.session.history.length >= 3');
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
        await wait(page, 'window.done');
      });
      assert.ok(tasks.length > 100, `tasks must be seen; got ${tasks.length}`);
      const longest = Math.max(...tasks);
      assert.ok(longest <= LONG_MS, `got a task of ${longest.toFixed(1)} ms`);

      const busy = await tasksDuring(page, async () => {
        await page.evaluate(
          'for (let i = 0, x = 1; i < 1e8; i++) window.sum = x = (x * 7 + i) % 1013'
        );
      });
      assert.ok(Math.max(...busy) > LONG_MS, `got ${Math.max(...busy).toFixed(1)} ms at most`);
    });
  });
});

/** A folder of photographs as cameras and the web have them, each under several names. */
async function makeAlbum(count: number): Promise<string> {
  const native = dataPath('native');
  const photographs = (await readdir(native, {recursive: true})).filter(path =>
    /(jpg|lfw_funneled)\/.*\.jpg$/.test(path)
  );
  const album = join(pages.folder, 'album');
  await mkdir(album);
  for (let i = 0; i < count; i++) {
    const path = photographs[i % photographs.length]!;
    await copyFile(join(native, path), join(album, `${String(i).padStart(2, '0')}.jpg`));
  }
  return album;
}

/** LFW, whose images have their size already, as `prepare-dataset` packs it. */
async function packLfw(): Promise<{path: string; counts: Record<Split, number>}> {
  const lists = JSON.parse(await readFile(dataPath('lfw/splits.json'), 'utf8')) as Record<
    Split,
    string[]
  >;
  const path = join(pages.folder, 'lfw.redo.zip');
  const pack = await PackFile.open(path, 'LFW');
  for (const name of SPLITS.flatMap(split => lists[split])) {
    await pack.add(`images/${name}.jpg`, await readFile(dataPath(`lfw/images/${name}.jpg`)));
  }
  const {train, val, test} = lists;
  await pack.finish(
    {
      name: 'lfw',
      size: 128,
      regionNames: ['background', 'face'],
      resampling: 'nearest',
      notes: [],
    },
    {train, val, test}
  );
  return {path, counts: {train: train.length, val: val.length, test: test.length}};
}

describe('index.html with files of the visitor’s', {skip: NO_DATA}, () => {
  it('draws a folder of 50 photographs in 2 s, a packed set of 13,233 in 1 s, and scrolls it without blanks', async test => {
    const [album, lfw] = [await makeAlbum(50), await packLfw()];
    await pages.inBrowser(async page => {
      await page.setViewport({width: 1480, height: 900});
      await page.evaluate(`Object.assign(viewer, {preset: 'blobs-32', weights: 'lfw-32'})`);
      await wait(
        page,
        `viewer.session?.status.value === 'ready' && viewer.session.model.value.config.size === 32 &&
          viewer.shadowRoot.querySelector('redo-data-panel')`
      );
      const albumMs = await dropAndDraw(page, album, 50);
      test.diagnostic(`folder of 50 photographs: ${albumMs.toFixed(0)} ms from the drop`);
      assert.ok(albumMs < 2000, `got ${albumMs.toFixed(0)} ms`);

      const {train, val, test: held} = lfw.counts;
      assert.equal(train + val + held, 13_233);
      const packedMs = await dropAndDraw(page, lfw.path, held);
      test.diagnostic(`packed set of 13,233 images: ${packedMs.toFixed(0)} ms from the drop`);
      assert.ok(packedMs < 1000, `got ${packedMs.toFixed(0)} ms`);

      const {longest, blank, seen} = await scrollImages(page, 'train', 40);
      test.diagnostic(
        `of ${seen} thumbnails scrolled by, ${blank} came late, by ${longest.toFixed(0)} ms at most`
      );
      assert.ok(seen > 500, `images must go by; got ${seen}`);
      assert.ok(longest <= 200, `got a blank of ${longest.toFixed(0)} ms`);
    });
  });
});
