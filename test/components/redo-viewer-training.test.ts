import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoDataFlow} from '../../components/redo-data-flow.js';
import type {RedoLineChart} from '../../components/redo-line-chart.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {enter, find, findAll, words} from '../fixtures/elements.js';
import {until} from '../fixtures/idle.js';
import {kinds, settled, viewer} from '../fixtures/viewer.js';

describe('redo-viewer', () => {
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

  it('tunes the training by its options, from the next iteration on', async () => {
    const {el, engine, inner} = await viewer();
    const options = inner<HTMLElement>('redo-training-options');
    enter(find<HTMLInputElement>(options, 'input[name="lambdaZ"]'), '3', 'change');
    await settled(engine, el);
    expect(kinds(engine)).to.include('tune');
    expect(el.session!.model.value!.training.lambdaZ).to.equal(3);
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
});
