import {expect, fixture, html} from '@open-wc/testing';
import {sendKeys} from '@web/test-runner-commands';
import type {RedoPicture} from '../../components/redo-picture.js';
import type {RedoRedrawGrid} from '../../components/redo-redraw-grid.js';
import '../../components/redo-redraw-grid.js';
import {explorerOf} from '../../core/session/explorer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll, record} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

async function bound(host = new HostElement()) {
  const session = await host.open();
  const el = await fixture<RedoRedrawGrid>(
    html`<redo-redraw-grid .viewer=${host}></redo-redraw-grid>`
  );
  const {engine} = host;
  const {grid} = explorerOf(session);
  const rest = async () => {
    await idle(engine);
    await el.updateComplete;
  };
  // The observer of what is on the screen answers in its own time.
  await until(() => engine.count('segment') > 0);
  await rest();
  const cells = () => findAll(el, '.pick');
  const pictures = (row: number) =>
    findAll<RedoPicture>(findRow(el, row), 'redo-picture').map(each => each.picture);
  return {el, host, session, engine, grid, rest, cells, pictures};
}

/** A row as what `findAll` searches: a host with a root. */
function findRow(el: Element, row: number): Element {
  const found = findAll(el, '[role="row"]')[row + 1]!;
  return {shadowRoot: found, localName: 'row'} as unknown as Element;
}

describe('redo-redraw-grid', () => {
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

  it('is accessible, and says so, while nothing is open', async () => {
    const host = new HostElement();
    const el = await fixture<RedoRedrawGrid>(
      html`<redo-redraw-grid .viewer=${host}></redo-redraw-grid>`
    );
    expect(el.shadowRoot!.textContent).to.include('Nothing is open');
    await expectAccessible(el);
  });

  it('shows input, truth and mask of each image, then its redraws', async () => {
    const {el, pictures, grid, session} = await bound();
    session.views.samples.reload();
    await until(() => pictures(5).every(picture => picture));
    expect(findAll(el, '[role="row"]')).to.have.length(1 + 6);
    const {value} = grid.node.state.value;
    for (let row = 0; row < 6; row++) {
      const shown = pictures(row);
      expect(shown).to.have.length(3 + 3 * 4);
      expect(shown.slice(3)).to.deep.equal(
        value!.rows[row]!.redraws.flatMap(each => each.pictures)
      );
    }
    const labels = findAll(el, '[role="columnheader"]').map(each => each.textContent.trim());
    expect(labels).to.deep.equal([
      ...['Input', 'Truth', 'Mask'],
      ...['Region 1 redrawn', 'Region 2 redrawn', 'Region 3 redrawn'],
    ]);
  });

  it('updates in place when weights change', async () => {
    const {el, session, rest, pictures} = await bound();
    const before = [...findAll(el, 'redo-picture')];
    const shown = pictures(2)[5];
    session.training.step(1);
    await rest();
    expect(findAll(el, 'redo-picture')).to.deep.equal(before);
    expect(pictures(2)[5]).to.not.equal(shown);
  });

  it('fires cell-pick and takes image, region and code in hand, by click', async () => {
    const {cells, host, session, grid, rest} = await bound();
    const events = record('cell-pick');
    // Row 2, second code of region 1.
    cells()[2 * 12 + 5]!.click();
    await rest();
    const code = grid.codes.value[1]![1]!;
    expect(events).to.deep.equal([{type: 'cell-pick', detail: {image: 2, region: 1, code}}]);
    expect([host.image, host.region]).to.deep.equal([2, 1]);
    expect(session.codes.all[1]!.value).to.deep.equal(code);
    const selected = cells().filter(each => each.getAttribute('aria-selected') === 'true');
    expect(selected).to.deep.equal([cells()[2 * 12 + 5]]);
    session.codes.setValue(1, 0, 3);
    await rest();
    expect(cells().some(each => each.getAttribute('aria-selected') === 'true')).to.equal(false);
  });

  it('is walked by arrow keys, one cell in the tab order, and picks by Enter', async () => {
    const {el, cells, host} = await bound();
    const events = record('cell-pick');
    cells()[0]!.focus();
    for (const press of ['ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowLeft', 'ArrowUp', 'End']) {
      await sendKeys({press});
      await el.updateComplete;
    }
    expect(el.shadowRoot!.activeElement).to.equal(cells()[11]);
    for (const press of ['ArrowRight', 'ArrowUp', 'ArrowDown', 'Enter']) {
      await sendKeys({press});
      await el.updateComplete;
    }
    expect(cells().filter(each => each.tabIndex === 0)).to.deep.equal([cells()[23]]);
    expect(events).to.have.length(1);
    expect([host.image, host.region]).to.deep.equal([1, 2]);
    expect(cells()[23]!.getAttribute('aria-label')).to.match(/^Image 1, region 3, code 4: D\(Î\)/);
  });

  it('fires seed-pick for other codes, typed or new', async () => {
    const {el, grid, rest} = await bound();
    const events = record('seed-pick');
    find(el, 'button').click();
    enter(find<HTMLInputElement>(el, 'input[name="seed"]'), '17', 'change');
    await rest();
    expect(events.map(each => each.detail)).to.deep.equal([{seed: 2}, {seed: 17}]);
    expect(grid.seed.value).to.equal(17);
    expect(find<HTMLInputElement>(el, 'input[name="seed"]').value).to.equal('17');
    enter(find<HTMLInputElement>(el, 'input[name="seed"]'), '', 'change');
    expect(grid.seed.value).to.equal(17);
  });

  it('says what failed, and draws when tried again', async () => {
    const host = new HostElement();
    host.engine.failNext('compositions', 'compositions: no');
    const {el, rest, pictures} = await bound(host);
    const panel = find(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('compositions: no');
    find(panel, 'button').click();
    await rest();
    expect(findAll(el, 'redo-error-panel')).to.be.empty;
    expect(pictures(0)[3]).to.not.equal(undefined);
  });

  it('is bound by `for` too, and follows when the session is another', async () => {
    const host = new HostElement();
    host.id = 'viewer';
    document.body.append(host);
    const first = await host.open();
    const el = await fixture<RedoRedrawGrid>(
      html`<redo-redraw-grid for="viewer"></redo-redraw-grid>`
    );
    await until(() => findAll(el, '.pick').length === 6 * 12);
    await first.dispose();
    host.session = undefined;
    await until(() => findAll(el, '.pick').length === 0);
    await host.open('discs-2');
    await until(() => findAll(el, '.pick').length === 6 * 8);
    host.remove();
  });

  it('asks for nothing while it is hidden', async () => {
    const {el, engine, session, rest} = await bound();
    el.hidden = true;
    // The observer answers with a frame.
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await rest();
    const asked = engine.count('compositions');
    session.training.step(1);
    await rest();
    expect(engine.count('compositions')).to.equal(asked);
    el.hidden = false;
    await until(() => engine.count('compositions') > asked);
  });

  for (const width of [320, 1400]) {
    it(`fits into ${width} pixels`, async () => {
      const {el} = await bound();
      el.style.width = `${width}px`;
      await el.updateComplete;
      expect(el.scrollWidth).to.be.at.most(width);
    });
  }
});
