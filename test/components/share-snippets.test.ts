import {expect} from '@open-wc/testing';

import {htmlSnippet, javascriptSnippet, pytorchSnippet} from '../../components/share-snippets.js';
import {findPreset} from '../../core/model/presets.js';
import type {View} from '../../core/session/view-link.js';

const VIEW: View = {
  preset: 'published-128',
  seed: 3,
  iteration: 0,
  image: {split: 'test', index: 4},
  region: 1,
  codes: [Float32Array.of(0.5, -1), Float32Array.of(2, 0.25), Float32Array.of(0, 1)],
};

describe('htmlSnippet(text)', () => {
  it('is a viewer with that view', () => {
    const page = new DOMParser().parseFromString(htmlSnippet('1.abc-_'), 'text/html');
    expect(page.querySelector('redo-viewer')!.getAttribute('view')).to.equal('1.abc-_');
  });
});

describe('javascriptSnippet(view)', () => {
  it('shows the view on a new element', async () => {
    const shown: View[] = [];
    // In the place of the real element, which these lines load by themselves.
    customElements.define(
      'redo-viewer',
      class extends HTMLElement {
        showView(view: View): void {
          shown.push(view);
        }
      }
    );
    const lines = javascriptSnippet(VIEW).replace(/^import .*$/m, '');
    const script = document.createElement('script');
    script.type = 'module';
    script.src = `data:text/javascript,${encodeURIComponent(lines)}`;
    const loaded = new Promise(resolve => script.addEventListener('load', resolve));
    document.head.append(script);
    await loaded;
    script.remove();
    document.querySelector('redo-viewer')!.remove();
    expect(shown).to.deep.equal([VIEW]);
  });
});

describe('pytorchSnippet(view, config)', () => {
  const {model} = findPreset('published-128');

  it('builds the published networks with the model’s options, and the codes', () => {
    const lines = pytorchSnippet(VIEW, {...model, codeSize: 2});
    expect(lines).to.contain('models._netEncM(sizex=128, nMasks=3, nRes=3, nf=64, temperature=1)');
    expect(lines).to.contain('models._netGenX(sizex=128, nc=2, nf=64, nMasks=3, selfAtt=True)');
    expect(lines.replace(/\s+/g, ' ')).to.contain(
      '[[0.5, -1], [2, 0.25], [0, 1]]'.replace('[[', '[[')
    );
    expect(lines).to.contain('drawn[:, 1] + (1 - masks[:, 1:2]) * image');
  });

  it('refuses sizes that the published code has no generators for', () => {
    expect(() => pytorchSnippet(VIEW, {...model, size: 64})).to.throw(RangeError, 'for 64×64');
  });
});
