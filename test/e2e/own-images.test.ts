/** A visitor's own images under a model, on its real engine in a worker. */

import {expect, fixture, html, waitUntil} from '@open-wc/testing';

import type {RedoImageStrip} from '../../components/redo-image-strip.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {STRIP_LENGTH} from '../../core/session/session.js';
import {loadLateElements} from '../../components/late-elements.js';
import '../../components/redo-viewer.js';
import {find, findAll} from '../fixtures/elements.js';
import {keepEngine} from '../fixtures/kept-engine.js';

const PATIENCE = {timeout: 110_000, interval: 10};
/** A picture of one colour, many times as large as the model's. */
async function photograph(hue: number, type: string): Promise<Blob> {
  const canvas = new OffscreenCanvas(1200, 900);
  const context = canvas.getContext('2d')!;
  context.fillStyle = `hsl(${hue} 90% 50%)`;
  context.fillRect(0, 0, 1200, 900);
  return canvas.convertToBlob({type});
}

function stripOf(el: RedoViewer): RedoImageStrip {
  return find<RedoImageStrip>(el, 'redo-image-strip');
}

function isDrawn(el: RedoViewer): boolean {
  const {rows = []} = el.shadowRoot!.querySelector<RedoRegionGrid>('redo-region-grid') ?? {};
  return rows.length > 0 && rows.every(row => row.composition !== undefined);
}

function drop(el: RedoViewer, files: readonly File[]): void {
  const data = new DataTransfer();
  files.forEach(file => data.items.add(file));
  el.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
}

