import {expect, fixture, html} from '@open-wc/testing';
import type {RedoLineChart} from '../../components/redo-line-chart.js';
import type {RedoRunFollower} from '../../components/redo-run-follower.js';
import '../../components/redo-run-follower.js';
import '../../components/redo-viewer.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {directorySource} from '../../core/session/run-source.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, words} from '../fixtures/elements.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {FakeRun, iterationLine, lookLine} from '../fixtures/fake-run.js';

/** Waits by frames, since what follows looks at the clock. */
async function until(condition: () => boolean): Promise<void> {
  for (let frame = 0; !condition(); frame++) {
    if (frame > 600) throw new Error(`until: must come to hold; got ${condition}`);
    await new Promise(requestAnimationFrame);
  }
}

const checkpoint = (iteration: number) => ({iteration});
const state = (iteration: number) => ({
  ...{seed: 3, restarts: 0, iteration, checkpoint: `checkpoint-0-${iteration}.safetensors`},
  best: {iteration, objectIou: 0.6, file: 'best'},
});

function grow(run: FakeRun, iteration: number): void {
  run.log(iterationLine(iteration), lookLine(iteration, iteration / 100));
  run.put(`checkpoint-0-${iteration}.safetensors`, checkpoint(iteration));
  run.put('state.json', state(iteration));
}

async function follower(run?: FakeRun): Promise<RedoRunFollower> {
  const el = await fixture<RedoRunFollower>(
    html`<redo-run-follower every-ms="5"></redo-run-follower>`
  );
  if (run) {
    el.follow(run);
    await until(() => el.follower!.history.length > 0);
  }
  await el.updateComplete;
  return el;
}

const charts = (el: RedoRunFollower) => findAll<RedoLineChart>(el, 'redo-line-chart');

/** The viewer of discs over an engine of frozen data, and a follower bound to it. */
async function bound() {
  const engine = new FakeEngine({codeSize: 3});
  const wrapper = await fixture(
    html`<div>
      <redo-run-follower for="viewer" every-ms="5"></redo-run-follower>
      <redo-viewer
        id="viewer"
        preset="discs-3"
        weights="none"
        panels="image code"
        .engine=${engine}
      ></redo-viewer>
    </div>`
  );
  const viewer = wrapper.querySelector<RedoViewer>('redo-viewer')!;
  const el = wrapper.querySelector<RedoRunFollower>('redo-run-follower')!;
  await until(() => viewer.session?.status.value === 'ready');
  return {engine, viewer, el};
}

