import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoPlaneChoice} from '../../components/redo-plane-choice.js';
import '../../components/redo-plane-choice.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, record} from '../fixtures/elements.js';

async function choice() {
  const el = await fixture<RedoPlaneChoice>(
    html`<redo-plane-choice
      .codeSize=${4}
      .choice=${{kind: 'dimensions', x: 2, y: 0}}
    ></redo-plane-choice>`
  );
  const select = (name: string) => find<HTMLSelectElement>(el, `select[name="${name}"]`);
  const pick = (name: string, dimension: number) => {
    select(name).value = String(dimension);
    select(name).dispatchEvent(new Event('change', {bubbles: true}));
  };
  const radios = findAll<HTMLInputElement>(el, 'input[name="plane"]');
  return {el, select, pick, radios, events: record('plane-pick')};
}

describe('redo-plane-choice', () => {
  it('is accessible', async () => {
    const {el} = await choice();
    await expectAccessible(el);
  });

  it('shows the components that span the plane, of those that there are', async () => {
    const {el, select, radios} = await choice();
    expect([select('x').value, select('y').value]).to.deep.equal(['2', '0']);
    expect(select('x').options).to.have.length(4);
    expect(radios.map(each => each.checked)).to.deep.equal([true, false]);
    el.choice = {kind: 'dimensions', x: 1, y: 3};
    await el.updateComplete;
    expect([select('x').value, select('y').value]).to.deep.equal(['1', '3']);
  });

  it('offers no components for the principal directions', async () => {
    const {el, radios} = await choice();
    el.choice = {kind: 'principal'};
    await el.updateComplete;
    expect(findAll(el, 'select')).to.be.empty;
    expect(radios.map(each => each.checked)).to.deep.equal([false, true]);
  });

  it('fires plane-pick for a component, and swaps the two where it is the other’s', async () => {
    const {pick, events} = await choice();
    pick('x', 3);
    pick('y', 2);
    expect(events.map(each => each.detail)).to.deep.equal([
      {choice: {kind: 'dimensions', x: 3, y: 0}},
      {choice: {kind: 'dimensions', x: 0, y: 2}},
    ]);
  });

  it('fires plane-pick for another kind of plane, by keyboard too', async () => {
    const {el, radios, events} = await choice();
    radios[0]!.focus();
    await sendKeys({press: 'ArrowRight'});
    expect(events.map(each => each.detail)).to.deep.equal([{choice: {kind: 'principal'}}]);
    el.choice = {kind: 'principal'};
    await el.updateComplete;
    radios[0]!.click();
    expect(events.at(-1)!.detail).to.deep.equal({choice: {kind: 'dimensions', x: 0, y: 1}});
  });

  it('disabled takes no input', async () => {
    const {el, select, radios} = await choice();
    el.disabled = true;
    await el.updateComplete;
    const all = [select('x'), select('y'), ...radios];
    expect(all.every(each => each.disabled)).to.equal(true);
  });
});
