import {expect, fixture, html} from '@open-wc/testing';
import type {RedoChannelGrid} from '../../components/redo-channel-grid.js';
import '../../components/redo-channel-grid.js';
import {LOWERS, RAISES} from '../../components/saliency-drawing.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import type {Features, Picture} from '../../core/engine/protocol.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll, record} from '../fixtures/elements.js';
import {until} from '../fixtures/idle.js';

/** Channels of one pixel by two: level and −level; every third is dead. */
function features(channels: number): Features {
  const level = (c: number) => (c % 3 === 2 ? 0 : 1 + c);
  const levels = Array.from({length: channels}, (_, c) => level(c));
  return {
    channels,
    activation: 'relu',
    mean: Float32Array.from(levels, each => -each),
    spread: Float32Array.from(levels),
    dead: Float32Array.from(levels, each => (each === 0 ? 1 : 0.25)),
    planes: {width: 1, height: 2, values: Float32Array.from(levels.flatMap(v => [v, -v]))},
  };
}

async function made(channels = 6) {
  const el = await fixture<RedoChannelGrid>(
    html`<redo-channel-grid layer="first" .features=${features(channels)}></redo-channel-grid>`
  );
  // The observer of its width answers in its own time.
  await until(() => find(el, 'svg').hasAttribute('width'));
  const items = () => findAll(el, 'li');
  const order = () =>
    items().map(item => Number(/^Channel (\d+)/.exec(item.getAttribute('aria-label')!)![1]));
  const told = () => find(el, '.told').textContent.trim();
  const pixel = (place: number, y = 0) => {
    const picture = items()[place]!.querySelector<RedoPicture>('redo-picture')!.picture as Picture;
    return [...picture.pixels.subarray(4 * y, 4 * y + 4)];
  };
  const press = async (key: string) => {
    const active = el.shadowRoot!.activeElement!;
    active.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    await el.updateComplete;
  };
  return {el, items, order, told, pixel, press};
}

