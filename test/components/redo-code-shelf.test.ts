import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoCodeShelf} from '../../components/redo-code-shelf.js';
import type {RedoErrorPanel} from '../../components/redo-error-panel.js';
import type {RedoPicture} from '../../components/redo-picture.js';
import '../../components/redo-code-shelf.js';
import {shelfOf} from '../../core/session/code-shelf.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';
import {FakeStorage} from '../fixtures/fake-storage.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

async function bound(storage = new FakeStorage()) {
  const host = new HostElement();
  const session = await host.open();
  const {engine} = host;
  const el = await fixture<RedoCodeShelf>(
    html`<redo-code-shelf .viewer=${host} .storage=${storage.source}></redo-code-shelf>`
  );
  // The observer of what is on the screen answers with a frame.
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await until(() => findAll(el, '.snap').length === 1);
  const rest = async () => {
    await idle(engine);
    await el.updateComplete;
  };
  const buttons = (name: string) => findAll<HTMLButtonElement>(el, `button.${name}`);
  const press = async (name: string, place = 0) => {
    buttons(name)[place]!.click();
    await rest();
  };
  const names = () => findAll<HTMLInputElement>(el, '.facts input').map(({value}) => value);
  const said = () => find(el, '[role="status"]').textContent;
  const shelf = shelfOf(session.model.value!, storage.source);
  return {el, host, session, engine, storage, shelf, rest, buttons, press, names, said};
}

