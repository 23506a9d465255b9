import {expect, fixture, html} from '@open-wc/testing';
import {resetMouse, sendKeys, sendMouse} from '@web/test-runner-commands';
import type {PaintEvents} from '../../components/paint-events.js';
import type {RedoMaskEditor} from '../../components/redo-mask-editor.js';
import type {RedoMaskView} from '../../components/redo-mask-view.js';
import '../../components/redo-mask-editor.js';
import type {Masks} from '../../core/engine/protocol.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, record} from '../fixtures/elements.js';
import {scene} from '../fixtures/scene.js';

const SIZE = 16;
const {picture} = scene(0, SIZE, 2);

/** All of region 0. */
const masks: Masks = {
  width: SIZE,
  height: SIZE,
  regions: 2,
  values: new Float32Array(2 * SIZE * SIZE).fill(1, 0, SIZE * SIZE),
};

type Edit = PaintEvents['mask-edit'];

/** An editor of region 1, each of whose pixels is 10 pixels wide. */
async function editor({tool = 'brush', brushSize = 1} = {}) {
  const el = await fixture<RedoMaskEditor>(
    html`<redo-mask-editor
      style="width: ${10 * SIZE}px"
      tool=${tool}
      .brushSize=${brushSize}
      .hardness=${1}
      .region=${1}
      .masks=${masks}
      .picture=${picture}
    ></redo-mask-editor>`
  );
  const events = record('mask-edit', 'mask-undo', 'mask-redo', 'brush-change');
  const surface = find(el, '.surface');
  const {left, top} = surface.getBoundingClientRect();
  const at = (x: number, y: number): [number, number] => [
    Math.round(left + 10 * x + 5),
    Math.round(top + 10 * y + 5),
  ];
  return {
    el,
    surface,
    events,
    edits: () => events.filter(each => each.type === 'mask-edit').map(each => each.detail as Edit),
    move: (x: number, y: number) => sendMouse({type: 'move', position: at(x, y)}),
    down: () => sendMouse({type: 'down'}),
    up: () => sendMouse({type: 'up'}),
    said: async () => {
      await el.updateComplete;
      return find(el, '[role="status"]').textContent;
    },
  };
}

/** Pixels that are all of region 1. */
function painted({values}: Masks): [x: number, y: number][] {
  return [...values.subarray(SIZE * SIZE)].flatMap((value, i) =>
    value === 1 ? [[i % SIZE, Math.floor(i / SIZE)] as [number, number]] : []
  );
}

