/**
 * The 70,000 handwritten digits of MNIST (LeCun, Cortes and Burges), black and white.
 *
 * They are shipped as one packed file, made by pack-mnist.ts from the four files of the original.
 * The pack is, in this order: 8 bytes `mnist-1\n`; the number of train digits and of t10k digits,
 * a big-endian word each; a byte a label; then 1 bit a pixel, 98 bytes a digit, the highest bit
 * of a byte first. The train digits come before the t10k digits, all in their original order.
 */

import {gunzip, readAsset} from './asset.js';
import type {Split} from './dataset.js';

/** Height and width of a digit, in pixels. */
export const DIGIT_SIZE = 28;
/** Where the pack lies. */
export const MNIST_PACK_URL = new URL('./generated/mnist.bits.gz', import.meta.url);

export type Parity = 'even' | 'odd';

/** Digits as the original files have them. */
export interface LabelledDigits {
  /** Grey levels `[count, 28, 28]`, 0 background to 255 ink. */
  images: Uint8Array;
  /** `[count]`, each from 0 to 9. */
  labels: Uint8Array;
}

const PIXELS = DIGIT_SIZE * DIGIT_SIZE;
const DIGIT_BYTES = PIXELS / 8;
const MAGIC = 'mnist-1\n';
const HEADER_BYTES = MAGIC.length + 2 * 4;

/**
 * Digits by number: the train digits from 0, then the t10k digits.
 *
 * Train digits are for training. The t10k digits go to validation and test by turns: their first
 * half is cleaner and easier than the second (so their authors say), and halves would not compare.
 */
export class Digits {
  private readonly labels: Uint8Array;
  private readonly packed: Uint8Array;
  private readonly groups: Readonly<Record<Split, Readonly<Record<Parity, readonly number[]>>>>;

  /**
   * @param labels `[count]`, each from 0 to 9.
   * @param packed `[count, 98]`, 1 bit a pixel.
   * @param trainCount How many come from the train files; the others come from t10k.
   */
  constructor(labels: Uint8Array, packed: Uint8Array, trainCount: number) {
    this.labels = labels;
    this.packed = packed;
    const groups = {
      train: {even: [] as number[], odd: [] as number[]},
      val: {even: [] as number[], odd: [] as number[]},
      test: {even: [] as number[], odd: [] as number[]},
    };
    labels.forEach((label, digit) => {
      const split = digit < trainCount ? 'train' : (digit - trainCount) % 2 === 0 ? 'val' : 'test';
      groups[split][label % 2 === 0 ? 'even' : 'odd'].push(digit);
    });
    this.groups = groups;
  }

  get count(): number {
    return this.labels.length;
  }

  /** Numbers of the digits of one split and parity, rising. */
  members(split: Split, parity: Parity): readonly number[] {
    return this.groups[split][parity];
  }

  /** What the digit stands for, from 0 to 9. */
  label(digit: number): number {
    this.check('label', digit);
    return this.labels[digit]!;
  }

  /** The digit's pixels `[28, 28]`, 1 where there is ink and 0 elsewhere, in memory that the caller owns. */
  bits(digit: number): Uint8Array<ArrayBuffer> {
    this.check('bits', digit);
    const start = digit * PIXELS;
    const bits = new Uint8Array(PIXELS);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      const bit = start + pixel;
      bits[pixel] = (this.packed[bit >> 3]! >> (7 - (bit & 7))) & 1;
    }
    return bits;
  }

  private check(where: string, digit: number): void {
    if (!Number.isInteger(digit) || digit < 0 || digit >= this.count) {
      throw new RangeError(
        `Digits.${where}: digit must be an integer from 0 to ${this.count - 1}; got ${digit}`
      );
    }
  }
}

/** Packs digits; a pixel is ink where its grey level, taken from 0 to 1, is greater than .5. */
export function packMnist(train: LabelledDigits, t10k: LabelledDigits): Uint8Array<ArrayBuffer> {
  const count = train.labels.length + t10k.labels.length;
  const pack = new Uint8Array(HEADER_BYTES + count * (1 + DIGIT_BYTES));
  pack.set(new TextEncoder().encode(MAGIC));
  const header = new DataView(pack.buffer);
  header.setUint32(MAGIC.length, train.labels.length);
  header.setUint32(MAGIC.length + 4, t10k.labels.length);
  pack.set(train.labels, HEADER_BYTES);
  pack.set(t10k.labels, HEADER_BYTES + train.labels.length);
  let bit = 8 * (HEADER_BYTES + count);
  for (const {images} of [train, t10k]) {
    for (const grey of images) {
      if (grey / 255 > 0.5) {
        pack[bit >> 3]! |= 0x80 >> (bit & 7);
      }
      bit++;
    }
  }
  return pack;
}

/** @throws Error if the bytes are not a whole pack. */
export function parseMnist(pack: Uint8Array): Digits {
  const magic = new TextDecoder().decode(pack.subarray(0, MAGIC.length));
  if (magic !== MAGIC || pack.length < HEADER_BYTES) {
    throw new Error(
      `parseMnist: a pack must begin with ${JSON.stringify(MAGIC)} and two counts; ` +
        `got ${pack.length} bytes that begin with ${JSON.stringify(magic)}`
    );
  }
  const header = new DataView(pack.buffer, pack.byteOffset, HEADER_BYTES);
  const trainCount = header.getUint32(MAGIC.length);
  const count = trainCount + header.getUint32(MAGIC.length + 4);
  const sizeBytes = HEADER_BYTES + count * (1 + DIGIT_BYTES);
  if (pack.length !== sizeBytes) {
    throw new Error(
      `parseMnist: a pack of ${count} digits must be ${sizeBytes} bytes long; got ${pack.length} bytes`
    );
  }
  const labels = pack.subarray(HEADER_BYTES, HEADER_BYTES + count);
  const wrong = labels.findIndex(label => label > 9);
  if (wrong !== -1) {
    throw new Error(
      `parseMnist: labels must be from 0 to 9; got ${labels[wrong]} for digit ${wrong}`
    );
  }
  return new Digits(labels, pack.subarray(HEADER_BYTES + count), trainCount);
}

let loading: Promise<Digits> | undefined;

/**
 * The shipped digits, read once for everyone; after a failure the next call tries again.
 *
 * @throws Error if the pack is not there or is damaged.
 */
export function loadMnist(): Promise<Digits> {
  loading ??= readMnist(MNIST_PACK_URL).catch(error => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** Reads a pack from anywhere, gzipped or not. */
export async function readMnist(url: URL): Promise<Digits> {
  const bytes = await readAsset(url);
  try {
    return parseMnist(await gunzip(bytes));
  } catch (error) {
    throw new Error(
      `readMnist: the pack must be whole, and \`npm run prepare-data\` makes it anew; ` +
        `got «${error instanceof Error ? error.message : error}» for ${url}`,
      {cause: error}
    );
  }
}
