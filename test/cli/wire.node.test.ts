import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {fromWire, toWire} from '../../cli/wire.js';

describe('toWire(value), fromWire(wire)', () => {
  it('bring plain data through JSON as it was, numbers and arrays of all kinds', () => {
    const value = {
      text: 'a',
      none: null,
      list: [1, -0.5, NaN, Infinity, -Infinity, [true]],
      codes: [Float32Array.of(0.1, NaN, -2), new Float32Array(0)],
      pixels: Uint8ClampedArray.of(0, 255),
      labels: Uint8Array.of(1, 2, 3).subarray(1),
      file: Uint8Array.of(9, 8, 7).buffer,
    };
    assert.deepEqual(fromWire(JSON.parse(JSON.stringify(toWire(value)))), value);
  });

  it('refuse what is no plain data', () => {
    for (const value of [new Map(), {inside: new Blob()}, BigInt64Array.of(1n)]) {
      assert.throws(
        () => toWire(value),
        /^TypeError: wire: (values must be plain data|arrays must)/
      );
    }
  });
});
