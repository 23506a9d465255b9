/** What the command-line programs share: reading options, starting wasm, a line of progress. */

import {readFileSync} from 'node:fs';
import {parseArgs, type ParseArgsConfig} from 'node:util';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

import type {BackendOptions} from '../core/engine/backend.js';
import type {Split} from '../datasets/dataset.js';

/** An option: what it means, and its value if it is not given. */
export interface OptionSpec {
  help: string;
  /** Absent: the option must be given. Empty: it may be left out. */
  default?: string;
  /** Whether it is the argument without a name, of which there is at most one. */
  positional?: boolean;
}

type Texts = Partial<Record<string, string>>;

/**
 * Reads `--name value` options, and the argument without a name where a spec says so. `--help` prints them.
 *
 * @param defaults What comes before a spec's own default, depending on what was given.
 * @throws Error with the list of options if one is unknown or missing.
 */
export function readOptions<Name extends string>(
  program: string,
  specs: Record<Name, OptionSpec>,
  defaults: (given: Texts) => Texts = () => ({})
): Record<Name, string> {
  const names = Object.keys(specs) as Name[];
  const usage = [
    `usage: npm run ${program} -- ${names
      .map(name => (specs[name].positional ? name.toUpperCase() : `--${name} …`))
      .join(' ')}`,
    ...names.map(name => {
      const {help, default: usual} = specs[name];
      const note = usual === undefined ? 'required' : usual ? `default ${usual}` : 'optional';
      const shown = specs[name].positional ? name.toUpperCase() : `--${name}`;
      return `  ${shown.padEnd(14)} ${help} (${note})`;
    }),
  ].join('\n');
  const place = names.find(name => specs[name].positional);
  const options = Object.fromEntries(
    names.filter(name => name !== place).map(name => [name, {type: 'string' as const}])
  );
  const {values: named, positionals} = readArgs(program, usage, options, Boolean(place));
  const [first, second] = positionals;
  if (second !== undefined) {
    throw new UsageError(
      `${program}: one argument without a name may be given; got ${second} too\n${usage}`
    );
  }
  const given: Texts = {...named, ...(place && first !== undefined && {[place]: first})};
  const filed = defaults(given);
  const unknown = Object.keys(filed).filter(name => !(name in specs));
  if (unknown.length) {
    throw new UsageError(
      `${program}: --config must name options; got ${unknown.join(', ')}\n${usage}`
    );
  }
  const values = names.map(name => {
    const value = given[name] ?? filed[name] ?? specs[name].default;
    if (value === undefined) {
      const missing = specs[name].positional ? name.toUpperCase() : `--${name}`;
      throw new UsageError(`${program}: ${missing} must be given\n${usage}`);
    }
    return [name, String(value)] as const;
  });
  return Object.fromEntries(values) as Record<Name, string>;
}

/**
 * Parses a program's arguments; `--help` and `-h` ask for the usage, whatever stands beside them.
 *
 * @throws HelpRequest if they do; UsageError with the usage if an argument is unknown.
 */
export function readArgs<Options extends NonNullable<ParseArgsConfig['options']>>(
  program: string,
  usage: string,
  options: Options,
  allowPositionals = false
) {
  const args = process.argv.slice(2);
  if (args.some(arg => arg === '--help' || arg === '-h')) throw new HelpRequest(usage);
  try {
    return parseArgs({args, options, strict: true, allowPositionals});
  } catch (error) {
    throw new UsageError(`${program}: ${(error as Error).message}\n${usage}`);
  }
}

/** A whole number of at least `least`. */
export function wholeNumber(name: string, value: string, least = 0): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new UsageError(`--${name} must be a whole number of at least ${least}; got ${value}`);
  }
  return number;
}

/** A number above 0. */
export function positive(name: string, value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) {
    throw new UsageError(`--${name} must be a number above 0; got ${value}`);
  }
  return number;
}

/** One of several words. */
export function oneOf<T extends string>(name: string, value: string, words: readonly T[]): T {
  const word = words.find(each => each === value);
  if (!word) throw new UsageError(`--${name} must be one of ${words.join(', ')}; got ${value}`);
  return word;
}

/** A split of a data set. */
export function splitOf(name: string, value: string): Split {
  return oneOf<Split>(name, value, ['train', 'val', 'test']);
}

/** A value in JSON. */
export function json<T>(name: string, value: string): T {
  try {
    return JSON.parse(value) as T;
  } catch (error) {
    throw new UsageError(`--${name} must be JSON; got ${value} (${(error as Error).message})`);
  }
}

/** The options in the JSON file that `--config` names; a value that is no text is taken as its JSON. */
export function fromFile({config}: Texts): Texts {
  if (!config) return {};
  let text: string;
  try {
    text = readFileSync(config, 'utf8');
  } catch (error) {
    throw new UsageError(`--config must be a file; got ${config} (${(error as Error).message})`);
  }
  let values: unknown;
  try {
    values = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--config must be JSON; ${config} is not (${(error as Error).message})`);
  }
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new UsageError(`--config must be an object of options; got ${config}`);
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
  );
}

/** `0.8123 ± 0.0102`: mean and sample standard deviation. */
export function meanAndDeviation(values: readonly number[]): string {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return count > 1 ? `${mean.toFixed(4)} ± ${Math.sqrt(square).toFixed(4)}` : mean.toFixed(4);
}

/** Thrown for what the user typed: shown without a stack. */
export class UsageError extends Error {}

/** Thrown where the user asked how the program is used, which is its message. */
class HelpRequest extends Error {}

/** Options of an engine on wasm in Node. */
export function nodeBackend(): BackendOptions {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  const names = [
    'tfjs-backend-wasm.wasm',
    'tfjs-backend-wasm-simd.wasm',
    'tfjs-backend-wasm-threaded-simd.wasm',
  ];
  const wasmFiles = Object.fromEntries(names.map(name => [name, join(folder, 'dist', name)]));
  return {name: 'wasm', wasmFiles, place: 'main'};
}

/** Runs a program's body: errors end it with exit code 1 and a message for people, a call for help with 0. */
export async function main(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (error instanceof HelpRequest) {
      process.stdout.write(`${error.message}\n`);
      return;
    }
    process.stderr.write(`${error instanceof UsageError ? error.message : describe(error)}\n`);
    process.exitCode = 1;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.DEBUG ? (error.stack ?? error.message) : error.message;
}
