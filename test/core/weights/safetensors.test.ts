import {expect} from '@open-wc/testing';

import {
  type NamedArray,
  readSafetensors,
  writeSafetensors,
} from '../../../core/weights/safetensors.js';
import {Random} from '../../../datasets/random.js';

/** A file out of its header, any text, and its data. */
function file(
  header: unknown,
  data: Uint8Array = new Uint8Array(),
  headerBytes?: bigint
): ArrayBuffer {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, headerBytes ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes.buffer;
}

const bytesOf = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer as ArrayBuffer);
const f32 = (shape: number[], begin: number, end: number): object => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('writeSafetensors(tensors, metadata)', () => {
  const tensors: [string, NamedArray][] = [
    ['b.weight', {shape: [2, 3], values: Float32Array.of(1, -2, 0.1, 1e-40, -0, Infinity)}],
    ['a.bias', {shape: [1], values: Float32Array.of(Math.PI)}],
    ['nothing', {shape: [0, 4], values: new Float32Array()}],
    ['scalar', {shape: [], values: Float32Array.of(NaN)}],
  ];

  it('is what readSafetensors(file) reads, bit by bit and in order', () => {
    const metadata = {format: 'redo', note: 'ñ 漢 "quotes" \n'};
    const read = readSafetensors(writeSafetensors(tensors, metadata));
    expect(read.metadata).to.deep.equal(metadata);
    expect([...read.tensors.keys()]).to.deep.equal(tensors.map(([name]) => name));
    for (const [name, {shape, values}] of tensors) {
      const array = read.tensors.get(name)!;
      expect(array.shape).to.deep.equal(shape);
      expect(bytesOf(array.values)).to.deep.equal(bytesOf(values));
    }
  });

  it('writes an empty file', () => {
    const {tensors: none, metadata} = readSafetensors(writeSafetensors([]));
    expect(none.size).to.equal(0);
    expect(metadata).to.deep.equal({});
  });

  it('aligns the data to eight bytes, as the form asks', () => {
    for (const name of ['a', 'ab', 'abc', 'é']) {
      const bytes = writeSafetensors([[name, {shape: [1], values: Float32Array.of(1)}]]);
      expect(Number(new DataView(bytes).getBigUint64(0, true)) % 8).to.equal(0);
    }
  });

  it('writes only the part of a buffer that an array sees', () => {
    const values = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const read = readSafetensors(writeSafetensors([['a', {shape: [2], values}]]));
    expect([...read.tensors.get('a')!.values]).to.deep.equal([1, 2]);
  });
});

describe("writeSafetensors(tensors, metadata, 'F16')", () => {
  const throughHalf = (values: number[]): number[] => {
    const array = {shape: [values.length], values: Float32Array.from(values)};
    const bytes = writeSafetensors([['a', array]], {}, 'F16');
    return [...readSafetensors(bytes).tensors.get('a')!.values];
  };

  it('keeps every number of half precision', () => {
    const all = Uint16Array.from({length: 65536}, (_, i) => i);
    const header = {a: {dtype: 'F16', shape: [65536], data_offsets: [0, 131072]}};
    const values = readSafetensors(file(header, bytesOf(all))).tensors.get('a')!;
    const again = readSafetensors(writeSafetensors([['a', values]], {}, 'F16')).tensors.get('a')!;
    const differing = [...all].filter(i => !Object.is(values.values[i], again.values[i]));
    expect(differing).to.deep.equal([]);
  });

  it('rounds to the nearest, ties to even', () => {
    // Halves from 2048 to 4096 are 2 apart; below 2^-14 they are 2^-24 apart.
    const given = [2049, 2051, 2049.5, -2049, 65519, 65520, 2 ** -25, 1.5 * 2 ** -24, 1e-9];
    const wanted = [2048, 2052, 2050, -2048, 65504, Infinity, 0, 2 ** -23, 0];
    expect(throughHalf(given)).to.deep.equal(wanted);
    // Rounded up to the next power of two, and out of the denormal numbers.
    expect(throughHalf([1.99999, 2 ** -14 - 2 ** -26])).to.deep.equal([2, 2 ** -14]);
  });

  it('errs by at most a 2048th in its normal range', () => {
    const random = new Random('half');
    const given = Array.from(
      {length: 1000},
      () => (random.integer(2) ? 1 : -1) * 2 ** random.uniform(-14, 15.9)
    );
    throughHalf(given).forEach((value, i) =>
      expect(Math.abs(value / given[i]! - 1)).to.be.at.most(2 ** -11)
    );
  });
});

