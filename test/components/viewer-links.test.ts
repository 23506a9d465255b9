import {expect, fixture, html} from '@open-wc/testing';
import type {RedoViewer} from '../../components/redo-viewer.js';
import {encodeView} from '../../core/session/view-link.js';
import {FakeEngine} from '../fixtures/fake-engine.js';
import {until} from '../fixtures/idle.js';
import {started} from '../fixtures/viewer.js';

const VIEW = {
  ...{preset: 'discs-2', seed: 1, iteration: 0, region: 1, weights: 'none'},
  image: {split: 'test', index: 3} as const,
  codes: [Float32Array.of(0.5, -1, 2), Float32Array.of(1, 1, -0.25)],
};

/** A viewer whose engine is opening the model of a link. */
async function opening(): Promise<RedoViewer> {
  const el = await fixture<RedoViewer>(
    html`<redo-viewer .engine=${new FakeEngine({codeSize: 3})}></redo-viewer>`
  );
  el.view = await encodeView(VIEW);
  await until(() => el.preset === VIEW.preset && el.session?.status.value === 'opening');
  expect(el.session!.model.value).to.equal(undefined);
  return el;
}

const codes = (el: RedoViewer): number[][] =>
  el.session!.codes.all.map(code => [...code.value.values()]);

describe('view of a redo-viewer', () => {
  it('is shown by the engine that comes in the place of the one that was opening its model', async () => {
    const el = await opening();
    const engine = new FakeEngine({codeSize: 3});
    el.engine = engine;
    await started(engine, el);
    expect(codes(el)).to.deep.equal(VIEW.codes.map(code => [...code]));
    expect(el.session!.image.value).to.deep.equal(VIEW.image);
  });

  it('is not shown by a model that is asked for in its place', async () => {
    const el = await opening();
    el.preset = 'discs-3';
    const engine = new FakeEngine({codeSize: 3});
    await el.updateComplete;
    el.engine = engine;
    await started(engine, el);
    expect(el.session!.codes.all).to.have.length(3);
    expect(codes(el)[0]).not.to.deep.equal([...VIEW.codes[0]!]);
  });
});