describe('redo-mask-editor', () => {
  afterEach(() => resetMouse());

  it('is accessible', async () => {
    const {el, surface} = await editor();
    surface.focus();
    await el.updateComplete;
    await expectAccessible(el);
  });

  it('shows its masks as its looks say', async () => {
    const {el} = await editor();
    const view = find<RedoMaskView>(el, 'redo-mask-view');
    expect(view).to.include({masks, picture, mode: 'overlay', region: 1, opacity: 0.6});
    Object.assign(el, {mode: 'colours', opacity: 0.2, alone: true, hard: true, patterns: true});
    await el.updateComplete;
    const looks = {mode: 'colours', opacity: 0.2, alone: true, hard: true, patterns: true};
    expect(view).to.include(looks);
  });

  it('leaves touch to the page while disabled', async () => {
    const {el, surface} = await editor();
    expect(getComputedStyle(surface).touchAction).to.equal('none');
    el.disabled = true;
    await el.updateComplete;
    expect(getComputedStyle(surface).touchAction).to.equal('auto');
  });

  describe('pointer', () => {
    it('paints along its way, and tells when the stroke has ended', async () => {
      const {el, edits, move, down, up} = await editor();
      await move(2, 3);
      await down();
      expect(painted(edits().at(-1)!.masks)).to.deep.equal([[2, 3]]);
      await move(5, 3);
      await up();
      const way = [2, 3, 4, 5].map(x => [x, 3]);
      expect(painted(edits().at(-1)!.masks)).to.deep.equal(way);
      expect(edits().map(each => each.ended)).to.deep.equal([false, false, true]);
      expect(el.masks).to.equal(edits().at(-1)!.masks);
      expect(painted(masks)).to.be.empty;
    });

    it('goes on outside of the image', async () => {
      const {edits, move, down, up} = await editor();
      await move(14, 8);
      await down();
      await move(20, 8);
      await move(20, 6);
      await move(14, 6);
      await up();
      expect(painted(edits().at(-1)!.masks)).to.deep.equal([
        [14, 6],
        [15, 6],
        [14, 8],
        [15, 8],
      ]);
    });

    it('paints and erases with a brush of its size', async () => {
      const {el, edits, move, down, up} = await editor({brushSize: 5});
      await move(8, 8);
      await down();
      await up();
      const before = painted(edits().at(-1)!.masks);
      expect(before).to.have.length(13);
      el.tool = 'eraser';
      el.brushSize = 1;
      await down();
      await up();
      const after = painted(edits().at(-1)!.masks);
      expect(after).to.deep.equal(before.filter(([x, y]) => x !== 8 || y !== 8));
    });

    it('fills what is connected', async () => {
      const {el, edits, move, down, up} = await editor();
      await move(0, 8);
      await down();
      await move(15, 8);
      await up();
      el.tool = 'fill';
      await move(3, 12);
      await down();
      await up();
      expect(edits().at(-1)!.ended).to.equal(true);
      expect(painted(edits().at(-1)!.masks)).to.have.length(8 * SIZE);
    });

    it('does nothing where nothing changes, while disabled, or by another button', async () => {
      const {el, edits, move, down, up} = await editor({tool: 'eraser'});
      await move(4, 4);
      await down();
      await up();
      el.tool = 'brush';
      el.disabled = true;
      await down();
      await up();
      el.disabled = false;
      await sendMouse({type: 'down', button: 'middle'});
      await sendMouse({type: 'up', button: 'middle'});
      expect(edits()).to.be.empty;
    });

    it('leaves a stroke to the pointer that began it', async () => {
      const {surface, edits, move, down, up} = await editor();
      await move(2, 2);
      await down();
      const {clientX, clientY} = surface.getBoundingClientRect() as unknown as PointerEvent;
      const other = {pointerId: 99, clientX, clientY};
      surface.dispatchEvent(new PointerEvent('pointerdown', other));
      surface.dispatchEvent(new PointerEvent('pointermove', other));
      surface.dispatchEvent(new PointerEvent('lostpointercapture', other));
      await up();
      expect(edits().map(each => each.ended)).to.deep.equal([false, true]);
      expect(painted(edits().at(-1)!.masks)).to.deep.equal([[2, 2]]);
    });

    it('erases with the other end of a pen', async () => {
      const {el, surface, edits, move, down, up} = await editor();
      await move(4, 4);
      await down();
      await move(6, 4);
      await up();
      const box = surface.getBoundingClientRect();
      const [clientX, clientY] = [box.left + 45, box.top + 45];
      const pen = {pointerId: 1, pointerType: 'pen', button: 5, clientX, clientY};
      surface.dispatchEvent(new PointerEvent('pointerdown', pen));
      surface.dispatchEvent(new PointerEvent('lostpointercapture', pen));
      expect(painted(edits().at(-1)!.masks)).to.deep.equal([
        [5, 4],
        [6, 4],
      ]);
      expect(el.tool).to.equal('brush');
    });

    it('ends its stroke when other masks come from outside', async () => {
      const {el, edits, move, down, up} = await editor();
      await move(2, 2);
      await down();
      const other = {...masks};
      el.masks = other;
      await el.updateComplete;
      await move(9, 2);
      await up();
      expect(edits()).to.have.length(1);
      expect(el.masks).to.equal(other);
    });
  });

  describe('keyboard', () => {
    it('moves a cursor and says what is under it', async () => {
      const {surface, edits, said} = await editor();
      surface.focus();
      await sendKeys({press: 'ArrowRight'});
      await sendKeys({press: 'ArrowUp'});
      expect(await said()).to.equal('Column 10, row 8: region 1');
      await sendKeys({down: 'Shift'});
      await sendKeys({press: 'ArrowLeft'});
      await sendKeys({up: 'Shift'});
      expect(await said()).to.equal('Column 2, row 8: region 1');
      expect(edits()).to.be.empty;
    });

    it('Enter paints a spot', async () => {
      const {surface, edits, said} = await editor();
      surface.focus();
      await sendKeys({press: 'Enter'});
      expect(painted(edits().at(-1)!.masks)).to.deep.equal([[8, 8]]);
      expect(edits().at(-1)!.ended).to.equal(true);
      expect(await said()).to.equal('Region 2 painted');
    });

    it('Space held while the cursor moves draws a line, as one edit', async () => {
      const {surface, edits} = await editor();
      surface.focus();
      await sendKeys({down: 'Space'});
      await sendKeys({press: 'ArrowRight'});
      await sendKeys({press: 'ArrowRight'});
      expect(edits().some(each => each.ended)).to.equal(false);
      await sendKeys({up: 'Space'});
      expect(painted(edits().at(-1)!.masks)).to.deep.equal([8, 9, 10].map(x => [x, 8]));
      expect(edits().filter(each => each.ended)).to.have.length(1);
    });

    it('Escape gives a stroke up', async () => {
      const {el, surface, edits} = await editor();
      surface.focus();
      await sendKeys({down: 'Space'});
      await sendKeys({press: 'Escape'});
      await sendKeys({up: 'Space'});
      expect(edits().at(-1)).to.deep.equal({masks, ended: true});
      expect(el.masks).to.equal(masks);
    });

    it('leaving ends a stroke', async () => {
      const {surface, edits} = await editor();
      surface.focus();
      await sendKeys({down: 'Space'});
      surface.blur();
      await sendKeys({up: 'Space'});
      expect(edits().map(each => each.ended)).to.deep.equal([false, true]);
    });

    it('[ and ] change the brush, within its limits', async () => {
      const {el, surface, events} = await editor();
      surface.focus();
      await sendKeys({press: ']'});
      await sendKeys({press: '['});
      await sendKeys({press: '['});
      expect(events).to.deep.equal([
        {type: 'brush-change', detail: {brushSize: 2, hardness: 1}},
        {type: 'brush-change', detail: {brushSize: 1, hardness: 1}},
      ]);
      expect(el.brushSize).to.equal(1);
    });

    it('Ctrl+Z and Shift+Ctrl+Z ask for undo and redo, and say so once it is done', async () => {
      const {el, surface, events, said} = await editor();
      surface.focus();
      await sendKeys({down: 'Control'});
      await sendKeys({press: 'z'});
      expect(await said()).to.equal('');
      el.masks = {...masks};
      expect(await said()).to.equal('Undone');
      await sendKeys({down: 'Shift'});
      await sendKeys({press: 'Z'});
      await sendKeys({up: 'Shift'});
      await sendKeys({press: 'y'});
      await sendKeys({up: 'Control'});
      expect(events.map(each => each.type)).to.deep.equal(['mask-undo', 'mask-redo', 'mask-redo']);
      el.masks = {...masks};
      expect(await said()).to.equal('Done again');
    });
  });
});
