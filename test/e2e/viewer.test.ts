/** The viewer on its real engine, in a worker, as a visitor meets it. */

import {expect, fixture, html, waitUntil} from '@open-wc/testing';
import {resetMouse, sendKeys, sendMouse} from '@web/test-runner-commands';

import type {RedoLatentMap} from '../../components/redo-latent-map.js';
import type {RedoLineChart} from '../../components/redo-line-chart.js';
import type {RedoMaskEditor} from '../../components/redo-mask-editor.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {loadLateElements} from '../../components/late-elements.js';
import '../../components/redo-viewer.js';
import {codeAt} from '../../core/session/code-plane.js';
import {enter, find, findAll} from '../fixtures/elements.js';
import {pixelsOf, seenColours} from '../fixtures/pixels.js';
import {keepEngine} from '../fixtures/kept-engine.js';

/** Software WebGL compiles its shaders slowly; what takes longer than this is not coming. */
const PATIENCE = {timeout: 110_000, interval: 20};

async function opened(backend: 'wasm' | 'webgl'): Promise<RedoViewer> {
  const el = await fixture<RedoViewer>(
    html`<redo-viewer preset="blobs-32" backend=${backend}></redo-viewer>`
  );
  await waitUntil(() => allRedrawn(el), 'the regions must be redrawn', PATIENCE);
  await loadLateElements();
  return el;
}

function rows(el: RedoViewer): RedoRegionGrid['rows'] {
  const grid = el.shadowRoot!.querySelector<RedoRegionGrid>('redo-region-grid');
  return grid?.rows ?? [];
}

function allRedrawn(el: RedoViewer): boolean {
  return rows(el).length === 2 && rows(el).every(row => row.drawn !== undefined);
}

function press(el: RedoViewer, text: string): void {
  const buttons = findAll<HTMLButtonElement>(find(el, 'redo-train-controls'), 'button');
  buttons.find(each => each.textContent.trim() === text)!.click();
}

for (const backend of ['wasm', 'webgl'] as const) {
  describe(`redo-viewer on its real engine [${backend}]`, function () {
    this.timeout(120_000);

    it('redraws the region whose slider moves, and no other', async () => {
      const el = await opened(backend);
      const [mine, other] = rows(el).map(row => row.drawn!);
      const before = [...pixelsOf(mine!)];
      const sliders = findAll<HTMLInputElement>(
        find(el, 'redo-code-sliders'),
        'input[type="range"]'
      );
      expect(sliders).to.have.length(2);
      for (const slider of sliders)
        enter(slider, slider.valueAsNumber > 0 ? '-2.5' : '2.5', 'input');
      await waitUntil(() => rows(el)[0]!.drawn !== mine, 'the redraw must change', PATIENCE);
      expect([...pixelsOf(rows(el)[0]!.drawn!)]).not.to.deep.equal(before);
      expect(rows(el)[1]!.drawn).to.equal(other);
    });
  });
}

describe('redo-viewer painting on its real engine [wasm]', function () {
  this.timeout(120_000);

  it('a painted mask is redrawn, and f’s mask is as it was before', async () => {
    const el = await opened('wasm');
    const [first] = rows(el).map(row => row.drawn!);
    /** Opacity of region 1 in the middle of the image. */
    const opacity = () => {
      const drawn = rows(el)[0]!.drawn!;
      const {width} = drawn;
      return pixelsOf(drawn)[4 * ((width / 2) * width + width / 2) + 3]!;
    };
    const opacityOfF = opacity();
    find(el, '.head button[aria-pressed]').click();
    await el.updateComplete;
    const editor = find<RedoMaskEditor>(el, 'redo-mask-editor');
    // The brush where f sees little of region 1, the eraser where it sees much.
    const paints = opacityOfF < 128;
    const tools = findAll<HTMLInputElement>(find(el, 'redo-paint-tools'), 'input[name="tool"]');
    tools[paints ? 0 : 1]!.click();
    await el.updateComplete;
    find(editor, '.surface').focus();
    await sendKeys({press: 'Enter'});
    await waitUntil(() => rows(el)[0]!.drawn !== first, 'a new redraw', PATIENCE);
    expect(opacity()).to.be.closeTo(paints ? 255 : 0, 1);
    const edited = rows(el)[0]!.drawn;
    el.session!.maskEdits.undo();
    await waitUntil(() => rows(el)[0]!.drawn !== edited, 'the redraw before', PATIENCE);
    expect([...pixelsOf(rows(el)[0]!.drawn!)]).to.deep.equal([...pixelsOf(first!)]);
  });
});

