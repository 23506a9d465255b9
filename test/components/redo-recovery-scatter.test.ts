import {expect, fixture, html} from '@open-wc/testing';
import type {RedoRecoveryScatter} from '../../components/redo-recovery-scatter.js';
import '../../components/redo-recovery-scatter.js';
import {explorerOf} from '../../core/session/explorer.js';
import {recoveredOf} from '../../core/session/code-recovery.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll} from '../fixtures/elements.js';
import {idle, until} from '../fixtures/idle.js';
import {HostElement} from '../fixtures/session-host.js';

async function bound(host = new HostElement()) {
  const session = await host.open();
  const el = await fixture<RedoRecoveryScatter>(
    html`<redo-recovery-scatter .viewer=${host}></redo-recovery-scatter>`
  );
  const rest = async () => {
    await idle(host.engine);
    await el.updateComplete;
  };
  // The observer of what is on the screen answers in its own time.
  await until(() => host.engine.count('recoveries') > 0);
  await rest();
  const text = () => el.shadowRoot!.textContent.replace(/\s+/g, ' ');
  const paths = () => findAll(el, 'path.dots').map(each => each.getAttribute('d')!);
  const {node} = explorerOf(session).recovery;
  return {el, host, session, rest, text, paths, node, engine: host.engine};
}

describe('redo-recovery-scatter', () => {
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

  it('has a panel a component, with a dot a draw and its R²', async () => {
    const {el, text, paths, node} = await bound();
    expect(paths().map(path => path.match(/M/g)!.length)).to.deep.equal([64, 64, 64]);
    const expected = recoveredOf(node.state.value.value!, 0).map(({r2}) => `R² ${r2.toFixed(2)}`);
    const shown = findAll(el, 'figcaption').map(each => each.textContent.trim().split(/\s\s+/));
    expect(shown).to.deep.equal(expected.map((r2, d) => [['z₁', 'z₂', 'z₃'][d], r2]));
    // The frozen engine reads the first component back, and the later ones less.
    expect(expected[0]).to.equal('R² 1.00');
    expect(text()).to.match(/Region 1, 64 draws mean R² 0\.\d\d/);
    const label = findAll(el, 'figure svg')[0]!.getAttribute('aria-label');
    expect(label).to.equal('Component 1: δ’s reading over the code, R² 1.00');
  });

  it('shows another region’s components without asking again', async () => {
    const {session, rest, text, paths, engine} = await bound();
    const before = paths();
    const asked = engine.count('recoveries');
    session.region.value = 2;
    await rest();
    expect(text()).to.include('Region 3, 64 draws');
    paths().forEach((path, d) => {
      expect(path).to.not.equal(before[d]);
    });
    expect(engine.count('recoveries')).to.equal(asked);
  });

  it('grows draw by draw, and updates in place', async () => {
    const host = new HostElement();
    const session = await host.open();
    const el = await fixture<RedoRecoveryScatter>(
      html`<redo-recovery-scatter .viewer=${host}></redo-recovery-scatter>`
    );
    await until(() => findAll(el, 'path.dots').length === 3);
    const nodes = findAll(el, 'svg, path.dots, line');
    expect(el.shadowRoot!.textContent).to.match(/Region 1, \d+ draws/);
    await idle(host.engine);
    session.training.step(1);
    await idle(host.engine);
    await el.updateComplete;
    expect(findAll(el, 'svg, path.dots, line')).to.deep.equal(nodes);
  });

  it('dims what is of another image', async () => {
    const {el, session, engine, rest} = await bound();
    expect(findAll(el, 'svg.stale')).to.be.empty;
    const release = engine.hold('recoveries');
    session.selectImage({split: 'test', index: 3});
    await until(() => findAll(el, 'svg.stale').length === 3);
    release();
    await rest();
    expect(findAll(el, 'svg.stale')).to.be.empty;
  });

  it('says what failed, and asks again', async () => {
    const host = new HostElement();
    host.engine.failNext('recoveries', 'recoveries: no');
    const {el, rest} = await bound(host);
    expect(findAll(el, 'figure')).to.be.empty;
    const panel = find(el, 'redo-error-panel');
    expect(panel.shadowRoot!.textContent).to.include('recoveries: no');
    find(panel, 'button').click();
    await rest();
    expect(findAll(el, 'figure')).to.have.length(3);
  });
});
