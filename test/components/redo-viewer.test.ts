import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {LitElement} from 'lit';
import type {RedoCodeSliders} from '../../components/redo-code-sliders.js';
import type {RedoDataFlow} from '../../components/redo-data-flow.js';
import type {RedoLatentMap} from '../../components/redo-latent-map.js';
import type {RedoLineChart} from '../../components/redo-line-chart.js';
import type {RedoMaskEditor} from '../../components/redo-mask-editor.js';
import type {RedoMaskLegend} from '../../components/redo-mask-legend.js';
import type {RedoMaskView} from '../../components/redo-mask-view.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import type {RedoImageStrip} from '../../components/redo-image-strip.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoShareMenu} from '../../components/redo-share-menu.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import type {Kind} from '../../core/engine/protocol.js';
import {loadLateElements} from '../../components/late-elements.js';
import '../../components/redo-viewer.js';
import {explorerOf} from '../../core/session/explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {enter, find, findAll} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';

/** What the redraws of so many regions ask for. */
const redraws = (regions: number): Kind[] =>
  Array.from({length: regions}, () => ['redraw', 'score'] as const).flat();

/** What the map of codes asks for: 49 codes, eight at a time. */
const MAP = Array.from({length: 7}, () => 'survey' as const);

/** Kinds of requests in the order in which they began. */
const kinds = (engine: FakeEngine) => engine.begun.map(each => each.kind);

async function started(engine: FakeEngine, el: RedoViewer): Promise<void> {
  await until(() => el.session?.model.value !== undefined);
  await settled(engine, el);
}

/** Waits until nothing is under way and the element shows it. */
async function settled(engine: FakeEngine, el: RedoViewer): Promise<void> {
  await idle(engine);
  await el.updateComplete;
}

async function viewer(engine = new FakeEngine({codeSize: 3})) {
  const el = await fixture<RedoViewer>(
    html`<redo-viewer preset="discs-3" weights="none" .engine=${engine}></redo-viewer>`
  );
  await started(engine, el);
  await loadLateElements();
  const inner = <E extends Element>(tag: string) => find<E>(el, tag);
  const press = async (text: string) => {
    const buttons = findAll<HTMLButtonElement>(inner('redo-train-controls'), 'button');
    buttons.find(each => each.textContent.trim() === text)!.click();
    await el.updateComplete;
  };
  const ranges = () => findAll<HTMLInputElement>(inner('redo-code-sliders'), 'input[type="range"]');
  return {el, engine, inner, press, ranges};
}

