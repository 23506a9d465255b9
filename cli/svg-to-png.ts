/** Draws an SVG as a headless browser does, lettering and all. */

import {launch} from 'puppeteer-core';

import {browserFlags, findOrInstallBrowser} from '../scripts/find-browser.js';

/** Pixels of the PNG to a CSS pixel. */
const SCALE = 2;

/**
 * @param svg With its width and height.
 * @returns A PNG, twice as fine.
 * @throws Error that says what to install where there is no browser and none can be got.
 */
export async function svgToPng(svg: string): Promise<Uint8Array> {
  const executablePath = await findOrInstallBrowser();
  const browser = await launch({executablePath, args: browserFlags()});
  try {
    const page = await browser.newPage();
    await page.setViewport({width: 800, height: 600, deviceScaleFactor: SCALE});
    await page.setContent(`<!doctype html><body style="margin:0">${svg}</body>`);
    const drawn = (await page.$('svg'))!;
    return await drawn.screenshot({type: 'png', captureBeyondViewport: true});
  } finally {
    await browser.close();
  }
}
