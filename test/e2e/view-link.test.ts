/** A link, from one viewer to another that knows nothing of it. */

import {expect, fixture, html, waitUntil} from '@open-wc/testing';

import {loadLateElements} from '../../components/late-elements.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import '../../components/redo-viewer.js';
import {encodeView} from '../../core/session/view-link.js';
import {find} from '../fixtures/elements.js';
import {pixelsOf} from '../fixtures/pixels.js';
import {keepEngine} from '../fixtures/kept-engine.js';

const PATIENCE = {timeout: 100_000, interval: 20};

function drawn(el: RedoViewer): RedoRegionGrid['rows'] {
  return el.shadowRoot!.querySelector<RedoRegionGrid>('redo-region-grid')?.rows ?? [];
}

const allDrawn = (el: RedoViewer): boolean =>
  drawn(el).length === 2 && drawn(el).every(row => row.drawn && row.composition);

const pixels = (el: RedoViewer): number[][] =>
  drawn(el).flatMap(row => [[...pixelsOf(row.drawn!)], [...pixelsOf(row.composition!)]]);

describe('a link to a view [wasm]', function () {
  this.timeout(110_000);
  keepEngine({backend: 'wasm'});

  it('shows the same pixels: image, region, codes and painted masks', async () => {
    const one = await fixture<RedoViewer>(
      html`<redo-viewer preset="blobs-32" backend="wasm" image="7" seed="5"></redo-viewer>`
    );
    await waitUntil(() => allDrawn(one), 'the first viewer must draw', PATIENCE);
    await loadLateElements();
    const session = one.session!;
    session.codes.set(0, Float32Array.of(1.5, -0.3));
    session.codes.set(1, Float32Array.of(-2, 0.7));
    one.region = 1;
    const masks = session.views.segmentation.state.value.value!.masks;
    const values = masks.values.slice();
    const side = masks.width * masks.height;
    for (let p = 0; p < 90; p++) [values[p], values[side + p]] = [1, 0];
    session.maskEdits.commit({...masks, values});
    await waitUntil(() => session.views.redraws.value.every(each => !each.state.value.pending));
    await one.updateComplete;
    await waitUntil(() => allDrawn(one) && settled(one), 'the edits must be drawn', PATIENCE);
    const view = await encodeView((await one.currentView())!);
    const wanted = pixels(one);
    expect(view.length).to.be.below(2_000);

    // A viewer out of sight computes nothing.
    one.remove();
    const other = await fixture<RedoViewer>(
      html`<redo-viewer backend="wasm" view=${view}></redo-viewer>`
    );
    await waitUntil(
      () =>
        allDrawn(other) && other.session!.maskEdits.present.value !== undefined && settled(other),
      'the second viewer must draw',
      PATIENCE
    );
    await other.updateComplete;
    expect(other.region).to.equal(1);
    expect(pixels(other)).to.deep.equal(wanted);
    expect(other.shadowRoot!.querySelector('redo-error-panel')).to.equal(null);
  });

  it('says that it was made at another iteration, and what is wrong with a damaged one', async () => {
    const view = {
      ...{preset: 'blobs-32', seed: 1, iteration: 99_999, region: 0},
      image: {split: 'test', index: 0} as const,
      codes: [Float32Array.of(0, 0), Float32Array.of(1, 1)],
    };
    const el = await fixture<RedoViewer>(
      html`<redo-viewer backend="wasm" view=${await encodeView(view)}></redo-viewer>`
    );
    await waitUntil(() => el.shadowRoot!.querySelector('.note'), 'a note', PATIENCE);
    expect(find(el, '.note').textContent).to.contain('made at iteration 99,999');
    el.view = '1.damaged';
    await waitUntil(() => el.shadowRoot!.querySelector('redo-error-panel'), 'an error', PATIENCE);
    expect(find(el, 'redo-error-panel').shadowRoot!.textContent).to.contain('must be whole');
    expect(el.session!.model.value).not.to.equal(undefined);
  });
});

/** Whether nothing of the redraws is under way. */
function settled(el: RedoViewer): boolean {
  const {redraws} = el.session!.views;
  return redraws.value.every(({state}) => state.value.value && !state.value.pending);
}
