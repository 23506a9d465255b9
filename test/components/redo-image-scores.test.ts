import {expect, fixture, html} from '@open-wc/testing';
import type {RedoImageScores} from '../../components/redo-image-scores.js';
import '../../components/redo-image-scores.js';
import '../../components/redo-viewer.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {enter, find, findAll} from '../fixtures/elements.js';
import '../fixtures/session-host.js';
import type {HostElement} from '../fixtures/session-host.js';

async function until(condition: () => boolean): Promise<void> {
  for (let frame = 0; !condition(); frame++) {
    if (frame > 600) throw new Error(`until: must come to hold; got ${condition}`);
    await new Promise(requestAnimationFrame);
  }
}

async function bound() {
  const host = await fixture<HostElement>(html`<session-host></session-host>`);
  await host.open();
  const el = await fixture<RedoImageScores>(
    html`<redo-image-scores .viewer=${host}></redo-image-scores>`
  );
  await until(() => findAll(el, 'button').length > 0);
  return {host, el};
}

/** Gives a file to the element as its picker does. */
function pick(el: Element, content: string): void {
  const input = find<HTMLInputElement>(el, 'input[type="file"]');
  const data = new DataTransfer();
  data.items.add(new File([content], 'images.csv'));
  input.files = data.files;
  input.dispatchEvent(new Event('change'));
}

const CSV = 'model,image,accuracy,object_iou\n"m",0,0.9,0.5\n"m",1,0.7,0.8\n"m",2,0.8,0.1\n';
const images = (el: Element): number[] =>
  findAll(el, '.tile').map(tile => Number(/Image (\d+)/.exec(tile.textContent)![1]));

describe('redo-image-scores', () => {
  it('scores the images of its viewer, and is accessible', async () => {
    const {host, el} = await bound();
    find(el, 'button.primary').click();
    await until(() => images(el).length === 12);
    await until(() => !find<HTMLButtonElement>(el, 'button.primary').disabled);
    expect(host.engine.bodies('evaluate')).to.deep.equal([{model: 1, split: 'test', count: 40}]);
    expect(find(el, '[role="status"]').textContent).to.include('40 test images: accuracy 0.900');
    await expectAccessible(el);
  });

  it('shows the images of a file in the order that is asked for, and takes one in hand', async () => {
    const {host, el} = await bound();
    pick(el, CSV);
    await until(() => images(el).length === 3);
    expect(images(el)).to.deep.equal([2, 0, 1]);
    for (const [order, expected] of [
      ['best-iou', [1, 0, 2]],
      ['worst-accuracy', [1, 2, 0]],
      ['best-accuracy', [0, 2, 1]],
    ] as const) {
      enter(find<HTMLSelectElement>(el, 'select'), order, 'change');
      await until(() => String(images(el)) === String(expected));
    }
    findAll(el, '.tile button')[1]!.click();
    expect(host.image).to.equal(2);
  });

  it('draws figures 4 to 6 of the scores, and saves them', async () => {
    const {el} = await bound();
    const button = (name: string) =>
      findAll<HTMLButtonElement>(el, 'button').find(each => each.textContent.trim() === name)!;
    expect(button('Draw Figures 4 to 6').disabled).to.equal(true);
    pick(el, CSV);
    await until(() => images(el).length === 3 && !button('Draw Figures 4 to 6').disabled);
    button('Draw Figures 4 to 6').click();
    await until(() => el.shadowRoot!.querySelector('.figure') !== null);
    const texts = findAll(el, '.figure text').map(each => each.textContent);
    expect(texts).to.include.members(['Top by IoU', 'Random', 'Worst by accuracy']);
    const first = texts.slice(texts.indexOf('Top by IoU')).find(each => /^0.* \/ /.test(each));
    expect(first).to.equal('0.700 / 0.800');
    expect(find(el, '.figure').getAttribute('aria-label')).to.include('mean 0.800 / 0.467 of 3');
    await expectAccessible(el);
    const saved: {name: string; blob: Blob}[] = [];
    el.addEventListener('file-saved', event => {
      event.preventDefault();
      saved.push((event as CustomEvent<{name: string; blob: Blob}>).detail);
    });
    button('Save SVG').click();
    expect(saved[0]!.name).to.equal('figures-4-6.svg');
    expect(await saved[0]!.blob.text()).to.match(/^<svg [^]*Worst by IoU[^]*<\/svg>\s*$/);
  });

  it('says what is wrong with a file', async () => {
    const {el} = await bound();
    const trouble = () => el.shadowRoot!.querySelector('[role="alert"]')?.textContent ?? '';
    pick(el, 'no scores');
    await until(() => /must begin with model,image/.test(trouble()));
    pick(el, CSV.replace('"m",2', '"m",99'));
    await until(() => /of which 40 are test images; got number 99/.test(trouble()));
  });

  it('says what the engine says', async () => {
    const {host, el} = await bound();
    host.engine.failNext('evaluate', 'evaluate: the test images must have true masks; got none');
    find(el, 'button.primary').click();
    await until(() => /must have true masks/.test(el.shadowRoot!.textContent));
  });
});
