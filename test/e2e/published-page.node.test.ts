/**
 * The pages as they are published: they stay free while their worker trains, their links lead elsewhere,
 * they follow a training of two processes, and are quick with files.
 */

import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {copyFile, mkdir, mkdtemp, readdir, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {after, before, describe, it} from 'node:test';

import {launch, type Page} from 'puppeteer-core';
import {build, preview, type PreviewServer} from 'vite';

import {PackFile} from '../../cli/pack-file.js';
import {SPLITS, type Split} from '../../datasets/dataset.js';
import {browserFlags, findOrInstallBrowser} from '../../scripts/find-browser.js';
import {findPython, PYTHON_ADVICE} from '../../scripts/python.js';
import {Program} from '../support/program.js';
import {dataPath, NO_DATA} from '../support/shared-data.js';
import {dropAndDraw, scrollImages} from './opened-files.js';

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

let folder: string;
let server: PreviewServer;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redo-page-'));
  const options = {
    root: ROOT,
    logLevel: 'error',
    build: {outDir: folder, emptyOutDir: true},
  } as const;
  await build(options);
  server = await preview({...options, preview: {port: 0, host: '127.0.0.1'}});
});

after(async () => {
  await server?.close();
  await rm(folder, {recursive: true, force: true});
});

/** Lets `work` have the page in a browser of its own, which knows of no other. */
async function inBrowser<T>(
  work: (page: Page) => Promise<T>,
  address = server.resolvedUrls!.local[0]!
): Promise<T> {
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

async function wait(page: Page, condition: string): Promise<void> {
  await page.waitForFunction(condition, {timeout: 120_000});
}

describe('a link of index.html', () => {
  /** The pictures of every region, once all that is under way has been drawn. */
  async function pictures(page: Page): Promise<string[]> {
    await wait(
      page,
      `viewer.session?.status.value === 'ready' && viewer.session.views.redraws.value.every(
        ({state}) => state.value.value && !state.value.pending)`
    );
    await page.evaluate('viewer.updateComplete');
    return (await page.evaluate(`
      [...viewer.shadowRoot.querySelector('redo-region-grid').shadowRoot.querySelectorAll('redo-picture')]
        .map(each => each.shadowRoot.querySelector('canvas').toDataURL())
    `)) as string[];
  }

  it('shows the same pixels in a browser that has never been there', async () => {
    const {link, shown, before} = await inBrowser(async page => {
      const before = await pictures(page);
      await page.evaluate(`{
        const {codes} = viewer.session;
        viewer.image = 7;
        viewer.region = 1;
        codes.setValue(0, 0, 1.25);
        codes.setValue(1, 1, -2);
        navigator.clipboard.writeText = async text => void (window.copied = text);
      }`);
      const shown = await pictures(page);
      await page.evaluate(
        `viewer.shadowRoot.querySelector('redo-share-menu').shadowRoot.querySelector('button').click()`
      );
      await wait(page, 'window.copied');
      return {link: (await page.evaluate('copied')) as string, shown, before};
    });
    assert.match(link, /#redo=/);
    assert.ok(shown.length >= 6, `pictures must be found; got ${shown.length}`);
    assert.notDeepEqual(shown, before);
    const seen = await inBrowser(async page => {
      await wait(page, 'viewer.session?.codes.all[0]?.value[0] === 1.25');
      return {pictures: await pictures(page), index: await page.evaluate('viewer.image')};
    }, link);
    assert.equal(seen.index, 7);
    assert.deepEqual(seen.pictures, shown);
  });
});

describe('index.html while its worker trains', () => {
  it(`has no task over ${LONG_MS} ms, and one would be seen`, async () => {
    await inBrowser(async page => {
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

describe('experiments.html beside a training of two processes', () => {
  const python = findPython();
  const skip = python || process.env.CI ? false : PYTHON_ADVICE;

  /** Packs real blobs, and lets torchrun train on them into `folder/run`, which the page's server shows. */
  async function train(): Promise<{running: ChildProcess; said: () => string}> {
    const prepare = await Program.of('cli/prepare-dataset.ts');
    const packed = join(folder, 'blobs.redo.zip');
    try {
      const size = ['--size', '16', '--count', '64', '--format', 'png'];
      const {status, err} = prepare.run('blobs', ...size, '--out', packed);
      assert.equal(status, 0, err);
    } finally {
      prepare.dispose();
    }
    const widths = {mask: 4, generator: 2, discriminator: 2, encoder: 2};
    const options = [
      ...['--preset', 'blobs-32', '--dataset', packed, '--run', join(folder, 'run')],
      ...['--model', JSON.stringify({size: 16, widths})],
      ...['--steps', '100000', '--checkpoint-every', '20', '--every', '20', '--images', '4'],
    ];
    const torchrun = ['-m', 'torch.distributed.run', '--standalone', '--nproc-per-node', '2'];
    const running = spawn(python!, [...torchrun, '-m', 'redo_cluster', '--', ...options], {
      env: {...process.env, PYTHONPATH: join(ROOT, 'cluster'), PYTHONDONTWRITEBYTECODE: '1'},
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    running.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    return {running, said: () => said};
  }

  const picture = `viewer.shadowRoot.querySelector('redo-region-grid').shadowRoot
    .querySelector('redo-picture').shadowRoot.querySelector('canvas').toDataURL()`;

  it('draws its log, shows its newest weights and redraws from them', {skip}, async () => {
    const {running, said} = await train();
    const ended = once(running, 'exit');
    try {
      for (let turn = 0; !existsSync(join(folder, 'run', 'log.jsonl')); turn++) {
        assert.ok(running.exitCode === null && turn < 1200, said());
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      const pages = server.resolvedUrls!.local[0]!;
      await inBrowser(
        async page => {
          await page.evaluate(`window.follower = document.querySelector('redo-run-follower')`);
          const iteration = 'viewer.session?.iteration.value';
          // Until then the viewer shows the model that it came with.
          await wait(page, `${iteration} === follower.follower?.facts.value.iteration`);
          await wait(page, 'follower.follower.history.length > 0');
          await wait(
            page,
            `follower.shadowRoot.querySelector('redo-probe-images')?.shadowRoot
              .querySelector('img')?.naturalWidth === ${5 * 16}`
          );
          await wait(page, 'viewer.session.views.redraws.value.every(r => r.state.value.value)');
          const first = (await page.evaluate(iteration)) as number;
          const drawn = await page.evaluate(picture);
          await page.evaluate('viewer.session.codes.setValue(0, 0, 2.5)');
          await wait(page, `${picture} !== ${JSON.stringify(drawn)}`);

          await wait(page, `${iteration} > ${first}`);
          assert.equal(await page.evaluate('viewer.session.codes.all[0].value[0]'), 2.5);
          assert.equal(running.exitCode, null, 'must be seen while it runs');

          running.kill('SIGTERM');
          await ended;
          const text = await readFile(join(folder, 'run', 'state.json'), 'utf8');
          const state = JSON.parse(text) as {iteration: number};
          await wait(page, `${iteration} === ${state.iteration}`);
          await wait(page, `follower.follower.history.length === ${state.iteration}`);
        },
        `${pages}experiments.html?run=${encodeURIComponent(`${pages}run`)}`
      );
    } finally {
      running.kill('SIGTERM');
      await ended;
    }
  });
});

/** A folder of photographs as cameras and the web have them, each under several names. */
async function makeAlbum(count: number): Promise<string> {
  const native = dataPath('native');
  const photographs = (await readdir(native, {recursive: true})).filter(path =>
    /(jpg|lfw_funneled)\/.*\.jpg$/.test(path)
  );
  const album = join(folder, 'album');
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
  const path = join(folder, 'lfw.redo.zip');
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
    await inBrowser(async page => {
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
