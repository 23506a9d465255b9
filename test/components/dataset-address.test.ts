import {expect} from '@open-wc/testing';

import {absoluteDataset, datasetAt, pastedDataset} from '../../components/dataset-address.js';

const PAGE = 'https://here.org/demo/page.html';

describe('datasetAt(text, base)', () => {
  it('leaves names alone', () => {
    expect(datasetAt('colored-2-mnist', PAGE)).to.equal('colored-2-mnist');
    expect(absoluteDataset('blobs', PAGE)).to.equal('blobs');
  });

  it('makes a source of an address, also of one relative to the page', () => {
    expect(datasetAt('https://a.org/x/my%20set.redo.zip', PAGE)).to.deep.equal({
      name: 'my set.redo.zip',
      urls: ['https://a.org/x/my%20set.redo.zip'],
    });
    for (const text of ['set.zip', './set.zip', '/demo/set.zip']) {
      expect(datasetAt(text, PAGE)).to.deep.equal({
        name: 'set.zip',
        urls: ['https://here.org/demo/set.zip'],
      });
      expect(absoluteDataset(text, PAGE)).to.equal('https://here.org/demo/set.zip');
    }
  });

  it('makes one source of several addresses', () => {
    const urls = ['https://here.org/demo/a.jpg', 'https://b.org/c.png'];
    const text = ' a.jpg\n https://b.org/c.png ';
    expect(datasetAt(text, PAGE)).to.deep.equal({name: '2 addresses', urls});
    expect(absoluteDataset(text, PAGE)).to.equal(urls.join(' '));
  });
});

describe('pastedDataset(text)', () => {
  it('takes addresses of the web, and nothing else', () => {
    expect(pastedDataset('https://a.org/x.zip\n')).to.deep.equal({
      name: 'x.zip',
      urls: ['https://a.org/x.zip'],
    });
    expect(pastedDataset('http://a.org/1.jpg\nhttp://a.org/2.jpg')!.name).to.equal('2 addresses');
    for (const text of ['', 'a.jpg', 'see https://a.org/x.zip', 'https://', 'file:///a.jpg']) {
      expect(pastedDataset(text), text).to.equal(undefined);
    }
  });
});
