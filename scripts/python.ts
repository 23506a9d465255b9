/** Runs the tests of the Python package in `cluster/`, where there is a Python that can. */

import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

import {formatFailure, type Count} from './tally.js';

const ROOT = join(import.meta.dirname, '..');
/** Where `.ci/run` puts one, and a person may. */
const VENV = join(ROOT, '.cache/venv');
const NEEDED = ['torch', 'numpy', 'PIL', 'safetensors', 'pytest'];

/** How those tests are made possible, for who has none. */
export const PYTHON_ADVICE = `make one: python3 -m venv .cache/venv && .cache/venv/bin/pip install './cluster[test]'`;

/** The first Python that has what the tests need: `PYTHON`, that of `.cache/venv`, or the system's. */
export function findPython(): string | undefined {
  const places = [
    process.env.PYTHON,
    ...['bin/python', 'Scripts/python.exe'].map(name => join(VENV, name)).filter(existsSync),
    'python3',
    'python',
  ];
  return places.find(
    place => place && spawnSync(place, ['-c', `import ${NEEDED.join(', ')}`]).status === 0
  );
}

/**
 * Runs test files under pytest; what kept it from running counts as a failure.
 *
 * @param run Runs Python with arguments; gives its exit status.
 */
export async function runPytest(
  files: readonly string[],
  run: (args: string[]) => Promise<number>
): Promise<{count: Count; failures: string[]}> {
  const folder = mkdtempSync(join(tmpdir(), 'redo-viewer-'));
  const results = join(folder, 'results.xml');
  try {
    const args = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-rs', '--durations=5'];
    const status = await run([...args, `--junit-xml=${results}`, ...files]);
    const report = existsSync(results) ? readFileSync(results, 'utf8') : undefined;
    const count = report === undefined ? NONE : countJunit(report);
    const isSilent = status !== 0 && count.failed === 0;
    return {
      count: isSilent ? {...count, failed: 1} : count,
      failures: isSilent ? [`pytest ended with ${status}`] : junitFailures(report ?? ''),
    };
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

const NONE: Count = {passed: 0, failed: 0, skipped: 0};

/**
 * Reads the counts of a report in JUnit's form, as pytest writes it.
 *
 * @throws Error if they are not there: the report was cut short.
 */
export function countJunit(report: string): Count {
  const suite = /<testsuite [^>]*>/.exec(report)?.[0] ?? '';
  const read = (name: string): number => {
    const value = new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1];
    if (value === undefined) {
      throw new Error(`countJunit: report must have its counts; got no ${name} in «${suite}»`);
    }
    return Number(value);
  };
  const [tests, skipped] = [read('tests'), read('skipped')];
  const failed = read('failures') + read('errors');
  return {passed: tests - failed - skipped, failed, skipped};
}

/** What to tell of each test of a report in JUnit's form that failed, or could not begin. */
export function junitFailures(report: string): string[] {
  const cases = report.matchAll(/<testcase ([^>]*[^>/])>\s*<(?:failure|error) message="([^"]*)"/g);
  return [...cases].map(([, attributes = '', message = '']) => {
    const read = (name: string): string =>
      new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? '';
    return formatFailure([read('classname'), read('name')], message.replaceAll('&#10;', '\n'));
  });
}

/** Number of test functions in files that are not run. */
export function countTests(files: readonly string[]): number {
  const text = files.map(file => readFileSync(join(ROOT, file), 'utf8')).join('\n');
  return text.match(/^def test_/gm)?.length ?? 0;
}
