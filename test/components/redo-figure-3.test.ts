import {expect, fixture, html} from '@open-wc/testing';
import {readFigure3} from '../../components/figure-3-drawing.js';
import type {RedoFigure3} from '../../components/redo-figure-3.js';
import '../../components/redo-figure-3.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll} from '../fixtures/elements.js';

const FIGURE = {
  title: 'lfw <val>',
  supervised: [
    {labels: 10, accuracy: 0.8, objectIou: 0.6},
    {labels: 1, accuracy: 0.7, objectIou: 0.5},
  ],
  unsupervised: {accuracy: 0.9, objectIou: 0.7},
};

/** Gives a file to the element as its picker does. */
function pick(el: Element, content: string): void {
  const input = find<HTMLInputElement>(el, 'input');
  const data = new DataTransfer();
  data.items.add(new File([content], 'figure.json'));
  input.files = data.files;
  input.dispatchEvent(new Event('change'));
}

describe('redo-figure-3', () => {
  it('draws the file of the baseline, and is accessible', async () => {
    const el = await fixture<RedoFigure3>(html`<redo-figure-3></redo-figure-3>`);
    await expectAccessible(el);
    pick(el, JSON.stringify(FIGURE));
    while (!el.figure) await new Promise(requestAnimationFrame);
    await el.updateComplete;
    expect(findAll(el, 'circle').length).to.equal(4);
    expect(find(el, '[role="img"]').getAttribute('aria-label')).to.equal(
      'lfw <val>. 1 labelled: IoU 0.500; 10 labelled: IoU 0.600; unsupervised: IoU 0.700.'
    );
    await expectAccessible(el);
  });

  it('says what is no such file, and keeps what was there', async () => {
    const el = await fixture<RedoFigure3>(
      html`<redo-figure-3 .figure=${readFigure3(JSON.stringify(FIGURE))}></redo-figure-3>`
    );
    pick(el, '{');
    while (findAll(el, '[role="alert"]').length === 0) await new Promise(requestAnimationFrame);
    expect(find(el, '[role="alert"]').textContent).to.match(/figure\.json: .*must be JSON/);
    expect(findAll(el, 'circle').length).to.equal(4);
  });

  it('saves it as SVG', async () => {
    const el = await fixture<RedoFigure3>(
      html`<redo-figure-3 .figure=${readFigure3(JSON.stringify(FIGURE))}></redo-figure-3>`
    );
    let saved: {name: string; blob: Blob} | undefined;
    el.addEventListener('file-saved', event => {
      event.preventDefault();
      saved = (event as CustomEvent<{name: string; blob: Blob}>).detail;
    });
    find(el, 'button').click();
    expect(saved!.name).to.equal('figure-3.svg');
    expect(await saved!.blob.text()).to.match(/^<svg [^]*lfw &lt;val>/);
  });
});

describe('readFigure3(text)', () => {
  for (const [what, change] of [
    ['no title', {title: undefined}],
    ['no scores', {supervised: []}],
    ['labels that are none', {supervised: [{labels: 0, accuracy: 1, objectIou: 1}]}],
    ['a score beyond 1', {unsupervised: {accuracy: 2, objectIou: 1}}],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(() => readFigure3(JSON.stringify({...FIGURE, ...change}))).to.throw(
        /must have a title and scores by number of labels/
      );
    });
  }
});
