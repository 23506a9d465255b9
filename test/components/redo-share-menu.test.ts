import {expect, fixture, html, waitUntil} from '@open-wc/testing';
import {explorerStrings} from '../../components/explorer-strings.js';
import type {RedoShareMenu, Sharable} from '../../components/redo-share-menu.js';
import '../../components/redo-share-menu.js';
import {findPreset} from '../../core/model/presets.js';
import {decodeView, type View, viewJson} from '../../core/session/view-link.js';
import {expectAccessible} from '../fixtures/accessible.js';
import {find, findAll} from '../fixtures/elements.js';

const {share} = explorerStrings;

const VIEW: View = {
  preset: 'blobs-32',
  dataset: undefined,
  weights: undefined,
  seed: 1,
  iteration: 3,
  image: {split: 'test', index: 2},
  region: 1,
  codes: [Float32Array.of(0.25), Float32Array.of(-1)],
  masks: undefined,
  panels: undefined,
};

async function menu(given: Partial<Sharable> | null = {}) {
  const sharable: Sharable = {view: VIEW, config: findPreset('blobs-32').model, left: [], ...given};
  const el = await fixture<RedoShareMenu>(
    html`<redo-share-menu
      page="https://example.org/page?x=1#old"
      file-name="blobs"
      .sharable=${async () => (given === null ? undefined : sharable)}
    ></redo-share-menu>`
  );
  const message = () => find(el, '[role="status"]').textContent.trim();
  const press = async (text: string): Promise<string> => {
    const button = findAll<HTMLButtonElement>(el, 'button').find(
      each => each.textContent.trim() === text
    );
    const before = message();
    button!.click();
    await waitUntil(() => message() !== before, `${text} must say what became of it`);
    await el.updateComplete;
    return message();
  };
  return {el, press, message};
}

/** What was copied last, in the place of the browser's clipboard. */
function clipboard(write: (text: string) => Promise<void>): () => void {
  const own = Object.getOwnPropertyDescriptor(navigator, 'clipboard');
  Object.defineProperty(navigator, 'clipboard', {value: {writeText: write}, configurable: true});
  return () => {
    if (own) Object.defineProperty(navigator, 'clipboard', own);
    else Reflect.deleteProperty(navigator, 'clipboard');
  };
}

describe('redo-share-menu', () => {
  let copied: string[];
  let restore: () => void;
  beforeEach(() => {
    copied = [];
    restore = clipboard(async text => void copied.push(text));
  });
  afterEach(() => restore());

  for (const theme of ['light', 'dark'] as const) {
    it(`is accessible, theme="${theme}"`, async () => {
      const {el, press} = await menu();
      el.setAttribute('theme', theme);
      await press('HTML');
      await expectAccessible(el);
    });
  }

  it('copies a link to the page that leads to the view', async () => {
    const {press} = await menu();
    expect(await press(share.link)).to.match(/^Copied: Copy link, [\d,]+ characters\.$/);
    const address = new URL(copied[0]!);
    expect(address.href).to.match(/^https:\/\/example\.org\/page\?x=1#redo=1\./);
    expect(await decodeView(address.hash.slice('#redo='.length))).to.deep.equal(VIEW);
  });

  it('copies HTML, JavaScript, and says where PyTorch has no such networks', async () => {
    const {press} = await menu();
    await press('HTML');
    expect(copied.at(-1)).to.contain('<redo-viewer view="1.');
    await press('JavaScript');
    expect(copied.at(-1)).to.contain('showView({');
    expect(await press('PyTorch')).to.match(/published generators are for 128×128/);
    expect(copied).to.have.length(2);
  });

  it('copies PyTorch lines of a model of the published size', async () => {
    const {press} = await menu({config: findPreset('published-128').model});
    await press('PyTorch');
    expect(copied[0]).to.contain('import models');
  });

  it('says what a link leaves out', async () => {
    const {press} = await menu({left: [explorerStrings.share.link]});
    expect(await press(share.link)).to.match(/characters\. Copy link$/);
  });

  it('shows the text where the browser does not copy', async () => {
    restore();
    restore = clipboard(() => Promise.reject(new DOMException('not allowed', 'NotAllowedError')));
    const {el, press} = await menu();
    expect(await press('HTML')).to.equal(share.byHand('HTML'));
    expect(find<HTMLTextAreaElement>(el, 'textarea').value).to.contain('<redo-viewer view=');
  });

  it('refuses a link that browsers would cut, and points to the file', async () => {
    const values = 'A'.repeat(20_000);
    const noise = Array.from(crypto.getRandomValues(new Uint8Array(15_000)), each =>
      each.toString(36)
    ).join('');
    const masks = {width: 1, height: 1, regions: 2, runs: [1], values: values + noise};
    const {press} = await menu({view: {...VIEW, masks}});
    expect(await press(share.link)).to.match(/Save the view as a file/);
    expect(copied).to.be.empty;
  });

  it('saves the view as a file, and opens one', async () => {
    const {el, press, message} = await menu();
    const saved: {name: string; blob: Blob}[] = [];
    el.addEventListener('file-saved', event => {
      event.preventDefault();
      saved.push((event as CustomEvent<(typeof saved)[0]>).detail);
    });
    expect(await press(share.save)).to.equal('Saved blobs-view.json.');
    expect(await saved[0]!.blob.text()).to.equal(viewJson(VIEW));

    const opened: View[] = [];
    el.addEventListener('view-open', event =>
      opened.push((event as CustomEvent<{view: View}>).detail.view)
    );
    await pick(el, new File([saved[0]!.blob], 'mine.json'));
    await waitUntil(() => opened.length === 1);
    expect(opened[0]).to.deep.equal(VIEW);
    await pick(el, new File(['{"preset": 3}'], 'bad.json'));
    await waitUntil(() => message().startsWith('bad.json: '));
    expect(opened).to.have.length(1);
  });

  it('says that there is nothing yet', async () => {
    const {press} = await menu(null);
    expect(await press(share.link)).to.equal(share.nothing);
  });
});

async function pick(el: RedoShareMenu, file: File): Promise<void> {
  const input = find<HTMLInputElement>(el, 'input');
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
  input.dispatchEvent(new Event('change'));
  await el.updateComplete;
}
