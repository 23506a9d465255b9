/** Ten viewers on one page: one engine, and only those in sight compute. */

import {expect, waitUntil} from '@open-wc/testing';

import '../../components/redo-viewer.js';
import {connectEngine} from '../../core/engine/client.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {loadLateElements} from '../../components/late-elements.js';

const PATIENCE = {timeout: 60_000, interval: 10};

/** Scrubs that a time is the median of. */
const SCRUBS = 15;

/** Starts and ends of the page's workers. */
class CountedWorker extends Worker {
  static alive = 0;
  /** Messages to workers. */
  static posted = 0;

  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options);
    CountedWorker.alive++;
  }

  override postMessage(
    message: unknown,
    options?: StructuredSerializeOptions | Transferable[]
  ): void {
    CountedWorker.posted++;
    super.postMessage(message, options as StructuredSerializeOptions);
  }

  override terminate(): void {
    CountedWorker.alive--;
    super.terminate();
  }
}

function add(page: Element): RedoViewer {
  const el = document.createElement('redo-viewer');
  Object.assign(el, {preset: 'blobs-32', weights: 'none', backend: 'wasm', panels: 'regions'});
  // Side by side, so that all of them are in sight.
  el.style.cssText = 'width: 150px; max-height: 280px; overflow: hidden';
  page.append(el);
  return el;
}

const rows = (el: RedoViewer): RedoRegionGrid['rows'] =>
  el.shadowRoot!.querySelector<RedoRegionGrid>('redo-region-grid')?.rows ?? [];

const drawn = (el: RedoViewer) => rows(el)[0]?.drawn;

async function pictures(viewers: readonly RedoViewer[]): Promise<number> {
  const start = performance.now();
  await waitUntil(() => viewers.every(drawn), 'every region must be redrawn', PATIENCE);
  return performance.now() - start;
}

/** Median of the milliseconds from a change of the code to its redraw. */
async function scrubMs(el: RedoViewer): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < SCRUBS; i++) {
    const before = drawn(el);
    const start = performance.now();
    el.session!.codes.setValue(0, 0, (4 * i) / SCRUBS - 2);
    await waitUntil(() => drawn(el) !== before, 'the redraw must follow', {
      ...PATIENCE,
      interval: 1,
    });
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(SCRUBS / 2)]!;
}

/** Waits until D has scored every redraw: then nothing is left to be asked for. */
async function rested(viewers: readonly RedoViewer[]): Promise<void> {
  const isScored = (el: RedoViewer): boolean => rows(el).every(({score}) => score !== undefined);
  await waitUntil(() => viewers.every(isScored), 'every redraw must be scored', PATIENCE);
}

describe('ten viewers on a page [wasm]', function () {
  this.timeout(120_000);

  const NativeWorker = window.Worker;
  const page = document.createElement('div');
  page.style.cssText = 'display: flex; flex-wrap: wrap';

  before(async () => {
    window.Worker = CountedWorker;
    document.body.append(page);
    await loadLateElements();
  });

  after(() => {
    window.Worker = NativeWorker;
    page.remove();
  });

  it('share one engine, stay usable, rest out of sight, and leave nothing behind', async () => {
    const first = add(page);
    const alone = await pictures([first]);
    await rested([first]);
    const oneMs = await scrubMs(first);
    await rested([first]);

    const viewers = [first, ...Array.from({length: 9}, () => add(page))];
    const together = await pictures(viewers);
    await rested(viewers);
    const {posted} = CountedWorker;
    const tenMs = await scrubMs(first);
    const asked = CountedWorker.posted - posted;
    await rested(viewers);
    console.log(
      `first picture ${alone.toFixed(0)} ms, of nine more ${together.toFixed(0)} ms; ` +
        `a scrub ${oneMs.toFixed(1)} ms alone, ${tenMs.toFixed(1)} ms with ten`
    );
    expect(CountedWorker.alive).to.equal(1);
    // A redraw and its score each: the nine others ask for nothing meanwhile.
    expect(asked).to.be.within(SCRUBS, 2 * SCRUBS);

    const hidden = viewers[4]!;
    hidden.style.display = 'none';
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    const before = drawn(hidden);
    hidden.session!.codes.setValue(0, 0, 2.5);
    await scrubMs(first);
    expect(drawn(hidden)).to.equal(before);
    hidden.style.display = '';
    await waitUntil(() => drawn(hidden) !== before, 'it must come up to date', PATIENCE);

    page.replaceChildren();
    await waitUntil(() => CountedWorker.alive === 0, 'the engine must end', PATIENCE);
  });

  it('are added and removed twenty times, and leave tensors and bytes where they were', async () => {
    // One more user of the engine, that goes on.
    const engine = connectEngine({backend: 'wasm'});
    try {
      const used = async (round: number) => {
        const el = add(page);
        // Some are removed while they are being opened.
        if (round % 4 !== 3) await pictures([el]);
        if (round % 4 === 1) el.session!.training.step(1);
        el.remove();
        await waitUntil(() => el.session === undefined, 'it must be disposed of', PATIENCE);
      };
      await used(0);
      const before = await engine.request('memory', {});
      for (let round = 1; round <= 20; round++) await used(round);
      // What was under way ends first: requests are answered in their order.
      const after = await engine.request('memory', {});
      expect(after.tensors).to.equal(before.tensors);
      expect(after.bytes).to.equal(before.bytes);
      expect(CountedWorker.alive).to.equal(1);
    } finally {
      engine.dispose();
    }
    await waitUntil(() => CountedWorker.alive === 0, 'the engine must end', PATIENCE);
  });
});
