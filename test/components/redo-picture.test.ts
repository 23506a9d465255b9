import {expect, fixture, html} from '@open-wc/testing';
import {drawPicture, type RedoPicture} from '../../components/redo-picture.js';
import type {Picture} from '../../core/engine/protocol.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, pixelOf} from '../fixtures/elements.js';

/** Red and half-transparent blue. */
const PICTURE: Picture = {
  width: 2,
  height: 1,
  pixels: Uint8ClampedArray.of(255, 0, 0, 255, 0, 0, 255, 128),
};

describe('redo-picture', () => {
  it('is accessible', async () => {
    const el = await fixture<RedoPicture>(
      html`<redo-picture label="two pixels" .picture=${PICTURE}></redo-picture>`
    );
    await expectAccessible(el);
  });

  it('draws its picture, not premultiplied', async () => {
    const el = await fixture<RedoPicture>(html`<redo-picture .picture=${PICTURE}></redo-picture>`);
    const canvas = find<HTMLCanvasElement>(el, 'canvas');
    expect(canvas).to.include({width: 2, height: 1});
    expect(pixelOf(canvas, 0, 0)).to.deep.equal([255, 0, 0, 255]);
    expect(pixelOf(canvas, 1, 0)).to.deep.equal([0, 0, 255, 128]);
  });

  it('draws a bitmap, and nothing of what was there before', async () => {
    const el = await fixture<RedoPicture>(html`<redo-picture .picture=${PICTURE}></redo-picture>`);
    const half = new ImageData(Uint8ClampedArray.of(0, 255, 0, 255, 0, 0, 0, 0), 2, 1);
    const bitmap = await createImageBitmap(half);
    el.picture = bitmap;
    await el.updateComplete;
    const canvas = find<HTMLCanvasElement>(el, 'canvas');
    expect(pixelOf(canvas, 0, 0)).to.deep.equal([0, 255, 0, 255]);
    expect(pixelOf(canvas, 1, 0)[3]).to.equal(0);
    bitmap.close();
  });

  it('clears when its picture goes', async () => {
    const el = await fixture<RedoPicture>(html`<redo-picture .picture=${PICTURE}></redo-picture>`);
    el.picture = undefined;
    await el.updateComplete;
    expect(pixelOf(find<HTMLCanvasElement>(el, 'canvas'), 0, 0)[3]).to.equal(0);
  });

  it('label is what is read aloud; without it the picture is decoration', async () => {
    const el = await fixture<RedoPicture>(html`<redo-picture label="red"></redo-picture>`);
    const canvas = find(el, 'canvas');
    expect(canvas.getAttribute('role')).to.equal('img');
    expect(canvas.getAttribute('aria-label')).to.equal('red');
    el.label = '';
    await el.updateComplete;
    expect(canvas.getAttribute('aria-hidden')).to.equal('true');
    expect(canvas.hasAttribute('role')).to.equal(false);
  });
});

describe('drawPicture(canvas, picture)', () => {
  it('keeps the canvas’ buffer while the size stays', () => {
    const canvas = document.createElement('canvas');
    drawPicture(canvas, PICTURE);
    // To set a size, even the same, resets the context.
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#123456';
    drawPicture(canvas, PICTURE);
    expect(context.fillStyle).to.equal('#123456');
  });
});
