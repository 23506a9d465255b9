/** What the command-line programs share: reading options, starting wasm, a line of progress. */

import {parseArgs} from 'node:util';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';

import type {BackendOptions} from '../core/engine/backend.js';

/** An option: what it means, and its value if it is not given. */
export interface OptionSpec {
  help: string;
  /** Absent: the option must be given. Empty: it may be left out. */
  default?: string;
}

/**
 * Reads `--name value` options.
 *
 * @throws Error with the list of options if one is unknown or missing.
 */
export function readOptions<Name extends string>(
  program: string,
  specs: Record<Name, OptionSpec>
): Record<Name, string> {
  const names = Object.keys(specs) as Name[];
  const usage = [
    `usage: npm run ${program} -- ${names.map(name => `--${name} …`).join(' ')}`,
    ...names.map(name => {
      const {help, default: usual} = specs[name];
      const note = usual === undefined ? 'required' : usual ? `default ${usual}` : 'optional';
      return `  --${name.padEnd(12)} ${help} (${note})`;
    }),
  ].join('\n');
  let given: Partial<Record<string, string | boolean>>;
  try {
    const options = Object.fromEntries(names.map(name => [name, {type: 'string' as const}]));
    given = parseArgs({args: process.argv.slice(2), options, strict: true}).values;
  } catch (error) {
    throw new UsageError(`${program}: ${(error as Error).message}\n${usage}`);
  }
  const values = names.map(name => {
    const value = given[name] ?? specs[name].default;
    if (value === undefined) throw new UsageError(`${program}: --${name} must be given\n${usage}`);
    return [name, String(value)] as const;
  });
  return Object.fromEntries(values) as Record<Name, string>;
}

/** A whole number of at least `least`. */
export function wholeNumber(name: string, value: string, least = 0): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new UsageError(`--${name} must be a whole number of at least ${least}; got ${value}`);
  }
  return number;
}

/** A value in JSON. */
export function json<T>(name: string, value: string): T {
  try {
    return JSON.parse(value) as T;
  } catch (error) {
    throw new UsageError(`--${name} must be JSON; got ${value} (${(error as Error).message})`);
  }
}

/** Thrown for what the user typed: shown without a stack. */
export class UsageError extends Error {}

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

/** Runs a program's body: errors end it with exit code 1 and a message for people. */
export async function main(body: () => Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    process.stderr.write(`${error instanceof UsageError ? error.message : describe(error)}\n`);
    process.exitCode = 1;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.DEBUG ? (error.stack ?? error.message) : error.message;
}
