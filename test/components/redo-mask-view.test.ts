import {expect, fixture, html} from '@open-wc/testing';
import {regionColour} from '../../components/palette.js';
import type {RedoMaskView} from '../../components/redo-mask-view.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import '../../components/redo-mask-view.js';
import type {Masks} from '../../core/engine/protocol.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, pixelOf, record} from '../fixtures/elements.js';
import {scene, sceneMasks} from '../fixtures/scene.js';

const SIZE = 32;
const masks = sceneMasks(0, SIZE, 3);
const {picture, labels} = scene(0, SIZE, 3);

/** A pixel well inside each region. */
const inside = [0, 1, 2].map(region => {
  const at = labels.findIndex(
    (label, i) =>
      label === region &&
      masks.values[region * SIZE * SIZE + i]! > 0.995 &&
      i % SIZE > 1 &&
      i % SIZE < SIZE - 2
  );
  return {x: at % SIZE, y: Math.floor(at / SIZE)};
});

async function view(
  template = html`<redo-mask-view label="masks" .masks=${masks}></redo-mask-view>`
) {
  const el = await fixture<RedoMaskView>(template);
  const inner = find<RedoPicture>(el, 'redo-picture');
  await inner.updateComplete;
  const canvas = find<HTMLCanvasElement>(inner, 'canvas');
  const pixel = (region: number) => pixelOf(canvas, inside[region]!.x, inside[region]!.y);
  return {el, inner, pixel};
}

describe('redo-mask-view', () => {
  it('is accessible', async () => {
    const {el} = await view();
    await expectAccessible(el);
  });

  it('mode="colours" draws each region in its colour', async () => {
    const {pixel} = await view(
      html`<redo-mask-view mode="colours" .masks=${masks} .picture=${picture}></redo-mask-view>`
    );
    for (const region of [0, 1, 2]) {
      regionColour(region).forEach((level, c) => {
        expect(pixel(region)[c]).to.be.closeTo(level, 3);
      });
    }
  });

  it('mode="overlay" lays colours over the picture, by its opacity', async () => {
    const {el, inner, pixel} = await view(
      html`<redo-mask-view .masks=${masks} .picture=${picture} .opacity=${0}></redo-mask-view>`
    );
    const {x, y} = inside[1]!;
    const i = 4 * (y * SIZE + x);
    expect(pixel(1)).to.deep.equal([...picture.pixels.slice(i, i + 4)]);
    el.opacity = 1;
    await el.updateComplete;
    await inner.updateComplete;
    expect(pixel(1)[0]).to.be.closeTo(regionColour(1)[0], 3);
  });

  it('mode="overlay" over no picture, or one of another size, is colours alone', async () => {
    const other = scene(0, 16, 3).picture;
    const {pixel} = await view(
      html`<redo-mask-view .masks=${masks} .picture=${other}></redo-mask-view>`
    );
    expect(pixel(2)[0]).to.be.closeTo(regionColour(2)[0], 3);
  });

  it('mode="single" draws the mask of its region as grey levels', async () => {
    const {pixel} = await view(
      html`<redo-mask-view mode="single" .region=${1} .masks=${masks}></redo-mask-view>`
    );
    expect(pixel(1)[0]).to.be.above(250);
    expect(pixel(0)[0]).to.be.below(5);
  });

  it('alone draws its region’s colour and leaves the others out', async () => {
    const {el, inner, pixel} = await view(
      html`<redo-mask-view alone .region=${1} .masks=${masks} .picture=${picture}></redo-mask-view>`
    );
    const {x, y} = inside[0]!;
    const i = 4 * (y * SIZE + x);
    picture.pixels.slice(i, i + 3).forEach((level, c) => {
      expect(pixel(0)[c]).to.be.closeTo(level, 2);
    });
    expect(pixel(1)).to.not.deep.equal([...picture.pixels.slice(4, 8)]);
    el.mode = 'colours';
    await el.updateComplete;
    await inner.updateComplete;
    expect(Math.max(pixel(0)[3]!, pixel(2)[3]!)).to.be.below(5);
    expect(pixel(1)[3]).to.be.above(250);
  });

  it('hard draws each pixel in the colour of its largest mask, or black and white', async () => {
    const soft: Masks = {
      width: 2,
      height: 1,
      regions: 2,
      values: Float32Array.of(0.6, 0.4, 0.4, 0.6),
    };
    const {el, inner} = await view(
      html`<redo-mask-view hard mode="colours" .masks=${soft}></redo-mask-view>`
    );
    expect(pixelOf(find(inner, 'canvas'), 0, 0)).to.deep.equal([...regionColour(0), 255]);
    expect(pixelOf(find(inner, 'canvas'), 1, 0)).to.deep.equal([...regionColour(1), 255]);
    el.mode = 'single';
    await el.updateComplete;
    await inner.updateComplete;
    expect(pixelOf(find(inner, 'canvas'), 0, 0)).to.deep.equal([255, 255, 255, 255]);
    expect(pixelOf(find(inner, 'canvas'), 1, 0)).to.deep.equal([0, 0, 0, 255]);
  });

  it('patterns draws finer than the masks are', async () => {
    const {el, inner} = await view(
      html`<redo-mask-view patterns mode="colours" .masks=${masks}></redo-mask-view>`
    );
    expect(inner.picture!.width).to.equal(256);
    el.patterns = false;
    await el.updateComplete;
    expect(inner.picture!.width).to.equal(SIZE);
  });

  it('fires region-pick with the region pointed at', async () => {
    const {el, inner} = await view();
    const events = record('region-pick');
    const box = el.getBoundingClientRect();
    for (const {x, y} of inside) {
      const clientX = box.left + ((x + 0.5) * box.width) / SIZE;
      const clientY = box.top + ((y + 0.5) * box.height) / SIZE;
      inner.dispatchEvent(new MouseEvent('click', {clientX, clientY, bubbles: true}));
    }
    expect(events.map(each => each.detail)).to.deep.equal([{region: 0}, {region: 1}, {region: 2}]);
  });

  it('fires nothing in mode="single" or without masks', async () => {
    const {el, inner} = await view();
    const events = record('region-pick');
    el.mode = 'single';
    inner.click();
    el.mode = 'overlay';
    el.masks = undefined;
    inner.click();
    expect(events).to.be.empty;
  });
});