for (const backend of ['wasm', 'webgl'] as const) {
  describe(`redo-viewer’s map of codes on its real engine [${backend}]`, function () {
    this.timeout(120_000);

    afterEach(() => resetMouse());

    it('draws the region from codes all over, and redraws it where the code is dragged to', async () => {
      const el = await opened(backend);
      const map = find<RedoLatentMap>(el, 'redo-latent-map');
      await waitUntil(() => map.survey !== undefined, 'the map must be drawn', PATIENCE);
      const {pictures, plane} = map.survey!;
      expect(pictures).to.have.length(49);
      const field = find(map, '.field');
      field.scrollIntoView({block: 'center'});
      const {left, top, width, height} = field.getBoundingClientRect();
      const [mine, other] = rows(el).map(row => row.drawn!);
      const before = [...pixelsOf(mine!)];
      await sendMouse({
        type: 'move',
        position: [Math.round(left + width / 2), Math.round(top + height / 2)],
      });
      await sendMouse({type: 'down'});
      await sendMouse({type: 'move', position: [Math.round(left) - 5, Math.round(top) - 5]});
      await sendMouse({type: 'up'});
      const code = el.session!.codes.all[0]!.value;
      expect([...code]).to.deep.equal([-3, 3]);
      const {state} = el.session!.views.redraws.value[0]!;
      await waitUntil(
        () => rows(el)[0]!.drawn !== mine && !state.value.pending,
        'the redraw must change',
        PATIENCE
      );
      expect([...pixelsOf(rows(el)[0]!.drawn!)]).not.to.deep.equal(before);
      expect(rows(el)[1]!.drawn).to.equal(other);
      // The code has moved on the plane: the map is the same.
      expect(map.survey!.plane).to.equal(plane);
      const dragged = state.value.value;
      el.session!.codes.set(0, codeAt(plane, [-2.5, 2.5]));
      await waitUntil(
        () => state.value.value !== dragged && !state.value.pending,
        'the redraw at the corner',
        PATIENCE
      );
      const expected = seenColours(pictures[0]!);
      const apart = seenColours(state.value.value!.region).map((level, i) =>
        Math.abs(level - expected[i]!)
      );
      expect(Math.max(...apart)).to.be.at.most(1);
    });
  });
}

describe('redo-viewer training on its real engine [wasm]', () => {
  keepEngine({backend: 'wasm'});

  it('Step runs an iteration, whose losses reach the charts and whose weights redraw', async () => {
    const el = await opened('wasm');
    const session = el.session!;
    const before = session.iteration.value;
    const [drawn] = rows(el).map(row => row.drawn!);
    press(el, 'Step');
    await waitUntil(() => session.iteration.value === before + 1, 'one iteration', PATIENCE);
    await waitUntil(() => rows(el)[0]!.drawn !== drawn, 'a new redraw', PATIENCE);
    const {generatorLoss, recoveryLoss, discriminatorLoss} = session.history.scalars;
    for (const column of [generatorLoss, recoveryLoss, discriminatorLoss]) {
      expect(column).to.have.length(1);
      expect(column[0]).to.satisfy(Number.isFinite);
    }
    const charts = findAll<RedoLineChart>(el, 'redo-line-chart');
    expect(charts.length).to.be.greaterThan(2);
  });

  it('Play goes on until Pause', async () => {
    const el = await opened('wasm');
    const session = el.session!;
    const before = session.iteration.value;
    press(el, 'Play');
    await waitUntil(() => session.iteration.value >= before + 3, 'iterations', PATIENCE);
    await el.updateComplete;
    press(el, 'Pause');
    await waitUntil(() => session.status.value === 'ready', 'a rest', PATIENCE);
    const paused = session.iteration.value;
    await waitUntil(() => allRedrawn(el), 'the last redraw', PATIENCE);
    expect(session.iteration.value).to.equal(paused);
  });

  it('an unknown preset is a sentence in the page, and another one still opens', async () => {
    const el = await fixture<RedoViewer>(
      html`<redo-viewer preset="blobs-33" backend="wasm"></redo-viewer>`
    );
    await waitUntil(() => el.session?.failure.value !== undefined, 'a failure', PATIENCE);
    await el.updateComplete;
    expect(el.session!.failure.value!.error.message).to.match(
      /must be one of blobs-32, .*got blobs-33/
    );
    el.preset = 'blobs-32';
    await waitUntil(() => allRedrawn(el), 'the regions must be redrawn', PATIENCE);
  });
});
