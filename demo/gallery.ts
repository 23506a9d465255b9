/**
 * The gallery: every element on frozen data.
 *
 * `?theme=dark` or `?theme=light` overrides the reader's system.
 */

import {html, render} from 'lit';
import '../components/redo-viewer.js';
import type {RedoLatentMap} from '../components/redo-latent-map.js';
import {historyCharts} from '../components/history-charts.js';
import {codeAt, dimensionAxis, planeThrough} from '../core/session/code-plane.js';
import {History} from '../core/session/history.js';
import {surveyGrid} from '../core/session/latent.js';
import {FakeEngine} from '../test/fixtures/fake-engine.js';
import {phaseReport, sceneFlow} from '../test/fixtures/flow.js';
import {
  areasOf,
  composed,
  iterationReport,
  scene,
  sceneMasks,
  sceneRegion,
} from '../test/fixtures/scene.js';
import {renderControls} from './gallery-controls.js';
import {renderExperiments} from './gallery-experiments.js';

const SIZE = 64;
const REGIONS = 3;

const theme = new URLSearchParams(location.search).get('theme');
if (theme) document.documentElement.style.colorScheme = theme;

const code = Float32Array.of(0.4, -1.2, 2.1, -0.3, 1.4, -2.7);
const input = scene(0, SIZE, REGIONS);
const masks = sceneMasks(0, SIZE, REGIONS, 0.6);
const areas = areasOf(masks);
const rows = areas.map((area, region) => {
  const drawn = sceneRegion(
    masks,
    region,
    code.map(value => value * (region - 1.2))
  );
  return {area, drawn, composition: composed(drawn, input.picture), score: 0.4 - region / 3};
});
const plane = planeThrough(code, dimensionAxis(0, 6), dimensionAxis(1, 6));
const survey = {
  region: 1,
  image: {split: 'test', index: 0} as const,
  plane,
  pictures: surveyGrid().map(at => sceneRegion(masks, 1, codeAt(plane, at))),
};
const pictures = Array.from({length: 12}, (_, i) => scene(i, SIZE, REGIONS).picture);

const history = new History();
history.append(Array.from({length: 10_000}, (_, i) => iterationReport(i + 1, REGIONS)));
const charts = historyCharts(history);
const empty = historyCharts(new History());

const facts = {
  backend: {name: 'webgl', device: 'frozen data', threads: 1, place: 'worker'} as const,
  size: SIZE,
  dataset: 'discs',
};

const engine = new FakeEngine({size: SIZE, codeSize: 8, iteration: 60});
const controls = await renderControls(new FakeEngine({size: SIZE, iteration: 60}));

