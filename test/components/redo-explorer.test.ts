import {expect, fixture, html} from '@open-wc/testing';
import type {RedoCodePath} from '../../components/redo-code-path.js';
import type {RedoCodeShelf} from '../../components/redo-code-shelf.js';
import type {RedoExplorer} from '../../components/redo-explorer.js';
import '../../components/redo-explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

const VIEWS = {
  browser: {tag: 'redo-image-browser', kind: 'thumbnails'},
  grid: {tag: 'redo-redraw-grid', kind: 'compositions'},
  recovery: {tag: 'redo-recovery-scatter', kind: 'recoveries'},
  discriminator: {tag: 'redo-discriminator-view', kind: 'scores'},
  inside: {tag: 'redo-inside-view', kind: 'features'},
} as const;

async function bound() {
  const host = new HostElement();
  const session = await host.open();
  const el = await fixture<RedoExplorer>(html`<redo-explorer .viewer=${host}></redo-explorer>`);
  await until(() => findAll(el, 'details').length === 8);
  const {engine} = host;
  const toggle = (name: string) => find(el, `.${name} > summary`).click();
  return {el, host, session, engine, toggle};
}

describe('redo-explorer', () => {
  it('is accessible, closed and open', async () => {
    const {el, engine, toggle} = await bound();
    await expectAccessible(el);
    for (const [name, {tag, kind}] of Object.entries(VIEWS)) {
      toggle(name);
      await until(() => findAll(el, tag).length === 1);
      // What is below the window's edge computes nothing.
      find(el, tag).scrollIntoView();
      await until(() => engine.count(kind) > 0);
    }
    await idle(engine);
    await expectAccessible(el);
  });

  it('closed, it shows the names of its views and asks for nothing', async () => {
    const {el, engine} = await bound();
    await idle(engine);
    expect(findAll(el, 'summary').map(each => each.textContent)).to.deep.equal([
      'All images',
      'Shelf of codes',
      'Path through codes',
      'Redraw grid',
      'Codes read back: ẑ against z',
      'Discriminator',
      'Inside the networks',
      'Trainings kept in this browser',
    ]);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open']);
  });

  it('shelf is bound to the viewer, and asks for nothing by being open', async () => {
    const {el, host, engine, toggle} = await bound();
    toggle('shelf');
    await until(() => findAll(el, 'redo-code-shelf').length === 1);
    expect(find<RedoCodeShelf>(el, 'redo-code-shelf').viewer).to.equal(host);
    await expectAccessible(el);
    await idle(engine);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open']);
  });

  it('path is bound to the viewer, and shows the region in hand', async () => {
    const {el, host, engine, toggle} = await bound();
    toggle('path');
    await until(() => engine.count('redraw') > 0);
    expect(find<RedoCodePath>(el, 'redo-code-path').viewer).to.equal(host);
    await expectAccessible(el);
    await idle(engine);
    expect(engine.begun.map(each => each.kind)).to.deep.equal(['open', 'redraw']);
  });

  for (const [name, {tag, kind}] of Object.entries(VIEWS)) {
    it(`${name} computes while it is open, and no longer`, async () => {
      const {el, host, engine, session, toggle} = await bound();
      toggle(name);
      await until(() => engine.count(kind) > 0);
      await idle(engine);
      expect(find<HTMLElement & {viewer: unknown}>(el, tag).viewer).to.equal(host);
      for (const other of Object.values(VIEWS)) {
        expect(engine.count(other.kind) > 0, other.kind).to.equal(other.kind === kind);
      }
      toggle(name);
      await until(() => findAll(el, tag).length === 0);
      await idle(engine);
      const asked = engine.count(kind);
      session.training.step(1);
      await idle(engine);
      expect(engine.count(kind)).to.equal(asked);
    });
  }
});
