import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoMaskLegend} from '../../components/redo-mask-legend.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import '../../components/redo-mask-legend.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {findAll, record} from '../fixtures/elements.js';
import {pixelsOf} from '../fixtures/pixels.js';

const entries = [{name: 'ground'}, {name: 'disc', iou: 0.914}, {}];

async function legend() {
  const el = await fixture<RedoMaskLegend>(
    html`<redo-mask-legend .entries=${entries} .selected=${1}></redo-mask-legend>`
  );
  const radios = findAll<HTMLInputElement>(el, 'input');
  return {el, radios, events: record('region-pick')};
}

describe('redo-mask-legend', () => {
  it('is accessible', async () => {
    const {el} = await legend();
    await expectAccessible(el);
  });

  it('names each region, what it stands for, and how well', async () => {
    const {el} = await legend();
    const texts = findAll(el, '.text').map(each => each.textContent.replace(/\s+/g, ' ').trim());
    expect(texts).to.deep.equal(['Region 1 ground', 'Region 2 disc IoU 91%', 'Region 3']);
  });

  it('selected is the region in hand', async () => {
    const {el, radios} = await legend();
    expect(radios.map(each => each.checked)).to.deep.equal([false, true, false]);
    el.selected = 0;
    await el.updateComplete;
    expect(radios.map(each => each.checked)).to.deep.equal([true, false, false]);
  });

  it('patterns shows those of the masks', async () => {
    const {el} = await legend();
    const shown = () => findAll<RedoPicture>(el, 'redo-picture').map(each => each.picture!);
    const colours = (k: number) => new Set(new Uint32Array(pixelsOf(shown()[k]!).buffer)).size;
    expect([0, 1, 2].map(colours)).to.deep.equal([1, 1, 1]);
    el.patterns = true;
    await el.updateComplete;
    expect([0, 1, 2].map(colours)).to.deep.equal([1, 2, 2]);
  });

  it('fires region-pick on a click, and on arrow keys', async () => {
    const {el, radios, events} = await legend();
    findAll(el, 'label')[2]!.click();
    radios[1]!.focus();
    await sendKeys({press: 'ArrowUp'});
    expect(events.map(each => each.detail)).to.deep.equal([{region: 2}, {region: 0}]);
  });
});
