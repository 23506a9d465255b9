/** Damage to files, at random from a seed. */

import type {Random} from '../../datasets/random.js';

/** Where damage does most: the first and the last bytes hold lengths and directories. */
function place(random: Random, length: number): number {
  const near = Math.min(length, [64, 1024, length][random.integer(3)]!);
  const offset = random.integer(near);
  return random.integer(4) === 0 ? length - 1 - offset : offset;
}

const WAYS: readonly ((
  file: Uint8Array<ArrayBuffer>,
  random: Random
) => Uint8Array<ArrayBuffer>)[] = [
  // Cut short.
  (file, random) => file.slice(0, place(random, file.length)),
  // Bits flipped.
  (file, random) => {
    const bits = 1 + random.integer(8);
    for (let i = 0; i < bits; i++) {
      file[place(random, file.length)]! ^= 1 << random.integer(8);
    }
    return file;
  },
  // A range written over.
  (file, random) => {
    const begin = place(random, file.length);
    const end = Math.min(file.length, begin + 1 + random.integer(32));
    for (let i = begin; i < end; i++) file[i] = random.integer(256);
    return file;
  },
  // A number replaced by one that is at the end of its range.
  (file, random) => {
    const at = Math.min(place(random, file.length), file.length - 8);
    const value = [0, 1, 0x7fffffff, 0xffffffff, file.length][random.integer(5)]!;
    new DataView(file.buffer).setUint32(at, value, true);
    return file;
  },
  // Two ranges swapped.
  (file, random) => {
    const length = 1 + random.integer(16);
    const [a, b] = [place(random, file.length), place(random, file.length)];
    const first = file.slice(a, a + length);
    file.copyWithin(a, b, b + length);
    file.set(first.subarray(0, Math.max(0, file.length - b)), b);
    return file;
  },
  // A digit of a length in text changed: headers of safetensors and tar are text.
  (file, random) => {
    let at = place(random, file.length);
    while (at < file.length && !(file[at]! >= 0x30 && file[at]! <= 0x39)) at++;
    if (at < file.length) file[at] = 0x30 + random.integer(10);
    return file;
  },
];

/** A damaged copy of a file. @param trial Trials take turns among the ways of damage. */
export function damaged(
  file: Uint8Array<ArrayBuffer>,
  random: Random,
  trial: number
): Uint8Array<ArrayBuffer> {
  return WAYS[trial % WAYS.length]!(file.slice(), random);
}
