import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoMaskEditor} from '../../components/redo-mask-editor.js';
import type {RedoMaskLegend} from '../../components/redo-mask-legend.js';
import type {RedoMaskView} from '../../components/redo-mask-view.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {enter, find, findAll, words} from '../fixtures/elements.js';
import {until} from '../fixtures/idle.js';
import {kinds, settled, viewer} from '../fixtures/viewer.js';

describe('redo-viewer', () => {
  it('mask views: overlay or regions, with or without the truth', async () => {
    const {el} = await viewer();
    const modes = () =>
      findAll<RedoMaskView>(el, '.pictures redo-mask-view').map(each => each.mode);
    expect(modes()).to.deep.equal(['overlay', 'overlay']);
    findAll<HTMLInputElement>(el, 'input[name="mode"]')[1]!.click();
    find<HTMLInputElement>(el, 'input[name="truth"]').click();
    await el.updateComplete;
    expect(modes()).to.deep.equal(['colours']);
  });

  describe('masks', () => {
    const views = (el: RedoViewer) => findAll<RedoMaskView>(el, '.pictures redo-mask-view');

    it('are drawn as the options say, the truth beside them alike', async () => {
      const {el, inner} = await viewer();
      for (const name of ['patterns', 'alone']) {
        find<HTMLInputElement>(el, `input[name="${name}"]`).click();
      }
      findAll<HTMLInputElement>(el, 'input[name="reading"]')[1]!.click();
      enter(inner<HTMLInputElement>('input[name="opacity"]'), '0.25', 'input');
      await el.updateComplete;
      const looks = {opacity: 0.25, patterns: true, alone: true, region: 0};
      for (const view of views(el)) expect(view).to.include(looks);
      expect(views(el)[0]!.hard).to.equal(true);
    });

    it('are scored object by object, under the names of the truth', async () => {
      const {el, engine, inner} = await viewer(new FakeEngine({iteration: 200}));
      await settled(engine, el);
      expect(
        inner<RedoMaskLegend>('redo-mask-legend').entries.map(each => each.name)
      ).to.deep.equal(['ground', 'dark disc', 'light disc']);
      for (const {iou} of inner<RedoMaskLegend>('redo-mask-legend').entries.slice(1)) {
        expect(iou).to.be.within(0.5, 1);
      }
      expect(words(el)).to.match(/Objects’ IoU \d+%/);
    });

    it('show where they are wrong when asked to', async () => {
      const {el, inner} = await viewer();
      inner<HTMLInputElement>('input[name="errors"]').click();
      await el.updateComplete;
      expect(inner<RedoPicture>('.errors').picture!.width).to.equal(32);
      expect(words(el)).to.match(/\d+% of pixels wrong/);
    });
  });

  describe('painting', () => {
    /** A viewer whose masks of region 3 are in hand to be painted on. */
    async function painting() {
      const got = await viewer();
      const {el, engine, inner} = got;
      el.region = 2;
      inner<HTMLButtonElement>('.head button[aria-pressed]').click();
      await settled(engine, el);
      const editor = inner<RedoMaskEditor>('redo-mask-editor');
      const tool = async (text: string) => {
        const tools = findAll<HTMLButtonElement>(inner('redo-paint-tools'), 'button');
        tools.find(each => each.textContent.trim() === text)!.click();
        await settled(engine, el);
      };
      return {
        ...got,
        editor,
        tool,
        /** Paints a spot in the middle by keyboard. */
        paint: async () => {
          find(editor, '.surface').focus();
          await sendKeys({press: 'Enter'});
          await settled(engine, el);
        },
        /** The share of region 3 in the middle, in what was asked for last; undefined for f's. */
        asked: () =>
          engine
            .bodies('redraw')
            .at(-1)!
            .masks?.values.at(2 * 32 * 32 + 16 * 33),
      };
    }

    it('is accessible', async () => {
      const {el, paint} = await painting();
      await paint();
      await expectAccessible(el);
    });

    it('redraws every region with the painted masks, and scores them anew', async () => {
      const {el, engine, inner, paint, asked} = await painting();
      const before = engine.begun.length;
      const [area] = inner<RedoRegionGrid>('redo-region-grid')
        .rows.map(row => row.area!)
        .slice(2);
      enter(find(inner('redo-paint-tools'), 'input[name="brushSize"]'), '30', 'input');
      await el.updateComplete;
      await paint();
      // And the map of the region in hand, but not f's masks.
      expect(new Set(kinds(engine).slice(before))).to.deep.equal(
        new Set(['redraw', 'score', 'survey'])
      );
      expect(
        engine
          .bodies('redraw')
          .slice(-3)
          .map(each => each.region)
      ).to.have.members([0, 1, 2]);
      expect(asked()).to.equal(1);
      expect(inner<RedoRegionGrid>('redo-region-grid').rows[2]!.area).to.be.above(area! + 0.2);
      expect(words(el)).to.include('Masks M, edited');
    });

    it('a stroke has at most one redraw a region in flight, and ends at its end', async () => {
      const {el, engine, editor} = await painting();
      const before = engine.count('redraw');
      const release = engine.hold('redraw');
      find(editor, '.surface').focus();
      await sendKeys({down: 'Space'});
      for (let i = 0; i < 12; i++) await sendKeys({press: 'ArrowLeft'});
      await sendKeys({up: 'Space'});
      release();
      await settled(engine, el);
      expect(engine.count('redraw') - before).to.equal(6);
      const {masks} = engine.bodies('redraw').at(-1)!;
      expect(masks!.values.at(2 * 32 * 32 + 16 * 32 + 4)).to.equal(1);
    });

    it('is undone and redone, by button and by key', async () => {
      const {el, engine, paint, tool, asked} = await painting();
      await paint();
      await tool('Undo');
      expect(asked()).to.equal(undefined);
      await tool('Redo');
      expect(asked()).to.equal(1);
      const surface = find(find(el, 'redo-mask-editor'), '.surface');
      surface.dispatchEvent(new KeyboardEvent('keydown', {key: 'z', ctrlKey: true, bubbles: true}));
      await settled(engine, el);
      expect(asked()).to.equal(undefined);
    });

    it('goes back to f’s masks, and from there to the painted ones', async () => {
      const {paint, tool, asked} = await painting();
      await paint();
      await tool('Back to f’s masks');
      expect(asked()).to.equal(undefined);
      await tool('Undo');
      expect(asked()).to.equal(1);
    });

    it('swaps two regions', async () => {
      const {editor, tool} = await painting();
      const plane = (region: number) =>
        editor.masks!.values.slice(region * 32 * 32, (region + 1) * 32 * 32);
      const [first, second, third] = [0, 1, 2].map(plane);
      await tool('Swap with');
      expect([0, 1, 2].map(plane)).to.deep.equal([third, second, first]);
    });

    it('outlives training and the end of painting', async () => {
      const {el, engine, inner, press, paint, asked} = await painting();
      await paint();
      await press('+10');
      await settled(engine, el);
      expect(engine.bodies('segment').length).to.be.above(1);
      expect(asked()).to.equal(1);
      inner<HTMLButtonElement>('.head button[aria-pressed]').click();
      await settled(engine, el);
      expect(words(el)).to.include('Masks M, edited');
      expect(findAll(el, 'redo-mask-editor, redo-paint-tools')).to.be.empty;
    });

    it('is forgotten with another image, whose masks can’t be painted before they are there', async () => {
      const {el, engine, editor, paint, asked} = await painting();
      await paint();
      const release = engine.hold('segment');
      el.image = 1;
      await until(() => engine.count('segment') === 2);
      await el.updateComplete;
      expect(editor.disabled).to.equal(true);
      release();
      await settled(engine, el);
      expect(asked()).to.equal(undefined);
      expect(editor.disabled).to.equal(false);
      expect(el.session!.maskEdits.canUndo.value).to.equal(false);
    });

    it('keeps tool and brush when it is taken up again', async () => {
      const {el, engine, inner} = await painting();
      findAll<HTMLInputElement>(inner('redo-paint-tools'), 'input[name="tool"]')[1]!.click();
      find(inner('redo-mask-editor'), '.surface').focus();
      await sendKeys({press: ']'});
      for (let i = 0; i < 2; i++) {
        inner<HTMLButtonElement>('.head button[aria-pressed]').click();
        await settled(engine, el);
      }
      expect(inner<RedoMaskEditor>('redo-mask-editor')).to.include({tool: 'eraser', brushSize: 7});
    });
  });
});
