/**
 * Reads files that were damaged at random, of every form that is read.
 *
 *     npm run fuzz -- --count 10000
 *     npm run fuzz -- --form jpeg png --seed 3 --from 812 --count 1
 *
 * A line a form; what broke a promise is told with the trial's number. Ends with 1 if anything did.
 */

import {parseArgs} from 'node:util';

import {makeForms} from '../test/fuzz/forms.js';
import {fuzz} from '../test/fuzz/fuzz.js';

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
const wanted = [...(values.form ?? []), ...positionals];
for (const name of wanted) {
  if (!forms[name]) {
    throw new Error(`fuzz: --form must be of ${Object.keys(forms).join(', ')}; got ${name}`);
  }
}
for (const [name, form] of Object.entries(forms)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const begun = performance.now();
  const {loaded, refused, longestMs, mostBytes, failures} = await fuzz(name, form, options);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `${name}: ${loaded} loaded, ${refused} refused, ${failures.length} failed; ` +
      `longest ${longestMs.toFixed(0)} ms, most ${(mostBytes / 2 ** 20).toFixed(1)} MB, in ${seconds} s`
  );
  for (const failure of failures.slice(0, TOLD)) console.log(`  ${failure}`);
  if (failures.length > 0) process.exitCode = 1;
}
