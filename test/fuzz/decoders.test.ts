import {expect} from '@open-wc/testing';

import {DECODERS, fuzzDecoder} from './decoders.js';

const COUNT = 120;

describe('reading damaged images in the page', () => {
  for (const format of DECODERS) {
    it(`refuses ${format} with a sentence, or loads it, within a second`, async () => {
      const {failures, loaded, refused} = await fuzzDecoder(format, {count: COUNT});
      expect(failures).to.deep.equal([]);
      expect(loaded + refused).to.equal(COUNT);
      expect(refused, 'damage that is found').to.be.above(0);
    });
  }
});
