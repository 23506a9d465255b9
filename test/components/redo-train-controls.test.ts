import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoTrainControls} from '../../components/redo-train-controls.js';
import '../../components/redo-train-controls.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';

const TYPES = ['step', 'phase', 'play', 'pause', 'side', 'rate', 'reset'].map(
  each => `train-${each}`
);

async function trainControls() {
  const el = await fixture<RedoTrainControls>(html`<redo-train-controls></redo-train-controls>`);
  const button = (text: string) =>
    findAll<HTMLButtonElement>(el, 'button').find(each => each.textContent.trim() === text)!;
  const input = (name: string) => find<HTMLInputElement>(el, `input[name="${name}"]`);
  return {el, button, input, events: record(...TYPES)};
}

describe('redo-train-controls', () => {
  it('is accessible', async () => {
    const {el} = await trainControls();
    await expectAccessible(el);
  });

  it('fires train-step with the number of iterations', async () => {
    const {button, events} = await trainControls();
    ['Step', '+10', '+100', '+1000'].forEach(text => button(text).click());
    expect(events.map(each => each.detail)).to.deep.equal([
      {count: 1},
      {count: 10},
      {count: 100},
      {count: 1000},
    ]);
  });

  it('fires train-play, and train-pause while playing', async () => {
    const {el, button, events} = await trainControls();
    button('Play').click();
    el.playing = true;
    await el.updateComplete;
    button('Pause').click();
    expect(events.map(each => each.type)).to.deep.equal(['train-play', 'train-pause']);
    expect(button('Step').disabled).to.equal(true);
    expect(button('Next phase').disabled).to.equal(true);
  });

  it('remaining says what is to go, and can be paused', async () => {
    const {el, button, events} = await trainControls();
    el.remaining = 1234;
    await el.updateComplete;
    expect(el.shadowRoot!.textContent).to.include('1,234 to go');
    button('Pause').click();
    expect(events.map(each => each.type)).to.deep.equal(['train-pause']);
  });

  it('fires train-phase, and phase says which one ran', async () => {
    const {el, button, events} = await trainControls();
    button('Next phase').click();
    expect(events.map(each => each.type)).to.deep.equal(['train-phase']);
    el.phase = {
      side: 'discriminator',
      phase: 'gradients',
      iteration: 3,
      ended: false,
      values: {},
      stepMs: 1,
    };
    await el.updateComplete;
    expect(el.shadowRoot!.textContent).to.include('Discriminator: gradients');
  });

  it('fires train-side for each choice, also by keyboard', async () => {
    const {el, events} = await trainControls();
    const radios = findAll<HTMLInputElement>(el, 'input[name="side"]');
    radios[2]!.click();
    radios[0]!.focus();
    await sendKeys({press: 'ArrowRight'});
    expect(events.map(each => each.detail)).to.deep.equal([
      {side: 'discriminator'},
      {side: 'generator'},
    ]);
  });

  it('side is the choice shown', async () => {
    const {el} = await trainControls();
    const checked = () =>
      findAll<HTMLInputElement>(el, 'input[name="side"]').map(each => each.checked);
    expect(checked()).to.deep.equal([true, false, false]);
    el.side = 'discriminator';
    await el.updateComplete;
    expect(checked()).to.deep.equal([false, false, true]);
  });

  it('fires train-rate for a number that can be, and shows the old one otherwise', async () => {
    const {input, events} = await trainControls();
    enter(input('rate'), '25', 'change');
    enter(input('rate'), '0', 'change');
    expect(events).to.deep.equal([{type: 'train-rate', detail: {stepsPerFrame: 25}}]);
    expect(input('rate').value).to.equal('1');
  });

  it('fires train-reset with the seed, also on Enter', async () => {
    const {button, input, events} = await trainControls();
    input('seed').value = '42';
    button('Reset weights').click();
    input('seed').focus();
    await sendKeys({press: 'Enter'});
    expect(events.map(each => each.detail)).to.deep.equal([{seed: 42}, {seed: 42}]);
  });

  it('fires no train-reset without a seed', async () => {
    const {button, input, events} = await trainControls();
    input('seed').value = '';
    button('Reset weights').click();
    expect(events).to.be.empty;
  });

  it('disabled takes no input', async () => {
    const {el} = await trainControls();
    el.disabled = true;
    await el.updateComplete;
    const all = findAll<HTMLButtonElement | HTMLInputElement>(el, 'button, input');
    expect(all.every(each => each.disabled)).to.equal(true);
  });
});
