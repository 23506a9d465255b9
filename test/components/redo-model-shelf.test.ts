import {expect, fixture, html} from '@open-wc/testing';
import type {RedoErrorPanel} from '../../components/redo-error-panel.js';
import type {RedoModelShelf} from '../../components/redo-model-shelf.js';
import '../../components/redo-model-shelf.js';
import {modelShelfOf} from '../../core/session/model-shelf.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';
import {FakeModelStore} from '../fixtures/fake-model-store.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

async function bound(store = new FakeModelStore()) {
  const host = new HostElement();
  const session = await host.open();
  const {engine} = host;
  const el = await fixture<RedoModelShelf>(
    html`<redo-model-shelf .viewer=${host} .store=${store}></redo-model-shelf>`
  );
  // The observer of what is on the screen answers with a frame.
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await until(() => findAll(el, '.keep').length === 1);
  const shelf = modelShelfOf(store);
  const rest = async () => {
    await until(() => shelf.working.value === 0);
    await idle(engine);
    await el.updateComplete;
  };
  await rest();
  const press = async (name: string, place = 0) => {
    findAll(el, `button.${name}`)[place]!.click();
    await rest();
  };
  const names = () => findAll<HTMLInputElement>(el, 'li input').map(({value}) => value);
  const said = () => find(el, '[role="status"]').textContent;
  return {el, host, session, engine, store, shelf, rest, press, names, said};
}

describe('redo-model-shelf', () => {
  for (const scheme of ['light', 'dark']) {
    it(`is accessible, ${scheme}: empty, full, and with an error`, async () => {
      document.documentElement.style.colorScheme = scheme;
      document.body.style.background = scheme === 'dark' ? '#15181c' : '#fff';
      const {el, press, store} = await bound();
      await expectAccessible(el);
      await press('keep');
      store.forbidden = true;
      await press('keep');
      await expectAccessible(el);
      document.documentElement.style.colorScheme = '';
      document.body.style.background = '';
    });
  }

  it('fires model-keep and lists what is kept, with its facts', async () => {
    const {el, press, names, said} = await bound();
    const events = record('model-keep');
    await press('keep');
    await press('keep');
    expect(events.map(each => each.detail)).to.deep.equal([
      {name: 'discs, iteration 60'},
      {name: 'discs, iteration 60 (2)'},
    ]);
    expect(names()).to.deep.equal(['discs, iteration 60', 'discs, iteration 60 (2)']);
    expect(find(el, '.facts').textContent).to.match(/^discs, 3 regions, 32 px · iteration 60 · /);
    expect(find(el, '.space').textContent).to.include('free');
    expect(said()).to.equal('discs, iteration 60 (2) is kept.');
  });

  it('keeps once for two presses, also while the list is still being read', async () => {
    const {el, press, rest, names, shelf} = await bound();
    void shelf.read(1);
    find(el, '.keep').click();
    await press('keep');
    await rest();
    expect(names()).to.deep.equal(['discs, iteration 60']);
  });

  it('fires model-open and goes on from what was kept', async () => {
    const {session, press} = await bound();
    await press('keep');
    session.training.step(4);
    await until(() => session.iteration.value === 64);
    const events = record('model-open');
    await press('open');
    await until(() => session.iteration.value === 60);
    expect(events).to.have.length(1);
    expect(session.place.value?.weights.fileName).to.equal('discs, iteration 60');
    expect(session.model.value!.source!.resumed).to.equal(true);
  });

  it('fires model-rename for a name that is typed; an empty one is none', async () => {
    const {el, press, rest, names} = await bound();
    await press('keep');
    const events = record('model-rename');
    const input = find<HTMLInputElement>(el, 'li input');
    enter(input, '  moss ', 'change');
    await rest();
    enter(input, ' ', 'change');
    await rest();
    expect(names()).to.deep.equal(['moss']);
    expect(events.map(each => (each.detail as {name: string}).name)).to.deep.equal(['moss']);
  });

  it('fires model-delete, and the focus goes on', async () => {
    const {el, press, names} = await bound();
    await press('keep');
    const events = record('model-delete');
    await press('remove');
    expect(names()).to.deep.equal([]);
    expect(events).to.have.length(1);
    expect(el.shadowRoot!.activeElement).to.equal(find(el, '.keep'));
  });

  it('fires file-saved with what is kept, and with weights for PyTorch', async () => {
    const {el, engine, store, press} = await bound();
    await press('keep');
    const files: {name: string; blob: Blob}[] = [];
    el.addEventListener('file-saved', event => {
      event.preventDefault();
      files.push((event as CustomEvent<{name: string; blob: Blob}>).detail);
    });
    await press('download');
    await press('export');
    expect(files.map(({name}) => name)).to.deep.equal([
      'discs-iteration-60.safetensors',
      'discs-weights.safetensors',
    ]);
    expect(await files[0]!.blob.arrayBuffer()).to.deep.equal([...store.files.values()][0]);
    expect(engine.bodies('snapshot').at(-1)!.plain).to.equal(true);
  });

  it('says that there is no room, loses nothing, and keeps it on the next try', async () => {
    const {el, press, rest, names, store} = await bound();
    await press('keep');
    store.limitBytes = 20;
    await press('keep');
    const panel = find<RedoErrorPanel>(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('storage is full');
    expect(names()).to.have.length(1);
    store.limitBytes = 10_000;
    find(panel, 'button').click();
    await rest();
    expect(names()).to.have.length(2);
    expect(findAll(el, 'redo-error-panel')).to.have.length(0);
  });
});
