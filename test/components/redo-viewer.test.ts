import {expect, fixture, html} from '@open-wc/testing';
import type {LitElement} from 'lit';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoShareMenu} from '../../components/redo-share-menu.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {loadLateElements} from '../../components/late-elements.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {find, findAll, words} from '../fixtures/elements.js';
import {idle} from '../fixtures/idle.js';
import {kinds, MAP, redraws, settled, started, viewer} from '../fixtures/viewer.js';

describe('redo-viewer', () => {
  for (const theme of ['light', 'dark'] as const) {
    it(`is accessible, theme="${theme}"`, async () => {
      const {el, engine, press} = await viewer();
      el.theme = theme;
      document.body.style.background = theme === 'dark' ? '#111' : '#fff';
      await press('+10');
      await settled(engine, el);
      await expectAccessible(el);
      document.body.style.background = '';
    });
  }

  it('asks for a page of images, the masks, a redraw a region, and the map of one’s codes', async () => {
    const {engine} = await viewer();
    expect(kinds(engine).sort()).to.deep.equal(
      ['open', 'samples', 'segment', ...redraws(3), ...MAP].sort()
    );
  });

  it('shows input, masks, truth, and each region redrawn', async () => {
    const {el, inner} = await viewer();
    expect(findAll(el, '.pictures redo-picture, .pictures redo-mask-view')).to.have.length(3);
    const rows = inner<RedoRegionGrid>('redo-region-grid').rows;
    expect(rows).to.have.length(3);
    for (const {drawn, composition, score} of rows) {
      expect(drawn!.width).to.equal(32);
      expect(composition!.width).to.equal(32);
      expect(score).to.satisfy(Number.isFinite);
    }
    expect(words(el)).to.match(/\d+% of pixels agree with the truth/);
  });

  it('says backend, size and iteration in its status line', async () => {
    const {inner} = await viewer();
    expect(words(inner('redo-status-bar'))).to.match(/Ready.*Iteration 0.*32 × 32, discs.*cpu/);
  });

  it('theme overrides the page’s colours', async () => {
    const {el} = await viewer();
    el.theme = 'dark';
    await el.updateComplete;
    const dark = getComputedStyle(find(el, '.image')).backgroundColor;
    el.theme = 'light';
    await el.updateComplete;
    expect(getComputedStyle(find(el, '.image')).backgroundColor).to.equal('rgb(255, 255, 255)');
    expect(dark).to.not.equal('rgb(255, 255, 255)');
  });

  for (const width of [360, 960, 1600]) {
    it(`fits into ${width} pixels without scrolling sideways, also while painting`, async () => {
      const {el, inner} = await viewer();
      el.style.width = `${width}px`;
      await el.updateComplete;
      expect(el.scrollWidth).to.be.at.most(width);
      inner<HTMLButtonElement>('.head button[aria-pressed]').click();
      await el.updateComplete;
      for (const each of findAll(el, 'section, redo-status-bar')) {
        expect(each.scrollWidth, each.className).to.be.at.most(each.clientWidth + 1);
      }
      expect(el.scrollWidth).to.be.at.most(width);
    });
  }

  it('a view keeps to what was opened: weights drawn anew since are told, not carried', async () => {
    const {el, engine} = await viewer();
    const before = (await el.currentView())!;
    expect(before).to.include({preset: 'discs-3', weights: 'none', seed: 1, iteration: 0});
    const event = new CustomEvent('train-reset', {
      detail: {seed: 9},
      bubbles: true,
      composed: true,
    });
    find(el, 'redo-train-controls').dispatchEvent(event);
    await settled(engine, el);
    expect((await el.currentView())!).to.include({weights: 'none', seed: 1});
    const menu = find<RedoShareMenu>(el, 'redo-share-menu');
    const {left} = (await menu.sharable())!;
    expect(left.join()).to.contain('made here and trained to iteration 0');
  });

  describe('panels', () => {
    async function chosen(panels: string) {
      const engine = new FakeEngine({codeSize: 3});
      const el = await fixture<RedoViewer>(
        html`<redo-viewer
          preset="discs-3"
          weights="none"
          panels=${panels}
          .engine=${engine}
        ></redo-viewer>`
      );
      await started(engine, el);
      await loadLateElements();
      await settled(engine, el);
      return {el, engine};
    }

    it('shows those that are named, and asks for nothing else', async () => {
      const {el, engine} = await chosen('image status');
      expect(findAll(el, '.sheet > *').map(each => each.className)).to.deep.equal([
        'image',
        'wide foot',
      ]);
      expect(new Set(kinds(engine))).to.deep.equal(new Set(['open', 'samples', 'segment']));
      await expectAccessible(el);
      el.panels = 'regions code';
      await settled(engine, el);
      expect(findAll(el, '.sheet > *').map(each => each.className)).to.deep.equal([
        'regions',
        'side',
      ]);
      expect(kinds(engine)).to.include('redraw');
    });

    it('warns of masks that get worse if it is asked to, and goes back to the best of them', async () => {
      const engine = new FakeEngine();
      const el = await fixture<RedoViewer>(
        html`<redo-viewer
          preset="discs-2"
          weights="none"
          panels="history timeline"
          .engine=${engine}
        ></redo-viewer>`
      );
      await started(engine, el);
      await loadLateElements();
      const {history, training} = el.session!;
      training.step(10);
      await idle(engine);
      for (let i = 1; i <= 8; i++) {
        const objectIou = i < 5 ? 0.9 : 0.3;
        history.look(100 * i, {accuracy: objectIou, objectIou});
      }
      await settled(engine, el);
      const guard = find<LitElement>(el, 'redo-collapse-guard');
      expect(findAll(guard, 'button')).to.be.empty;
      find<HTMLInputElement>(el, '[name="watch-iou"]').click();
      await el.updateComplete;
      await guard.updateComplete;
      expect(guard.shadowRoot!.textContent).to.include('much worse');
      findAll(guard, 'button')[1]!.click();
      await idle(engine);
      expect(engine.count('restore')).to.equal(1);
      findAll(guard, 'button')[2]!.click();
      await el.updateComplete;
      await guard.updateComplete;
      expect(findAll(guard, 'button')).to.be.empty;
    });

    it('has no more columns than panels that stand side by side', async () => {
      const engine = new FakeEngine();
      const wide = await fixture<HTMLElement>(
        html`<div style="width: 1500px">
          <redo-viewer
            preset="discs-2"
            weights="none"
            panels="images image code"
            .engine=${engine}
          ></redo-viewer>
        </div>`
      );
      const el = wide.querySelector('redo-viewer')!;
      await started(engine, el);
      const columns = getComputedStyle(find(el, '.sheet')).gridTemplateColumns.split(' ');
      expect(columns).to.have.length(2);
    });

    it('takes all the width there is, and no more', async () => {
      const {el} = await chosen('image training history');
      for (const width of [360, 800, 1300]) {
        el.style.width = `${width}px`;
        await el.updateComplete;
        const inside = findAll(el, '.sheet > *').map(each => each.getBoundingClientRect());
        const sheet = find(el, '.sheet').getBoundingClientRect();
        expect(Math.max(...inside.map(({right}) => right))).to.be.closeTo(sheet.right, 2);
        for (const {left, right} of inside) expect(right - left).to.be.at.least(300);
      }
    });

    it('says what is no panel, and shows all', async () => {
      const {el, engine} = await chosen('image gears');
      expect(find(el, 'redo-error-panel').shadowRoot!.textContent).to.include('got gears');
      expect(findAll(el, '.sheet > *').length).to.be.above(8);
      el.panels = 'image';
      await settled(engine, el);
      expect(findAll(el, 'redo-error-panel')).to.be.empty;
      expect(findAll(el, '.sheet > *')).to.have.length(1);
    });
  });
});