describe('readSafetensors(file)', () => {
  it('reads F16', () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x7e00);
    const header = {a: {dtype: 'F16', shape: [8], data_offsets: [0, 16]}};
    const {values} = readSafetensors(file(header, bytesOf(halves))).tensors.get('a')!;
    const wanted = [1, -2, 65504, 2 ** -24, -0, Infinity, -Infinity, NaN];
    wanted.forEach((value, i) => {
      expect(Object.is(values[i], value), `${value}`).to.equal(true);
    });
  });

  it('reads F64 and I64', () => {
    const doubles = Float64Array.of(Math.PI, -1e300);
    const integers = BigInt64Array.of(-3n, 1n << 53n);
    const data = new Uint8Array([...bytesOf(doubles), ...bytesOf(integers)]);
    const header = {
      d: {dtype: 'F64', shape: [2], data_offsets: [0, 16]},
      i: {dtype: 'I64', shape: [1, 2], data_offsets: [16, 32]},
    };
    const {tensors} = readSafetensors(file(header, data));
    expect([...tensors.get('d')!.values]).to.deep.equal([Math.fround(Math.PI), -Infinity]);
    expect([...tensors.get('i')!.values]).to.deep.equal([-3, 2 ** 53]);
  });

  it('reads data that is not aligned', () => {
    const header = `${JSON.stringify({a: f32([1], 0, 4)})} `;
    const read = readSafetensors(file(header, bytesOf(Float32Array.of(1.5))));
    expect(header.length % 4).to.not.equal(0);
    expect([...read.tensors.get('a')!.values]).to.deep.equal([1.5]);
  });

  it('reads tensors that are listed in another order than they lie, empty ones among them', () => {
    const header = {
      b: f32([1], 4, 8),
      a: f32([1], 0, 4),
      none: f32([0], 0, 0),
      end: f32([0], 8, 8),
    };
    const {tensors} = readSafetensors(file(header, bytesOf(Float32Array.of(1, 2))));
    expect([...tensors.get('a')!.values]).to.deep.equal([1]);
    expect([...tensors.get('b')!.values]).to.deep.equal([2]);
    expect(tensors.get('none')!.values).to.have.length(0);
  });

  const eight = new Uint8Array(8);
  const refusals: [title: string, bytes: () => ArrayBuffer, message: string][] = [
    [
      'a file that is too short for its first number',
      () => new ArrayBuffer(7),
      'safetensors: the file must begin with 8 bytes of length; got 7 bytes',
    ],
    [
      'a header that is longer than the file',
      () => file({}, undefined, 1000n),
      'safetensors: the header must lie within the file; got 1000 bytes of header in a file of 10 (truncated, or not safetensors)',
    ],
    [
      'a header of 2^60 bytes',
      () => file({}, undefined, 1n << 60n),
      'safetensors: the header must lie within the file; got 1152921504606847000 bytes',
    ],
    [
      'a header of 2^64 − 1 bytes',
      () => file({}, undefined, (1n << 64n) - 1n),
      'safetensors: the header must lie within the file',
    ],
    ['a header that is not JSON', () => file('{"a": '), 'safetensors: the header must be JSON'],
    [
      'a header that is not UTF-8',
      () => {
        const bytes = file('{"a": 1}');
        new Uint8Array(bytes)[10] = 0xff;
        return bytes;
      },
      'safetensors: the header must be JSON',
    ],
    ['a list for a header', () => file([]), 'safetensors: the header must be an object of tensors'],
    [
      'null for a header',
      () => file('null'),
      'safetensors: the header must be an object of tensors',
    ],
    [
      'metadata that is no object',
      () => file({__metadata__: null}),
      'safetensors: __metadata__ must be an object of texts',
    ],
    [
      'metadata that is not text',
      () => file({__metadata__: {a: 1}}),
      'safetensors: __metadata__ must be an object of texts',
    ],
    [
      'null for a tensor',
      () => file({a: null}),
      'safetensors: a must be of type F32, F16, F64, I64; got undefined',
    ],
    [
      'a type that it does not know',
      () => file({a: {...f32([2], 0, 8), dtype: 'BF16'}}, eight),
      'safetensors: a must be of type F32, F16, F64, I64; got "BF16"',
    ],
    [
      'a type that only looks known',
      () => file({a: {...f32([2], 0, 8), dtype: ['F32']}}, eight),
      'safetensors: a must be of type F32, F16, F64, I64; got ["F32"]',
    ],
    [
      'a type that every object has',
      () => file({a: {...f32([2], 0, 8), dtype: 'toString'}}, eight),
      'safetensors: a must be of type F32, F16, F64, I64; got "toString"',
    ],
    [
      'a shape of something else than counts',
      () => file({a: f32([-2, -1], 0, 8)}, eight),
      'safetensors: a must have a shape of counts; got [-2,-1]',
    ],
    [
      'a shape of 2^60',
      () => file({a: f32([2 ** 60], 0, 8)}, eight),
      'safetensors: a must have a shape of counts; got [1152921504606847000]',
    ],
    [
      'a shape whose product is 2^100',
      () => file({a: f32([2 ** 50, 2 ** 50], 0, 8)}, eight),
      'safetensors: a must lie within the file at 5.070602400912918e+30 bytes; got 0 to 8 of 8 (truncated?)',
    ],
    [
      'no shape',
      () => file({a: {dtype: 'F32', data_offsets: [0, 8]}}, eight),
      'safetensors: a must have a shape of counts; got undefined',
    ],
    [
      'one offset',
      () => file({a: {dtype: 'F32', shape: [2], data_offsets: [0]}}, eight),
      'safetensors: a must have two offsets; got [0]',
    ],
    [
      'a negative offset',
      () => file({a: f32([2], -8, 0)}, eight),
      'safetensors: a must have two offsets; got [-8,0]',
    ],
    [
      'offsets that do not fit the shape',
      () => file({a: f32([3], 0, 8)}, eight),
      'safetensors: a must lie within the file at 12 bytes; got 0 to 8 of 8 (truncated?)',
    ],
    [
      'offsets outside of the file',
      () => file({a: f32([2], 4, 12)}, eight),
      'safetensors: a must lie within the file at 8 bytes; got 4 to 12 of 8 (truncated?)',
    ],
    [
      'offsets of 2^53 − 1',
      () => file({a: f32([0], 2 ** 53 - 1, 2 ** 53 - 1)}, eight),
      'safetensors: a must lie within the file',
    ],
    [
      'tensors that overlap',
      () => file({a: f32([1], 0, 4), b: f32([1], 2, 6)}, eight),
      'safetensors: tensors must not overlap; got a and b',
    ],
  ];
  for (const [title, bytes, message] of refusals) {
    it(`refuses ${title}`, () => {
      expect(() => readSafetensors(bytes())).to.throw(Error, message);
    });
  }

  it('refuses a header above 100 MB', function () {
    const bytes = new ArrayBuffer(100_000_100);
    new DataView(bytes).setBigUint64(0, 100_000_001n, true);
    expect(() => readSafetensors(bytes)).to.throw(
      'safetensors: the header must lie within the file'
    );
  });

  it('refuses overlaps before it reads a number: a small file may ask for much memory', () => {
    const data = new Uint8Array(1 << 20);
    const whole = f32([1 << 18], 0, 1 << 20);
    const header = Object.fromEntries(Array.from({length: 20_000}, (_, i) => [`t${i}`, whole]));
    const startMs = performance.now();
    expect(() => readSafetensors(file(header, data))).to.throw('tensors must not overlap');
    expect(performance.now() - startMs).to.be.below(5000);
  });

  it('refuses a file that was cut short anywhere', () => {
    const bytes = writeSafetensors([['a', {shape: [3], values: Float32Array.of(1, 2, 3)}]]);
    for (let length = 0; length < bytes.byteLength; length++) {
      expect(() => readSafetensors(bytes.slice(0, length)), `${length}`).to.throw(/^safetensors: /);
    }
  });

  it('gives an error of its own or a sound result for 2,000 random corruptions', () => {
    const random = new Random('corruption');
    const sound = writeSafetensors(
      [
        ['a.weight', {shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6)}],
        ['b', {shape: [], values: Float32Array.of(7)}],
        ['c', {shape: [0], values: new Float32Array()}],
      ],
      {format: 'x'}
    );
    const outcomes = {read: 0, refused: 0};
    for (let trial = 0; trial < 2000; trial++) {
      const bytes = new Uint8Array(sound.slice(0));
      for (let change = 0; change <= random.integer(4); change++) {
        const place = random.integer(bytes.length);
        // Flip a bit, write any byte, or write a character that JSON is made of.
        const kind = random.integer(3);
        if (kind === 0) bytes[place]! ^= 1 << random.integer(8);
        else if (kind === 1) bytes[place] = random.integer(256);
        else bytes[place] = '{}[]",:-0123456789e.ntf'.charCodeAt(random.integer(23));
      }
      try {
        const {tensors} = readSafetensors(bytes.buffer);
        for (const {shape, values} of tensors.values()) {
          expect(values.length).to.equal(shape.reduce((product, n) => product * n, 1));
        }
        outcomes.read++;
      } catch (error) {
        expect(String(error), `trial ${trial}`).to.match(/^Error: safetensors: /);
        outcomes.refused++;
      }
    }
    // Both happen often, or the corruption reaches nothing.
    expect(outcomes.read).to.be.above(100);
    expect(outcomes.refused).to.be.above(100);
  });
});
