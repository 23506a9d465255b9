import {expect} from '@open-wc/testing';
import {gunzip, readAsset} from '../../datasets/asset.js';
import {
  DIGIT_SIZE,
  MNIST_PACK_URL,
  loadMnist,
  packMnist,
  parseMnist,
  readMnist,
  type Digits,
  type LabelledDigits,
} from '../../datasets/mnist.js';
import {gzip} from './gzip.js';
import {rejection} from './rejection.js';

const PIXELS = DIGIT_SIZE * DIGIT_SIZE;

/** Digits by parity (even, odd) and split (train, val, test), counted with NumPy in the original files. */
const MEMBER_COUNTS = [
  [29_492, 2_397, 2_529],
  [30_508, 2_603, 2_471],
];

/** Drawn with NumPy from train-images-idx3-ubyte. */
const FIRST_DIGIT = [
  '............................',
  '............................',
  '............................',
  '............................',
  '............................',
  '.................##.###.....',
  '...........############.....',
  '........##########..........',
  '........##########..........',
  '.........#.###...#..........',
  '...........##...............',
  '...........###..............',
  '............##..............',
  '.............###............',
  '..............###...........',
  '...............####.........',
  '.................###........',
  '.................###........',
  '...............#####........',
  '.............#######........',
  '............######..........',
  '..........######............',
  '.......#######..............',
  '.....########...............',
  '....#######.................',
  '............................',
  '............................',
  '............................',
];

/** Digits with these labels; pixel p of digit d has the grey level 37p + 11d, modulo 256. */
function patterned(labels: number[]): LabelledDigits {
  const grey = (_: unknown, i: number) => (37 * (i % PIXELS) + 11 * Math.floor(i / PIXELS)) % 256;
  return {
    labels: Uint8Array.from(labels),
    images: Uint8Array.from({length: labels.length * PIXELS}, grey),
  };
}

/** Digits of each label, from 0 to 9. */
function histogram(digits: Digits, from: number, to: number): number[] {
  const counts = new Array<number>(10).fill(0);
  for (let digit = from; digit < to; digit++) {
    counts[digits.label(digit)]! += 1;
  }
  return counts;
}

function ink(digits: Digits, from: number, to: number): number {
  let sum = 0;
  for (let digit = from; digit < to; digit++) {
    for (const bit of digits.bits(digit)) {
      sum += bit;
    }
  }
  return sum;
}

/** Reads a pack from memory. */
async function readBytes(bytes: Uint8Array<ArrayBuffer>): Promise<Digits> {
  const url = URL.createObjectURL(new Blob([bytes]));
  try {
    return await readMnist(new URL(url));
  } finally {
    URL.revokeObjectURL(url);
  }
}

