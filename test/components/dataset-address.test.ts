import {expect} from '@open-wc/testing';

import {absoluteDataset, datasetAt} from '../../components/dataset-address.js';

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
});
