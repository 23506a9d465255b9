/** Runs the verification in a headless browser, where there are WebGL and WebGPU. */

import {join} from 'node:path';

import type {Report, VerifyFileOptions} from '../core/verify/verify-file.js';
import {InBrowser} from './in-browser.js';
import type {PageBackend} from './verify-page.js';

/** A browser that verifies files. */
export class VerifyInBrowser {
  private readonly browser: InBrowser;
  private readonly backend: PageBackend;

  private constructor(browser: InBrowser, backend: PageBackend) {
    this.browser = browser;
    this.backend = backend;
  }

  static async start(backend: PageBackend): Promise<VerifyInBrowser> {
    const browser = await InBrowser.start(join(import.meta.dirname, 'verify-page.ts'));
    return new VerifyInBrowser(browser, backend);
  }

  /** @throws Error with what the page threw. */
  async verify(
    file: Uint8Array,
    {weights, strict = false, progress}: Omit<VerifyFileOptions, 'device'>
  ): Promise<Report> {
    this.browser.served.set('/reference', file);
    if (weights) this.browser.served.set('/weights', weights);
    return this.browser.call('verifyServed', [this.backend, Boolean(weights), strict], progress);
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}
