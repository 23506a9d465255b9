import {expect} from '@open-wc/testing';
import {parseIdx} from '../../datasets/idx.js';

/** An idx file of two 2×3 images. */
const FILE = Uint8Array.from([
  ...[0, 0, 8, 3],
  ...[0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3],
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255],
]);

describe('parseIdx', () => {
  it('parseIdx(name, bytes, shape) reads the values, wherever the file lies in memory', () => {
    const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 255];
    expect([...parseIdx('digits', FILE, [2, 2, 3])]).to.deep.equal(values);
    const shifted = new Uint8Array(FILE.length + 5);
    shifted.set(FILE, 5);
    expect([...parseIdx('digits', shifted.subarray(5), [2, 2, 3])]).to.deep.equal(values);
  });

  it('parseIdx(name, bytes, shape) names the file and what is wrong with it', () => {
    const parse =
      (bytes: Uint8Array, shape = [2, 2, 3]) =>
      () =>
        parseIdx('digits', bytes, shape);
    const labels = FILE.slice();
    labels[3] = 1;
    expect(parse(labels)).to.throw(
      'parseIdx: digits must begin with the magic number 0x00000803; got 0x00000801'
    );
    expect(parse(FILE, [3, 2, 3])).to.throw(
      'parseIdx: digits must hold [3,2,3] values; got [2,2,3]'
    );
    expect(parse(FILE.subarray(0, 27))).to.throw(
      'parseIdx: digits must be 28 bytes long; got 27 bytes'
    );
    expect(parse(Uint8Array.from([...FILE, 0]))).to.throw('got 29 bytes');
    expect(parse(FILE.subarray(0, 10))).to.throw(
      'parseIdx: digits must begin with a header of 16 bytes; got 10 bytes'
    );
    expect(parse(new Uint8Array())).to.throw('got 0 bytes');
  });
});
