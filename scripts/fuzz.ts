/**
 * Reads files that were damaged at random, of every form that is read: in Node, and where they are
 * called `decoder-…`, by the decoders of a headless browser.
 *
 *     npm run fuzz -- --count 10000
 *     npm run fuzz -- --form jpeg png --seed 3 --from 812 --count 1
 *
 * A line a form; what broke a promise is told with the trial's number. Ends with 1 if anything did.
 */

import {parseArgs} from 'node:util';

import {InBrowser} from '../cli/in-browser.js';
import {makeForms} from '../test/fuzz/forms.js';
import {fuzz, type Outcome} from '../test/fuzz/fuzz.js';

/** As in `test/fuzz/decoders.ts`, which is of the page. */
const DECODERS = ['png', 'jpeg', 'webp', 'gif', 'bmp'];
const PAGE = 'test/fuzz/decoders.ts';

/** Failures of a form that are told. */
const TOLD = 5;

const {values, positionals} = parseArgs({
  options: {
    count: {type: 'string', default: '1000'},
    form: {type: 'string', multiple: true},
    seed: {type: 'string', default: '0'},
    from: {type: 'string', default: '0'},
  },
  allowPositionals: true,
});
const number = (name: 'count' | 'seed' | 'from'): number => {
  const value = Number(values[name]);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`fuzz: --${name} must be a whole number; got ${values[name]}`);
};
const options = {count: number('count'), seed: number('seed'), from: number('from')};
const forms = await makeForms();
const decoders = DECODERS.map(format => `decoder-${format}`);
const names = [...Object.keys(forms), ...decoders];
const wanted = [...(values.form ?? []), ...positionals];
for (const name of wanted) {
  if (!names.includes(name)) {
    throw new Error(`fuzz: --form must be of ${names.join(', ')}; got ${name}`);
  }
}
const chosen = wanted.length > 0 ? names.filter(name => wanted.includes(name)) : names;
const needsPage = chosen.some(name => decoders.includes(name));
const page = needsPage ? await InBrowser.start(PAGE) : undefined;
for (const name of chosen) {
  const begun = performance.now();
  const {loaded, refused, longestMs, mostBytes, failures} = forms[name]
    ? await fuzz(name, forms[name], options)
    : await page!.call<Outcome>('fuzzDecoder', [name.replace('decoder-', ''), options]);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const memory = forms[name] ? `, most ${(mostBytes / 2 ** 20).toFixed(1)} MB` : '';
  console.log(
    `${name}: ${loaded} loaded, ${refused} refused, ${failures.length} failed; ` +
      `longest ${longestMs.toFixed(0)} ms${memory}, in ${seconds} s`
  );
  for (const failure of failures.slice(0, TOLD)) console.log(`  ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}
await page?.close();