const words = (el: Element) => el.shadowRoot!.textContent.replace(/\s+/g, ' ');

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

  describe('codes', () => {
    it('scrubbing redraws the region in hand, and asks for nothing else', async () => {
      const {el, engine, ranges} = await viewer();
      const before = engine.begun.length;
      enter(ranges()[0]!, '2.5', 'input');
      await settled(engine, el);
      expect(kinds(engine).slice(before)).to.deep.equal(['redraw', 'score']);
      const request = engine.bodies('redraw').at(-1)!;
      expect(request.region).to.equal(0);
      expect(request.code[0]).to.equal(2.5);
    });

    it('a long scrub costs as many redraws as the engine can make, and ends at its end', async () => {
      const {el, engine, ranges, inner} = await viewer();
      const before = engine.begun.length;
      const release = engine.hold('redraw');
      for (let i = 0; i <= 60; i++) {
        enter(ranges()[1]!, String(i / 20), 'input');
        await el.updateComplete;
      }
      release();
      await settled(engine, el);
      expect(kinds(engine).slice(before)).to.deep.equal(['redraw', 'redraw', 'score']);
      expect(engine.bodies('redraw').at(-1)!.code[1]).to.equal(3);
      expect(inner<RedoCodeSliders>('redo-code-sliders').code[1]).to.equal(3);
    });

    it('Resample and Reset change and restore the region’s code', async () => {
      const {el, engine, inner} = await viewer();
      const sliders = inner<RedoCodeSliders>('redo-code-sliders');
      const first = [...sliders.code];
      const [resample, reset] = findAll<HTMLButtonElement>(sliders, 'button');
      resample!.click();
      await settled(engine, el);
      expect([...sliders.code]).to.not.deep.equal(first);
      reset!.click();
      await settled(engine, el);
      expect([...sliders.code]).to.deep.equal(first);
      expect(engine.count('segment')).to.equal(1);
    });

    it('reads the codes back only when asked to', async () => {
      const {el, engine, inner} = await viewer();
      expect(engine.count('recover')).to.equal(0);
      find<HTMLInputElement>(el, 'input[name="recovered"]').click();
      await settled(engine, el);
      expect(engine.count('recover')).to.equal(1);
      expect(inner<RedoCodeSliders>('redo-code-sliders').recovered).to.have.length(3);
    });
  });

  describe('map of codes', () => {
    const at = (map: Element) => find(map, '.field').getAttribute('aria-valuetext');

    it('a key on it redraws the region in hand, moves the sliders, and asks for nothing else', async () => {
      const {el, engine, inner} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const before = engine.begun.length;
      find(map, '.field').focus();
      await sendKeys({press: 'Home'});
      await settled(engine, el);
      expect(kinds(engine).slice(before)).to.deep.equal(['redraw', 'score']);
      const {code, region} = engine.bodies('redraw').at(-1)!;
      expect(region).to.equal(0);
      expect([...code.slice(0, 2)]).to.deep.equal([0, 0]);
      expect([...inner<RedoCodeSliders>('redo-code-sliders').code]).to.deep.equal([...code]);
      expect(at(map)).to.equal('z₁ 0.00, z₂ 0.00');
    });

    it('shows another region’s codes once that is in hand', async () => {
      const {el, engine, inner} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const first = map.survey;
      el.region = 1;
      await el.updateComplete;
      expect(map.survey).to.equal(undefined);
      await settled(engine, el);
      expect(map.survey).to.not.equal(first);
      expect(map.survey!.region).to.equal(1);
      expect(map.survey!.plane).to.equal(map.plane);
    });

    it('takes another plane: of two components, or of the principal directions', async () => {
      const {el, engine, inner} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const choice = inner('redo-plane-choice');
      const across = find<HTMLSelectElement>(choice, 'select[name="x"]');
      across.value = '2';
      across.dispatchEvent(new Event('change'));
      await settled(engine, el);
      expect(engine.count('survey')).to.equal(14);
      expect(at(map)).to.match(/^z₃ .*, z₂ /);
      findAll<HTMLInputElement>(choice, 'input[name="plane"]')[1]!.click();
      await settled(engine, el);
      expect(engine.count('covariance')).to.equal(1);
      expect(engine.count('survey')).to.equal(21);
      expect(at(map)).to.match(/^direction 1: \d+% of the change .*, direction 2: \d+%/);
      await expectAccessible(el);
    });

    it('says while training that it is of older weights, and is drawn anew at its end', async () => {
      const {el, engine, inner, press} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const {survey} = map;
      await press('Play');
      await until(() => el.session!.history.length > 5);
      expect(map.outdated).to.equal(true);
      expect(map.survey).to.equal(survey);
      await press('Pause');
      await settled(engine, el);
      expect(map.outdated).to.equal(false);
      expect(map.survey).to.not.equal(survey);
    });

    it('offers no other plane where a code has two components', async () => {
      const {el} = await viewer(new FakeEngine({codeSize: 2}));
      expect(findAll(el, 'redo-latent-map')).to.have.length(1);
      expect(findAll(el, 'redo-plane-choice')).to.be.empty;
    });

    it('is not there where a code has one component', async () => {
      const {el} = await viewer(new FakeEngine({codeSize: 1}));
      expect(findAll(el, 'redo-latent-map, details.map')).to.be.empty;
    });

    it('closed, it asks for nothing', async () => {
      const {el, engine} = await viewer();
      find(el, 'details.map > summary').click();
      await settled(engine, el);
      expect(findAll(el, 'redo-latent-map')).to.be.empty;
      const before = engine.count('survey');
      el.region = 2;
      el.image = 4;
      await settled(engine, el);
      expect(engine.count('survey')).to.equal(before);
      find(el, 'details.map > summary').click();
      await settled(engine, el);
      expect(engine.count('survey')).to.equal(before + 7);
    });

    it('says what failed, and is drawn when tried again', async () => {
      const engine = new FakeEngine({codeSize: 3});
      engine.failNext('survey', 'survey: no');
      const {el, inner} = await viewer(engine);
      expect(words(inner('redo-error-panel'))).to.include('survey: no');
      find(inner('redo-error-panel'), 'button').click();
      await settled(engine, el);
      expect(findAll(el, 'redo-error-panel')).to.be.empty;
      expect(inner<RedoLatentMap>('redo-latent-map').survey!.pictures).to.have.length(49);
    });

    it('marks what δ reads when that is asked for', async () => {
      const {el, engine, inner} = await viewer();
      find<HTMLInputElement>(el, 'input[name="recovered"]').click();
      await settled(engine, el);
      expect(inner<RedoLatentMap>('redo-latent-map').recovered).to.have.length(3);
    });
  });

  describe('explorer', () => {
    it('a cell of the redraw grid takes its image, region and code in hand', async () => {
      const {el, engine, inner} = await viewer();
      const explorer = inner('redo-explorer');
      await until(() => explorer.shadowRoot!.querySelector('.grid > summary') !== null);
      find(explorer, '.grid > summary').click();
      // Below the window's edge it computes nothing.
      explorer.scrollIntoView();
      await until(() => engine.count('compositions') > 0);
      await settled(engine, el);
      const cells = findAll(find(explorer, 'redo-redraw-grid'), '.pick');
      // Row 3, the last code of region 2.
      cells[3 * 12 + 7]!.click();
      await settled(engine, el);
      expect([el.image, el.region]).to.deep.equal([3, 1]);
      const code = explorerOf(el.session!).grid.codes.value[1]![3];
      expect(el.session!.codes.all[1]!.value).to.deep.equal(code);
      expect(engine.bodies('redraw').at(-1)!.image.index).to.equal(3);
      expect(cells[3 * 12 + 7]!.getAttribute('aria-selected')).to.equal('true');
    });
  });

  describe('effects', () => {
    it('are asked for only when shown, follow the code, and give the order', async () => {
      const {el, engine, inner, ranges} = await viewer();
      const sliders = inner<RedoCodeSliders>('redo-code-sliders');
      expect(sliders.effects).to.equal(undefined);
      find<HTMLInputElement>(el, 'input[name="effects"]').click();
      await settled(engine, el);
      expect(engine.count('contrast')).to.equal(1);
      const first = sliders.effects;
      expect(first).to.have.length(3);
      enter(ranges()[0]!, '2.5', 'input');
      await settled(engine, el);
      expect(engine.count('contrast')).to.equal(2);
      expect(sliders.effects).to.not.deep.equal(first);
      find<HTMLInputElement>(sliders, 'input[name="by-effect"]').click();
      await el.updateComplete;
      expect(sliders.byEffect).to.equal(true);
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

  describe('training', () => {
    it('Step grows the history by one, in every chart, and refreshes what is shown', async () => {
      const {el, engine, press} = await viewer();
      await press('Step');
      await settled(engine, el);
      const charts = findAll<RedoLineChart>(el, 'redo-line-chart');
      expect(charts.map(each => each.data.x.length)).to.deep.equal([1, 1, 1, 1]);
      expect(words(find(el, 'redo-status-bar'))).to.match(/Iteration 1 Step \d/);
      expect(engine.count('segment')).to.equal(2);
      expect(engine.count('samples')).to.equal(1);
    });

    it('Play goes on until Pause', async () => {
      const {el, engine, press} = await viewer();
      await press('Play');
      await until(() => el.session!.history.length > 10);
      expect(words(find(el, 'redo-status-bar'))).to.include('Training');
      await press('Pause');
      await settled(engine, el);
      const {length} = el.session!.history;
      await settled(engine, el);
      expect(el.session!.history.length).to.equal(length);
      expect(words(find(el, 'redo-status-bar'))).to.include('Ready');
    });

    it('Next phase says which phase ran', async () => {
      const {el, engine, inner, press} = await viewer();
      await press('Next phase');
      await settled(engine, el);
      expect(words(inner('redo-train-controls'))).to.include('Generator: sample a batch');
    });

    it('a side and a rate are kept to', async () => {
      const {el, engine, inner, press} = await viewer();
      const controls = inner('redo-train-controls');
      findAll<HTMLInputElement>(controls, 'input[name="side"]')[2]!.click();
      enter(find<HTMLInputElement>(controls, 'input[name="rate"]'), '5', 'change');
      await press('Step');
      await settled(engine, el);
      expect(engine.bodies('iterate')[0]!.side).to.equal('discriminator');
      expect(el.session!.training.stepsPerFrame.value).to.equal(5);
    });

    it('Reset weights starts again from its seed', async () => {
      const {el, engine, inner, press} = await viewer();
      await press('+10');
      await settled(engine, el);
      find<HTMLInputElement>(inner('redo-train-controls'), 'input[name="seed"]').value = '9';
      await press('Reset weights');
      await settled(engine, el);
      expect(engine.bodies('reset')).to.deep.equal([{model: 1, seed: 9}]);
      expect(words(inner('redo-status-bar'))).to.include('Iteration 0');
      expect(engine.count('open')).to.equal(1);
    });

    it('the cursor of one chart is that of all', async () => {
      const {el, engine, press} = await viewer();
      await press('+10');
      await settled(engine, el);
      const charts = findAll<RedoLineChart>(el, 'redo-line-chart');
      find(charts[0]!, '.plot').focus();
      await sendKeys({press: 'Home'});
      await el.updateComplete;
      expect(charts.map(each => each.row)).to.deep.equal([0, 0, 0, 0]);
    });

    it('the zoom of one chart is that of all, until the whole course is asked for', async () => {
      const {el, engine, press} = await viewer();
      await press('+100');
      await settled(engine, el);
      const charts = findAll<RedoLineChart>(el, 'redo-line-chart');
      find(charts[1]!, '.plot').focus();
      await sendKeys({press: '+'});
      await el.updateComplete;
      expect(charts.map(each => each.zoom)).to.deep.equal([
        [51, 100],
        [51, 100],
        [51, 100],
        [51, 100],
      ]);
      find(el, '.history button').click();
      await el.updateComplete;
      expect(charts.map(each => each.zoom)).to.deep.equal([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    });

    it('log scale and smoothing are chosen for all charts', async () => {
      const {el} = await viewer();
      find<HTMLInputElement>(el, 'input[name="log"]').click();
      find<HTMLInputElement>(el, 'input[name="smooth"]').click();
      await el.updateComplete;
      const charts = findAll<RedoLineChart>(el, 'redo-line-chart');
      expect(charts.map(({log, smoothing}) => [log, smoothing])).to.deep.equal([
        [true, 0.95],
        [true, 0.95],
        [true, 0.95],
        [true, 0],
      ]);
    });

    it('an error stops it, is shown, and can be tried again', async () => {
      const {el, engine, press} = await viewer();
      engine.failNext('iterate', 'iterate: loss must be finite; got NaN');
      await press('Play');
      await until(() => el.session!.failure.value !== undefined);
      await settled(engine, el);
      const panel = find(el, 'redo-error-panel');
      expect(words(panel)).to.match(/Training has stopped.*got NaN/);
      find(panel, 'button').click();
      await until(() => el.session!.history.length > 2);
      expect(findAll(el, 'redo-error-panel')).to.be.empty;
      await press('Pause');
      await settled(engine, el);
    });
  });

  describe('data flow', () => {
    const flow = (el: RedoViewer) => find<RedoDataFlow>(el, 'redo-data-flow');

    it('shows what is in hand, and costs no request more', async () => {
      const {el, inner} = await viewer();
      const rows = inner<RedoRegionGrid>('redo-region-grid').rows;
      el.region = 1;
      await el.updateComplete;
      const {region, variant, imageScore, composition} = flow(el).flow;
      expect([region, variant, imageScore]).to.deep.equal([1, 'published', 0.42]);
      expect(composition === rows[1]!.composition).to.equal(true);
      expect(flow(el).flow.recovered).to.equal(undefined);
    });

    it('reads the code back when asked to', async () => {
      const {el, engine} = await viewer();
      find<HTMLInputElement>(el, 'input[name="flow-recovered"]').click();
      await settled(engine, el);
      expect(flow(el).flow.recovered).to.have.length(3);
      expect(find<HTMLInputElement>(el, 'input[name="recovered"]').checked).to.equal(true);
    });

    it('plays phase by phase at the speed of its slider', async () => {
      const {el, engine, inner} = await viewer();
      const controls = inner('redo-flow-controls');
      enter(find<HTMLInputElement>(controls, 'input'), '1', 'input');
      await el.updateComplete;
      find(controls, 'button').click();
      await until(() => flow(el).flow.phase?.phase === 'sample');
      expect(el.session!.training.phaseRestMs.value).to.equal(3000);
      expect(el.session!.status.value).to.equal('playing');
      expect(engine.count('iterate')).to.equal(0);
      find(controls, 'button').click();
      await settled(engine, el);
      findAll(controls, 'button')[1]!.click();
      await settled(engine, el);
      expect(flow(el).flow.phase!.phase).to.equal('masks');
    });

    it('closed, it is not there', async () => {
      const {el, engine} = await viewer();
      find(el, '.flow summary').click();
      await settled(engine, el);
      expect(findAll(el, 'redo-data-flow').length).to.equal(0);
    });
  });

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

  it('tunes the training by its options, from the next iteration on', async () => {
    const {el, engine, inner} = await viewer();
    const options = inner<HTMLElement>('redo-training-options');
    enter(find<HTMLInputElement>(options, 'input[name="lambdaZ"]'), '3', 'change');
    await settled(engine, el);
    expect(kinds(engine)).to.include('tune');
    expect(el.session!.model.value!.training.lambdaZ).to.equal(3);
  });

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
