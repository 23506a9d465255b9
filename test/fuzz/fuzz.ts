/** Reads damaged files of a form, and holds what happens against what is promised. */

import {Random} from '../../datasets/random.js';
import {damaged} from './damage.js';
import type {Form} from './forms.js';

/** Of the processor, that one file may take. */
const MOST_MS = 1000;
/** What a file may take of memory: so many times its bytes, and what any reading takes. */
const MOST_TIMES = 4;
const ANY_BYTES = 16 * 2 ** 20;

export interface Outcome {
  loaded: number;
  refused: number;
  longestMs: number;
  /** Most memory that the arrays of one trial took, in bytes. */
  mostBytes: number;
  /** What broke a promise, with the trial's number. */
  failures: string[];
}

/** What a reading costs. */
export interface Meter {
  /** Of the processor, or where that can't be told, of the clock. */
  timeMs: () => number;
  /** Of all arrays; 0 where that can't be told. */
  arrayBytes: () => number;
}

const IN_NODE: Meter = {
  timeMs: () => {
    const {user, system} = process.cpuUsage();
    return (user + system) / 1000;
  },
  arrayBytes: () => process.memoryUsage().arrayBuffers,
};

/** Each trial is made from the form's name, the seed and its number alone, and can be made again. */
export async function fuzz(
  name: string,
  {file, read, says}: Form,
  {count, seed = 0, from = 0}: {count: number; seed?: number; from?: number},
  meter = IN_NODE
): Promise<Outcome> {
  const outcome: Outcome = {loaded: 0, refused: 0, longestMs: 0, mostBytes: 0, failures: []};
  await read(file.slice());
  for (let trial = from; trial < from + count; trial++) {
    const fail = (what: string) => outcome.failures.push(`${name}, trial ${trial}: ${what}`);
    const bytes = damaged(file, new Random('fuzz', name, seed, trial), trial);
    const before = meter.arrayBytes();
    const begun = meter.timeMs();
    try {
      await read(bytes);
      outcome.loaded++;
    } catch (error) {
      outcome.refused++;
      if (!(error instanceof Error)) fail(`threw ${String(error)}`);
      // What the language says of its own accord was not foreseen.
      else if (!says.test(error.message)) fail(error.stack ?? error.message);
    }
    const tookMs = meter.timeMs() - begun;
    const took = meter.arrayBytes() - before;
    outcome.longestMs = Math.max(outcome.longestMs, tookMs);
    outcome.mostBytes = Math.max(outcome.mostBytes, took);
    if (tookMs > MOST_MS) fail(`took ${tookMs.toFixed(0)} ms`);
    if (took > MOST_TIMES * file.length + ANY_BYTES) fail(`took ${took} bytes of memory`);
  }
  return outcome;
}
