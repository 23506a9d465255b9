import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoMaskView} from '../../components/redo-mask-view.js';
import type {RedoImageStrip} from '../../components/redo-image-strip.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import {enter, find, findAll, words} from '../fixtures/elements.js';
import {kinds, MAP, redraws, settled, viewer} from '../fixtures/viewer.js';

describe('redo-viewer', () => {
  describe('image', () => {
    it('is picked in the strip by keyboard: new masks and redraws, the same samples', async () => {
      const {el, engine, inner} = await viewer();
      const before = engine.begun.length;
      find(inner('redo-image-strip'), '[aria-selected="true"]').focus();
      await sendKeys({press: 'ArrowRight'});
      await settled(engine, el);
      expect(el.image).to.equal(1);
      expect(kinds(engine).slice(before)).to.have.members(['segment', ...redraws(3), ...MAP]);
      expect(engine.bodies('segment').at(-1)!.image).to.deep.equal({split: 'test', index: 1});
    });

    it('beyond the last is an error that another image ends', async () => {
      const {el, engine} = await viewer();
      el.image = 400;
      await settled(engine, el);
      expect(words(find(el, 'redo-error-panel'))).to.include('index must be less than 40; got 400');
      el.image = 2;
      await settled(engine, el);
      expect(findAll(el, 'redo-error-panel')).to.be.empty;
    });

    it('is of the split that is asked for; no split is told of, and the held-out images are shown', async () => {
      const {el, engine} = await viewer();
      el.split = 'val';
      el.image = 3;
      await settled(engine, el);
      expect(engine.bodies('segment').at(-1)!.image).to.deep.equal({split: 'val', index: 3});
      expect((await el.currentView())!.image).to.deep.equal({split: 'val', index: 3});
      el.setAttribute('split', 'valid');
      await settled(engine, el);
      expect(words(find(el, 'redo-error-panel'))).to.include(
        'split: must be one of train, val, test; got valid'
      );
      expect(engine.bodies('segment').at(-1)!.image).to.deep.equal({split: 'test', index: 3});
      el.removeAttribute('split');
      await settled(engine, el);
      expect(findAll(el, 'redo-error-panel')).to.be.empty;
    });

    it('is of the split that was picked until other images or another model come', async () => {
      const {el, engine} = await viewer();
      const shown = () => el.session!.image.peek();
      const pick = async (index: number) => {
        Object.assign(el, {pickedSplit: 'val', image: index});
        await settled(engine, el);
        expect(shown()).to.deep.equal({split: 'val', index});
      };
      await pick(2);
      const files = [{path: 'a.png', blob: new Blob(['a'])}];
      const detail = {source: {name: 'mine', files}};
      engine.failNext('dataset', 'images: no');
      el.renderRoot
        .querySelector('.sheet')!
        .dispatchEvent(new CustomEvent('images-pick', {detail}));
      await settled(engine, el);
      expect(shown(), 'what was there stays').to.deep.equal({split: 'val', index: 2});
      el.renderRoot
        .querySelector('.sheet')!
        .dispatchEvent(new CustomEvent('images-pick', {detail}));
      await settled(engine, el);
      // All of the user's own.
      expect(shown()).to.deep.equal({split: 'train', index: 0});
      await pick(1);
      el.seed = 2;
      await settled(engine, el);
      expect(shown()).to.deep.equal({split: 'test', index: 1});
      await pick(2);
      el.split = 'train';
      await settled(engine, el);
      expect(shown()).to.deep.equal({split: 'train', index: 2});
    });

    it('does not show another image’s masks where its own failed', async () => {
      const {el, engine, inner} = await viewer();
      engine.failNext('segment', 'segment: no');
      el.image = 1;
      await settled(engine, el);
      expect(inner<RedoRegionGrid>('redo-region-grid').masks).to.equal(undefined);
      expect(inner<RedoMaskView>('.pictures redo-mask-view').masks).to.equal(undefined);
    });
  });

  describe('region', () => {
    it('is taken in hand by its row, and by pointing at it in the masks', async () => {
      const {el, engine, inner, ranges} = await viewer();
      findAll<HTMLInputElement>(inner('redo-region-grid'), 'input')[2]!.click();
      await el.updateComplete;
      expect(el.region).to.equal(2);
      enter(ranges()[0]!, '1', 'input');
      await settled(engine, el);
      expect(engine.bodies('redraw').at(-1)!.region).to.equal(2);
      const masks = inner<RedoMaskView>('.pictures redo-mask-view');
      const {left, top} = masks.getBoundingClientRect();
      const corner = new MouseEvent('click', {clientX: left + 2, clientY: top + 2, bubbles: true});
      find(masks, 'redo-picture').dispatchEvent(corner);
      await el.updateComplete;
      expect(el.region).to.equal(0);
    });

    it('beyond the last is the last', async () => {
      const {el, inner} = await viewer();
      el.region = 9;
      await el.updateComplete;
      expect(inner<RedoRegionGrid>('redo-region-grid').selected).to.equal(2);
    });
  });

  describe('undo', () => {
    /** Keys held down one after the other, and let go in the other order. */
    async function chord(...keys: string[]): Promise<void> {
      for (const down of keys) await sendKeys({down});
      for (const up of keys.reverse()) await sendKeys({up});
    }

    it('brings back a code by button and by key, and an image with its place in the strip', async () => {
      const {el, engine, inner} = await viewer();
      const code = () => [...el.session!.codes.all[0]!.value];
      const gesture = () => new Promise(resolve => setTimeout(resolve, 450));
      expect(find<HTMLButtonElement>(el, 'button.undo').disabled).to.equal(true);
      const before = code();
      el.session!.codes.setValue(0, 1, 2.5);
      await gesture();
      const moved = code();
      find(inner('redo-image-strip'), '[aria-selected="true"]').focus();
      await sendKeys({press: 'ArrowRight'});
      await settled(engine, el);
      expect(el.image).to.equal(1);
      await chord('Control', 'z');
      await settled(engine, el);
      expect(el.image).to.equal(0);
      expect(inner<RedoImageStrip>('redo-image-strip').selected).to.equal(0);
      expect(code()).to.deep.equal(moved);
      find(el, 'button.undo').click();
      await settled(engine, el);
      expect(code()).to.deep.equal(before);
      expect(find<HTMLButtonElement>(el, 'button.undo').disabled).to.equal(true);
      find(el, 'button.redo').click();
      await chord('Control', 'Shift', 'z');
      await settled(engine, el);
      expect([el.image, code()]).to.deep.equal([1, moved]);
      expect(find<HTMLButtonElement>(el, 'button.redo').disabled).to.equal(true);
    });

    it('brings back the images of before, with the one in hand and its region', async () => {
      const {el, engine} = await viewer();
      Object.assign(el, {pickedSplit: 'val', image: 3, region: 1});
      await settled(engine, el);
      const detail = {source: {name: 'mine', files: [{path: 'a.png', blob: new Blob(['a'])}]}};
      el.renderRoot
        .querySelector('.sheet')!
        .dispatchEvent(new CustomEvent('images-pick', {detail}));
      await settled(engine, el);
      expect(el.session!.image.value).to.deep.equal({split: 'train', index: 0});
      expect(words(find(el, 'redo-data-panel'))).to.include('Back to discs');
      el.region = 0;
      await settled(engine, el);
      find(el, 'button.undo').click();
      await settled(engine, el);
      expect(el.session!.image.value).to.deep.equal({split: 'val', index: 3});
      expect([el.pickedSplit, el.image, el.region]).to.deep.equal(['val', 3, 1]);
      expect(words(find(el, 'redo-data-panel'))).to.not.include('Back to discs');
      find(el, 'button.redo').click();
      await settled(engine, el);
      expect(el.session!.image.value).to.deep.equal({split: 'train', index: 0});
      expect(el.image).to.equal(0);
      expect(find<HTMLButtonElement>(el, 'button.redo').disabled).to.equal(true);
    });

    it('leaves its keys to a field that is typed in', async () => {
      const {el, engine, inner} = await viewer();
      el.session!.codes.resample(0);
      await settled(engine, el);
      find(inner('redo-code-sliders'), 'input[type="number"]').focus();
      await chord('Control', 'z');
      await settled(engine, el);
      expect(el.session!.viewHistory.canUndo.value).to.equal(true);
    });
  });
});
