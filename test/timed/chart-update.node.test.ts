/** A row more is a small thing for the charts, however long the history. */

import assert from 'node:assert/strict';
import {rm} from 'node:fs/promises';
import {createServer, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {after, before, describe, it} from 'node:test';

import {type Browser, type CDPSession, launch, type Page} from 'puppeteer-core';
import type {ViteDevServer} from 'vite';

import {browserFlags, findOrInstallBrowser} from '../../scripts/find-browser.js';
import {createTestServer, TEST_CACHE} from '../../web-test-runner.config.js';

const ROWS = 10_000;
const UPDATES = 30;
const CHARTS = 3;

/** What an update may cost, a chart. */
const LIMIT_MS = 4;

const PAGE = '<!doctype html><meta charset="utf-8" /><title>Charts</title>';

/** The charts of a viewer over a long history, and `update()`, which gives them a row more. */
const SCRIPT = `(async () => {
  const [{historyCharts}, {History}, {iterationReport}] = await Promise.all([
    import('/components/history-charts.ts'),
    import('/core/session/history.ts'),
    import('/test/fixtures/scene.ts'),
    import('/components/redo-line-chart.ts'),
  ]);
  const history = new History();
  history.append(Array.from({length: ${ROWS}}, (_, i) => iterationReport(i + 1, 3)));
  document.body.style = 'display: grid; grid-template-columns: repeat(${CHARTS}, 460px)';
  window.charts = ['losses', 'scores', 'areas'].map(name => {
    const chart = document.createElement('redo-line-chart');
    document.body.append(chart);
    return Object.assign(chart, {name, heading: name});
  });
  window.shapes = () =>
    charts.map(each => each.shadowRoot.querySelector('.plot path.line')?.getAttribute('d'));
  // Until it is on the screen.
  window.frame = async () => {
    for (let i = 0; i < 2; i++) await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  };
  window.update = () => {
    history.append([iterationReport(history.length + 1, 3)]);
    const data = historyCharts(history);
    for (const chart of charts) chart.data = data[chart.name];
    return frame();
  };
  // Their sizes are known one frame later.
  while (!shapes().every(Boolean)) await update();
})()`;

const median = (values: number[]): number =>
  values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe(`redo-line-chart over ${ROWS} iterations`, () => {
  let vite: ViteDevServer;
  let server: Server;
  let browser: Browser;
  let page: Page;
  let devtools: CDPSession;

  before(async () => {
    vite = await createTestServer();
    server = createServer((request, response) => {
      if (request.url !== '/') return vite.middlewares(request, response);
      return response.writeHead(200, {'Content-Type': 'text/html'}).end(PAGE);
    });
    await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
    browser = await launch({executablePath: await findOrInstallBrowser(), args: browserFlags()});
    page = await browser.newPage();
    await page.setViewport({width: 1480, height: 900});
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.evaluate(SCRIPT);
    devtools = await page.createCDPSession();
    // The processor's time that the main thread had: what others did meanwhile does not count.
    await devtools.send('Performance.enable', {timeDomain: 'threadTicks'});
  });

  after(async () => {
    await browser?.close();
    server?.close();
    server?.closeAllConnections();
    await vite?.close();
    await rm(TEST_CACHE, {recursive: true, force: true});
  });

  /** Milliseconds of all tasks of the page's main thread so far. */
  async function spentMs(): Promise<number> {
    const {metrics} = await devtools.send('Performance.getMetrics');
    return 1000 * metrics.find(({name}) => name === 'TaskDuration')!.value;
  }

  /** Median of what a script costs: script, style, layout and paint, and being asked for it. */
  async function costMs(script: string): Promise<number> {
    const costs: number[] = [];
    for (let i = 0; i < UPDATES; i++) {
      const before = await spentMs();
      await page.evaluate(script);
      costs.push((await spentMs()) - before);
    }
    return median(costs);
  }

  for (const look of ['{smoothing: 0, log: false}', '{smoothing: 0.95, log: true}']) {
    it(`takes up a row in under ${LIMIT_MS} ms a chart: ${look}`, async test => {
      await page.evaluate(`charts.forEach(chart => Object.assign(chart, ${look})); frame()`);
      // What two frames cost in which nothing happens, and the asking.
      const idleMs = await costMs('frame()');
      const shapes = await page.evaluate('shapes()');
      const updateMs = (await costMs('update()')) - idleMs;
      test.diagnostic(`${updateMs.toFixed(2)} ms for ${CHARTS} charts`);
      assert.notDeepEqual(await page.evaluate('shapes()'), shapes);
      assert.ok(updateMs > 0, `an update must cost something; got ${updateMs} ms`);
      assert.ok(updateMs / CHARTS < LIMIT_MS, `got ${(updateMs / CHARTS).toFixed(2)} ms a chart`);
    });
  }
});
