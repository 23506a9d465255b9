import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {Flow} from '../../components/data-flow.js';
import type {RedoDataFlow} from '../../components/redo-data-flow.js';
import type {RedoMaskView} from '../../components/redo-mask-view.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import type {RedoViewer} from '../../components/redo-viewer.js';
import '../../components/redo-data-flow.js';
import '../../components/redo-viewer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll} from '../fixtures/elements.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {phaseReport, sceneFlow} from '../fixtures/flow.js';
import {idle, until} from '../fixtures/idle.js';

async function dataFlow(flow: Flow = sceneFlow()) {
  const el = await fixture<RedoDataFlow>(html`<redo-data-flow .flow=${flow}></redo-data-flow>`);
  // The diagram is drawn once its width is known.
  await until(() => findAll(el, '.place').length > 0);
  return el;
}

const place = (el: RedoDataFlow, name: string) => find(el, `.place.${name}`);
const said = (el: RedoDataFlow, name: string) => place(el, name).getAttribute('aria-label');
/** Names of places, as their elements' second class is. */
const names = (places: readonly Element[]) => places.map(({classList}) => classList[1]!);
const picture = (el: RedoDataFlow, name: string) =>
  place(el, name).querySelector<RedoPicture>('redo-picture')!.picture;

describe('redo-data-flow', () => {
  for (const scheme of ['light', 'dark'] as const) {
    it(`is accessible, ${scheme}`, async () => {
      const el = await dataFlow(sceneFlow({phase: phaseReport('generator', 'gradients')}));
      el.style.colorScheme = scheme;
      document.body.style.background = scheme === 'dark' ? '#15181c' : '#fff';
      await expectAccessible(el);
      document.body.style.background = '';
    });
  }

  it('is accessible without data, and says so', async () => {
    const el = await fixture<RedoDataFlow>(html`<redo-data-flow></redo-data-flow>`);
    await until(() => findAll(el, '.place').length > 0);
    await expectAccessible(el);
    expect(findAll(el, '.none')).to.have.length(2);
  });

  it('shows the tensors of its flow', async () => {
    const flow = sceneFlow();
    const el = await dataFlow(flow);
    for (const name of ['image', 'drawn', 'composition'] as const) {
      expect(picture(el, name) === flow[name], name).to.equal(true);
    }
    const {masks, region, mode} = place(el, 'mask').querySelector<RedoMaskView>('redo-mask-view')!;
    expect([masks === flow.masks, region, mode]).to.deep.equal([true, 1, 'single']);
    expect(place(el, 'code').querySelectorAll('rect')).to.have.length(6);
    expect(place(el, 'recovered').querySelectorAll('rect, line.mark')).to.have.length(12);
    expect(find(el, '.number').textContent).to.equal('−0.31');
    expect(findAll(el, '.ways path')).to.have.length(14);
  });

  it('says each place with its value', async () => {
    const el = await dataFlow();
    expect(said(el, 'score')).to.equal('Score, D(Î) −0.31');
    expect(said(el, 'image')).to.equal('Image I, D(I) 0.42');
    expect(said(el, 'mask')).to.match(/^Mask M of region 2, \d+% of I$/);
    expect(said(el, 'recovered')).to.match(/^Code ẑ of region 2 as δ reads it, error 0\.1\d$/);
  });

  it('phase lights what is at work, and tells the batch’s numbers', async () => {
    const el = await dataFlow();
    expect(names(findAll(el, '.lit'))).to.be.empty;
    el.flow = sceneFlow({phase: phaseReport('generator', 'score')});
    await el.updateComplete;
    expect(names(findAll(el, '.lit'))).to.deep.equal(['D', 'score']);
    expect(said(el, 'score')).to.equal('Score, D(Î) −0.31, at work');
    expect(find(el, '.note').textContent).to.include('D(I) 0.50, D(Î) −0.25');
    expect(findAll(el, '.ways .forward')).to.have.length(2);
  });

  it('says the norm of each network’s gradient', async () => {
    const el = await dataFlow(sceneFlow({phase: phaseReport('generator', 'gradients')}));
    expect(said(el, 'f')).to.match(/∇ 0\.030, at work$/);
    expect(said(el, 'delta')).to.match(/∇ 4\.0e−4, at work$/);
    expect(findAll(el, '.ways .backward')).to.have.length(10);
  });

  it('goes along the flow by keyboard, with one stop for Tab', async () => {
    const el = await dataFlow();
    const stops = () => names(findAll(el, '[tabindex="0"]'));
    expect(stops()).to.deep.equal(['image']);
    place(el, 'image').focus();
    const focused: string[] = [];
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'End', 'ArrowRight', 'Home']) {
      await sendKeys({press: key});
      focused.push(...names([el.shadowRoot!.activeElement!]));
    }
    expect(focused).to.deep.equal(['f', 'masks', 'f', 'recovered', 'recovered', 'image']);
    expect(stops()).to.deep.equal(['image']);
  });

  it('runs downwards where it is narrow, and updates in place', async () => {
    const el = await dataFlow();
    const nodes = () => [...findAll(el, '.place'), ...findAll(el, '.ways path')];
    const before = nodes();
    const top = (name: string) => place(el, name).getBoundingClientRect().top;
    expect(top('composition')).to.be.closeTo(top('image'), 1);
    el.style.width = '320px';
    await until(() => top('composition') > top('image') + 100);
    expect(nodes().length).to.equal(before.length);
    expect(nodes().every(node => before.includes(node))).to.equal(true);
    expect(el.scrollWidth).to.be.at.most(320);
  });

  describe('bound to a viewer', () => {
    async function bound(engine = new FakeEngine({codeSize: 3})) {
      const box = await fixture<HTMLElement>(
        html`<div>
          <redo-data-flow for="one"></redo-data-flow>
          <redo-viewer
            id="one"
            preset="discs-3"
            weights="none"
            .engine=${engine}
            .region=${2}
          ></redo-viewer>
        </div>`
      );
      const viewer = box.querySelector<RedoViewer>('redo-viewer')!;
      const el = box.querySelector<RedoDataFlow>('redo-data-flow')!;
      await until(() => viewer.session?.model.value !== undefined);
      await idle(engine);
      await el.updateComplete;
      return {box, viewer, el, engine};
    }

    it('by its id, shows what that has in hand, and follows it', async () => {
      const {el, viewer, engine} = await bound();
      expect(said(el, 'mask')).to.include('region 3');
      const before = picture(el, 'drawn');
      expect(before!.width).to.equal(32);
      viewer.session!.codes.setValue(2, 0, 2.5);
      await idle(engine);
      await el.updateComplete;
      expect(picture(el, 'drawn') === before).to.equal(false);
      viewer.region = 0;
      await viewer.updateComplete;
      await el.updateComplete;
      expect(said(el, 'mask')).to.include('region 1');
    });

    it('by property, and shows ẑ where the viewer reads it back', async () => {
      const {el, viewer, engine} = await bound();
      el.htmlFor = undefined;
      el.viewer = viewer;
      await el.updateComplete;
      expect(place(el, 'recovered').querySelectorAll('rect').length).to.equal(0);
      expect(engine.count('recover')).to.equal(0);
      find<HTMLInputElement>(viewer, 'input[name="recovered"]').click();
      await idle(engine);
      await el.updateComplete;
      expect(place(el, 'recovered').querySelectorAll('rect').length).to.equal(3);
    });

    it('removed, it follows no more, and again once put back', async () => {
      const {box, el, viewer, engine} = await bound();
      el.remove();
      viewer.region = 0;
      await viewer.updateComplete;
      box.append(el);
      await idle(engine);
      await el.updateComplete;
      expect(said(el, 'mask')).to.include('region 1');
    });

    it('is empty once the viewer is gone', async () => {
      const {el, viewer, engine} = await bound();
      viewer.remove();
      await until(() => engine.models.size === 0);
      await el.updateComplete;
      expect(picture(el, 'image') === undefined).to.equal(true);
    });
  });
});
