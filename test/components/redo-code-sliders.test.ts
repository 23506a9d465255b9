import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoCodeSliders} from '../../components/redo-code-sliders.js';
import '../../components/redo-code-sliders.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';

async function sliders() {
  const code = Float32Array.of(0.5, -1, 3.4);
  const el = await fixture<RedoCodeSliders>(
    html`<redo-code-sliders .code=${code}></redo-code-sliders>`
  );
  return {
    el,
    events: record('code-input', 'code-resample', 'code-reset', 'order-pick'),
    ranges: findAll<HTMLInputElement>(el, 'input[type="range"]'),
    numbers: findAll<HTMLInputElement>(el, 'input[type="number"]'),
    buttons: findAll<HTMLButtonElement>(el, 'button'),
  };
}

describe('redo-code-sliders', () => {
  it('is accessible', async () => {
    const {el} = await sliders();
    await expectAccessible(el);
  });

  it('shows a slider and a number a component', async () => {
    const {ranges, numbers} = await sliders();
    expect(ranges.map(each => each.value)).to.deep.equal(['0.5', '-1', '3']);
    expect(numbers.map(each => each.value)).to.deep.equal(['0.50', '-1.00', '3.40']);
    expect(ranges[0]).to.include({min: '-3', max: '3'});
  });

  it('fires code-input while a slider moves', async () => {
    const {ranges, events} = await sliders();
    enter(ranges[1]!, '2.25', 'input');
    expect(events).to.deep.equal([{type: 'code-input', detail: {dimension: 1, value: 2.25}}]);
  });

  it('fires code-input on arrow keys', async () => {
    const {ranges, events} = await sliders();
    ranges[0]!.focus();
    await sendKeys({press: 'ArrowRight'});
    expect(events).to.deep.equal([{type: 'code-input', detail: {dimension: 0, value: 0.51}}]);
  });

  it('fires code-input for a typed number, within −3 and 3', async () => {
    const {numbers, events} = await sliders();
    enter(numbers[0]!, '1.5', 'change');
    enter(numbers[1]!, '-7', 'change');
    expect(events.map(each => each.detail)).to.deep.equal([
      {dimension: 0, value: 1.5},
      {dimension: 1, value: -3},
    ]);
  });

  it('fires nothing for what is no number, and shows the value again', async () => {
    const {numbers, events} = await sliders();
    enter(numbers[0]!, '', 'change');
    expect(events).to.be.empty;
    expect(numbers[0]!.value).to.equal('0.50');
  });

  it('fires nothing when its code is set, and follows it', async () => {
    const {el, ranges, numbers, events} = await sliders();
    el.code = Float32Array.of(-0.25, 0, 0);
    await el.updateComplete;
    expect(ranges[0]!.value).to.equal('-0.25');
    expect(numbers[0]!.value).to.equal('-0.25');
    expect(events).to.be.empty;
  });

  it('fires code-resample and code-reset', async () => {
    const {buttons, events} = await sliders();
    buttons.forEach(button => button.click());
    expect(events.map(each => each.type)).to.deep.equal(['code-resample', 'code-reset']);
  });

  it('recovered marks what δ reads on each slider', async () => {
    const {el} = await sliders();
    expect(findAll(el, '.recovered')).to.be.empty;
    el.recovered = Float32Array.of(0, 3, -9);
    await el.updateComplete;
    const shares = findAll(el, '.recovered').map(mark => mark.style.getPropertyValue('--share'));
    expect(shares.map(Number)).to.deep.equal([0.5, 1, 0]);
  });

  it('effects are bars beside the sliders, as long as the largest', async () => {
    const {el} = await sliders();
    expect(findAll(el, '.effect, input[name="by-effect"]')).to.be.empty;
    el.effects = Float32Array.of(0.2, 0.8, 0.4);
    await el.updateComplete;
    await expectAccessible(el);
    const bars = findAll(el, '.effect');
    const shares = bars.map(bar => Number(bar.style.getPropertyValue('--share')));
    expect(shares).to.deep.equal([0.25, 1, 0.5]);
    expect(bars[1]!.getAttribute('aria-label')).to.equal('Changes the region by 0.80 of 2 for ±1σ');
  });

  it('by-effect puts the largest effect first, keeping the sliders themselves', async () => {
    const {el, ranges, events} = await sliders();
    el.byEffect = true;
    await el.updateComplete;
    const order = () => findAll<HTMLInputElement>(el, 'input[type="range"]');
    expect(order()).to.deep.equal(ranges);
    el.effects = Float32Array.of(0.2, 0.8, 0.4);
    await el.updateComplete;
    expect(order()).to.deep.equal([ranges[1], ranges[2], ranges[0]]);
    expect(order().map(each => each.value)).to.deep.equal(['-1', '3', '0.5']);
    enter(order()[0]!, '1', 'input');
    expect(events.at(-1)!.detail).to.deep.equal({dimension: 1, value: 1});
  });

  it('fires order-pick', async () => {
    const {el, events} = await sliders();
    el.effects = Float32Array.of(0.2, 0.8, 0.4);
    await el.updateComplete;
    find<HTMLInputElement>(el, 'input[name="by-effect"]').click();
    expect(events).to.deep.equal([{type: 'order-pick', detail: {byEffect: true}}]);
  });

  it('region gives the colour and the name', async () => {
    const {el} = await sliders();
    const before = find(el, 'ol').getAttribute('style');
    el.region = 2;
    await el.updateComplete;
    expect(find(el, 'ol').getAttribute('style')).to.not.equal(before);
    expect(find(el, 'ol').getAttribute('aria-label')).to.equal('Code z₃');
  });

  it('disabled takes no input', async () => {
    const {el, ranges, numbers, buttons} = await sliders();
    el.disabled = true;
    await el.updateComplete;
    expect([...ranges, ...numbers, ...buttons].every(each => each.disabled)).to.equal(true);
  });
});
