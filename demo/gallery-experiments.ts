/** Gallery: the elements of the experiments, on runs in memory. */

import {html, type TemplateResult} from 'lit';
import {ref} from 'lit/directives/ref.js';
import '../components/redo-figure-3.js';
import '../components/redo-image-scores.js';
import '../components/redo-probe-images.js';
import '../components/redo-run-comparison.js';
import type {RedoRunComparison} from '../components/redo-run-comparison.js';
import '../components/redo-run-follower.js';
import type {RedoRunFollower} from '../components/redo-run-follower.js';
import '../components/redo-run-picker.js';
import type {Probe} from '../core/session/run-log.js';
import type {RunSource} from '../core/session/run-source.js';
import {FakeRun, iterationLine, lookLine} from '../test/fixtures/fake-run.js';

/** A run whose IoU rises to a limit. */
function run(name: string, limit: number, seed: number): RunSource {
  const fake = new FakeRun();
  const looks: number[] = [];
  for (let iteration = 1; iteration <= 400; iteration++) {
    fake.log(iterationLine(iteration));
    if (iteration % 40 > 0) continue;
    looks.push(limit * (1 - Math.exp(-iteration / 120)));
    fake.log(lookLine(iteration, looks.at(-1)!));
  }
  const best = {iteration: 400, objectIou: looks.at(-1)!, file: 'best'};
  const config = {dataset: 'discs', preset: 'discs-2', seed};
  fake.put('state.json', {seed, restarts: 0, iteration: 400, config, best});
  return {name, read: (file, from) => fake.read(file, from)};
}

const runs = [run('runs/first', 0.7, 1), run('runs/second', 0.85, 2)];

const probes: readonly Probe[] = [40, 80, 120, 160].map(iteration => ({
  iteration,
  file: `probe-0-${iteration}.png`,
}));

/** Discs whose masks come out of the grey. */
async function drawProbe({iteration}: Probe): Promise<Blob> {
  const [side, rows, columns] = [32, 3, 5];
  const canvas = new OffscreenCanvas(columns * side, rows * side);
  const context = canvas.getContext('2d')!;
  const found = iteration / 160;
  const cell = (row: number, column: number, ground: string, disc: string): void => {
    context.fillStyle = ground;
    context.fillRect(column * side, row * side, side, side);
    context.fillStyle = disc;
    context.beginPath();
    context.arc((column + 0.5) * side, (row + 0.5) * side, 5 + 3 * row, 0, 2 * Math.PI);
    context.fill();
  };
  const grey = (value: number): string => `hsl(0 0% ${50 + 50 * found * (2 * value - 1)}%)`;
  for (let row = 0; row < rows; row++) {
    const [ground, disc] = [`hsl(${80 * row} 40% 35%)`, `hsl(${80 * row + 180} 60% 60%)`];
    cell(row, 0, ground, disc);
    cell(row, 1, grey(1), grey(0));
    cell(row, 2, `hsl(${300 * found} 40% 35%)`, disc);
    cell(row, 3, grey(0), grey(1));
    cell(row, 4, ground, `hsl(${30 + 300 * found} 60% 60%)`);
  }
  return canvas.convertToBlob({type: 'image/png'});
}

const figure = {
  title: 'discs, val',
  supervised: [1, 5, 10, 25, 50, 100].map(labels => ({
    labels,
    accuracy: 0.8 + 0.03 * Math.log10(labels),
    objectIou: 0.45 + 0.12 * Math.log10(labels),
  })),
  unsupervised: {accuracy: 0.87, objectIou: 0.78},
};

/** Sections of the gallery. */
export function renderExperiments(): TemplateResult {
  return html`
    <section class="wide">
      <h2>redo-run-picker</h2>
      <p>Opens the folder of a run, or its address.</p>
      <redo-run-picker></redo-run-picker>
    </section>
    <section class="wide">
      <h2>redo-run-follower</h2>
      <p>A run’s log, drawn while it grows.</p>
      <redo-run-follower
        ${ref(el => (el as RedoRunFollower | undefined)?.follow(runs[0]!))}
      ></redo-run-follower>
    </section>
    <section>
      <h2>redo-probe-images</h2>
      <p>What a training made of the same images on its way.</p>
      <redo-probe-images .probes=${probes} .read=${drawProbe}></redo-probe-images>
    </section>
    <section class="wide">
      <h2>redo-run-comparison</h2>
      <p>Two runs beside what was published.</p>
      <redo-run-comparison
        ${ref(el => runs.forEach(each => (el as RedoRunComparison | undefined)?.add(each)))}
      ></redo-run-comparison>
    </section>
    <section class="wide">
      <h2>redo-image-scores</h2>
      <p>The images of the viewer above, once they are scored.</p>
      <redo-image-scores for="viewer"></redo-image-scores>
    </section>
    <section class="wide">
      <h2>redo-figure-3</h2>
      <p>As npm run baseline writes it.</p>
      <redo-figure-3 .figure=${figure}></redo-figure-3>
    </section>
  `;
}
