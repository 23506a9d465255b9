/** What a visitor does with files in a page, and how long the page takes, measured in it. */

import type {Page} from 'puppeteer-core';

/** Drops a file or a folder of this machine on the viewer. @returns Milliseconds until all is drawn. */
export async function dropAndDraw(page: Page, path: string, count: number): Promise<number> {
  const {x, y} = (await page.evaluate(`(() => {
    const strip = () => viewer.shadowRoot.querySelector('redo-image-strip');
    const isDrawn = () => {
      const {rows} = viewer.shadowRoot.querySelector('redo-region-grid');
      return viewer.session.status.value === 'ready' && strip().count === ${count} &&
        strip().pictures.every(Boolean) && rows.every(row => row.composition) &&
        viewer.session.views.redraws.value.every(({state}) => !state.value.pending);
    };
    window.drawnAfter = undefined;
    const begin = () => {
      const begun = performance.now();
      const look = () => {
        const isDone = isDrawn();
        // On the screen a frame later.
        requestAnimationFrame(isDone ? () => (window.drawnAfter = performance.now() - begun) : look);
      };
      look();
    };
    viewer.addEventListener('drop', begin, {once: true, capture: true});
    strip().scrollIntoView({block: 'center'});
    const {left, top, width, height} = strip().getBoundingClientRect();
    return {x: left + width / 2, y: top + height / 2};
  })()`)) as {x: number; y: number};
  const devtools = await page.createCDPSession();
  const data = {items: [], files: [path], dragOperationsMask: 1};
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await devtools.send('Input.dispatchDragEvent', {type, x, y, data});
  }
  await page.waitForFunction('window.drawnAfter', {timeout: 60_000});
  return (await page.evaluate('drawnAfter')) as number;
}

/** How long cells were in sight before their pictures were, in milliseconds. */
export interface Blanks {
  longest: number;
  /** Cells that came into sight without their picture, and how many were in sight in all. */
  blank: number;
  seen: number;
}

/** Opens the browser of images on a split and turns the wheel over it. */
export async function scrollImages(page: Page, split: string, turns: number): Promise<Blanks> {
  await page.evaluate(`{
    const explorer = viewer.shadowRoot.querySelector('redo-explorer');
    explorer.shadowRoot.querySelector('details.browser').open = true;
    // Out of sight it rests.
    explorer.scrollIntoView();
  }`);
  const browser = `viewer.shadowRoot.querySelector('redo-explorer').shadowRoot.querySelector('redo-image-browser')?.shadowRoot`;
  await page.waitForFunction(`${browser}?.querySelector('[value=${split}]')`);
  await page.evaluate(`${browser}.querySelector('[value=${split}]').click()`);
  await page.waitForFunction(`(() => {
    window.list = ${browser}.querySelector('.list');
    const cells = [...(list?.querySelectorAll('.cell redo-picture') ?? [])];
    return cells.length > 0 && cells.every(each => each.picture);
  })()`);
  const {x, y} = (await page.evaluate(`(() => {
    list.scrollIntoView({block: 'center'});
    const cells = [...list.querySelectorAll('.cell')];
    const place = cell => new DOMMatrix(cell.style.transform);
    const columns = cells.findIndex(cell => place(cell).f > place(cells[0]).f);
    const row = place(cells[columns]).f - place(cells[0]).f;
    const height = list.clientHeight;
    // By numbers: to ask for rectangles in every frame would slow down what is measured.
    const since = new Map();
    const seen = new Set();
    window.blanks = {longest: 0, blank: 0, seen: 0};
    const look = now => {
      const inSight = new Set();
      for (const cell of list.querySelectorAll('.cell')) {
        const at = Number(cell.ariaPosInSet) - 1;
        const top = Math.floor(at / columns) * row - list.scrollTop;
        if (top + row <= 0 || top >= height) continue;
        inSight.add(at);
        if (cell.querySelector('redo-picture').picture) {
          since.delete(at);
        } else {
          if (!since.has(at)) since.set(at, now) && blanks.blank++;
          blanks.longest = Math.max(blanks.longest, now - since.get(at));
        }
        seen.add(at);
      }
      for (const at of since.keys()) if (!inSight.has(at)) since.delete(at);
      blanks.seen = seen.size;
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    const box = list.getBoundingClientRect();
    return {x: box.left + box.width / 2, y: box.top + box.height / 2};
  })()`)) as {x: number; y: number};
  await page.mouse.move(x, y);
  for (let i = 0; i < turns; i++) await page.mouse.wheel({deltaY: 120});
  // The wheel's way is smoothed: it goes on for some frames.
  await page.waitForFunction(
    `(() => {
      const top = list.scrollTop;
      const rested = window.lastTop === top;
      window.lastTop = top;
      return rested && [...list.querySelectorAll('redo-picture')].every(each => each.picture);
    })()`,
    {polling: 250}
  );
  return (await page.evaluate('blanks')) as Blanks;
}
