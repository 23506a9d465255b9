import {expect, fixture, html, waitUntil} from '@open-wc/testing';
import * as d3 from 'd3';
import {FRAME_MS} from '../../components/view-frames.js';
import type {RedoSaveMenu} from '../../components/redo-save-menu.js';
import '../../components/redo-save-menu.js';
import {strings} from '../../components/strings.js';
import type {ViewRecord} from '../../core/session/records.js';
import {Session} from '../../core/session/session.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll} from '../fixtures/elements.js';
import {FakeEngine} from '../fixtures/fake-engine.js';

interface Saved {
  name: string;
  blob: Blob;
}

/** A view with a canvas in a shadow tree, a chart, a text, and what is not to be seen. */
async function menu() {
  const view = await fixture<HTMLElement>(
    html`<section style="width: 120px; height: 80px; background: rgb(250, 240, 230)">
      <div class="host" style="width: 40px; height: 40px"></div>
      <svg width="40" height="20"><rect class="bar" width="40" height="20"></rect></svg>
      <style>
        .bar {
          fill: rgb(0, 114, 178);
        }
      </style>
      <span>score</span><span style="display: none">hidden</span>
    </section>`
  );
  const canvas = document.createElement('canvas');
  Object.assign(canvas, {width: 2, height: 2});
  canvas.style.cssText = 'width: 40px; height: 40px; image-rendering: pixelated; display: block';
  view.querySelector('.host')!.attachShadow({mode: 'open'}).append(canvas);
  const paint = (colour: string): void => {
    const context = canvas.getContext('2d')!;
    context.fillStyle = colour;
    context.fillRect(0, 0, 2, 2);
  };
  paint('rgb(200, 0, 0)');
  const session = new Session(new FakeEngine());
  await session.open({preset: 'discs-2', seed: 1});
  const el = await fixture<RedoSaveMenu>(
    html`<redo-save-menu
      file-name="blobs-32"
      .views=${() => [{name: 'image', label: 'Image', element: view}]}
      .session=${session}
    ></redo-save-menu>`
  );
  const saved: Saved[] = [];
  el.addEventListener('file-saved', event => {
    event.preventDefault();
    saved.push((event as CustomEvent<Saved>).detail);
  });
  const press = async (text: string | RegExp): Promise<Saved> => {
    const before = saved.length;
    button(text).click();
    await waitUntil(() => saved.length > before, `${text} must save a file`);
    await el.updateComplete;
    return saved.at(-1)!;
  };
  const button = (text: string | RegExp) =>
    findAll<HTMLButtonElement>(el, 'button').find(each =>
      typeof text === 'string' ? each.textContent.trim() === text : text.test(each.textContent)
    )!;
  const message = () => find(el, '.message').textContent.trim();
  return {el, session, view, paint, press, button, message};
}

/** Pixels of a picture file at CSS coordinates of the view, its scale as it came out. */
async function pixels(blob: Blob, viewWidth: number) {
  const bitmap = await createImageBitmap(blob);
  const scale = bitmap.width / viewWidth;
  const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  const at = (x: number, y: number) => [
    ...context.getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data,
  ];
  return {at, scale};
}

/** An SVG as a picture of itself. */
async function drawn(svg: string): Promise<(x: number, y: number) => number[]> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const context = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
  context.drawImage(image, 0, 0);
  return (x, y) => [...context.getImageData(x, y, 1, 1).data];
}

