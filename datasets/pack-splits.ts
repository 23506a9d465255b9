/**
 * Packs the paper's lists of LFW and CUB-200-2011, which image is for what, into source code.
 *
 *     npx tsx datasets/pack-splits.ts --from FOLDER
 *
 * FOLDER has `lfw-funneled/{train,val,test}.txt` and `cub/train_val_test_split.txt` of the published
 * code. Writes datasets/packed-splits.ts.
 */

import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {deflateSync} from 'node:zlib';

import {SPLITS} from './dataset.js';

const {values} = parseArgs({options: {from: {type: 'string'}}});
if (!values.from) throw new Error('pack-splits: --from must name the folder of the lists');
const folder = values.from;

async function linesOf(path: string): Promise<string[]> {
  return (await readFile(join(folder, path), 'utf8')).split('\n').filter(Boolean);
}

const splitOf = new Map<string, number>();
for (const [digit, split] of SPLITS.entries()) {
  for (const line of await linesOf(`lfw-funneled/${split}.txt`)) {
    splitOf.set(line.split(' ')[1]!, digit);
  }
}
const lfw = [...splitOf.keys()].sort().map(name => splitOf.get(name));
const cub = (await linesOf('cub/train_val_test_split.txt')).map(line => line.split(' ')[1]);

const literal = (digits: readonly unknown[]): string =>
  `'${deflateSync(digits.join(''), {level: 9}).toString('base64')}'`;
await writeFile(
  join(import.meta.dirname, 'packed-splits.ts'),
  `/** Made by pack-splits.ts. */

/** Of LFW's ${lfw.length} images in the order of their names: 0 train, 1 val, 2 test; deflated. */
// prettier-ignore
export const LFW = ${literal(lfw)};
/** Of CUB's ${cub.length} images in the order of images.txt, in the same way. */
// prettier-ignore
export const CUB = ${literal(cub)};
`
);
