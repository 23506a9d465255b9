import {expect, fixture, html} from '@open-wc/testing';
import {effect} from '@preact/signals-core';
import type {RedoDiscriminatorView} from '../../components/redo-discriminator-view.js';
import '../../components/redo-discriminator-view.js';
import type {Picture} from '../../core/engine/protocol.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import {explorerOf} from '../../core/session/explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, record} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

async function bound(host = new HostElement()) {
  const session = await host.open();
  const el = await fixture<RedoDiscriminatorView>(
    html`<redo-discriminator-view .viewer=${host}></redo-discriminator-view>`
  );
  const rest = async () => {
    await idle(host.engine);
    await el.updateComplete;
  };
  // The observer of what is on the screen answers in its own time, and so does that of its width.
  await until(() => findAll(el, 'g.lane').length === 4);
  await rest();
  const labels = () => findAll(el, 'text.label').map(each => each.textContent);
  const needles = () => findAll(el, 'text.needle').map(each => each.textContent);
  const pictures = () =>
    findAll<RedoPicture>(el, 'redo-picture').map(each => each.picture as Picture | undefined);
  const {discriminator} = explorerOf(session);
  return {el, host, session, rest, labels, needles, pictures, discriminator, engine: host.engine};
}

describe('redo-discriminator-view', () => {
  for (const scheme of ['light', 'dark']) {
    it(`is accessible, ${scheme}`, async () => {
      document.documentElement.style.colorScheme = scheme;
      document.body.style.background = scheme === 'dark' ? '#111' : '#fff';
      const {el} = await bound();
      await expectAccessible(el);
      document.documentElement.style.colorScheme = '';
      document.body.style.background = '';
    });
  }

  it('has a lane of real images and one a region, with means and what D tells apart', async () => {
    const {el, labels, discriminator} = await bound();
    const {real, redrawn} = discriminator.scores.state.value.value!;
    const mean = (scores: Float32Array) =>
      (scores.reduce((sum, score) => sum + score, 0) / scores.length).toFixed(2).replace('-', '−');
    expect(labels()[0]).to.equal(`real: mean ${mean(real)}`);
    for (const [k, scores] of redrawn.entries()) {
      expect(labels()[k + 1]).to.include(`Region ${k + 1} redrawn: mean ${mean(scores)} · `);
      expect(labels()[k + 1]).to.match(/ \d+% told apart$/);
    }
    const spoken = find(el, '.scores').getAttribute('aria-label')!;
    labels().forEach(label => expect(spoken).to.include(label));
  });

  it('a needle follows the redraw that is scrubbed', async () => {
    const {session, rest, needles, engine} = await bound();
    session.codes.set(1, Float32Array.of(2, 0, 0));
    await rest();
    expect(needles()).to.have.length(4);
    // As the frozen engine scores.
    expect([needles()[0], needles()[2]]).to.deep.equal(['0.42', '0.50']);
    const asked = engine.count('scores');
    session.codes.setValue(1, 0, -1);
    await rest();
    expect(needles()[2]).to.equal('−0.25');
    expect(engine.count('scores')).to.equal(asked);
  });

  it('fires count-pick, and scores as many images', async () => {
    const {el, rest, discriminator} = await bound();
    const events = record('count-pick');
    const select = find<HTMLSelectElement>(el, 'select[name="count"]');
    expect(select.value).to.equal('64');
    select.value = '32';
    select.dispatchEvent(new Event('change'));
    await rest();
    expect(events.map(each => each.detail)).to.deep.equal([{count: 32}]);
    expect(discriminator.scores.state.value.value!.real).to.have.length(32);
    const [real] = findAll(el, 'path.rug');
    expect(real!.getAttribute('d')!.match(/M/g)).to.have.length(32);
  });

  it('says how far it is while the first scores come', async () => {
    const host = new HostElement();
    const release = host.engine.hold('scores');
    const session = await host.open();
    const {scores} = explorerOf(session).discriminator;
    const el = await fixture<RedoDiscriminatorView>(
      html`<redo-discriminator-view .viewer=${host}></redo-discriminator-view>`
    );
    await until(() => host.engine.count('scores') === 1);
    const seen = new Set<string>();
    const stop = effect(() => void scores.state.value);
    release();
    await until(() => {
      const text = find(el, '.bar').textContent.match(/\d+ of \d+/)?.[0];
      if (text) seen.add(text);
      return !scores.state.peek().pending;
    });
    stop();
    expect([...seen][0]).to.match(/^\d+ of 40$/);
  });

  it('shows the gradients of the redraw in hand, over it, with the ends of their scale', async () => {
    const {el, session, rest, pictures} = await bound();
    await until(() => pictures().every(picture => picture));
    const [pixels, mask] = pictures();
    expect(pixels!.width).to.equal(32);
    expect(pixels!.pixels).to.not.deep.equal(mask!.pixels);
    const ends = findAll(el, '.ends').map(each => each.textContent.replace(/\s+/g, ' ').trim());
    ends.forEach(end => expect(end).to.match(/^lowers D, −0\.0\d+ ?0\.0\d+, raises D$/));
    session.region.value = 2;
    await el.updateComplete;
    expect(pictures()).to.deep.equal([undefined, undefined]);
    await rest();
    expect(pictures()[1]!.pixels).to.not.deep.equal(mask!.pixels);
    expect(findAll(el, 'figcaption')[1]!.textContent).to.equal('On Mask M₃: more of it');
  });

  it('updates in place when weights change', async () => {
    const {el, session, rest} = await bound();
    const nodes = findAll(el, 'svg *, redo-picture').filter(each => !each.closest('.tick'));
    session.training.step(1);
    await rest();
    const now = findAll(el, 'svg *, redo-picture').filter(each => !each.closest('.tick'));
    expect(now).to.deep.equal(nodes);
  });

  it('says what failed, and asks again; the rest lives', async () => {
    const host = new HostElement();
    host.engine.failNext('saliency', 'saliency: no');
    const {el, rest, pictures, labels} = await bound(host);
    const panel = find(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('saliency: no');
    expect(labels()[1]).to.include('told apart');
    find(panel, 'button').click();
    await rest();
    expect(findAll(el, 'redo-error-panel')).to.be.empty;
    expect(pictures().every(picture => picture)).to.equal(true);
  });

  for (const width of [320, 1400]) {
    it(`fits into ${width} pixels`, async () => {
      const {el} = await bound();
      el.style.width = `${width}px`;
      await until(() => Number(find(el, '.scores > svg').getAttribute('width')) <= width);
      expect(el.scrollWidth).to.be.at.most(width);
    });
  }
});
