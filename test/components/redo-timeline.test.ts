import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoTimeline} from '../../components/redo-timeline.js';
import '../../components/redo-timeline.js';
import {strings} from '../../components/strings.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, record} from '../fixtures/elements.js';

async function timeline(kept: number[] = [0, 10, 20], iteration = 24) {
  const el = await fixture<RedoTimeline>(
    html`<redo-timeline
      .kept=${kept}
      .iteration=${iteration}
      .bytes=${3 * 2 ** 20}
    ></redo-timeline>`
  );
  const slider = find<HTMLInputElement>(el, 'input');
  const events = record('timeline-go');
  return {el, slider, events};
}

describe('redo-timeline', () => {
  it('is accessible', async () => {
    const {el} = await timeline();
    await expectAccessible(el);
  });

  it('stands at the present, which need not be a state that is kept', async () => {
    const {el, slider} = await timeline();
    expect([slider.value, slider.max]).to.deep.equal(['3', '3']);
    expect(slider.getAttribute('aria-valuetext')).to.equal('iteration 24');
    el.iteration = 10;
    await el.updateComplete;
    expect([slider.value, slider.max]).to.deep.equal(['1', '2']);
    expect(find(el, 'output').textContent).to.equal('iteration 10 of 20');
  });

  it('fires timeline-go with the iteration of a state, by drag and by keys', async () => {
    const {slider, events} = await timeline();
    enter(slider, '0', 'input');
    slider.focus();
    await sendKeys({press: 'ArrowRight'});
    expect(events.map(({detail}) => detail)).to.deep.equal([{iteration: 0}, {iteration: 10}]);
  });

  it('says how many states are kept and what they take, or why no more are', async () => {
    const {el} = await timeline();
    expect(find(el, 'p').textContent).to.equal(strings.timeline.note(3, 3 * 2 ** 20));
    el.error = 'out of memory';
    await el.updateComplete;
    expect(find(el, 'p').textContent).to.equal(strings.timeline.failed('out of memory'));
  });

  it('has nowhere to go before training', async () => {
    const {el, slider} = await timeline([], 0);
    expect(slider.disabled).to.equal(true);
    expect(find(el, 'p').textContent).to.equal(strings.timeline.empty);
  });
});
