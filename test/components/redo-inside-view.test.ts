import {expect, fixture, html} from '@open-wc/testing';
import type {RedoInsideView} from '../../components/redo-inside-view.js';
import '../../components/redo-inside-view.js';
import type {RedoChannelGrid} from '../../components/redo-channel-grid.js';
import {explorerOf} from '../../core/session/explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

async function bound(host = new HostElement()) {
  const session = await host.open();
  const el = await fixture<RedoInsideView>(
    html`<redo-inside-view .viewer=${host}></redo-inside-view>`
  );
  const grid = () => find<RedoChannelGrid>(el, 'redo-channel-grid');
  const rest = async () => {
    await idle(host.engine);
    await el.updateComplete;
    await grid().updateComplete;
  };
  // The observer of what is on the screen answers in its own time.
  await until(() => host.engine.count('layers') === 1);
  await rest();
  const select = (name: string) => find<HTMLSelectElement>(el, `select[name="${name}"]`);
  const pick = async (name: string, value: string) => {
    enter(select(name), value, 'change');
    await rest();
  };
  const channels = () => findAll(grid(), 'li').length;
  const {inside} = explorerOf(session);
  return {el, host, session, rest, select, pick, grid, channels, inside, engine: host.engine};
}

const textOf = (element: Element) => element.textContent.replace(/\s+/g, ' ').trim();

