import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoImageBrowser} from '../../components/redo-image-browser.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import '../../components/redo-image-browser.js';
import {explorerOf} from '../../core/session/explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';
import {itIsAccessible} from '../fixtures/schemes.js';
import {HostElement} from '../fixtures/session-host.js';

/** Wide enough for six columns. */
const WIDTH = 490;

async function bound(host = new HostElement()) {
  const session = await host.open();
  const el = await fixture<RedoImageBrowser>(
    html`<redo-image-browser style="width: ${WIDTH}px" .viewer=${host}></redo-image-browser>`
  );
  const {engine} = host;
  const {browser} = explorerOf(session);
  const rest = async () => {
    await idle(engine);
    await el.updateComplete;
  };
  // The observer of what is on the screen answers in its own time.
  await until(() => engine.count('thumbnails') > 0);
  await rest();
  const cells = () => findAll(el, '.cell');
  const list = find(el, '.list');
  const scroll = async (top: number) => {
    list.scrollTop = top;
    list.dispatchEvent(new Event('scroll'));
    await el.updateComplete;
    await until(() => !browser.thumbnails.state.value.pending);
    await rest();
  };
  const choose = async (name: string, value: string) => {
    enter(find<HTMLSelectElement>(el, `select[name="${name}"]`), value, 'change');
    await el.updateComplete;
    await rest();
  };
  return {el, host, session, engine, browser, rest, cells, list, scroll, choose};
}

/** Index of the image that a cell stands for. */
function indexOf(cell: Element): number {
  return Number(/^Image (\d+)/.exec(cell.getAttribute('aria-label')!)![1]);
}

