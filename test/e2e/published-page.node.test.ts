/** The pages as they are published: their links lead elsewhere, and they follow a training of two processes. */

import assert from 'node:assert/strict';
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {describe, it} from 'node:test';

import type {Page} from 'puppeteer-core';

import {findPython, PYTHON_ADVICE} from '../../scripts/python.js';
import {Program} from '../support/program.js';
import {publishPages, wait} from '../support/published-pages.js';

const ROOT = resolve(import.meta.dirname, '../..');

const pages = publishPages();

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
    const {link, shown, before} = await pages.inBrowser(async page => {
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
    const seen = await pages.inBrowser(async page => {
      await wait(page, 'viewer.session?.codes.all[0]?.value[0] === 1.25');
      return {pictures: await pictures(page), index: await page.evaluate('viewer.image')};
    }, link);
    assert.equal(seen.index, 7);
    assert.deepEqual(seen.pictures, shown);
  });
});

describe('experiments.html beside a training of two processes', () => {
  const python = findPython();
  const skip = python || process.env.CI ? false : PYTHON_ADVICE;

  /** Packs real blobs, and lets torchrun train on them into `folder/run`, which the page's server shows. */
  async function train(): Promise<{running: ChildProcess; said: () => string}> {
    const prepare = await Program.of('cli/prepare-dataset.ts');
    const packed = join(pages.folder, 'blobs.redo.zip');
    try {
      const size = ['--size', '16', '--count', '64', '--format', 'png'];
      const {status, err} = prepare.run('blobs', ...size, '--out', packed);
      assert.equal(status, 0, err);
    } finally {
      prepare.dispose();
    }
    const widths = {mask: 4, generator: 2, discriminator: 2, encoder: 2};
    const options = [
      ...['--preset', 'blobs-32', '--dataset', packed, '--run', join(pages.folder, 'run')],
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
      for (let turn = 0; !existsSync(join(pages.folder, 'run', 'log.jsonl')); turn++) {
        assert.ok(running.exitCode === null && turn < 1200, said());
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      const {address} = pages;
      await pages.inBrowser(
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
          const text = await readFile(join(pages.folder, 'run', 'state.json'), 'utf8');
          const state = JSON.parse(text) as {iteration: number};
          await wait(page, `${iteration} === ${state.iteration}`);
          await wait(page, `follower.follower.history.length === ${state.iteration}`);
        },
        `${address}experiments.html?run=${encodeURIComponent(`${address}run`)}`
      );
    } finally {
      running.kill('SIGTERM');
      await ended;
    }
  });
});