describe('loadMnist', () => {
  let digits: Digits;
  before(async () => {
    digits = await loadMnist();
  });

  it('loadMnist() reads the digits once for everyone', async () => {
    expect(await loadMnist()).to.equal(digits);
  });

  it('loadMnist() has the 70,000 digits with the labels of MNIST', () => {
    expect(digits.count).to.equal(70_000);
    expect(histogram(digits, 0, 60_000)).to.deep.equal([
      5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
    ]);
    expect(histogram(digits, 60_000, 70_000)).to.deep.equal([
      980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]);
    const first = Array.from({length: 10}, (_, digit) => digits.label(digit));
    expect(first).to.deep.equal([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  });

  it('loadMnist() has the ink of MNIST thresholded at .5', () => {
    // Counted with NumPy in the original files: (values / 255 > .5).sum().
    expect(ink(digits, 0, 60_000)).to.equal(6_221_431);
    expect(ink(digits, 60_000, 70_000)).to.equal(1_052_359);
  });

  it('Digits.bits(0) is the five that MNIST begins with', () => {
    const bits = digits.bits(0);
    const rows = Array.from({length: DIGIT_SIZE}, (_, row) =>
      [...bits.subarray(row * DIGIT_SIZE, (row + 1) * DIGIT_SIZE)]
        .map(bit => (bit ? '#' : '.'))
        .join('')
    );
    expect(rows).to.deep.equal(FIRST_DIGIT);
  });

  it('Digits.members(split, parity) takes train digits for training and t10k digits by turns', () => {
    const splits = ['train', 'val', 'test'] as const;
    const members = (['even', 'odd'] as const).map(parity =>
      splits.map(split => digits.members(split, parity))
    );
    const all = members.flat(2).sort((a, b) => a - b);
    expect(all).to.deep.equal(Array.from({length: 70_000}, (_, digit) => digit));
    members.forEach(([train, val, test], parity) => {
      expect(train!.every(d => d < 60_000 && digits.label(d) % 2 === parity)).to.equal(true);
      expect(val!.every(d => d >= 60_000 && d % 2 === 0)).to.equal(true);
      expect(test!.every(d => d >= 60_000 && d % 2 === 1)).to.equal(true);
      expect([...val!, ...test!].every(d => digits.label(d) % 2 === parity)).to.equal(true);
    });
    expect(members.map(parity => parity.map(({length}) => length))).to.deep.equal(MEMBER_COUNTS);
  });

  it('Digits.bits(digit) belongs to the caller', () => {
    const bits = digits.bits(1);
    const copy = bits.slice();
    bits.fill(1);
    expect(digits.bits(1)).to.deep.equal(copy);
  });

  it('Digits.bits(digit) and label(digit) refuse a digit that is not there', () => {
    for (const digit of [-1, 70_000, 0.5, NaN]) {
      const message = `digit must be an integer from 0 to 69999; got ${digit}`;
      expect(() => digits.bits(digit)).to.throw(RangeError, `Digits.bits: ${message}`);
      expect(() => digits.label(digit)).to.throw(RangeError, `Digits.label: ${message}`);
    }
  });
});

describe('packMnist', () => {
  it('packMnist(train, t10k) keeps labels, order, and which pixels are above .5', () => {
    const [train, t10k] = [patterned([3, 0, 8]), patterned([9, 4])];
    const digits = parseMnist(packMnist(train, t10k));
    expect(digits.count).to.equal(5);
    expect(histogram(digits, 0, 5)).to.deep.equal([1, 0, 0, 1, 1, 0, 0, 0, 1, 1]);
    const images = [...train.images, ...t10k.images];
    for (let digit = 0; digit < 5; digit++) {
      const grey = images.slice(digit * PIXELS, (digit + 1) * PIXELS);
      // 127 / 255 = .498 is paper, 128 / 255 = .502 is ink; both occur.
      expect(grey).to.include.members([127, 128]);
      expect([...digits.bits(digit)]).to.deep.equal(grey.map(level => (level >= 128 ? 1 : 0)));
    }
    expect(digits.members('train', 'even')).to.deep.equal([1, 2]);
    expect(digits.members('train', 'odd')).to.deep.equal([0]);
    expect(digits.members('val', 'odd')).to.deep.equal([3]);
    expect(digits.members('test', 'even')).to.deep.equal([4]);
  });
});

describe('parseMnist', () => {
  const pack = packMnist(patterned([3, 0, 8]), patterned([9, 4]));

  it('parseMnist(pack) refuses what is no pack', () => {
    expect(() => parseMnist(new TextEncoder().encode('<!doctype html>'))).to.throw(
      'parseMnist: a pack must begin with "mnist-1\\n" and two counts; got 15 bytes that begin with "<!doctyp"'
    );
    expect(() => parseMnist(pack.subarray(0, 12))).to.throw(
      'got 12 bytes that begin with "mnist-1'
    );
    expect(() => parseMnist(new Uint8Array())).to.throw('got 0 bytes');
  });

  it('parseMnist(pack) refuses a pack of another length than its counts say', () => {
    const must = `parseMnist: a pack of 5 digits must be ${pack.length} bytes long`;
    expect(() => parseMnist(pack.subarray(0, -1))).to.throw(
      `${must}; got ${pack.length - 1} bytes`
    );
    const long = new Uint8Array(pack.length + 1);
    long.set(pack);
    expect(() => parseMnist(long)).to.throw(`${must}; got ${pack.length + 1} bytes`);
  });

  it('parseMnist(pack) refuses a label that is no digit', () => {
    const garbled = pack.slice();
    garbled[16 + 2] = 10;
    expect(() => parseMnist(garbled)).to.throw(
      'parseMnist: labels must be from 0 to 9; got 10 for digit 2'
    );
  });
});

describe('readMnist', () => {
  it('readMnist(url) reads a pack as it is shipped, or as a server has unpacked it', async () => {
    const pack = packMnist(patterned([3, 0, 8]), patterned([9, 4]));
    for (const bytes of [await gzip(pack), pack]) {
      const digits = await readBytes(bytes);
      expect(histogram(digits, 0, 5)).to.deep.equal([1, 0, 0, 1, 1, 0, 0, 0, 1, 1]);
    }
  });

  it('readMnist(url) refuses a damaged pack and says how to mend it', async () => {
    const pack = await gzip(await gunzip(await readAsset(MNIST_PACK_URL)));
    const advice = /^readMnist: .*`npm run prepare-data`.*; got «.*» for blob:/s;
    const short = await rejection(readBytes(pack.slice(0, 1_000_000)));
    expect(short.message).to.match(advice).and.include('gunzip: the stream must be whole');
    const garbled = pack.slice();
    garbled.fill(0x55, 900_000, 900_100);
    const changed = await rejection(readBytes(garbled));
    expect(changed.message).to.match(advice).and.include('gunzip: the stream must be whole');
    const page = new TextEncoder().encode('<!doctype html>');
    expect((await rejection(readBytes(page))).message)
      .to.match(advice)
      .and.include('parseMnist: ');
  });
});
