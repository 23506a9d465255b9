import {expect, fixture, html} from '@open-wc/testing';
import type {RedoErrorPanel} from '../../components/redo-error-panel.js';
import type {RedoProgress} from '../../components/redo-progress.js';
import type {RedoStatusBar} from '../../components/redo-status-bar.js';
import '../../components/redo-error-panel.js';
import '../../components/redo-progress.js';
import '../../components/redo-status-bar.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, record, words} from '../fixtures/elements.js';

describe('redo-status-bar', () => {
  const facts = {
    backend: {name: 'webgl', device: 'a GPU', threads: 1, place: 'worker'} as const,
    size: 64,
    dataset: 'discs',
  };

  it('is accessible, in every status', async () => {
    const el = await fixture<RedoStatusBar>(
      html`<redo-status-bar status="ready" .facts=${facts}></redo-status-bar>`
    );
    await expectAccessible(el);
    el.status = 'playing';
    await el.updateComplete;
    await expectAccessible(el);
  });

  it('says backend, device, size, iteration and time a step', async () => {
    const el = await fixture<RedoStatusBar>(
      html`<redo-status-bar
        status="ready"
        .facts=${facts}
        .iteration=${1234}
        .stepMs=${41.26}
      ></redo-status-bar>`
    );
    expect(words(el)).to.include('Ready');
    expect(words(el)).to.include('Iteration 1,234');
    expect(words(el)).to.include('Step 41.3 ms');
    expect(words(el)).to.include('Images 64 × 64, discs');
    expect(words(el)).to.include('Backend webgl, in a worker · a GPU');
  });

  it('says how many threads compute on wasm', async () => {
    const backend = {name: 'wasm', device: 'SIMD', threads: 2, place: 'worker'} as const;
    const el = await fixture<RedoStatusBar>(
      html`<redo-status-bar .facts=${{...facts, backend}}></redo-status-bar>`
    );
    expect(words(el)).to.include('Backend wasm, in a worker, 2 threads · SIMD');
    el.facts = {...facts, backend: {...backend, threads: 1, place: 'main'}};
    await el.updateComplete;
    expect(words(el)).to.include('Backend wasm, on the page, one thread · SIMD');
  });

  for (const [name, race, said] of [
    ['wasm', {webgl: 84.21, wasm: 21}, ' · chosen in a test: 21.0 ms, webgl 84.2 ms'],
    ['webgl', {webgl: 6.04}, ' · chosen in a test: 6.0 ms'],
    ['wasm', {}, ' · chosen: webgl can’t run here'],
    ['webgl', undefined, ''],
  ] as const) {
    it(`says why ${name} was taken after a race of ${JSON.stringify(race)}`, async () => {
      const el = await fixture<RedoStatusBar>(
        html`<redo-status-bar
          status="ready"
          .facts=${{...facts, backend: {...facts.backend, name, race}}}
        ></redo-status-bar>`
      );
      const threads = name === 'wasm' ? ', one thread' : '';
      expect(words(el)).to.include(`Backend ${name}, in a worker${threads} · a GPU${said}`);
      if (!said) expect(words(el)).to.not.include('chosen');
    });
  }

  it('says no more than its status while there are no facts', async () => {
    const el = await fixture<RedoStatusBar>(
      html`<redo-status-bar status="opening"></redo-status-bar>`
    );
    expect(words(el).trim()).to.equal('Opening');
  });
});

describe('redo-progress', () => {
  it('is accessible', async () => {
    const el = await fixture<RedoProgress>(html`<redo-progress></redo-progress>`);
    await expectAccessible(el);
  });

  it('names the stage and says the share', async () => {
    const el = await fixture<RedoProgress>(
      html`<redo-progress .progress=${{stage: 'warm-up', done: 1, total: 4}}></redo-progress>`
    );
    expect(words(el)).to.include('Warming up');
    expect(find(el, '[role="progressbar"]').getAttribute('aria-valuenow')).to.equal('25');
  });

  it('is at rest where the total is not known', async () => {
    const el = await fixture<RedoProgress>(
      html`<redo-progress .progress=${{stage: 'dataset', done: 0, total: 0}}></redo-progress>`
    );
    expect(find(el, '[role="progressbar"]').getAttribute('aria-valuenow')).to.equal('0');
  });
});

describe('redo-error-panel', () => {
  const panel = () =>
    fixture<RedoErrorPanel>(
      html`<redo-error-panel during="open" message="preset: must be known"></redo-error-panel>`
    );

  it('is accessible', async () => {
    await expectAccessible(await panel());
  });

  it('says what failed, why, and what to do', async () => {
    const el = await panel();
    const text = find(el, '[role="alert"]').textContent;
    expect(text).to.include('could not be opened');
    expect(text).to.include('preset: must be known');
    expect(text).to.include('try again');
  });

  it('words are said in the place of those of `during`', async () => {
    const el = await panel();
    el.words = {title: 'It is full', advice: 'Make room', action: 'Write over it'};
    await el.updateComplete;
    expect(words(el)).to.include('It is full').and.include('Make room');
    expect(words(el)).to.include('preset: must be known').and.not.include('could not be opened');
    expect(find(el, 'button').textContent).to.equal('Write over it');
  });

  it('fires try-again', async () => {
    const el = await panel();
    const events = record('try-again');
    find(el, 'button').click();
    expect(events).to.have.length(1);
  });
});