render(
  html`
    <section class="wide">
      <h2>redo-viewer</h2>
      <p>The whole, over an engine of frozen data.</p>
      <redo-viewer id="viewer" preset="discs-3" weights="none" .engine=${engine}></redo-viewer>
    </section>
    <section class="wide">
      <h2>redo-image-strip</h2>
      <p>A listbox: the arrow keys pick.</p>
      <redo-image-strip
        .pictures=${pictures}
        .first=${12}
        .selected=${14}
        .count=${40}
      ></redo-image-strip>
    </section>
    <section class="small">
      <h2>redo-picture</h2>
      <p>Transparent outside its mask.</p>
      <redo-picture label="A redrawn region" .picture=${rows[1]!.drawn}></redo-picture>
    </section>
    <section class="small">
      <h2>redo-mask-view overlay</h2>
      <p>Colours over a dulled image.</p>
      <redo-mask-view label="Overlay" .masks=${masks} .picture=${input.picture}></redo-mask-view>
    </section>
    <section class="small">
      <h2>redo-mask-view colours</h2>
      <p>Colours alone.</p>
      <redo-mask-view label="Regions" mode="colours" .masks=${masks}></redo-mask-view>
    </section>
    <section class="small">
      <h2>redo-mask-view single</h2>
      <p>One mask as grey levels.</p>
      <redo-mask-view label="Mask" mode="single" .region=${1} .masks=${masks}></redo-mask-view>
    </section>
    <section class="small">
      <h2>redo-mask-view patterns</h2>
      <p>Hard masks, told apart without colour.</p>
      <redo-mask-view
        label="Patterns"
        hard
        patterns
        .masks=${masks}
        .picture=${input.picture}
      ></redo-mask-view>
    </section>
    <section class="small">
      <h2>redo-mask-view alone</h2>
      <p>One region over the image.</p>
      <redo-mask-view
        label="One region"
        alone
        .region=${1}
        .masks=${masks}
        .picture=${input.picture}
      ></redo-mask-view>
    </section>
    <section>
      <h2>redo-mask-editor, redo-paint-tools</h2>
      <p>Paints with pointer and keyboard; its tools stand by themselves.</p>
      <redo-mask-editor
        patterns
        .masks=${masks}
        .picture=${input.picture}
        .region=${1}
      ></redo-mask-editor>
      <redo-paint-tools .region=${1} .regions=${REGIONS} edited canUndo></redo-paint-tools>
    </section>
    <section>
      <h2>redo-mask-legend</h2>
      <p>A region in hand; objects with their IoU.</p>
      <redo-mask-legend
        patterns
        .entries=${[{name: 'ground'}, {name: 'dark disc', iou: 0.91}, {}]}
        .selected=${1}
      ></redo-mask-legend>
    </section>
    <section>
      <h2>redo-region-grid</h2>
      <p>A row a region, one in hand.</p>
      <redo-region-grid .masks=${masks} .rows=${rows} .selected=${1}></redo-region-grid>
    </section>
    <section>
      <h2>redo-code-sliders</h2>
      <p>With δ’s reading marked on each slider.</p>
      <redo-code-sliders
        .code=${code}
        .region=${1}
        .recovered=${code.map(value => 0.8 * value)}
      ></redo-code-sliders>
    </section>
    <section>
      <h2>redo-code-sliders effects</h2>
      <p>How much each component changes the region, the largest first.</p>
      <redo-code-sliders
        by-effect
        .code=${code}
        .region=${1}
        .effects=${Float32Array.of(0.31, 0.62, 0.05, 0.44, 0.002, 0.2)}
      ></redo-code-sliders>
    </section>
    <section>
      <h2>redo-latent-map</h2>
      <p>With δ’s reading; moves when dragged.</p>
      <redo-latent-map
        across="z₁"
        up="z₂"
        .code=${code}
        .region=${1}
        .plane=${plane}
        .survey=${survey}
        .recovered=${code.map(value => 0.8 * value)}
        @code-move=${(event: CustomEvent<{code: Float32Array}>) =>
          ((event.target as RedoLatentMap).code = event.detail.code)}
      >
        <redo-plane-choice .codeSize=${6}></redo-plane-choice>
      </redo-latent-map>
    </section>
    <section>
      <h2>redo-latent-map</h2>
      <p>While the directions of a plane are searched.</p>
      <redo-latent-map pending across="direction 1" up="direction 2" .code=${code}>
        <redo-plane-choice .codeSize=${6} .choice=${{kind: 'principal'}}></redo-plane-choice>
      </redo-latent-map>
    </section>
    <section class="wide">
      <h2>redo-code-shelf</h2>
      <p>Codes of the viewer above, kept by this browser.</p>
      <redo-code-shelf for="viewer"></redo-code-shelf>
    </section>
    <section class="wide">
      <h2>redo-code-path</h2>
      <p>Key frames from the viewer and the shelf above.</p>
      <redo-code-path for="viewer"></redo-code-path>
    </section>
    <section class="wide">
      <h2>redo-image-browser</h2>
      <p>The images of the viewer above, by split and by score.</p>
      <redo-image-browser for="viewer"></redo-image-browser>
    </section>
    <section class="wide">
      <h2>redo-redraw-grid</h2>
      <p>Bound to the viewer above: a click on a cell takes it in hand there.</p>
      <redo-redraw-grid for="viewer"></redo-redraw-grid>
    </section>
    <section class="wide">
      <h2>redo-recovery-scatter</h2>
      <p>Of the region in hand in the viewer above.</p>
      <redo-recovery-scatter for="viewer"></redo-recovery-scatter>
    </section>
    <section class="wide">
      <h2>redo-discriminator-view</h2>
      <p>Distributions of scores, and where D looks, in the viewer above.</p>
      <redo-discriminator-view for="viewer"></redo-discriminator-view>
    </section>
    <section class="wide">
      <h2>redo-inside-view</h2>
      <p>Feature maps, dead channels and spectra of the networks in the viewer above.</p>
      <redo-inside-view for="viewer" order="dead"></redo-inside-view>
    </section>
    <section class="wide">
      <h2>redo-data-flow, redo-flow-controls</h2>
      <p>Gradients flow back at the end of the generator’s update.</p>
      <redo-flow-controls
        .phaseRestMs=${800}
        .phase=${phaseReport('generator', 'gradients')}
      ></redo-flow-controls>
      <redo-data-flow
        .flow=${sceneFlow({phase: phaseReport('generator', 'gradients')})}
      ></redo-data-flow>
    </section>
    <section>
      <h2>redo-data-flow</h2>
      <p>Where it is narrow; the discriminator scores a real image and a redrawn one.</p>
      <redo-data-flow
        .flow=${sceneFlow({phase: phaseReport('discriminator', 'score')})}
      ></redo-data-flow>
    </section>
    <section>
      <h2>redo-train-controls</h2>
      <p>At rest.</p>
      <redo-train-controls></redo-train-controls>
    </section>
    <section>
      <h2>redo-train-controls</h2>
      <p>At work on what Step asked for.</p>
      <redo-train-controls .remaining=${640} .side=${'generator'}></redo-train-controls>
    </section>
    <section>
      <h2>redo-line-chart</h2>
      <p>10,000 iterations.</p>
      <redo-line-chart heading="Losses" .data=${charts.losses} .row=${2500}></redo-line-chart>
    </section>
    <section>
      <h2>redo-line-chart zoom, log, smoothing</h2>
      <p>A part of the course, averaged over what came before.</p>
      <redo-line-chart
        heading="Losses"
        log
        .data=${charts.losses}
        .zoom=${[200, 1200]}
        .smoothing=${0.95}
      ></redo-line-chart>
    </section>
    <section>
      <h2>redo-collapse-guard</h2>
      <p>A region has vanished.</p>
      <redo-collapse-guard
        .collapse=${{region: 1, area: 0.02, iteration: 500}}
      ></redo-collapse-guard>
    </section>
    <section>
      <h2>redo-line-chart</h2>
      <p>Shares.</p>
      <redo-line-chart heading="Region areas" .data=${charts.areas}></redo-line-chart>
    </section>
    <section>
      <h2>redo-line-chart</h2>
      <p>Before the first iteration.</p>
      <redo-line-chart heading="Losses" .data=${empty.losses}></redo-line-chart>
    </section>
    <section class="wide">
      <h2>redo-status-bar</h2>
      <p>Ready; at work.</p>
      <redo-status-bar
        status="ready"
        .facts=${facts}
        .iteration=${12_000}
        .stepMs=${41.3}
      ></redo-status-bar>
      <redo-status-bar
        status="playing"
        .facts=${facts}
        .iteration=${12_001}
        .stepMs=${41.3}
      ></redo-status-bar>
    </section>
    <section>
      <h2>redo-progress</h2>
      <p>A stage by name.</p>
      <redo-progress .progress=${{stage: 'warm-up', done: 3, total: 8}}></redo-progress>
    </section>
    <section>
      <h2>redo-error-panel</h2>
      <p>What failed, why, what to do.</p>
      <redo-error-panel
        during="open"
        message='open: preset must be one of discs-2, discs-3; got "discs-4"'
      ></redo-error-panel>
    </section>
    ${controls}${renderExperiments()}
  `,
  document.getElementById('gallery')!
);
