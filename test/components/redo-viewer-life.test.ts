import {expect, fixture, html} from '@open-wc/testing';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {find, findAll, words} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';
import {kinds, MAP, redraws, settled, started, viewer} from '../fixtures/viewer.js';

describe('redo-viewer', () => {
  describe('opening', () => {
    it('names the stages in a progress bar and aloud', async () => {
      const engine = new FakeEngine();
      const release = engine.hold('open');
      const el = await fixture<RedoViewer>(
        html`<redo-viewer preset="discs-2" weights="none" .engine=${engine}></redo-viewer>`
      );
      await until(() => engine.count('open') === 1);
      await el.updateComplete;
      expect(find(el, 'redo-progress')).to.exist;
      const stages = new Set<string>();
      const seeing = new MutationObserver(() =>
        stages.add(find(el, '[role="status"]').textContent)
      );
      seeing.observe(el.shadowRoot!, {subtree: true, childList: true, characterData: true});
      release();
      await started(engine, el);
      seeing.disconnect();
      expect([...stages]).to.include.members([
        'Loading the images.',
        'Warming up.',
        'Ready at iteration 0.',
      ]);
      expect(findAll(el, 'redo-progress')).to.be.empty;
    });

    it('an unknown preset is an error, and the next preset opens', async () => {
      const engine = new FakeEngine();
      const el = await fixture<RedoViewer>(
        html`<redo-viewer preset="discs-9" weights="none" .engine=${engine}></redo-viewer>`
      );
      await until(() => el.session?.failure.value !== undefined);
      await el.updateComplete;
      expect(words(find(el, 'redo-error-panel'))).to.include('got discs-9');
      await expectAccessible(el);
      el.preset = 'discs-2';
      await el.updateComplete;
      await started(engine, el);
      expect(findAll(el, 'redo-error-panel')).to.be.empty;
      expect(find<RedoRegionGrid>(el, 'redo-region-grid').rows).to.have.length(2);
    });

    it('is tried again from the panel', async () => {
      const engine = new FakeEngine();
      engine.failNext('open', 'open: the data set must load; got status 503');
      const el = await fixture<RedoViewer>(
        html`<redo-viewer preset="discs-2" weights="none" .engine=${engine}></redo-viewer>`
      );
      await until(() => el.session?.failure.value !== undefined);
      await el.updateComplete;
      find(find(el, 'redo-error-panel'), 'button').click();
      await el.updateComplete;
      await started(engine, el);
      expect(engine.count('open')).to.equal(2);
    });

    it('passes dataset and seed on', async () => {
      const engine = new FakeEngine();
      const el = await fixture<RedoViewer>(
        html`<redo-viewer
          preset="discs-2"
          weights="none"
          dataset="other"
          seed="5"
          .engine=${engine}
        ></redo-viewer>`
      );
      await started(engine, el);
      expect(engine.bodies('open')[0]).to.include({preset: 'discs-2', dataset: 'other', seed: 5});
    });

    it('takes the address of an archive as a data set', async () => {
      const engine = new FakeEngine();
      const el = await fixture<RedoViewer>(
        html`<redo-viewer
          preset="discs-2"
          weights="none"
          dataset="https://a.org/set.redo.zip"
          .engine=${engine}
        ></redo-viewer>`
      );
      await started(engine, el);
      const urls = ['https://a.org/set.redo.zip'];
      expect(engine.bodies('open')[0]!.dataset).to.deep.equal({name: 'set.redo.zip', urls});
      expect((await el.currentView())!.dataset).to.equal(urls[0]);
    });

    it('another seed opens anew, one model at a time', async () => {
      const {el, engine} = await viewer();
      el.seed = 3;
      await el.updateComplete;
      await started(engine, el);
      expect(engine.bodies('open').at(-1)!.seed).to.equal(3);
      expect(engine.models.size).to.equal(1);
    });
  });

  describe('life', () => {
    it('removed, it ends everything and frees its model, but not an engine that it was given', async () => {
      const {el, engine, press} = await viewer();
      await press('Play');
      await until(() => el.session!.history.length > 3);
      el.remove();
      await until(() => engine.models.size === 0);
      await idle(engine);
      const {length} = engine.begun;
      await idle(engine);
      expect(engine.begun).to.have.length(length);
      expect(engine.disposed).to.equal(false);
      expect(el.session).to.equal(undefined);
    });

    it('moved, it goes on with the same model', async () => {
      const {el, engine} = await viewer();
      const {session} = el;
      const place = document.createElement('div');
      document.body.append(place);
      place.append(el);
      await settled(engine, el);
      expect(el.session).to.equal(session);
      expect(engine.count('open')).to.equal(1);
      expect(engine.count('redraw')).to.equal(3);
      place.remove();
    });

    it('put back, it starts again', async () => {
      const {el, engine} = await viewer();
      const parent = el.parentElement!;
      el.remove();
      await until(() => engine.models.size === 0);
      parent.append(el);
      await started(engine, el);
      expect(engine.count('open')).to.equal(2);
    });

    it('added and removed 20 times, it leaves nothing behind', async () => {
      const engine = new FakeEngine();
      for (let i = 0; i < 20; i++) {
        const el = document.createElement('redo-viewer');
        Object.assign(el, {preset: 'discs-2', weights: 'none', engine});
        document.body.append(el);
        if (i % 2 === 0) await until(() => el.session?.model.value !== undefined);
        el.remove();
      }
      await idle(engine);
      expect(engine.models.size).to.equal(0);
      expect(engine.unanswered).to.equal(0);
    });
  });

  describe('out of sight', () => {
    /** A viewer far below the window. */
    async function below() {
      const engine = new FakeEngine();
      const place = await fixture<HTMLElement>(
        html`<div style="padding-top: 5000px">
          <redo-viewer preset="discs-2" weights="none" .engine=${engine}></redo-viewer>
        </div>`
      );
      return {engine, el: place.querySelector('redo-viewer')!};
    }

    /** Scrolls, and waits until the browser has told who is seen: after two frames. */
    async function scrollTo(y: number): Promise<void> {
      window.scrollTo(0, y);
      for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame);
    }

    afterEach(() => window.scrollTo(0, 0));

    it('does not start', async () => {
      const {engine, el} = await below();
      await scrollTo(0);
      await settled(engine, el);
      expect(engine.begun).to.be.empty;
      await scrollTo(5000);
      await started(engine, el);
      expect(engine.count('open')).to.equal(1);
    });

    it('computes nothing, and comes up to date once seen', async () => {
      const {engine, el} = await below();
      await scrollTo(5000);
      await started(engine, el);
      await scrollTo(0);
      await settled(engine, el);
      const {length} = engine.begun;
      el.session!.codes.setValue(0, 0, 1);
      el.image = 3;
      await settled(engine, el);
      expect(engine.begun).to.have.length(length);
      await scrollTo(5000);
      await settled(engine, el);
      expect(kinds(engine).slice(length)).to.have.members(['segment', ...redraws(2), ...MAP]);
    });

    it('training waits, and goes on once seen', async () => {
      const {engine, el} = await below();
      await scrollTo(5000);
      await started(engine, el);
      el.session!.training.play();
      await until(() => el.session!.history.length > 3);
      await scrollTo(0);
      await settled(engine, el);
      const {length} = el.session!.history;
      expect(el.session!.status.value).to.equal('waiting');
      await scrollTo(5000);
      await until(() => el.session!.history.length > length);
      el.session!.training.pause();
      await settled(engine, el);
    });

    it('trains on with `background`, drawing nothing', async () => {
      const {engine, el} = await below();
      el.background = true;
      await scrollTo(5000);
      await started(engine, el);
      await scrollTo(0);
      await settled(engine, el);
      const {length} = engine.begun;
      el.session!.training.step(10);
      await settled(engine, el);
      const since = new Set(kinds(engine).slice(length));
      expect(since).to.deep.equal(new Set(['snapshot', 'iterate']));
      expect(el.session!.iteration.value).to.equal(10);
    });

    it('hidden counts as out of sight', async () => {
      const {el, engine} = await viewer();
      el.hidden = true;
      await scrollTo(0);
      await settled(engine, el);
      const {length} = engine.begun;
      el.session!.codes.setValue(0, 0, 1);
      await settled(engine, el);
      expect(engine.begun).to.have.length(length);
    });
  });
});
