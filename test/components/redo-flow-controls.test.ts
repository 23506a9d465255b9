import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoFlowControls} from '../../components/redo-flow-controls.js';
import '../../components/redo-flow-controls.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';
import {phaseReport} from '../fixtures/flow.js';

async function flowControls() {
  const el = await fixture<RedoFlowControls>(html`<redo-flow-controls></redo-flow-controls>`);
  const [play, next] = findAll<HTMLButtonElement>(el, 'button');
  const events = record('train-play', 'train-pause', 'train-phase', 'train-pace');
  return {el, play: play!, next: next!, slider: find<HTMLInputElement>(el, 'input'), events};
}

describe('redo-flow-controls', () => {
  it('is accessible', async () => {
    const {el} = await flowControls();
    el.phase = phaseReport('generator', 'score');
    await el.updateComplete;
    await expectAccessible(el);
  });

  it('fires train-play, and train-pause while playing', async () => {
    const {el, play, next, events} = await flowControls();
    play.click();
    el.playing = true;
    await el.updateComplete;
    play.click();
    expect(events.map(each => each.type)).to.deep.equal(['train-play', 'train-pause']);
    expect(next.disabled).to.equal(true);
  });

  it('fires train-phase', async () => {
    const {next, events} = await flowControls();
    next.click();
    expect(events.map(each => each.type)).to.deep.equal(['train-phase']);
  });

  it('fires train-pace from one phase a click to full speed, also by keyboard', async () => {
    const {el, slider, events} = await flowControls();
    enter(slider, '0', 'input');
    el.phaseRestMs = Infinity;
    await el.updateComplete;
    slider.focus();
    await sendKeys({press: 'End'});
    expect(events.map(each => each.detail)).to.deep.equal([
      {phaseRestMs: Infinity},
      {phaseRestMs: 0},
    ]);
  });

  it('phaseRestMs is where the slider stands, in words', async () => {
    const {el, slider, play} = await flowControls();
    const words = () => slider.getAttribute('aria-valuetext');
    expect([slider.value, words()]).to.deep.equal(['6', 'full, whole iterations']);
    el.phaseRestMs = 800;
    await el.updateComplete;
    expect([slider.value, words()]).to.deep.equal(['3', 'a phase each 0.80 s']);
    el.phaseRestMs = Infinity;
    await el.updateComplete;
    expect([slider.value, words()]).to.deep.equal(['0', 'one phase a click']);
    expect(play.disabled).to.equal(true);
  });

  it('phase says which one ran, aloud where there is time to', async () => {
    const {el} = await flowControls();
    const line = find(el, '.phase');
    el.phase = phaseReport('discriminator', 'gradients');
    await el.updateComplete;
    expect(line.textContent.trim()).to.equal('Discriminator: gradients');
    expect(line.getAttribute('aria-live')).to.equal('polite');
    el.playing = true;
    el.phaseRestMs = 150;
    await el.updateComplete;
    expect(line.getAttribute('aria-live')).to.equal('off');
  });

  it('disabled and busy take no input', async () => {
    const {el, play, next, slider} = await flowControls();
    el.busy = true;
    await el.updateComplete;
    expect([play, next, slider].map(each => each.disabled)).to.deep.equal([true, true, false]);
    el.disabled = true;
    await el.updateComplete;
    expect(slider.disabled).to.equal(true);
  });
});