describe('redo-image-browser', () => {
  itIsAccessible(async () => (await bound()).el);

  it('is accessible, and says so, while nothing is open', async () => {
    const el = await fixture<RedoImageBrowser>(
      html`<redo-image-browser .viewer=${new HostElement()}></redo-image-browser>`
    );
    expect(el.shadowRoot!.textContent).to.include('Nothing is open');
    await expectAccessible(el);
  });

  it('shows the images of the split in hand, each picture in its place', async () => {
    const {el, session, engine, cells} = await bound();
    expect(session.image.value.split).to.equal('test');
    expect(cells().map(indexOf)).to.deep.equal(Array.from({length: 40}, (_, i) => i));
    const samples = await engine.request('samples', {
      model: session.model.value!.model,
      images: [{split: 'test', index: 7}],
    });
    const shown = findAll<RedoPicture>(el, 'redo-picture')[7]!.picture;
    expect(shown).to.deep.equal(samples[0]!.picture);
    const [first, seventh] = [cells()[0]!, cells()[6]!].map(cell => cell.getBoundingClientRect());
    expect(seventh!.left).to.be.closeTo(first!.left, 0.1);
    expect(seventh!.top).to.be.above(first!.bottom);
  });

  it('draws and reads what is in sight of a thousand images, and forgets nothing on the way', async () => {
    const {el, engine, cells, scroll, browser} = await bound();
    find<HTMLInputElement>(el, 'input[value="train"]').click();
    await el.updateComplete;
    await idle(engine);
    expect(cells()[0]!.getAttribute('aria-setsize')).to.equal('1000');
    expect(cells().length).to.be.below(80);
    const requests = () =>
      engine
        .bodies('thumbnails')
        .filter(({split}) => split === 'train')
        .map(({indices}) => indices);
    const asked = () => requests().flat();
    const [before, first] = [asked(), requests().length];
    await scroll(6_000);
    const shown = cells().map(indexOf);
    expect(shown[0]).to.be.above(300);
    expect(shown).to.deep.equal(shown.map((_, i) => shown[0]! + i));
    for (const each of findAll<RedoPicture>(el, 'redo-picture')) expect(each.picture).to.exist;
    // What was flown over has not been read; the middle of the sight comes first, in pieces as large as are quick.
    const read = asked().slice(before.length);
    const fromMiddle = (index: number): number => Math.abs(index - shown[0]! - shown.length / 2);
    const nearest = requests()[first]!.map(fromMiddle);
    const others = requests()
      .slice(first + 1)
      .flat()
      .map(fromMiddle);
    expect(Math.max(...nearest)).to.be.at.most(Math.min(...others));
    expect(Math.min(...nearest)).to.be.at.most(0.5);
    expect(read.toSorted((a, b) => a - b)).to.deep.equal(
      browser.list.value.slice(shown[0]).slice(0, shown.length)
    );
    await scroll(0);
    expect(asked()).to.have.length(before.length + shown.length);
    expect(cells().map(indexOf)[0]).to.equal(0);
  });

  it('orders by what is said of images, and says it', async () => {
    const {el, session, cells, choose, browser} = await bound();
    const events = record('order-pick');
    await choose('order', 'scores');
    const scores = browser.assessed.state.value.value!.scores;
    expect(cells().map(indexOf)).to.deep.equal(
      Array.from({length: 40}, (_, i) => i).sort((a, b) => scores[a]! - scores[b]!)
    );
    find<HTMLInputElement>(el, 'input[name="descending"]').click();
    await el.updateComplete;
    const best = indexOf(cells()[0]!);
    expect(scores[best]).to.equal(Math.max(...scores));
    expect(cells()[0]!.getAttribute('aria-label')).to.equal(
      `Image ${best}, score of D ${scores[best]!.toFixed(2).replace('-', '−')}`
    );
    expect(events.map(({detail}) => detail)).to.deep.equal([
      {order: 'scores', descending: false},
      {order: 'scores', descending: true},
    ]);
    expect(session.image.value.index).to.equal(0);
  });

  it('by IoU leaves out the images without truth, and looks at no more than were asked for', async () => {
    const {cells, engine, choose} = await bound();
    await choose('order', 'objectIou');
    expect(cells()).to.have.length(32);
    expect(
      cells()
        .map(indexOf)
        .some(index => index % 5 === 4)
    ).to.equal(false);
    const asked = engine.bodies('assess').flatMap(({indices}) => indices);
    expect(asked).to.deep.equal(Array.from({length: 40}, (_, i) => i));
    await choose('count', '500');
    expect(engine.bodies('assess').flatMap(({indices}) => indices)).to.have.length(40);
  });

  it('is not looked at anew while training, but once it rests', async () => {
    const {engine, session, choose, rest} = await bound();
    await choose('order', 'scores');
    const asked = engine.count('assess');
    session.training.play();
    await until(() => session.iteration.value > 63);
    expect(engine.count('assess')).to.equal(asked);
    session.training.pause();
    await rest();
    expect(engine.count('assess')).to.equal(2 * asked);
  });

  it('takes an image of another split in hand, by click', async () => {
    const {el, host, session, engine, cells, rest} = await bound();
    const events = record('image-pick', 'split-pick');
    find<HTMLInputElement>(el, 'input[value="val"]').click();
    await el.updateComplete;
    await idle(engine);
    expect(cells().every(cell => cell.getAttribute('aria-selected') === 'false')).to.equal(true);
    cells()[5]!.click();
    await rest();
    expect(events).to.deep.equal([
      {type: 'split-pick', detail: {split: 'val'}},
      {type: 'image-pick', detail: {index: 5, split: 'val'}},
    ]);
    expect(session.image.value).to.deep.equal({split: 'val', index: 5});
    expect([host.split, host.image]).to.deep.equal(['val', 5]);
    expect(cells()[5]!.getAttribute('aria-selected')).to.equal('true');
  });

  it('is walked by keys, which pick, and keeps the picked image in sight', async () => {
    const {el, session, cells, list, rest} = await bound();
    cells()[0]!.focus();
    const at = async (press: string) => {
      await sendKeys({press});
      await rest();
      return session.image.value.index;
    };
    expect(await at('ArrowRight')).to.equal(1);
    expect(await at('ArrowDown')).to.equal(7);
    expect(await at('ArrowUp')).to.equal(1);
    expect(await at('ArrowLeft')).to.equal(0);
    expect(await at('ArrowLeft')).to.equal(0);
    expect(await at('PageDown')).to.be.within(12, 30);
    expect(await at('End')).to.equal(39);
    const focused = el.shadowRoot!.activeElement!;
    expect(indexOf(focused)).to.equal(39);
    const [cell, frame] = [focused, list].map(each => each.getBoundingClientRect());
    expect(cell!.bottom).to.be.at.most(frame!.bottom);
    expect(await at('Home')).to.equal(0);
    expect(list.scrollTop).to.equal(0);
    expect(cells().filter(each => each.tabIndex === 0)).to.have.length(1);
  });

  it('says what failed, and goes on when tried again', async () => {
    const host = new HostElement();
    host.engine.failNext('thumbnails', 'thumbnails: no');
    const {el, rest} = await bound(host);
    const panel = find(el, 'redo-error-panel');
    expect(panel.getAttribute('message')).to.equal('thumbnails: no');
    panel.dispatchEvent(new CustomEvent('try-again'));
    await rest();
    expect(findAll(el, 'redo-error-panel')).to.have.length(0);
    expect(findAll<RedoPicture>(el, 'redo-picture')[0]!.picture).to.exist;
  });
});
