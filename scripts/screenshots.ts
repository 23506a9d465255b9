/**
 * Takes the pictures of the pages in `docs/images`, wide and narrow, light and dark.
 *
 *     npm run screenshots
 *     npm run screenshots -- experiments gallery
 */

import {spawnSync} from 'node:child_process';
import {mkdir} from 'node:fs/promises';
import {join, resolve} from 'node:path';

import {launch, type Page, type ScreenshotOptions} from 'puppeteer-core';
import {createServer} from 'vite';

import {browserFlags, findOrInstallBrowser} from './find-browser.js';

const ROOT = resolve(import.meta.dirname, '..');
const OUT = join(ROOT, 'docs/images');
const WIDTHS = {wide: 1440, narrow: 390} as const;
const SCHEMES = ['light', 'dark'] as const;

/** A run for the experiments page to follow, from the root; it is trained where it is not there. */
const RUN = '.cache/runs/blobs';
const TRAINING = ['--preset', 'blobs-32', '--seed', '1', '--steps', '400', '--every', '25'];

/** Address, and what is done in the page before its picture is taken. */
const PAGES: Readonly<Record<string, {path: string; prepare?: string}>> = {
  viewer: {
    path: '',
    // Some iterations, then the first phases of another one, for charts, time line and data flow.
    prepare: `
      const {training} = viewers[0].session;
      training.step(24);
      await until(() => training.remaining.value === 0 && !training.running.value);
      for (let i = 0; i < 4; i++) await training.stepPhase();
      const explorer = viewers[0].shadowRoot.querySelector('redo-explorer');
      for (const view of explorer.shadowRoot.querySelectorAll('details')) {
        view.open = true;
        view.scrollIntoView();
        await until(() => !view.querySelector('[aria-busy="true"], .updating'));
        await new Promise(resolve => setTimeout(resolve, 6_000));
      }`,
  },
  gallery: {path: 'demo/gallery.html'},
  article: {path: 'demo/article.html'},
  experiments: {
    path: `experiments.html?run=/${RUN}/`,
    // The weights of the run have then come into the viewer.
    prepare: 'await new Promise(resolve => setTimeout(resolve, 15_000));',
  },
};

/** Waits until every viewer of the page has been seen and is ready, then prepares it. */
async function settle(page: Page, prepare = ''): Promise<void> {
  await page.evaluate(`(async () => {
    const until = async condition => {
      while (!condition()) await new Promise(resolve => setTimeout(resolve, 100));
    };
    const viewers = [...document.querySelectorAll('redo-viewer')];
    for (const viewer of viewers) {
      viewer.scrollIntoView();
      await until(() => viewer.session?.status.value === 'ready');
    }
    ${prepare}
    // What has not been seen has computed nothing.
    for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight / 2) {
      scrollTo(0, y);
      await new Promise(resolve => setTimeout(resolve, 1000));
    }
    scrollTo(0, 0);
    await new Promise(resolve => setTimeout(resolve, 3000));
  })()`);
}

/** The picture of the README: the upper part of the viewer. */
async function cover(page: Page): Promise<ScreenshotOptions> {
  const box = await (await page.$('redo-viewer'))!.boundingBox();
  const clip = {x: box!.x - 8, y: box!.y - 8, width: box!.width + 16, height: 1000};
  return {path: join(OUT, 'viewer.png'), clip};
}

const chosen = process.argv.slice(2);
if (chosen.length === 0 || chosen.includes('experiments')) {
  const args = ['run', '--silent', 'train', '--', ...TRAINING, '--run', RUN];
  const {status} = spawnSync('npm', args, {cwd: ROOT, stdio: 'inherit'});
  if (status !== 0) throw new Error(`screenshots: training must go well; it ended with ${status}`);
}
const server = await createServer({root: ROOT, server: {port: 0, host: '127.0.0.1'}});
await server.listen();
const browser = await launch({
  executablePath: await findOrInstallBrowser(),
  args: browserFlags(),
  protocolTimeout: 600_000,
});
try {
  await mkdir(OUT, {recursive: true});
  for (const [name, {path, prepare}] of Object.entries(PAGES)) {
    if (chosen.length > 0 && !chosen.includes(name)) continue;
    for (const [size, width] of Object.entries(WIDTHS)) {
      for (const scheme of SCHEMES) {
        const page = await browser.newPage();
        await page.setViewport({width, height: 1000});
        await page.emulateMediaFeatures([{name: 'prefers-color-scheme', value: scheme}]);
        await page.goto(server.resolvedUrls!.local[0]! + path);
        await settle(page, prepare);
        const file = `${name}-${size}-${scheme}.jpg` as const;
        await page.screenshot({path: join(OUT, file), fullPage: true, type: 'jpeg', quality: 68});
        process.stdout.write(`${file}\n`);
        if (file === 'viewer-wide-light.jpg') await page.screenshot(await cover(page));
        await page.close();
      }
    }
  }
} finally {
  await browser.close();
  await server.close();
}