describe('redo-code-shelf', () => {
  for (const scheme of ['light', 'dark']) {
    it(`is accessible, ${scheme}: empty, full, and while two are compared`, async () => {
      document.documentElement.style.colorScheme = scheme;
      document.body.style.background = scheme === 'dark' ? '#15181c' : '#fff';
      const {el, press} = await bound();
      await expectAccessible(el);
      await press('snap');
      await press('snap');
      await press('compare', 0);
      await expectAccessible(el);
      document.documentElement.style.colorScheme = '';
      document.body.style.background = '';
    });
  }

  it('is accessible, and says so, while nothing is open', async () => {
    const el = await fixture<RedoCodeShelf>(html`<redo-code-shelf></redo-code-shelf>`);
    expect(el.shadowRoot!.textContent).to.include('Nothing is open');
    await expectAccessible(el);
  });

  it('fires code-snap and shows the code that is kept, with its picture', async () => {
    const {el, session, shelf, press, names, said} = await bound();
    const events = record('code-snap');
    session.region.value = 2;
    await press('snap');
    expect(events.map(each => each.detail)).to.deep.equal([{name: 'Code z₃, image 0'}]);
    expect(names()).to.deep.equal(['Code z₃, image 0']);
    expect(find(el, '.facts').textContent).to.include('region 3 · image 0');
    expect(find(el, '.facts').textContent).to.include('32 px · 60 iterations');
    expect(find<RedoPicture>(el, '.entry redo-picture').picture).to.equal(
      shelf.entries.value[0]!.picture
    );
    expect(shelf.entries.value[0]!.picture).to.not.equal(undefined);
    expect(said()).to.equal('Code z₃, image 0 is on the shelf');
  });

  it('names each code that is kept differently', async () => {
    const {press, names} = await bound();
    for (let i = 0; i < 3; i++) await press('snap');
    expect(names()).to.deep.equal(['', ' (2)', ' (3)'].map(number => `Code z₁, image 0${number}`));
  });

  it('fires code-load and copies the code into the region in hand, on any image', async () => {
    const {host, session, press} = await bound();
    await press('snap');
    const kept = session.codes.all[0]!.value;
    session.codes.resample(0);
    host.image = 7;
    const events = record('code-load');
    await press('load');
    expect(events.map(each => each.detail)).to.deep.equal([{region: 0, code: kept}]);
    expect(session.codes.all[0]!.value).to.deep.equal(kept);
    expect([host.image, host.region]).to.deep.equal([7, 0]);
  });

  it('copies the code into another region, which is chosen', async () => {
    const {el, session, press, said, buttons} = await bound();
    await press('snap');
    const [kept, second] = session.codes.all.map(code => code.value);
    const select = find<HTMLSelectElement>(el, 'select');
    expect([...select.options].map(({label}) => label.trim())).to.deep.equal([
      'region in hand',
      ...['Region 1', 'Region 2', 'Region 3'],
    ]);
    select.value = '2';
    select.dispatchEvent(new Event('change'));
    await el.updateComplete;
    expect(buttons('load')[0]!.getAttribute('aria-label')).to.match(/ into region 3$/);
    await press('load');
    expect(session.codes.all.map(code => code.value)).to.deep.equal([kept, second, kept]);
    expect(said()).to.equal('Code z₁, image 0 is in region 3');
  });

  it('fires code-rename for a name that is typed; an empty one is none', async () => {
    const {el, shelf, press, names} = await bound();
    await press('snap');
    const events = record('code-rename');
    const input = find<HTMLInputElement>(el, '.facts input');
    enter(input, '  moss ', 'change');
    await el.updateComplete;
    enter(input, ' ', 'change');
    await el.updateComplete;
    const {id, name} = shelf.entries.value[0]!;
    expect(events.map(each => each.detail)).to.deep.equal([{id, name: 'moss'}]);
    expect([name, ...names()]).to.deep.equal(['moss', 'moss']);
  });

  it('fires code-delete and code-undo, the focus on the way back', async () => {
    const {el, shelf, press, names, buttons, said} = await bound();
    await press('snap');
    await press('snap');
    const {id} = shelf.entries.value[0]!;
    expect(buttons('undo')[0]!.disabled).to.equal(true);
    const events = record('code-delete', 'code-undo');
    buttons('remove')[0]!.focus();
    await sendKeys({press: 'Enter'});
    await el.updateComplete;
    expect(names()).to.have.length(1);
    expect(said()).to.include('Undo puts it back');
    await until(() => el.shadowRoot!.activeElement === buttons('undo')[0]);
    await sendKeys({press: 'Enter'});
    await el.updateComplete;
    expect(shelf.entries.value.map(each => each.id)[0]).to.equal(id);
    expect(events).to.deep.equal([
      {type: 'code-delete', detail: {id}},
      {type: 'code-undo', detail: {}},
    ]);
  });

  it('compares one code with that in hand, and two with each other', async () => {
    const {el, session, press, buttons} = await bound();
    await press('snap');
    session.codes.set(0, Float32Array.of(1, 2, -2));
    await press('snap');
    session.codes.set(0, Float32Array.of(0, 0, 3));
    await press('compare', 1);
    const values = () => findAll(el, '.components .values').map(each => each.textContent);
    const captions = () => findAll(el, 'figcaption').map(each => each.textContent);
    expect(values()).to.deep.equal(['1.00 and 0.00', '2.00 and 0.00', '−2.00 and 3.00']);
    expect(captions()[1]).to.equal('Code in hand');
    const redraw = session.views.redraws.value[0]!.state.value.value!.region;
    expect(findAll<RedoPicture>(el, '.sides redo-picture')[1]!.picture).to.equal(redraw);
    session.codes.setValue(0, 0, -1);
    await until(() => values()[0] === '1.00 and −1.00');
    await press('snap');
    await press('compare', 0);
    await press('compare', 2);
    const pressed = buttons('compare').map(each => each.getAttribute('aria-pressed'));
    expect(pressed).to.deep.equal(['true', 'false', 'true']);
    expect(values()[2]).to.match(/ and 3\.00$/);
    await press('remove', 0);
    await press('compare', 1);
    expect(values()).to.be.empty;
  });

  it('marks codes of another model', async () => {
    const storage = new FakeStorage();
    const {el, shelf, press, rest} = await bound(storage);
    await press('snap');
    expect(findAll(el, '.other')).to.be.empty;
    const {model, ...entry} = shelf.entries.value[0]!;
    const config = {...model.config, temperature: 2};
    shelf.add({...entry, model: {...model, config}});
    await rest();
    expect(findAll(el, '.other')).to.have.length(1);
  });

  it('says what to do where the storage is full, and saves when there is room', async () => {
    const {el, storage, shelf, press, names, rest} = await bound();
    await press('snap');
    storage.limit = 10;
    await press('snap');
    const panel = find<RedoErrorPanel>(el, 'redo-error-panel');
    await expectAccessible(el);
    expect(panel.shadowRoot!.textContent).to.include('storage is full').and.include('Delete codes');
    expect(names()).to.have.length(2);
    storage.limit = Infinity;
    find(panel, 'button').click();
    await rest();
    expect(findAll(el, 'redo-error-panel')).to.be.empty;
    expect(storage.getItem([...storage.items.keys()][0]!)).to.include(
      String(shelf.entries.value[1]!.id)
    );
  });

  it('says what to do where the storage is forbidden, and works without it', async () => {
    const storage = new FakeStorage();
    storage.forbidden = true;
    const {el, press, names} = await bound(storage);
    const panel = find<RedoErrorPanel>(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('forbids').and.include('access is denied');
    await press('snap');
    expect(names()).to.have.length(1);
  });

  it('leaves what it can not read, until it is told to write over it', async () => {
    const storage = new FakeStorage();
    storage.setItem('redo-viewer/codes/discs/3/3', 'x');
    const {el, press, rest} = await bound(storage);
    await press('snap');
    expect(storage.getItem('redo-viewer/codes/discs/3/3')).to.equal('x');
    const button = find(find(el, 'redo-error-panel'), 'button');
    expect(button.textContent).to.equal('Write over it');
    button.click();
    await rest();
    expect(findAll(el, 'redo-error-panel')).to.be.empty;
    expect(storage.getItem('redo-viewer/codes/discs/3/3')).to.include('Code z₁');
  });

  it('storage is the browser’s unless it is given', async () => {
    const el = await fixture<RedoCodeShelf>(html`<redo-code-shelf></redo-code-shelf>`);
    expect(el.storage()).to.equal(localStorage);
  });

  for (const width of [320, 1400]) {
    it(`fits into ${width} pixels`, async () => {
      const {el, press} = await bound();
      el.style.width = `${width}px`;
      await press('snap');
      await press('compare');
      expect(el.scrollWidth).to.be.at.most(width);
    });
  }
});
