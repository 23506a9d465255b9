/** Gallery: the elements that open, keep and save, and those that training is steered with. */

import {html, type TemplateResult} from 'lit';
import '../components/redo-viewer.js';
import type {RedoViewer} from '../components/redo-viewer.js';
import {FakeModelStore} from '../test/fixtures/fake-model-store.js';
import type {FakeEngine} from '../test/fixtures/fake-engine.js';

const viewer = (): RedoViewer => document.querySelector('redo-viewer')!;

/** Labels of two images, of which only the numbers are shown. */
const labels = [3, 7].map(index => ({
  image: {split: 'test', index} as const,
  labels: new Uint8Array(4),
}));

/** Sections of the gallery. @param engine Of frozen data. */
export async function renderControls(engine: FakeEngine): Promise<TemplateResult> {
  const request = {preset: 'discs-3', seed: 1};
  const info = await engine.request('open', request, {});
  const layer = {model: info.model, network: 'discriminator', layer: 'bloc0.1'} as const;
  const image = {split: 'test', index: 0} as const;
  const features = await engine.request('features', {...layer, image}, {});
  await engine.request('close', {model: info.model}, {});
  return html`
    <section class="wide">
      <h2>redo-explorer</h2>
      <p>The larger views of the viewer above, each closed until it is wanted.</p>
      <redo-explorer for="viewer"></redo-explorer>
    </section>
    <section>
      <h2>redo-channel-grid</h2>
      <p>Feature maps of a layer; dead channels are dashed.</p>
      <redo-channel-grid layer="bloc0.1" .features=${features}></redo-channel-grid>
    </section>
    <section>
      <h2>redo-timeline</h2>
      <p>States of a training to go back to.</p>
      <redo-timeline
        .kept=${[0, 10, 20, 30, 40]}
        .iteration=${20}
        .bytes=${5 * 483_000}
      ></redo-timeline>
    </section>
    <section>
      <h2>redo-training-options</h2>
      <p>What training is tuned with on the way.</p>
      <redo-training-options .training=${info.training}></redo-training-options>
    </section>
    <section>
      <h2>redo-labelled-masks</h2>
      <p>Two images whose painted masks teach f.</p>
      <redo-labelled-masks .list=${labels} painted></redo-labelled-masks>
    </section>
    <section>
      <h2>redo-collapse-guard</h2>
      <p>The masks have got worse, and there is a state to go back to.</p>
      <redo-collapse-guard
        .collapse=${{objectIou: 0.41, iteration: 900, best: 0.8, bestIteration: 600}}
        .back=${600}
      ></redo-collapse-guard>
    </section>
    <section>
      <h2>redo-data-panel</h2>
      <p>The reader’s own images, which stay on the machine.</p>
      <redo-data-panel .info=${info.dataset}></redo-data-panel>
    </section>
    <section>
      <h2>redo-open-model</h2>
      <p>A model that was opened from a file.</p>
      <redo-open-model file-name="mine.safetensors" .info=${info}></redo-open-model>
    </section>
    <section>
      <h2>redo-model-shelf</h2>
      <p>Trainings of the viewer above, kept in memory here.</p>
      <redo-model-shelf for="viewer" .store=${new FakeModelStore()}></redo-model-shelf>
    </section>
    <section>
      <h2>redo-save-menu</h2>
      <p>Saves this page’s viewer.</p>
      <redo-save-menu
        file-name="discs-3"
        .views=${() => [{name: 'sheet', label: 'Everything', element: viewer()}]}
      ></redo-save-menu>
    </section>
    <section>
      <h2>redo-share-menu</h2>
      <p>What is seen in the viewer above, to be shown again.</p>
      <redo-share-menu
        file-name="discs-3"
        .sharable=${async () => {
          const view = await viewer().currentView();
          return view && {view, config: info.config, left: []};
        }}
      ></redo-share-menu>
    </section>
  `;
}
