import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoImageStrip} from '../../components/redo-image-strip.js';
import '../../components/redo-image-strip.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, record} from '../fixtures/elements.js';
import {scene} from '../fixtures/scene.js';

const pictures = Array.from({length: 4}, (_, i) => scene(i, 16, 2).picture);

/** Images 4 to 7 of 10, with 5 picked. */
async function strip() {
  const el = await fixture<RedoImageStrip>(
    html`<redo-image-strip
      .pictures=${pictures}
      .first=${4}
      .selected=${5}
      .count=${10}
    ></redo-image-strip>`
  );
  return {el, events: record('image-pick'), options: findAll(el, '[role="option"]')};
}

describe('redo-image-strip', () => {
  it('is accessible', async () => {
    const {el} = await strip();
    await expectAccessible(el);
  });

  it('shows its pictures as options, one of them selected and in the tab order', async () => {
    const {options} = await strip();
    expect(options.map(each => each.getAttribute('aria-selected'))).to.deep.equal([
      'false',
      'true',
      'false',
      'false',
    ]);
    expect(options.map(each => each.tabIndex)).to.deep.equal([-1, 0, -1, -1]);
    expect(options[0]!.getAttribute('aria-label')).to.equal('Image 4');
    expect(options[0]!.getAttribute('aria-setsize')).to.equal('10');
  });

  it('renders for other pictures, not for another list of the same', async () => {
    const {el} = await strip();
    el.pictures = [...pictures];
    expect(el.isUpdatePending).to.equal(false);
    el.pictures = [pictures[1], ...pictures.slice(1)];
    expect(el.isUpdatePending).to.equal(true);
    await el.updateComplete;
    el.pictures = pictures.slice(1);
    expect(el.isUpdatePending).to.equal(true);
  });

  it('fires image-pick on a click, but not for the picked one', async () => {
    const {options, events} = await strip();
    options[3]!.click();
    options[1]!.click();
    expect(events).to.deep.equal([{type: 'image-pick', detail: {index: 7}}]);
  });

  it('fires image-pick on arrow keys, also past the page, and moves the focus along', async () => {
    const {el, options, events} = await strip();
    options[1]!.focus();
    await sendKeys({press: 'ArrowRight'});
    el.selected = 6;
    await el.updateComplete;
    expect(el.shadowRoot!.activeElement).to.equal(options[2]);
    await sendKeys({press: 'ArrowLeft'});
    await sendKeys({press: 'Home'});
    await sendKeys({press: 'End'});
    await sendKeys({press: 'PageDown'});
    await sendKeys({press: 'PageUp'});
    expect(events.map(each => each.detail)).to.deep.equal([
      {index: 6},
      {index: 5},
      {index: 0},
      {index: 9},
      {index: 9},
      {index: 2},
    ]);
  });

  it('does not take the focus when it is changed from outside', async () => {
    const {el} = await strip();
    el.selected = 6;
    await el.updateComplete;
    expect(el.shadowRoot!.activeElement).to.equal(null);
  });

  it('fires image-pick for the neighbouring pages, where there are any', async () => {
    const {el, events} = await strip();
    const [earlier, later] = findAll<HTMLButtonElement>(el, 'button');
    earlier!.click();
    later!.click();
    expect(events.map(each => each.detail)).to.deep.equal([{index: 3}, {index: 8}]);
    el.first = 0;
    el.count = 4;
    await el.updateComplete;
    expect([earlier!.disabled, later!.disabled]).to.deep.equal([true, true]);
  });

  it('fires nothing when its properties are set', async () => {
    const {el, events} = await strip();
    el.selected = 7;
    el.first = 8;
    await el.updateComplete;
    expect(events).to.be.empty;
    expect(find(el, 'ul')).to.exist;
  });
});
