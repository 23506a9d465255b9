import {expect, fixture, html} from '@open-wc/testing';
import type {RedoLineChart} from '../../components/redo-line-chart.js';
import {PUBLISHED_SCORES} from '../../components/published-scores.js';
import type {RedoRunComparison} from '../../components/redo-run-comparison.js';
import '../../components/redo-run-comparison.js';
import type {RunSource} from '../../core/session/run-source.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll} from '../fixtures/elements.js';
import {FakeRun, iterationLine, lookLine} from '../fixtures/fake-run.js';

async function until(condition: () => boolean): Promise<void> {
  for (let frame = 0; !condition(); frame++) {
    if (frame > 600) throw new Error(`until: must come to hold; got ${condition}`);
    await new Promise(requestAnimationFrame);
  }
}

const rows = (el: Element): string[] =>
  findAll(el, 'tbody tr').map(row => row.textContent.replace(/\s+/g, ' ').trim());

/** A run under a name of its own. */
function run(name: string, ious: readonly number[]): {source: RunSource; fake: FakeRun} {
  const fake = new FakeRun();
  ious.forEach((iou, i) => fake.log(iterationLine(i + 1), lookLine(i + 1, iou)));
  fake.put('state.json', {restarts: 1, config: {dataset: '/data/lfw', preset: 'p', seed: 0}});
  return {source: {name, read: (file, from) => fake.read(file, from)}, fake};
}

async function comparison(): Promise<RedoRunComparison> {
  return fixture<RedoRunComparison>(html`<redo-run-comparison every-ms="5"></redo-run-comparison>`);
}

describe('redo-run-comparison', () => {
  it('is accessible, with runs and without', async () => {
    const el = await comparison();
    await expectAccessible(el);
    el.add(run('a', [0.1, 0.2]).source);
    await until(() => rows(el).length > PUBLISHED_SCORES.length);
    await expectAccessible(el);
  });

  it('shows the published figures, each with its source', async () => {
    const el = await comparison();
    const lfw = rows(el).find(row => row.startsWith('ReDO LFW test'));
    expect(lfw).to.match(/0\.917 ± 0\.002 0\.781 ± 0\.005 .*NeurIPS 2019, Table 1/);
    expect(findAll<HTMLAnchorElement>(el, 'td a').every(({href}) => /^https:/.test(href))).to.equal(
      true
    );
    expect(findAll(el, 'td a').length).to.equal(PUBLISHED_SCORES.length);
  });

  it('lays the curves of runs over one another, and tells the best look of each', async () => {
    const el = await comparison();
    const [a, b] = [run('a', [0.1, 0.6, 0.3]), run('b', [0.2])];
    el.add(a.source);
    el.add(b.source);
    const chart = () => find<RedoLineChart>(el, 'redo-line-chart').data;
    await until(() => findAll(el, 'redo-line-chart').length === 1);
    await until(() => el.runs.length === 2 && el.runs.every(each => each.history.length > 0));
    await until(() => chart().series.length === 2 && chart().x.length === 3);
    expect(chart().series.map(({label}) => label)).to.deep.equal(['a', 'b']);
    await until(() => /^a lfw val 0\.900 0\.600/.test(rows(el)[0]!));
    expect(rows(el)[0]).to.match(/3 iterations, best at 2, begun again once/);
    b.fake.log(iterationLine(2), lookLine(2, 0.9));
    await until(() => /^b lfw val 0\.900 0\.900/.test(rows(el)[1]!));
    enter(find<HTMLSelectElement>(el, 'select'), 'generatorLoss', 'change');
    await el.updateComplete;
    expect(chart().series[1]!.values.slice(0, 2)).to.deep.equal([1, 0.5]);
  });

  it('removes a run, and takes one of the same name in its place', async () => {
    const el = await comparison();
    el.add(run('a', [0.1]).source);
    const [first] = el.runs;
    el.add(run('a', [0.2]).source);
    expect(el.runs.length).to.equal(1);
    await until(() => !first!.following.value);
    await until(() => /^a lfw val 0\.900 0\.200/.test(rows(el)[0]!));
    find(el, 'tbody button').click();
    await el.updateComplete;
    expect(rows(el).length).to.equal(PUBLISHED_SCORES.length);
  });

  it('reads no checkpoints, and says what is no run', async () => {
    const el = await comparison();
    const {source, fake} = run('a', [0.1]);
    fake.put('state.json', {checkpoint: 'checkpoint-0-1.safetensors'});
    el.add(source);
    await until(() => fake.reads.length > 8);
    expect(fake.reads.some(({file}) => file.startsWith('checkpoint'))).to.equal(false);
    el.add({name: 'empty', read: async () => undefined});
    await until(() => rows(el).some(row => row.includes('empty must be the folder of a run')));
  });
});