describe('redo-save-menu', () => {
  it('is accessible', async () => {
    const {el} = await menu();
    await expectAccessible(el);
  });

  it('saves a view as PNG, canvases in shadow trees and charts with it', async () => {
    const {press, message} = await menu();
    const {name, blob} = await press('PNG');
    expect(name).to.equal('blobs-32-image.png');
    expect(blob.type).to.equal('image/png');
    const {at, scale} = await pixels(blob, 120);
    expect(scale).to.equal(2);
    expect(at(20, 20)).to.deep.equal([200, 0, 0, 255]);
    expect(at(20, 50)).to.deep.equal([0, 114, 178, 255]);
    expect(at(110, 10)).to.deep.equal([250, 240, 230, 255]);
    expect(message()).to.match(/^Saved blobs-32-image\.png, \d+ kB\.$/);
  });

  it('saves a view as SVG: shapes with their style, texts, and no more than is seen', async () => {
    const {press} = await menu();
    const {name, blob} = await press('SVG');
    expect(name).to.equal('blobs-32-image.svg');
    const text = await blob.text();
    expect(text).to.include('>score</text>').and.not.include('>hidden<');
    const at = await drawn(text);
    expect(at(20, 20)).to.deep.equal([200, 0, 0, 255]);
    expect(at(20, 50)).to.deep.equal([0, 114, 178, 255]);
    expect(at(110, 10)).to.deep.equal([250, 240, 230, 255]);
  });

  it('records what changes as GIF', async () => {
    const {el, paint, press, button} = await menu();
    button(strings.save.record).click();
    await waitUntil(() => /1 of/.test(button(/GIF/).textContent));
    paint('rgb(0, 200, 0)');
    await waitUntil(() => /2 of/.test(button(/GIF/).textContent));
    const {name, blob} = await press(/^\s*Save GIF/);
    expect(name).to.equal('blobs-32-image.gif');
    const decoder = new ImageDecoder({data: await blob.arrayBuffer(), type: 'image/gif'});
    await decoder.tracks.ready;
    expect(decoder.tracks.selectedTrack!.frameCount).to.equal(2);
    for (const [frameIndex, colour] of [
      [200, 0, 0],
      [0, 200, 0],
    ].entries()) {
      const {image} = await decoder.decode({frameIndex});
      expect(image.codedWidth).to.equal(480);
      expect(image.duration).to.be.at.least(1000 * FRAME_MS);
      const context = new OffscreenCanvas(1, 1).getContext('2d')!;
      context.drawImage(image, 0, 0);
      image.close();
      const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
      const distance = d3.max(
        [red! - colour[0]!, green! - colour[1]!, blue! - colour[2]!],
        Math.abs
      );
      expect(distance).to.be.at.most(8);
    }
    await el.updateComplete;
    expect(button(/GIF/).textContent.trim()).to.equal(strings.save.record);
  });

  it('records what changes as WebM', async () => {
    const {paint, press, button} = await menu();
    button(strings.save.recordVideo).click();
    await waitUntil(() => /0 of at most/.test(button(/WebM/).textContent));
    paint('rgb(0, 200, 0)');
    await waitUntil(() => /1 of at most/.test(button(/WebM/).textContent), '', {timeout: 4000});
    const {name, blob} = await press(/^\s*Save WebM/);
    expect(name).to.equal('blobs-32-image.webm');
    const video = document.createElement('video');
    video.muted = true;
    video.src = URL.createObjectURL(blob);
    await video.play();
    expect([video.videoWidth, video.videoHeight]).to.deep.equal([480, 480]);
    await new Promise(resolve => video.addEventListener('ended', resolve));
    const context = new OffscreenCanvas(1, 1).getContext('2d')!;
    context.drawImage(video, 0, 0);
    const [red, green] = context.getImageData(0, 0, 1, 1).data;
    expect(red).to.be.below(40);
    expect(green).to.be.within(170, 230);
    URL.revokeObjectURL(video.src);
    expect(button(strings.save.recordVideo)).to.not.equal(undefined);
  });

  it('throws a recording away', async () => {
    const {el, button, message} = await menu();
    button(strings.save.recordVideo).click();
    await el.updateComplete;
    button(strings.save.discard).click();
    await el.updateComplete;
    expect(message()).to.equal(strings.save.discarded);
    expect(button(strings.save.record).disabled).to.equal(false);
  });

  it('says where the browser writes no WebM', async () => {
    const {button, message} = await menu();
    const known = Object.getOwnPropertyDescriptor(MediaRecorder, 'isTypeSupported')!;
    Object.defineProperty(MediaRecorder, 'isTypeSupported', {...known, value: () => false});
    try {
      button(strings.save.recordVideo).click();
      await waitUntil(() => message() !== '');
      expect(message()).to.match(
        /^Nothing was saved\. This browser can’t write WebM: record a GIF/
      );
    } finally {
      Object.defineProperty(MediaRecorder, 'isTypeSupported', known);
    }
  });

  it('saves the numbers as CSV and JSON', async () => {
    const {press, session} = await menu();
    session.training.step(3);
    await waitUntil(() => session.status.value === 'ready');
    const csv = await press(strings.save.csv);
    expect(csv.name).to.equal('blobs-32.csv');
    const rows = d3.csvParse(await csv.blob.text());
    expect(rows.map(row => row.iteration)).to.deep.equal(['1', '2', '3']);
    const json = await press(strings.save.json);
    expect(json.name).to.equal('blobs-32.json');
    const record = JSON.parse(await json.blob.text()) as ViewRecord;
    expect(record).to.include({format: 'redo-viewer-record-1', iteration: 3, region: 0});
    expect(record.history.generatorLoss).to.deep.equal(rows.map(row => Number(row.generatorLoss)));
    expect(record.codes).to.deep.equal(session.codes.all.map(code => [...code.value]));
    expect(record.image).to.deep.equal({split: 'test', index: 0});
    await session.dispose();
  });

  it('says what went wrong, and lives on', async () => {
    const {el, button, message, press} = await menu();
    const {views} = el;
    el.views = () => [];
    await el.updateComplete;
    button('PNG').click();
    await waitUntil(() => message() !== '');
    expect(message()).to.equal(strings.save.failed(strings.save.nothing));
    el.views = views;
    await el.updateComplete;
    await press('PNG');
    expect(message()).to.match(/^Saved/);
  });
});
