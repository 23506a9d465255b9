/** Runs the verification in a headless browser, where there is WebGL. */

import {join} from 'node:path';

import type {Report, VerifyFileOptions} from '../core/verify/verify-file.js';
import {InBrowser} from './in-browser.js';

/** A browser that verifies files. */
export class VerifyInBrowser {
  private readonly browser: InBrowser;

  private constructor(browser: InBrowser) {
    this.browser = browser;
  }

  static async start(): Promise<VerifyInBrowser> {
    return new VerifyInBrowser(await InBrowser.start(join(import.meta.dirname, 'verify-page.ts')));
  }

  /** @throws Error with what the page threw. */
  async verify(
    file: Uint8Array,
    {weights, strict = false, progress}: Omit<VerifyFileOptions, 'device'>
  ): Promise<Report> {
    this.browser.served.set('/reference', file);
    if (weights) this.browser.served.set('/weights', weights);
    return this.browser.call('verifyServed', [Boolean(weights), strict], progress);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
