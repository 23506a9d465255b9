/** An engine in a page of a headless browser, where there is WebGL. */

import {join} from 'node:path';

import type {
  EngineClient,
  Kind,
  OpenRequest,
  Progress,
  RequestOptions,
  Requests,
} from '../core/engine/protocol.js';
import type {DatasetSource} from '../datasets/source.js';
import {InBrowser} from './in-browser.js';
import type {PageBackend} from './verify-page.js';
import {fromWire, toWire} from './wire.js';

/** Answers what an engine of this process answers, but for pictures that stay on the GPU. */
export class EngineInBrowser implements EngineClient {
  private readonly browser: InBrowser;
  /** Sources whose files are served, by their folder there. */
  private readonly sources = new Map<DatasetSource, DatasetSource>();

  private constructor(browser: InBrowser) {
    this.browser = browser;
  }

  static async start(backend: PageBackend): Promise<EngineInBrowser> {
    // Who is told to stop still has its state to save.
    const browser = await InBrowser.start(join(import.meta.dirname, 'engine-page.ts'), false);
    await browser.call('start', [backend]);
    return new EngineInBrowser(browser);
  }

  /** What has begun is run to its end: an abort that comes meanwhile is too late. */
  async request<K extends Kind>(
    kind: K,
    body: Requests[K]['request'],
    {signal, onProgress}: RequestOptions = {}
  ): Promise<Requests[K]['result']> {
    signal?.throwIfAborted();
    const told = (text: string): void => onProgress?.(JSON.parse(text) as Progress);
    const answer = await this.browser.call('ask', [kind, toWire(this.served(body))], told);
    return fromWire(answer) as Requests[K]['result'];
  }

  dispose(): void {
    void this.close();
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  /** A request whose images are at addresses in the place of files, which can't be sent. */
  private served<T extends object>(body: T): T {
    const {dataset} = body as Partial<OpenRequest>;
    if (typeof dataset !== 'object' || !dataset.files) return body;
    const {files, ...rest} = dataset;
    let source = this.sources.get(dataset);
    if (!source) {
      const folder = `/data/${this.sources.size}/`;
      const urls = files.map(({path, blob}) => {
        const address = folder + path.split('/').map(encodeURIComponent).join('/');
        this.browser.served.set(address, blob);
        return this.browser.origin + address;
      });
      source = {...rest, urls};
      this.sources.set(dataset, source);
    }
    return {...body, dataset: source};
  }
}
