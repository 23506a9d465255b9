/** A visit from end to end on the real engine: phase by phase, back in time, and out into files. */

import {expect, fixture, html, waitUntil} from '@open-wc/testing';
import {csvParse} from 'd3';

import {loadLateElements} from '../../components/late-elements.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import '../../components/redo-viewer.js';
import {strings} from '../../components/strings.js';
import {PHASES} from '../../core/training/report.js';
import {enter, find, findAll} from '../fixtures/elements.js';
import {keepEngine} from '../fixtures/kept-engine.js';

const PATIENCE = {timeout: 110_000, interval: 20};

function button(host: Element, text: string | RegExp): HTMLButtonElement {
  const isMeant = (label: string) => (typeof text === 'string' ? label === text : text.test(label));
  return findAll<HTMLButtonElement>(host, 'button').find(each => isMeant(each.textContent.trim()))!;
}

describe('a visit to redo-viewer [wasm]', function () {
  this.timeout(120_000);
  keepEngine({backend: 'wasm'});

  let el: RedoViewer;
  const session = () => el.session!;
  const ready = (what: string) =>
    waitUntil(() => session().status.value === 'ready', what, PATIENCE);

  async function train(count: number): Promise<void> {
    const end = session().iteration.value + count;
    session().training.step(count);
    await waitUntil(() => session().iteration.value === end, `${count} iterations`, PATIENCE);
    await ready('a rest');
  }

  beforeEach(async () => {
    el = await fixture<RedoViewer>(
      html`<redo-viewer preset="blobs-32" weights="none" backend="wasm"></redo-viewer>`
    );
    await waitUntil(() => el.session?.model.value !== undefined, 'a model', PATIENCE);
    await loadLateElements();
    await ready('a rest');
  });

  it('walks through one iteration phase by phase, in the order of the algorithm', async () => {
    const seen: string[] = [];
    const expected = (['generator', 'discriminator'] as const).flatMap(side =>
      PHASES[side].map(phase => `${side} ${phase}`)
    );
    for (let i = 0; i < expected.length; i++) {
      button(find(el, 'redo-train-controls'), /^Next phase/).click();
      await waitUntil(
        () => !session().training.running.value && session().training.phase.value,
        `phase ${i}`,
        PATIENCE
      );
      const {side, phase, iteration, ended} = session().training.phase.value!;
      seen.push(`${side} ${phase}`);
      expect(ended).to.equal(i === expected.length - 1);
      expect(iteration).to.equal(ended ? 1 : 0);
      await el.updateComplete;
    }
    expect(seen).to.deep.equal(expected);
    expect(session().history.length).to.equal(1);
  });

  it('goes back along the time line, and from there to the same numbers', async () => {
    await train(13);
    const {history, timeline} = session();
    const losses = () => [...history.scalars.generatorLoss];
    const first = losses();
    const masks = () => session().views.segmentation.state.value.value!.masks;
    await waitUntil(() => !session().views.segmentation.state.value.pending, 'masks', PATIENCE);
    const last = masks();
    await el.updateComplete;
    const slider = find<HTMLInputElement>(find(el, 'redo-timeline'), 'input');
    enter(slider, '0', 'input');
    await waitUntil(() => session().iteration.value === 0, 'the start', PATIENCE);
    await waitUntil(() => masks() !== last, 'masks of the start', PATIENCE);
    expect(losses(), 'the later course stays').to.deep.equal(first);
    const kept = timeline.snapshots.value.map(({iteration}) => iteration);
    expect(kept[0]).to.equal(0);
    expect(kept.at(-1)).to.equal(13);
    const middle = kept.findLast(iteration => iteration < 13)!;
    expect(middle).to.be.at.least(10);
    await session().goTo(middle);
    await train(13 - middle);
    expect(losses()).to.deep.equal(first);
  });

  it('saves files that open', async () => {
    await train(3);
    const menu = find(el, 'redo-save-menu');
    const files: Record<string, Blob> = {};
    menu.addEventListener('file-saved', event => {
      event.preventDefault();
      const {name, blob} = (event as CustomEvent<{name: string; blob: Blob}>).detail;
      files[name] = blob;
    });
    const saved = async (press: string | RegExp, name: string): Promise<Blob> => {
      button(menu, press).click();
      await waitUntil(() => files[name], `${name} must be saved`, PATIENCE);
      return files[name]!;
    };
    const choose = (view: string) => enter(find<HTMLSelectElement>(menu, 'select'), view, 'change');

    choose('regions');
    const png = await createImageBitmap(await saved('PNG', 'blobs-32-regions.png'));
    const {width} = find(el, '.regions').getBoundingClientRect();
    expect(png.width).to.be.closeTo(2 * width, 2);

    button(menu, strings.save.record).click();
    await waitUntil(() => button(menu, /1 of/), 'the first frame', PATIENCE);
    await train(1);
    await waitUntil(() => button(menu, /[2-9] of/), 'another frame', PATIENCE);
    const gif = await saved(/^Save GIF/, 'blobs-32-regions.gif');
    const decoder = new ImageDecoder({data: await gif.arrayBuffer(), type: 'image/gif'});
    await decoder.tracks.ready;
    expect(decoder.tracks.selectedTrack!.frameCount).to.be.at.least(2);

    choose('history');
    const svg = await (await saved('SVG', 'blobs-32-history.svg')).text();
    const chart = new DOMParser().parseFromString(svg, 'image/svg+xml');
    expect(chart.querySelector('parsererror')).to.equal(null);
    expect(chart.querySelectorAll('path').length).to.be.above(6);
    expect(svg).to.include(strings.charts.losses);

    const rows = csvParse(await (await saved(strings.save.csv, 'blobs-32.csv')).text());
    expect(rows.map(row => row.iteration)).to.deep.equal(['1', '2', '3', '4']);
    expect(Number(rows[3]!.generatorLoss)).to.equal(session().history.scalars.generatorLoss[3]);
  });
});