describe('redo-channel-grid', () => {
  for (const scheme of ['light', 'dark']) {
    it(`is accessible, ${scheme}, full and empty`, async () => {
      document.documentElement.style.colorScheme = scheme;
      document.body.style.background = scheme === 'dark' ? '#111' : '#fff';
      const {el, items} = await made();
      items()[1]!.click();
      await el.updateComplete;
      await expectAccessible(el);
      el.features = undefined;
      await el.updateComplete;
      await expectAccessible(el);
      document.documentElement.style.colorScheme = '';
      document.body.style.background = '';
    });
  }

  it('features: each channel has a picture and its numbers; dead ones are marked', async () => {
    const {el, items, order} = await made();
    expect(order()).to.deep.equal([0, 1, 2, 3, 4, 5]);
    expect(items()[1]!.getAttribute('aria-label')).to.equal(
      'Channel 1: mean −2.0, spread 2.0, 25% dead'
    );
    expect(items().map(item => item.classList.contains('dead'))).to.deep.equal([
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(find(el, '.chart').getAttribute('aria-label')).to.equal(
      'Share dead, channel by channel: 50% of all values'
    );
    el.features = undefined;
    await el.updateComplete;
    expect(items()).to.be.empty;
  });

  it('order: the largest come first, also among the bars', async () => {
    const {el, order} = await made();
    el.order = 'spread';
    await el.updateComplete;
    expect(order()).to.deep.equal([4, 3, 1, 0, 2, 5]);
    const bars = () =>
      find(el, 'path.shares')
        .getAttribute('d')!
        .match(/v\S+?h/g);
    el.order = 'dead';
    await el.updateComplete;
    expect(order()).to.deep.equal([2, 5, 0, 1, 3, 4]);
    expect(bars()!.slice(0, 3)).to.deep.equal(['v-44.0h', 'v-44.0h', 'v-11.0h']);
  });

  it('ownScale: each channel uses all of the colours, or what the largest leaves it', async () => {
    const {el, pixel} = await made();
    expect(pixel(4)).to.deep.equal([...RAISES, 255]);
    expect(pixel(4, 1)).to.deep.equal([...LOWERS, 255]);
    expect(pixel(0)).to.not.deep.equal([...RAISES, 255]);
    expect(pixel(2)[3]).to.equal(0);
    expect(find(el, '.scale').textContent).to.match(/^\s*−5\.0\s+5\.0\s*$/);
    el.ownScale = true;
    await el.updateComplete;
    expect(pixel(0)).to.deep.equal([...RAISES, 255]);
    expect(pixel(2)[3]).to.equal(0);
    expect(findAll(el, '.scale')).to.be.empty;
  });

  it('pending, stale: it says that it is at work, and pales', async () => {
    const {el} = await made();
    expect(find(el, 'ul').getAttribute('aria-busy')).to.equal('false');
    el.pending = true;
    el.stale = true;
    await el.updateComplete;
    expect(find(el, 'ul').getAttribute('aria-busy')).to.equal('true');
    expect(find(el, 'ul').classList.contains('stale')).to.equal(true);
  });

  it('tells the channel under the pointer, and else the one in hand', async () => {
    const {el, items, told} = await made();
    expect(told()).to.equal('Point at a channel, or pick one, to read its numbers.');
    items()[1]!.click();
    await el.updateComplete;
    expect(told()).to.match(/^Channel 1: /);
    items()[2]!.dispatchEvent(new PointerEvent('pointerenter'));
    await el.updateComplete;
    expect(told()).to.match(/^Channel 2: /);
    find(el, 'ul').dispatchEvent(new PointerEvent('pointerleave'));
    await el.updateComplete;
    expect(told()).to.match(/^Channel 1: /);
  });

  it('fires channel-pick, once for a channel', async () => {
    const {el, items} = await made();
    const events = record('channel-pick');
    items()[3]!.click();
    items()[3]!.click();
    await el.updateComplete;
    expect(events.map(each => each.detail)).to.deep.equal([{channel: 3}]);
    expect(items()[3]!.getAttribute('aria-selected')).to.equal('true');
  });

  it('keys go from channel to channel, and stop at the ends', async () => {
    const {el, items, press, told} = await made(40);
    el.style.width = '240px';
    await until(() => Number(find(el, 'svg').getAttribute('width')) === 240);
    expect(items().filter(item => item.tabIndex === 0)).to.deep.equal([items()[0]]);
    items()[0]!.focus();
    const columns = items().filter(item => item.offsetTop === items()[0]!.offsetTop).length;
    expect(columns).to.be.within(2, 6);
    for (const [key, channel] of [
      ['ArrowRight', 1],
      ['ArrowDown', 1 + columns],
      ['ArrowUp', 1],
      ['ArrowLeft', 0],
      ['ArrowLeft', 0],
      ['ArrowUp', 0],
      ['End', 39],
      ['ArrowRight', 39],
      ['Home', 0],
    ] as const) {
      await press(key);
      expect(told(), key).to.match(new RegExp(`^Channel ${channel}: `));
      expect(el.shadowRoot!.activeElement).to.equal(items()[channel]);
      expect(items().filter(item => item.tabIndex === 0)).to.deep.equal([items()[channel]]);
    }
  });

  it('shows a first few of many channels, and all when asked', async () => {
    const {el, items} = await made(100);
    expect(items()).to.have.length(64);
    expect(find(el, 'button').textContent.trim()).to.equal('Show all 100');
    find(el, 'button').click();
    await el.updateComplete;
    expect(items()).to.have.length(100);
    expect(findAll(el, 'button')).to.be.empty;
  });

  it('layer: with another one no channel is in hand, and a first few are shown', async () => {
    const {el, items, told} = await made(100);
    find(el, 'button').click();
    items()[1]!.click();
    await el.updateComplete;
    el.features = features(100);
    await el.updateComplete;
    expect(told()).to.match(/^Channel 1: /);
    el.layer = 'second';
    await el.updateComplete;
    expect(told()).to.equal('Point at a channel, or pick one, to read its numbers.');
    expect(items()).to.have.length(64);
  });
});
