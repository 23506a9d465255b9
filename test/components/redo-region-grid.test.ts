import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoPicture} from '../../components/redo-picture.js';
import type {RedoRegionGrid} from '../../components/redo-region-grid.js';
import '../../components/redo-region-grid.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {findAll, record} from '../fixtures/elements.js';
import {areasOf, composed, scene, sceneMasks, sceneRegion} from '../fixtures/scene.js';

const masks = sceneMasks(0, 16, 3);
const rows = areasOf(masks).map((area, region) => {
  const drawn = sceneRegion(masks, region, Float32Array.of(1, -1));
  return {area, drawn, composition: composed(drawn, scene(0, 16, 3).picture), score: -0.5};
});

async function grid() {
  const el = await fixture<RedoRegionGrid>(
    html`<redo-region-grid .masks=${masks} .rows=${rows} .selected=${1}></redo-region-grid>`
  );
  const radios = findAll<HTMLInputElement>(el, 'input');
  return {el, radios, events: record('region-pick')};
}

describe('redo-region-grid', () => {
  it('is accessible', async () => {
    const {el} = await grid();
    await expectAccessible(el);
  });

  it('has a row a region with its mask, redraw, composition, area and score', async () => {
    const {el} = await grid();
    const labels = findAll(el, '.row');
    expect(labels).to.have.length(3);
    expect(labels[0]!.textContent).to.match(/Region 1\s+\d+% of image\s+D\(Î\) = −0.50/);
    const pictures = findAll<RedoPicture>(el, '.row redo-picture');
    expect(pictures.map(each => each.picture)).to.deep.equal(
      rows.flatMap(row => [row.drawn, row.composition])
    );
  });

  it('selected is the region in hand', async () => {
    const {el, radios} = await grid();
    expect(radios.map(each => each.checked)).to.deep.equal([false, true, false]);
    el.selected = 2;
    await el.updateComplete;
    expect(radios.map(each => each.checked)).to.deep.equal([false, false, true]);
  });

  it('fires region-pick on a click anywhere in a row', async () => {
    const {el, events} = await grid();
    findAll(el, '.row redo-picture')[0]!.click();
    expect(events).to.deep.equal([{type: 'region-pick', detail: {region: 0}}]);
  });

  it('fires region-pick on arrow keys', async () => {
    const {radios, events} = await grid();
    radios[1]!.focus();
    await sendKeys({press: 'ArrowDown'});
    expect(events).to.deep.equal([{type: 'region-pick', detail: {region: 2}}]);
  });

  it('shows rows that have nothing yet', async () => {
    const {el} = await grid();
    el.rows = [{}, {}];
    el.masks = undefined;
    await el.updateComplete;
    expect(findAll(el, '.row')).to.have.length(2);
    expect(findAll(el, '.row')[0]!.textContent).to.not.include('undefined');
  });
});
