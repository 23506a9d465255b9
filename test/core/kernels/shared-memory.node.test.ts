import assert from 'node:assert/strict';
import {describe, it} from 'node:test';

import {withSharedMemory} from '../../../core/kernels/shared-memory.js';

/** A module of these sections. */
const moduleOf = (...sections: number[][]): Uint8Array<ArrayBuffer> =>
  Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat());

/** One type: a function of nothing to nothing. */
const TYPES = [1, 4, 1, 0x60, 0, 0];
/** Exports memory 0 as `m`. */
const EXPORT = [7, 5, 1, 1, 0x6d, 2, 0];

const isShared = ({buffer}: WebAssembly.Memory): boolean => buffer instanceof SharedArrayBuffer;

describe('withSharedMemory(module)', () => {
  it("shares a module's own memory", () => {
    const own = moduleOf([5, 4, 1, 1, 1, 2], EXPORT);
    const memoryOf = (bytes: Uint8Array<ArrayBuffer>): WebAssembly.Memory =>
      new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.m as WebAssembly.Memory;
    assert.ok(!isShared(memoryOf(own)));
    assert.ok(isShared(memoryOf(withSharedMemory(own)!)));
    assert.ok(!isShared(memoryOf(own)), 'the module itself must stay as it was');
  });

  it('shares an imported memory, behind imports of every other kind', () => {
    const name = [1, 0x65, 1, 0x66]; // e.f
    const imports = [
      5,
      ...[...name, 0, 0], // a function of type 0
      ...[...name, 1, 0x70, 1, 1, 200, 1], // a table of 1 to 200 functions
      ...[...name, 1, 0x70, 0, 1], // a table of at least 1
      ...[...name, 3, 0x7f, 0], // a global i32
      ...[...name, 2, 1, 1, 2], // the memory
    ];
    const shared = withSharedMemory(moduleOf(TYPES, [2, imports.length, ...imports]))!;
    assert.deepEqual([...shared.slice(-3)], [3, 1, 2]);
    assert.ok(WebAssembly.validate(shared));
  });

  it('gives nothing for a memory without a largest size, or for none', () => {
    assert.equal(withSharedMemory(moduleOf([5, 3, 1, 0, 1])), undefined);
    assert.equal(withSharedMemory(moduleOf(TYPES)), undefined);
    assert.equal(withSharedMemory(moduleOf()), undefined);
  });
});