describe('redo-run-follower', () => {
  it('is accessible, with a run and without', async () => {
    const empty = await follower();
    await expectAccessible(empty);
    const run = new FakeRun();
    grow(run, 1);
    const el = await follower(run);
    await expectAccessible(el);
  });

  it('draws the numbers of a log as it grows, and says where the run is', async () => {
    const run = new FakeRun();
    grow(run, 1);
    const el = await follower(run);
    expect(words(el)).to.include('runs/mine');
    for (const iteration of [2, 3, 4]) grow(run, iteration);
    await until(() => charts(el)[0]!.data.x.length === 4);
    await until(() => words(el).includes('best object IoU 0.600 at iteration 4'));
    expect(words(el)).to.include('iteration 4 ').and.to.include('seed 3');
    expect(charts(el).map(({data}) => data.x.length)).to.deep.equal([4, 4, 4, 4]);
    expect(charts(el)[3]!.data.series[0]!.values).to.deep.equal([0.01, 0.02, 0.03, 0.04]);
  });

  it('follows a directory of the browser that is written to meanwhile', async () => {
    const root = await navigator.storage.getDirectory();
    const directory = await root.getDirectoryHandle('redo-run', {create: true});
    const write = async (content: string): Promise<void> => {
      const file = await directory.getFileHandle('log.jsonl', {create: true});
      const stream = await file.createWritable({keepExistingData: false});
      await stream.write(content);
      await stream.close();
    };
    const line = (iteration: number) => `${JSON.stringify(iterationLine(iteration))}\n`;
    try {
      await write(line(1));
      const el = await follower();
      el.follow(directorySource(directory));
      await until(() => el.follower!.history.length === 1);
      await write(line(1) + line(2) + line(3).slice(0, 20));
      await until(() => el.follower!.history.length === 2);
      await write(line(1) + line(2) + line(3));
      await until(() => el.follower!.history.length === 3);
      expect(el.follower!.unreadable).to.equal(0);
      el.follower!.stop();
    } finally {
      await root.removeEntry('redo-run', {recursive: true});
    }
  });

  it('opens the newest weights in its viewer, and keeps image and code in hand', async () => {
    const {viewer, el} = await bound();
    const run = new FakeRun();
    grow(run, 10);
    el.follow(run);
    await until(() => viewer.session!.iteration.value === 10);
    viewer.image = 3;
    viewer.session!.codes.setValue(0, 1, 1.5);
    const before = viewer.session!.model.value!.model;
    grow(run, 20);
    await until(() => viewer.session!.iteration.value === 20);
    await until(() => words(el).includes('In the viewer: checkpoint-0-20.safetensors'));
    expect(viewer.session!.model.value!.model).to.equal(before);
    expect(viewer.session!.place.value?.weights.fileName).to.equal('checkpoint-0-20.safetensors');
    expect(viewer.session!.image.value.index).to.equal(3);
    expect(viewer.session!.codes.all[0]!.value[1]).to.equal(1.5);
  });

  it('opens none where the user does not want it', async () => {
    const {viewer, el, engine} = await bound();
    const run = new FakeRun();
    grow(run, 10);
    el.follow(run);
    await until(() => viewer.session!.iteration.value === 10);
    find<HTMLInputElement>(el, 'input[name="load"]').click();
    grow(run, 20);
    await until(() => charts(el)[0]!.data.x.length === 2);
    expect(engine.count('restore')).to.equal(0);
    expect(viewer.session!.iteration.value).to.equal(10);
  });

  it('says what the engine says of a checkpoint that is no good', async () => {
    const {el, engine} = await bound();
    engine.failNext('open', 'checkpoint: it is cut short');
    const run = new FakeRun();
    grow(run, 10);
    el.follow(run);
    await until(() => /not shown: .*cut short/.test(words(el)));
    grow(run, 20);
    await until(() => words(el).includes('In the viewer: checkpoint-0-20'));
  });

  it('stops and goes on', async () => {
    const run = new FakeRun();
    grow(run, 1);
    const el = await follower(run);
    const button = findAll(el, '.bar > button')[0]!;
    button.click();
    await until(() => words(el).includes('not followed any more'));
    grow(run, 2);
    const reads = run.reads.length;
    await new Promise(resolve => setTimeout(resolve, 30));
    expect(run.reads.length).to.equal(reads);
    button.click();
    await until(() => el.follower!.history.length === 2);
  });

  it('says what is no run, and tries again', async () => {
    const el = await follower();
    const run = new FakeRun();
    el.follow(run);
    await until(() => el.shadowRoot!.querySelector('redo-error-panel') !== null);
    expect(find(el, 'redo-error-panel').shadowRoot!.textContent).to.match(
      /can’t be followed.*must be the folder of a run, with log\.jsonl and state\.json/s
    );
    grow(run, 1);
    find(find(el, 'redo-error-panel'), 'button').click();
    await until(() => el.follower!.history.length === 1);
    expect(el.shadowRoot!.querySelector('redo-error-panel')).to.equal(null);
  });

  it('tells of collapses and of lines that can not be read', async () => {
    const run = new FakeRun();
    run.log(iterationLine(500), {event: 'collapse', iteration: 500, reason: 'small'}, '{"x\n');
    grow(run, 1);
    const el = await follower(run);
    await until(() => words(el).includes('Collapsed once, last at iteration 500: small.'));
    expect(words(el)).to.include('1 line of the log can’t be read');
  });

  it('stops when it leaves the page', async () => {
    const run = new FakeRun();
    grow(run, 1);
    const el = await follower(run);
    el.remove();
    await until(() => !el.follower!.following.value);
  });

  it('fires run-pick for an address, and says what is none', async () => {
    const el = await follower();
    const picker = find(el, 'redo-run-picker');
    const input = find<HTMLInputElement>(picker, 'input[type="text"]');
    const submit = () => find(picker, 'form button').click();
    enter(input, 'ftp://runs/mine', 'input');
    submit();
    await until(() => picker.shadowRoot!.querySelector('[role="alert"]') !== null);
    expect(words(picker)).to.include('must begin with http:// or https://');
    expect(el.follower).to.equal(undefined);
    enter(input, 'no-such-run', 'input');
    submit();
    await until(() => el.follower?.error.value !== undefined);
    expect(el.follower!.name).to.equal(new URL('no-such-run/', document.baseURI).href);
    el.follower!.stop();
  });
});
