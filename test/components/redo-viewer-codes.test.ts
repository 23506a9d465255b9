import {expect} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoCodeSliders} from '../../components/redo-code-sliders.js';
import type {RedoLatentMap} from '../../components/redo-latent-map.js';
import {explorerOf} from '../../core/session/explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {enter, find, findAll, words} from '../fixtures/elements.js';
import {until} from '../fixtures/idle.js';
import {kinds, settled, viewer} from '../fixtures/viewer.js';

describe('redo-viewer', () => {
  describe('codes', () => {
    it('scrubbing redraws the region in hand, and asks for nothing else', async () => {
      const {el, engine, ranges} = await viewer();
      const before = engine.begun.length;
      enter(ranges()[0]!, '2.5', 'input');
      await settled(engine, el);
      expect(kinds(engine).slice(before)).to.deep.equal(['redraw', 'score']);
      const request = engine.bodies('redraw').at(-1)!;
      expect(request.region).to.equal(0);
      expect(request.code[0]).to.equal(2.5);
    });

    it('a long scrub costs as many redraws as the engine can make, and ends at its end', async () => {
      const {el, engine, ranges, inner} = await viewer();
      const before = engine.begun.length;
      const release = engine.hold('redraw');
      for (let i = 0; i <= 60; i++) {
        enter(ranges()[1]!, String(i / 20), 'input');
        await el.updateComplete;
      }
      release();
      await settled(engine, el);
      expect(kinds(engine).slice(before)).to.deep.equal(['redraw', 'redraw', 'score']);
      expect(engine.bodies('redraw').at(-1)!.code[1]).to.equal(3);
      expect(inner<RedoCodeSliders>('redo-code-sliders').code[1]).to.equal(3);
    });

    it('Resample and Reset change and restore the region’s code', async () => {
      const {el, engine, inner} = await viewer();
      const sliders = inner<RedoCodeSliders>('redo-code-sliders');
      const first = [...sliders.code];
      const [resample, reset] = findAll<HTMLButtonElement>(sliders, 'button');
      resample!.click();
      await settled(engine, el);
      expect([...sliders.code]).to.not.deep.equal(first);
      reset!.click();
      await settled(engine, el);
      expect([...sliders.code]).to.deep.equal(first);
      expect(engine.count('segment')).to.equal(1);
    });

    it('reads the codes back only when asked to', async () => {
      const {el, engine, inner} = await viewer();
      expect(engine.count('recover')).to.equal(0);
      find<HTMLInputElement>(el, 'input[name="recovered"]').click();
      await settled(engine, el);
      expect(engine.count('recover')).to.equal(1);
      expect(inner<RedoCodeSliders>('redo-code-sliders').recovered).to.have.length(3);
    });
  });

  describe('map of codes', () => {
    const at = (map: Element) => find(map, '.field').getAttribute('aria-valuetext');

    it('a key on it redraws the region in hand, moves the sliders, and asks for nothing else', async () => {
      const {el, engine, inner} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const before = engine.begun.length;
      find(map, '.field').focus();
      await sendKeys({press: 'Home'});
      await settled(engine, el);
      expect(kinds(engine).slice(before)).to.deep.equal(['redraw', 'score']);
      const {code, region} = engine.bodies('redraw').at(-1)!;
      expect(region).to.equal(0);
      expect([...code.slice(0, 2)]).to.deep.equal([0, 0]);
      expect([...inner<RedoCodeSliders>('redo-code-sliders').code]).to.deep.equal([...code]);
      expect(at(map)).to.equal('z₁ 0.00, z₂ 0.00');
    });

    it('shows another region’s codes once that is in hand', async () => {
      const {el, engine, inner} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const first = map.survey;
      el.region = 1;
      await el.updateComplete;
      expect(map.survey).to.equal(undefined);
      await settled(engine, el);
      expect(map.survey).to.not.equal(first);
      expect(map.survey!.region).to.equal(1);
      expect(map.survey!.plane).to.equal(map.plane);
    });

    it('takes another plane: of two components, or of the principal directions', async () => {
      const {el, engine, inner} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const choice = inner('redo-plane-choice');
      const across = find<HTMLSelectElement>(choice, 'select[name="x"]');
      across.value = '2';
      across.dispatchEvent(new Event('change'));
      await settled(engine, el);
      expect(engine.count('survey')).to.equal(14);
      expect(at(map)).to.match(/^z₃ .*, z₂ /);
      findAll<HTMLInputElement>(choice, 'input[name="plane"]')[1]!.click();
      await settled(engine, el);
      expect(engine.count('covariance')).to.equal(1);
      expect(engine.count('survey')).to.equal(21);
      expect(at(map)).to.match(/^direction 1: \d+% of the change .*, direction 2: \d+%/);
      await expectAccessible(el);
    });

    it('says while training that it is of older weights, and is drawn anew at its end', async () => {
      const {el, engine, inner, press} = await viewer();
      const map = inner<RedoLatentMap>('redo-latent-map');
      const {survey} = map;
      await press('Play');
      await until(() => el.session!.history.length > 5);
      expect(map.outdated).to.equal(true);
      expect(map.survey).to.equal(survey);
      await press('Pause');
      await settled(engine, el);
      expect(map.outdated).to.equal(false);
      expect(map.survey).to.not.equal(survey);
    });

    it('offers no other plane where a code has two components', async () => {
      const {el} = await viewer(new FakeEngine({codeSize: 2}));
      expect(findAll(el, 'redo-latent-map')).to.have.length(1);
      expect(findAll(el, 'redo-plane-choice')).to.be.empty;
    });

    it('is not there where a code has one component', async () => {
      const {el} = await viewer(new FakeEngine({codeSize: 1}));
      expect(findAll(el, 'redo-latent-map, details.map')).to.be.empty;
    });

    it('closed, it asks for nothing', async () => {
      const {el, engine} = await viewer();
      find(el, 'details.map > summary').click();
      await settled(engine, el);
      expect(findAll(el, 'redo-latent-map')).to.be.empty;
      const before = engine.count('survey');
      el.region = 2;
      el.image = 4;
      await settled(engine, el);
      expect(engine.count('survey')).to.equal(before);
      find(el, 'details.map > summary').click();
      await settled(engine, el);
      expect(engine.count('survey')).to.equal(before + 7);
    });

    it('says what failed, and is drawn when tried again', async () => {
      const engine = new FakeEngine({codeSize: 3});
      engine.failNext('survey', 'survey: no');
      const {el, inner} = await viewer(engine);
      expect(words(inner('redo-error-panel'))).to.include('survey: no');
      find(inner('redo-error-panel'), 'button').click();
      await settled(engine, el);
      expect(findAll(el, 'redo-error-panel')).to.be.empty;
      expect(inner<RedoLatentMap>('redo-latent-map').survey!.pictures).to.have.length(49);
    });

    it('marks what δ reads when that is asked for', async () => {
      const {el, engine, inner} = await viewer();
      find<HTMLInputElement>(el, 'input[name="recovered"]').click();
      await settled(engine, el);
      expect(inner<RedoLatentMap>('redo-latent-map').recovered).to.have.length(3);
    });
  });

  describe('effects', () => {
    it('are asked for only when shown, follow the code, and give the order', async () => {
      const {el, engine, inner, ranges} = await viewer();
      const sliders = inner<RedoCodeSliders>('redo-code-sliders');
      expect(sliders.effects).to.equal(undefined);
      find<HTMLInputElement>(el, 'input[name="effects"]').click();
      await settled(engine, el);
      expect(engine.count('contrast')).to.equal(1);
      const first = sliders.effects;
      expect(first).to.have.length(3);
      enter(ranges()[0]!, '2.5', 'input');
      await settled(engine, el);
      expect(engine.count('contrast')).to.equal(2);
      expect(sliders.effects).to.not.deep.equal(first);
      find<HTMLInputElement>(sliders, 'input[name="by-effect"]').click();
      await el.updateComplete;
      expect(sliders.byEffect).to.equal(true);
    });
  });

  describe('explorer', () => {
    it('a cell of the redraw grid takes its image, region and code in hand', async () => {
      const {el, engine, inner} = await viewer();
      const explorer = inner('redo-explorer');
      await until(() => explorer.shadowRoot!.querySelector('.grid > summary') !== null);
      find(explorer, '.grid > summary').click();
      // Below the window's edge it computes nothing.
      explorer.scrollIntoView();
      await until(() => engine.count('compositions') > 0);
      await settled(engine, el);
      const cells = findAll(find(explorer, 'redo-redraw-grid'), '.pick');
      // Row 3, the last code of region 2.
      cells[3 * 12 + 7]!.click();
      await settled(engine, el);
      expect([el.image, el.region]).to.deep.equal([3, 1]);
      const code = explorerOf(el.session!).grid.codes.value[1]![3];
      expect(el.session!.codes.all[1]!.value).to.deep.equal(code);
      expect(engine.bodies('redraw').at(-1)!.image.index).to.equal(3);
      expect(cells[3 * 12 + 7]!.getAttribute('aria-selected')).to.equal('true');
    });
  });
});