describe('redo-inside-view', () => {
  for (const scheme of ['light', 'dark']) {
    it(`is accessible, ${scheme}`, async () => {
      document.documentElement.style.colorScheme = scheme;
      document.body.style.background = scheme === 'dark' ? '#111' : '#fff';
      const {el, pick} = await bound();
      await expectAccessible(el);
      await pick('network', 'discriminator');
      await pick('layer', 'bloc0.1');
      await expectAccessible(el);
      document.documentElement.style.colorScheme = '';
      document.body.style.background = '';
    });
  }

  it('begins at the first layer of f, with its channels and its weights', async () => {
    const {el, select, channels} = await bound();
    expect([select('network').value, select('layer').value]).to.deep.equal([
      'mask',
      'cnn.0.mods.1',
    ]);
    expect([...select('layer').options].map(textOf)).to.deep.equal([
      'cnn.0.mods.1 · 32 × 32 × 12',
      'cnn.0.mods.2 · 32 × 32 × 12 · ReLU',
      'masks · 32 × 32 × 3 · sum to 1',
    ]);
    expect(channels()).to.equal(12);
    const weights = textOf(findAll(el, 'section')[1]!);
    expect(weights).to.include('12 × 3 × 3 × 3 mean 0.010, spread 0.20');
    expect(weights).to.include('largest 2.0; 13 times the least; not normalised');
  });

  it('fires layer-pick, and shows that network’s and that layer’s channels', async () => {
    const {el, pick, select, channels, engine} = await bound();
    const events = record('layer-pick');
    await pick('network', 'discriminator');
    expect(select('layer').value).to.equal('bloc0.0');
    await pick('layer', 'bloc0.1');
    expect(events.map(each => each.detail)).to.deep.equal([
      {network: 'discriminator', layer: 'bloc0.0'},
      {network: 'discriminator', layer: 'bloc0.1'},
    ]);
    expect(channels()).to.equal(24);
    expect(engine.bodies('features').at(-1)).to.include({
      network: 'discriminator',
      layer: 'bloc0.1',
    });
    // Every sixth of the frozen channels is dead.
    expect(textOf(find(el, '.stuck'))).to.equal('4 dead');
  });

  it('says that a layer has no weights', async () => {
    const {el, pick} = await bound();
    await pick('layer', 'masks');
    expect(textOf(findAll(el, 'section')[1]!)).to.equal(
      'Weights This layer has no weights: pick a convolution or a dense layer.'
    );
    expect(textOf(find(el, 'section'))).to.include('3 channels of 32 × 32');
    expect(findAll(el, '.stuck')).to.be.empty;
  });

  it('marks the σ that weights are divided by', async () => {
    const {el, pick} = await bound();
    await pick('network', 'discriminator');
    await until(() => findAll(el, 'text.sigma').length === 1);
    expect(find(el, 'text.sigma').textContent).to.equal('σ 1.9');
    expect(find(el, '.spectrum').getAttribute('aria-label')).to.equal(
      'Singular values, the largest first: largest 2.0; 200 times the least; divided by σ 1.9, 97% of the largest'
    );
  });

  it('the generator is that of the region in hand, and its name says so', async () => {
    const {session, pick, select, rest, engine} = await bound();
    await pick('network', 'generator');
    session.region.value = 2;
    await rest();
    expect(textOf(select('network').selectedOptions[0]!)).to.equal('G₃, region in hand');
    expect(engine.bodies('features').at(-1)!.redraw!.region).to.equal(2);
    expect(engine.bodies('spectrum').at(-1)!.region).to.equal(2);
  });

  it('D looks at the redraw when asked', async () => {
    const {el, pick, rest, engine, inside} = await bound();
    expect(findAll(el, '[name="redrawn"]')).to.be.empty;
    await pick('network', 'discriminator');
    find(el, '[name="redrawn"]').click();
    await rest();
    expect(inside.redrawn.value).to.equal(true);
    expect(engine.bodies('features').at(-1)!.redraw!.region).to.equal(0);
  });

  it('order and ownScale: by property, and by control', async () => {
    const {el, pick, grid, rest} = await bound();
    el.order = 'spread';
    el.ownScale = true;
    await rest();
    expect([grid().order, grid().ownScale]).to.deep.equal(['spread', true]);
    await pick('order', 'dead');
    find(el, '[name="own-scale"]').click();
    await rest();
    expect([el.order, grid().order, el.ownScale, grid().ownScale]).to.deep.equal([
      'dead',
      'dead',
      false,
      false,
    ]);
  });

  it('keeps what it shows, pale, until another image is looked into', async () => {
    const {session, grid, rest, engine, channels} = await bound();
    const release = engine.hold('features');
    session.selectImage({split: 'test', index: 3});
    await until(() => engine.count('features') === 2);
    await until(() => grid().stale);
    expect(channels()).to.equal(12);
    release();
    await rest();
    expect([grid().stale, grid().pending]).to.deep.equal([false, false]);
  });

  it('does not show one layer’s channels as another’s', async () => {
    const {select, grid, engine, rest, channels} = await bound();
    const release = engine.hold('features');
    enter(select('layer'), 'masks', 'change');
    await until(() => grid().features === undefined);
    release();
    await rest();
    expect(channels()).to.equal(3);
  });

  it('updates in place when weights change', async () => {
    const {el, session, grid, rest} = await bound();
    const nodes = () => [
      ...findAll(el, 'svg path').filter(each => !each.closest('g')),
      ...findAll(grid(), 'li, redo-picture'),
    ];
    const before = nodes();
    const {features} = grid();
    session.training.step(1);
    await rest();
    expect(grid().features).to.not.equal(features);
    expect(nodes()).to.deep.equal(before);
  });

  it('says what failed, and asks again; the rest lives', async () => {
    const host = new HostElement();
    host.engine.failNext('spectrum', 'spectrum: no');
    const {el, rest, channels} = await bound(host);
    const panel = find(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('spectrum: no');
    expect(channels()).to.equal(12);
    find(panel, 'button').click();
    await rest();
    expect(findAll(el, 'redo-error-panel')).to.be.empty;
    expect(findAll(el, '.spectrum')).to.have.length(1);
  });

  for (const width of [320, 1400]) {
    it(`fits into ${width} pixels`, async () => {
      const {el, pick} = await bound();
      el.style.width = `${width}px`;
      await pick('network', 'generator');
      await until(() => Number(find(el, '.spectrum > svg').getAttribute('width')) <= width);
      expect(el.scrollWidth).to.be.at.most(width);
    });
  }
});
