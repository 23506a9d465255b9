import {expect, fixture, html} from '@open-wc/testing';
import type {RedoCollapseGuard} from '../../components/redo-collapse-guard.js';
import '../../components/redo-collapse-guard.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, record} from '../fixtures/elements.js';

const COLLAPSE = {region: 1, area: 0.02, iteration: 500};

const guard = () =>
  fixture<RedoCollapseGuard>(
    html`<redo-collapse-guard .collapse=${COLLAPSE} .seed=${4}></redo-collapse-guard>`
  );

describe('redo-collapse-guard', () => {
  it('is accessible', async () => {
    await expectAccessible(await guard());
  });

  it('collapse is told, and nothing where there is none', async () => {
    const el = await guard();
    const text = () => el.shadowRoot!.textContent.replace(/\s+/g, ' ');
    expect(text()).to.match(/Region 2 has nearly vanished.*2% of the images.*iteration 500/);
    el.collapse = undefined;
    await el.updateComplete;
    expect(findAll(el, 'button').length).to.equal(0);
    expect(find(el, '[role="alert"]').textContent.trim()).to.equal('');
  });

  it('tells of masks that got worse, and is accessible', async () => {
    const el = await guard();
    el.collapse = {objectIou: 0.41, iteration: 900, best: 0.8, bestIteration: 600};
    await el.updateComplete;
    const text = el.shadowRoot!.textContent.replace(/\s+/g, ' ');
    expect(text).to.match(/much worse.*41% at iteration 900; it was 80% at iteration 600/);
    await expectAccessible(el);
  });

  it('fires timeline-go with the state to go back to, which is offered where there is one', async () => {
    const events = record('timeline-go');
    const el = await guard();
    expect(findAll(el, 'button').length).to.equal(2);
    el.back = 250;
    await el.updateComplete;
    findAll(el, 'button')[1]!.click();
    expect(events).to.deep.equal([{type: 'timeline-go', detail: {iteration: 250}}]);
  });

  it('fires train-reset with the seed after that of the weights', async () => {
    const events = record('train-reset');
    findAll(await guard(), 'button')[0]!.click();
    expect(events).to.deep.equal([{type: 'train-reset', detail: {seed: 5}}]);
  });

  it('fires collapse-dismiss with the check that warned', async () => {
    const events = record('collapse-dismiss');
    findAll(await guard(), 'button')[1]!.click();
    expect(events).to.deep.equal([{type: 'collapse-dismiss', detail: {iteration: 500}}]);
  });
});
