import {expect, fixture, html} from '@open-wc/testing';
import {emulateMedia, sendKeys, sendMouse} from '@web/test-runner-commands';
import type {RedoCodePath} from '../../components/redo-code-path.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import '../../components/redo-code-path.js';
import {shelfOf, snapCode} from '../../core/session/code-shelf.js';
import {explorerOf} from '../../core/session/explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';
import {FakeStorage} from '../fixtures/fake-storage.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

const CODES = [
  [1, 0, 0],
  [0, 2, 0],
  [0, 0, 3],
].map(values => Float32Array.from(values));

const frame = () => new Promise(requestAnimationFrame);

/** Waits by frames until a condition holds, as long as the test may take. */
async function watched(condition: () => boolean): Promise<void> {
  while (!condition()) await frame();
}

async function bound(codes = CODES) {
  const host = new HostElement();
  const session = await host.open();
  const {engine} = host;
  const {path} = explorerOf(session);
  codes.forEach((code, i) => path.add('abc'[i]!, code));
  const {source} = new FakeStorage();
  const el = await fixture<RedoCodePath>(
    html`<redo-code-path .viewer=${host} .storage=${source}></redo-code-path>`
  );
  // The observer of what is on the screen answers in its own time.
  await until(() => engine.count('redraw') > 0);
  const rest = async () => {
    await idle(engine);
    await el.updateComplete;
  };
  await rest();
  const buttons = (name: string) => findAll<HTMLButtonElement>(el, `button.${name}`);
  const labels = () => findAll(el, '.go span').map(each => each.textContent);
  const slider = find<HTMLInputElement>(el, 'input[type="range"]');
  const code = () => session.codes.all[session.region.value]!.value;
  return {el, host, session, engine, path, source, rest, buttons, labels, slider, code};
}

