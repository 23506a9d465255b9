import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoPaintTools} from '../../components/redo-paint-tools.js';
import '../../components/redo-paint-tools.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';

async function tools(regions = 3) {
  const el = await fixture<RedoPaintTools>(
    html`<redo-paint-tools
      .region=${1}
      .regions=${regions}
      canUndo
      canRedo
      edited
    ></redo-paint-tools>`
  );
  const events = record(
    'tool-pick',
    'brush-change',
    'mask-undo',
    'mask-redo',
    'mask-restore',
    'mask-swap'
  );
  const button = (text: string) =>
    findAll<HTMLButtonElement>(el, 'button').find(each => each.textContent.trim() === text)!;
  return {el, events, button};
}

describe('redo-paint-tools', () => {
  it('is accessible', async () => {
    const {el} = await tools();
    await expectAccessible(el);
  });

  it('fires tool-pick on a click, and on arrow keys', async () => {
    const {el, events} = await tools();
    const radios = findAll<HTMLInputElement>(el, 'input[name="tool"]');
    expect(radios.map(each => each.checked)).to.deep.equal([true, false, false]);
    radios[2]!.click();
    el.tool = 'fill';
    await el.updateComplete;
    radios[2]!.focus();
    await sendKeys({press: 'ArrowLeft'});
    expect(events).to.deep.equal([
      {type: 'tool-pick', detail: {tool: 'fill'}},
      {type: 'tool-pick', detail: {tool: 'eraser'}},
    ]);
  });

  it('fires brush-change with both of the brush’s sides', async () => {
    const {el, events} = await tools();
    enter(find<HTMLInputElement>(el, 'input[name="brushSize"]'), '12', 'input');
    enter(find<HTMLInputElement>(el, 'input[name="hardness"]'), '0.25', 'input');
    expect(events).to.deep.equal([
      {type: 'brush-change', detail: {brushSize: 12, hardness: 0.8}},
      {type: 'brush-change', detail: {brushSize: 6, hardness: 0.25}},
    ]);
  });

  it('has no brush to change while filling', async () => {
    const {el} = await tools();
    el.tool = 'fill';
    await el.updateComplete;
    for (const slider of findAll<HTMLInputElement>(el, 'input[type="range"]')) {
      expect(slider.disabled).to.equal(true);
    }
  });

  it('fires mask-undo, mask-redo and mask-restore, where there is anything to go to', async () => {
    const {el, events, button} = await tools();
    const names = ['Undo', 'Redo', 'Back to f’s masks'];
    for (const name of names) button(name).click();
    expect(events.map(each => each.type)).to.deep.equal(['mask-undo', 'mask-redo', 'mask-restore']);
    Object.assign(el, {canUndo: false, canRedo: false, edited: false});
    await el.updateComplete;
    expect(names.map(name => button(name).disabled)).to.deep.equal([true, true, true]);
  });

  it('fires mask-swap with the other region that was chosen', async () => {
    const {el, events, button} = await tools();
    const select = find<HTMLSelectElement>(el, 'select');
    expect([...select.options].map(each => each.text)).to.deep.equal(['Region 1', 'Region 3']);
    select.value = '2';
    button('Swap with').click();
    expect(events).to.deep.equal([{type: 'mask-swap', detail: {other: 2}}]);
  });

  it('asks for no choice where there is one other region, nor offers a swap where there is none', async () => {
    const {el, events, button} = await tools(2);
    expect(findAll(el, 'select')).to.be.empty;
    button('Swap with region 1').click();
    expect(events).to.deep.equal([{type: 'mask-swap', detail: {other: 0}}]);
    Object.assign(el, {region: 0, regions: 1});
    await el.updateComplete;
    expect(findAll(el, 'button')).to.have.length(3);
  });

  it('disabled, nothing can be done', async () => {
    const {el} = await tools();
    el.disabled = true;
    await el.updateComplete;
    for (const each of findAll<HTMLInputElement>(el, 'input, button, select')) {
      expect(each.disabled).to.equal(true);
    }
  });
});