describe('redo-viewer on the user’s images [wasm]', function () {
  this.timeout(120_000);
  keepEngine({backend: 'wasm'});

  async function opened(place: 'worker' | 'main' = 'worker'): Promise<RedoViewer> {
    const el = await fixture<RedoViewer>(
      html`<redo-viewer preset="blobs-32" backend="wasm" place=${place} image="5"></redo-viewer>`
    );
    await waitUntil(() => isDrawn(el), 'the regions must be redrawn', PATIENCE);
    await loadLateElements();
    return el;
  }

  it('shows 50 photographs that are dropped, and goes back', async () => {
    const el = await opened();
    const files = await Promise.all(
      Array.from({length: 50}, async (_, i) => {
        const type = i % 2 ? 'image/png' : 'image/jpeg';
        return new File([await photograph((i * 7) % 360, type)], `${i}.${i % 2 ? 'png' : 'jpg'}`);
      })
    );
    drop(el, files);
    const shown = () => {
      const {pictures, count} = stripOf(el);
      return count === 50 && pictures.length > 0 && pictures.every(picture => picture);
    };
    await waitUntil(shown, 'the photographs must be shown', PATIENCE);
    const [red, green, blue] = stripOf(el).pictures[0]!.pixels;
    expect(red).to.be.greaterThan(200);
    expect(green! + blue!).to.be.lessThan(60);
    expect(stripOf(el).selected).to.equal(0);

    const panel = find(el, 'redo-data-panel');
    expect(panel.shadowRoot!.textContent).to.include('your images: 50 images');
    const back = findAll<HTMLButtonElement>(panel, 'button').at(-1)!;
    expect(back.textContent.trim()).to.equal('Back to blobs');
    back.click();
    await waitUntil(() => stripOf(el).count === 1000, 'the blobs must be back', PATIENCE);
    await waitUntil(() => stripOf(el).pictures.every(picture => picture), 'and seen', PATIENCE);
  });

  it('shows the images of a list of addresses, and says which can’t be fetched', async () => {
    const el = await opened();
    const pictures = ['viewer-wide-light.jpg', 'gallery-wide-light.jpg'];
    el.datasetName = pictures.map(name => `/docs/images/${name}`).join(' ');
    const shown = () => {
      const strip = el.shadowRoot!.querySelector<RedoImageStrip>('redo-image-strip');
      const {pictures = [], count} = strip ?? {};
      return count === 2 && pictures.length === 2 && pictures.every(picture => picture);
    };
    await waitUntil(shown, 'both must be shown', PATIENCE);
    const view = await el.currentView();
    expect(view!.dataset).to.equal(
      pictures.map(name => new URL(`/docs/images/${name}`, location.href).href).join(' ')
    );
    el.datasetName = '/docs/images/viewer-wide-light.jpg /docs/images/nowhere.jpg';
    const said = () =>
      el.shadowRoot!.querySelector('redo-data-panel')?.shadowRoot?.textContent ?? '';
    const missing = /docs\/images\/nowhere\.jpg must be there; got status 404/;
    await waitUntil(() => missing.test(said()), 'it must be said', PATIENCE);
    expect(el.session!.model.value!.dataset.counts.train).to.equal(1);
  });

  it('brings a trained model and its images back after another file and other images', async () => {
    const el = await opened();
    const session = el.session!;
    const iteration = session.iteration.value + 2;
    session.training.step(2);
    await waitUntil(() => session.iteration.value === iteration, 'it must be trained', PATIENCE);
    const trained = new Uint8Array(await session.snapshot());
    drop(el, [new File([await photograph(120, 'image/png')], 'green.png')]);
    await waitUntil(() => stripOf(el).count === 1 && isDrawn(el), 'the photograph', PATIENCE);
    await session.reset(9);
    expect(session.iteration.value).to.equal(0);
    await session.viewHistory.undo();
    expect(session.iteration.value).to.equal(iteration);
    expect(session.model.value!.dataset.name).to.equal('green.png');
    await session.viewHistory.undo();
    await waitUntil(() => stripOf(el).count === 1000, 'the blobs must be back', PATIENCE);
    expect(session.image.value).to.deep.equal({split: 'test', index: 5});
    const back = new Uint8Array(await session.snapshot());
    expect(back.length).to.equal(trained.length);
    expect(back.every((byte, i) => byte === trained[i])).to.equal(true);
  });

  it('decodes no image of a folder but those of the strip', async () => {
    const el = await opened('main');
    const folder = await Promise.all(
      Array.from({length: 50}, async (_, i) => {
        const blob = await photograph(i * 7, 'image/jpeg');
        return new File([blob], `${String(i).padStart(2, '0')}.jpg`);
      })
    );
    const decoded: string[] = [];
    const decode = window.createImageBitmap.bind(window);
    const counting: (source: ImageBitmapSource, options?: ImageBitmapOptions) => unknown = (
      source,
      options
    ) => {
      if (source instanceof File) decoded.push(source.name);
      return decode(source, options);
    };
    window.createImageBitmap = counting as typeof decode;
    try {
      drop(el, folder);
      const shown = () => {
        const {pictures, count} = stripOf(el);
        return count === 50 && pictures.every(picture => picture) && isDrawn(el);
      };
      await waitUntil(shown, 'the photographs must be shown', PATIENCE);
      const first = folder.slice(0, STRIP_LENGTH).map(({name}) => name);
      expect(decoded.toSorted(), 'each once').to.deep.equal(first);

      stripOf(el).dispatchEvent(
        new CustomEvent('image-pick', {detail: {index: 30}, bubbles: true, composed: true})
      );
      await waitUntil(() => stripOf(el).first === 24 && shown(), 'the page of 30', PATIENCE);
      const page = folder.slice(24, 24 + STRIP_LENGTH).map(({name}) => name);
      expect(decoded.slice(STRIP_LENGTH).toSorted()).to.deep.equal(page);
    } finally {
      window.createImageBitmap = decode;
    }
  });

  it('says why files can’t be opened, and keeps its images', async () => {
    const el = await opened();
    drop(el, [new File(['hello'], 'notes.txt')]);
    const message = () => el.shadowRoot!.querySelector('redo-error-panel')?.message ?? '';
    await waitUntil(() => message() !== '', 'it must be said', PATIENCE);
    expect(message()).to.match(/notes\.txt must hold an image \(JPEG, PNG/);
    expect(stripOf(el).count).to.equal(1000);
  });

  it('leaves a model file alone', async () => {
    const el = await opened();
    let picks = 0;
    el.renderRoot.addEventListener('images-pick', () => picks++);
    drop(el, [new File([''], 'model.safetensors')]);
    const message = () => el.shadowRoot!.querySelector('redo-error-panel')?.message ?? '';
    await waitUntil(() => message() !== '', 'the model must be refused', PATIENCE);
    expect(message()).to.match(/^model\.safetensors: /);
    expect(picks).to.equal(0);
    expect(stripOf(el).count).to.equal(1000);
  });
});
