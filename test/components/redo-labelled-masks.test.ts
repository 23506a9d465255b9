import {expect, fixture, html} from '@open-wc/testing';
import type {RedoLabelledMasks} from '../../components/redo-labelled-masks.js';
import '../../components/redo-labelled-masks.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';

const LIST = [3, 7].map(index => ({
  image: {split: 'test' as const, index},
  labels: new Uint8Array(4),
}));

async function element(list = LIST, painted = true) {
  const el = await fixture<RedoLabelledMasks>(
    html`<redo-labelled-masks .list=${list} .painted=${painted}></redo-labelled-masks>`
  );
  return {el, events: record('label-add', 'label-remove', 'label-weight')};
}

describe('redo-labelled-masks', () => {
  it('is accessible', async () => {
    const {el} = await element();
    await expectAccessible(el);
  });

  it('fires label-add where masks are painted, and only there', async () => {
    const {el, events} = await element([], false);
    expect(find<HTMLButtonElement>(el, 'button').disabled).to.equal(true);
    el.painted = true;
    await el.updateComplete;
    find(el, 'button').click();
    expect(events.map(({type}) => type)).to.deep.equal(['label-add']);
  });

  it('lists images, and fires label-remove', async () => {
    const {el, events} = await element();
    const buttons = findAll(el, 'li button');
    expect(buttons.map(button => button.getAttribute('aria-label'))).to.deep.equal([
      'Take back the labels of image 3',
      'Take back the labels of image 7',
    ]);
    buttons[1]!.click();
    expect(events).to.deep.equal([
      {type: 'label-remove', detail: {image: {split: 'test', index: 7}}},
    ]);
  });

  it('fires label-weight, and takes back what is no weight', async () => {
    const {el, events} = await element();
    const input = find<HTMLInputElement>(el, 'input');
    enter(input, '2.5', 'change');
    for (const wrong of ['0', '-1', '']) {
      enter(input, wrong, 'change');
      expect(input.value).to.equal('1');
    }
    expect(events.map(({detail}) => detail)).to.deep.equal([{weight: 2.5}]);
  });

  it('can be disabled', async () => {
    const {el} = await element();
    el.disabled = true;
    await el.updateComplete;
    const all = findAll<HTMLButtonElement | HTMLInputElement>(el, 'button, input');
    expect(all.every(({disabled}) => disabled)).to.equal(true);
  });
});
