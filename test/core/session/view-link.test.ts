import {expect} from '@open-wc/testing';

import {toBase64} from '../../../core/session/base64.js';
import {
  decodeView,
  encodeView,
  LONGEST_LINK,
  parseView,
  readView,
  type View,
  viewJson,
} from '../../../core/session/view-link.js';
import {Random} from '../../../datasets/random.js';
import {rejection} from '../../datasets/rejection.js';

const VIEW: View = {
  preset: 'digits-64',
  dataset: 'colored-2-mnist',
  weights: 'none',
  seed: 7,
  iteration: 120,
  image: {split: 'test', index: 5},
  region: 2,
  codes: [Float32Array.of(0.1, -2.5), Float32Array.of(1 / 3, 1e-30), Float32Array.of(0, -0)],
  masks: {
    width: 1,
    height: 1,
    regions: 3,
    runs: [0, 1],
    values: toBase64(new Uint8Array([0, 0, 128, 63, 0, 0, 0, 0, 0, 0, 0, 0])),
  },
  panels: 'image regions',
};

const MINIMAL: View = {
  preset: 'blobs-32',
  dataset: undefined,
  weights: undefined,
  seed: 1,
  iteration: 0,
  image: {split: 'val', index: 0},
  region: 0,
  codes: [Float32Array.of(1)],
  masks: undefined,
  panels: undefined,
};

describe('encodeView(view), decodeView(text)', () => {
  for (const [name, view] of Object.entries({VIEW, MINIMAL})) {
    it(`brings back ${name}, codes bit by bit`, async () => {
      const text = await encodeView(view);
      expect(text).to.match(/^1\.[\w-]+$/);
      expect(await decodeView(text)).to.deep.equal(view);
    });
  }

  it('is short enough for an address, also with long codes', async () => {
    const random = new Random('long');
    const codes = Array.from({length: 3}, () => Float32Array.from(random.normals(32)));
    expect((await encodeView({...VIEW, codes})).length).to.be.below(LONGEST_LINK / 8);
  });

  it('refuses a text of a newer version, and says so', async () => {
    expect(await rejection(decodeView('2.abc'))).to.match(/version 1; got 2.*newer redo-viewer/);
  });

  it('refuses a text that is cut off, changed or no view', async () => {
    const text = await encodeView(VIEW);
    for (const bad of [
      '',
      'hello',
      '1.',
      text.slice(0, -9),
      `${text.slice(0, 20)}AAAA${text.slice(24)}`,
    ]) {
      expect(await rejection(decodeView(bad)), bad).to.match(
        /^Error: view: the link or file must be whole/
      );
    }
  });

  it('refuses what unfolds into far more than a view', async () => {
    const bomb = new Blob([new Uint8Array(64 * 1024 * 1024)]).stream();
    const packed = await new Response(
      bomb.pipeThrough(new CompressionStream('deflate-raw'))
    ).bytes();
    expect(await rejection(decodeView(`1.${toBase64(packed)}`))).to.match(/unfolds into more than/);
  });

  it('says what is wrong, or decodes, whatever is changed in a text', async () => {
    const text = await encodeView(VIEW);
    const random = new Random('corruption');
    for (let i = 0; i < 300; i++) {
      const at = 2 + random.integer(text.length - 2);
      const letter = 'ABCxyz019-_'[random.integer(11)]!;
      const changed = text.slice(0, at) + letter + text.slice(at + 1);
      const result = await decodeView(changed).catch((error: unknown) => error);
      if (result instanceof Error) expect(result.message).to.match(/^view: /);
      else expect((result as View).codes).to.be.an('array');
    }
  });
});

describe('parseView(text)', () => {
  it('reads what viewJson writes, and says what is no JSON', () => {
    expect(parseView(viewJson(VIEW))).to.deep.equal(readView(JSON.parse(viewJson(VIEW))));
    expect(() => parseView('{"preset"')).to.throw(
      /^view: the link or file must be whole; it is no JSON/
    );
  });
});

describe('readView(value)', () => {
  it('reads what viewJson writes', () => {
    const codes = [Float32Array.of(0.1, -2.5), Float32Array.of(1 / 3, 1e-30)];
    const view = {...VIEW, codes};
    expect(readView(JSON.parse(viewJson(view)))).to.deep.equal(view);
  });

  for (const [change, says] of [
    [{preset: undefined}, /preset is missing/],
    [{preset: 7}, /preset is no text/],
    [{seed: 0.5}, /seed is no number/],
    [{iteration: -1}, /iteration is no number/],
    [{image: {split: 'all', index: 0}}, /image has no split/],
    [{image: {split: 'test', index: 1e99}}, /index is no number/],
    [{codes: 'abc'}, /codes are missing/],
    [{codes: [['a']]}, /a code is no list of numbers/],
    [{codes: [[1e300]]}, /a code is not finite/],
    [{masks: {}}, /masks are damaged/],
  ] as [object, RegExp][]) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      const value = {...(JSON.parse(viewJson(VIEW)) as object), ...change};
      expect(() => readView(value)).to.throw(says);
    });
  }
});