describe('redo-code-path', () => {
  for (const scheme of ['light', 'dark']) {
    it(`is accessible, ${scheme}: empty, and with key frames`, async () => {
      document.documentElement.style.colorScheme = scheme;
      document.body.style.background = scheme === 'dark' ? '#15181c' : '#fff';
      await expectAccessible((await bound([])).el);
      await expectAccessible((await bound()).el);
      document.documentElement.style.colorScheme = '';
      document.body.style.background = '';
    });
  }

  it('shows each key frame as the region in hand would be drawn', async () => {
    const {el, path, labels} = await bound();
    expect(labels()).to.deep.equal(['1 a', '2 b', '3 c']);
    const {pictures} = path.pictures.state.value.value!;
    const shown = findAll<RedoPicture>(el, '.frame redo-picture').map(each => each.picture);
    expect(shown).to.deep.equal(CODES.map((_, i) => pictures.get(path.frames.value[i]!.code)));
    expect(shown.every(picture => picture)).to.equal(true);
  });

  it('fires frame-add for the code in hand, and for one of the shelf', async () => {
    const {el, session, source, path, buttons, rest, code} = await bound([]);
    const shelf = shelfOf(session.model.value!, source);
    await snapCode(session, shelf, 'moss');
    const kept = code();
    session.codes.resample(0);
    await rest();
    const events = record('frame-add');
    buttons('add')[0]!.click();
    const select = find<HTMLSelectElement>(el, 'select');
    expect([...select.options].map(({label}) => label)).to.deep.equal(['code in hand', 'moss']);
    select.selectedIndex = 1;
    buttons('add')[0]!.click();
    expect(events.map(each => each.detail)).to.deep.equal([{name: 'Code z₁'}, {name: 'moss'}]);
    expect(path.frames.value.map(each => each.code)).to.deep.equal([code(), kept]);
  });

  it('fires path-go: the region in hand follows the slider, by drag and by keys', async () => {
    const {el, slider, path, code, rest, session} = await bound();
    const others = [1, 2].map(region => session.codes.all[region]!.value);
    const events = record('path-go');
    enter(slider, '1', 'input');
    expect(code()).to.deep.equal(CODES[1]);
    slider.focus();
    await sendKeys({press: 'ArrowRight'});
    await rest();
    expect(code()).to.deep.equal(path.code.value);
    expect(slider.getAttribute('aria-valuetext')).to.equal('51% of the way');
    expect(events.map(each => each.detail)).to.deep.equal([{place: 1}, {place: 1.01}]);
    expect([1, 2].map(region => session.codes.all[region]!.value)).to.deep.equal(others);
    const redraw = session.views.redraws.value[0]!.state.value.value!.region;
    expect(find<RedoPicture>(el, '.play redo-picture').picture).to.equal(redraw);
  });

  it('goes to a key frame that is pressed', async () => {
    const {buttons, code, rest} = await bound();
    buttons('go')[2]!.click();
    await rest();
    expect(code()).to.deep.equal(CODES[2]);
    expect(buttons('go').map(each => each.getAttribute('aria-current'))).to.deep.equal([
      ...['false', 'false', 'true'],
    ]);
  });

  it('fires frame-move by keyboard, the focus going along', async () => {
    const {el, path, buttons, labels} = await bound();
    const {id} = path.frames.value[0]!;
    const events = record('frame-move');
    buttons('later')[0]!.focus();
    await sendKeys({press: 'Enter'});
    await until(() => el.shadowRoot!.activeElement === buttons('later')[1]);
    expect(labels()).to.deep.equal(['1 b', '2 a', '3 c']);
    await sendKeys({press: 'Enter'});
    // At the end there is no later: the key frame itself has the focus.
    await until(() => el.shadowRoot!.activeElement === buttons('go')[2]);
    expect(labels()).to.deep.equal(['1 b', '2 c', '3 a']);
    expect(events.map(each => each.detail)).to.deep.equal([
      {id, to: 1},
      {id, to: 2},
    ]);
    expect(find(el, '.visually-hidden[role="status"]').textContent).to.equal('a is number 3');
  });

  it('moves a key frame by pointer, and does not go to it', async () => {
    const {el, buttons, labels, code} = await bound();
    const before = code();
    const middle = (place: number): [number, number] => {
      const {left, top, width} = buttons('go')[place]!.getBoundingClientRect();
      return [Math.round(left + width / 2), Math.round(top + 20)];
    };
    const [from, to] = [middle(0), middle(2)];
    await sendMouse({type: 'move', position: from});
    await sendMouse({type: 'down'});
    await sendMouse({type: 'move', position: to});
    await el.updateComplete;
    expect(labels()).to.deep.equal(['1 b', '2 c', '3 a']);
    await sendMouse({type: 'up'});
    await sendMouse({type: 'move', position: middle(0)});
    expect(labels()).to.deep.equal(['1 b', '2 c', '3 a']);
    expect(code()).to.equal(before);
  });

  it('fires frame-remove, the focus on the next', async () => {
    const {el, path, buttons, labels} = await bound();
    const {id} = path.frames.value[1]!;
    const events = record('frame-remove');
    buttons('remove')[1]!.click();
    await until(() => el.shadowRoot!.activeElement === buttons('remove')[1]);
    expect(labels()).to.deep.equal(['1 a', '2 c']);
    expect(events.map(each => each.detail)).to.deep.equal([{id}]);
  });

  it('fires path-change for way, loop and duration, which stays within its bounds', async () => {
    const {el, path, rest} = await bound();
    const events = record('path-change');
    find(el, 'input[value="linear"]').click();
    find(el, 'input[name="loop"]').click();
    const duration = find<HTMLInputElement>(el, 'input[name="duration"]');
    for (const typed of ['2.5', '0', '']) enter(duration, typed, 'change');
    await rest();
    expect(events.map(each => each.detail)).to.deep.equal([
      {way: 'linear', loop: false, durationMs: 4000},
      {way: 'linear', loop: true, durationMs: 4000},
      {way: 'linear', loop: true, durationMs: 2500},
      {way: 'linear', loop: true, durationMs: 500},
    ]);
    expect([path.length.value, duration.value]).to.deep.equal([3, '0.5']);
  });

  it('says where it goes straight, and why', async () => {
    const codes = [CODES[0]!, CODES[0]!.map(value => -value), new Float32Array(3)];
    const {el} = await bound(codes);
    const notes = findAll(el, '.straight').map(each => each.textContent.trim());
    expect(notes).to.have.length(2);
    expect(notes[0]).to.match(/^From 1 to 2 .*opposite/);
    expect(notes[1]).to.match(/^From 2 to 3 .*zeros/);
  });

  it('fires path-play and plays to the end, one redraw in flight at most', async () => {
    const {el, engine, path, buttons, code} = await bound();
    path.durationMs.value = 200;
    const before = engine.count('redraw');
    const events = record('path-play');
    const toggle = buttons('toggle')[0]!;
    toggle.focus();
    await sendKeys({press: 'Enter'});
    let most = 0;
    await watched(() => {
      most = Math.max(most, engine.unanswered);
      return path.place.value === 2;
    });
    await until(() => toggle.textContent.trim() === 'Play');
    expect(code()).to.deep.equal(CODES[2]);
    expect(engine.count('redraw')).to.be.greaterThan(before);
    expect(most).to.be.at.most(1);
    expect(events.map(each => each.detail)).to.deep.equal([{playing: true}]);
    await expectAccessible(el);
  });

  it('goes round in a loop until it is paused', async () => {
    const {path, buttons, el} = await bound();
    path.durationMs.value = 100;
    path.loop.value = true;
    await el.updateComplete;
    buttons('toggle')[0]!.click();
    let [last, rounds] = [0, 0];
    await watched(() => {
      if (path.place.value < last) rounds++;
      last = path.place.value;
      return rounds === 2;
    });
    buttons('toggle')[0]!.click();
    const place = path.place.value;
    await frame();
    await frame();
    expect(path.place.value).to.equal(place);
  });

  for (const [why, act] of Object.entries<(at: Awaited<ReturnType<typeof bound>>) => void>({
    'the viewer is out of sight': ({session}) => (session.awake.value = false),
    'another hand moves the code': ({session}) => session.codes.resample(0),
    'another region is in hand': ({session}) => (session.region.value = 1),
    'it leaves the page': ({el}) => el.remove(),
    'the slider is moved': ({slider}) => enter(slider, '1.5', 'input'),
  })) {
    it(`stops when ${why}`, async () => {
      const at = await bound();
      const {path, session, buttons} = at;
      path.durationMs.value = 60_000;
      const toggle = buttons('toggle')[0]!;
      toggle.click();
      await watched(() => path.place.value > 0);
      act(at);
      await frame();
      await frame();
      const {value: place} = path.place;
      const codes = session.codes.all.map(each => each.value);
      await frame();
      await frame();
      expect(path.place.value).to.equal(place);
      expect(session.codes.all.map(each => each.value)).to.deep.equal(codes);
      if (at.el.isConnected) expect(toggle.textContent.trim()).to.equal('Play');
    });
  }

  it('plays only when it is asked to, whatever the reader’s motion', async () => {
    for (const reducedMotion of ['reduce', 'no-preference'] as const) {
      await emulateMedia({reducedMotion});
      const {path, buttons, code, rest} = await bound();
      const before = code();
      buttons('add')[0]!.click();
      await rest();
      await frame();
      await frame();
      expect([path.place.value, code()]).to.deep.equal([0, before]);
    }
  });

  it('says what failed, and draws when tried again', async () => {
    const {el, engine, path, rest} = await bound([]);
    engine.failNext('survey', 'survey: no');
    path.add('a', CODES[0]!);
    await rest();
    const panel = find(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('survey: no');
    find(panel, 'button').click();
    await rest();
    expect(findAll(el, 'redo-error-panel')).to.be.empty;
    expect(find<RedoPicture>(el, '.frame redo-picture').picture).to.not.equal(undefined);
  });

  for (const width of [320, 1400]) {
    it(`fits into ${width} pixels`, async () => {
      const {el} = await bound();
      el.style.width = `${width}px`;
      await el.updateComplete;
      expect(el.scrollWidth).to.be.at.most(width);
    });
  }

  for (const [kind, isLoop] of [
    ['gif', false],
    ['webm', true],
  ] as const) {
    it(`records one way along it as ${kind}${isLoop ? ', around once where it loops' : ''}`, async () => {
      const {el, path, buttons} = await bound();
      const saved: {name: string; blob: Blob}[] = [];
      el.addEventListener('file-saved', event => {
        event.preventDefault();
        saved.push((event as CustomEvent<{name: string; blob: Blob}>).detail);
      });
      path.durationMs.value = 600;
      path.loop.value = isLoop;
      path.goTo(1);
      await el.updateComplete;
      buttons('record')[kind === 'gif' ? 0 : 1]!.click();
      await el.updateComplete;
      expect(buttons('record')).to.be.empty;
      await watched(() => saved.length > 0);
      const [{name, blob}] = saved as [{name: string; blob: Blob}];
      expect(name).to.equal(`path.${kind}`);
      await watched(() => el.shadowRoot!.textContent.includes(`Saved path.${kind}`));
      if (kind === 'webm') {
        expect(blob.size).to.be.above(500);
        return;
      }
      expect(path.place.value).to.equal(path.length.value);
      const decoder = new ImageDecoder({data: await blob.arrayBuffer(), type: 'image/gif'});
      await decoder.tracks.ready;
      expect(decoder.tracks.selectedTrack!.frameCount).to.be.within(3, 12);
      decoder.close();
    });
  }

  it('throws a recording away, and stops', async () => {
    const {el, buttons} = await bound();
    const events = record('file-saved');
    buttons('record')[0]!.click();
    await el.updateComplete;
    buttons('discard')[0]!.click();
    await el.updateComplete;
    expect(buttons('record')).to.have.length(2);
    expect(buttons('toggle')[0]!.textContent.trim()).to.equal('Play');
    expect(el.shadowRoot!.textContent).to.include('thrown away');
    expect(events).to.be.empty;
  });
});
