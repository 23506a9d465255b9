/**
 * Runs the tests: `*.node.test.ts` in Node, the other `*.test.ts` in a real browser, `test_*.py` under
 * pytest. Without a Python that can run the last they are skipped, but with CI=1 that is a failure.
 *
 *     npm test
 *     npm test -- --files test/core/kernels test/tooling/webgl.test.ts
 *
 * Failures are named again at the end. The last line of output is `N passed, N failed`; what could not be
 * run counts as failed.
 */

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {basename, join, relative, resolve, sep} from 'node:path';
import {parseArgs} from 'node:util';
import {startTestRunner, type Reporter} from '@web/test-runner';
import type {ViteDevServer} from 'vite';
import {browserTests, createTestServer, TEST_CACHE} from '../web-test-runner.config.js';
import {bundlePrograms} from '../test/support/program.js';
import {findOrInstallBrowser} from './find-browser.js';
import {countTests, findPython, PYTHON_ADVICE, runPytest} from './python.js';
import {
  add,
  addPage,
  formatCount,
  formatPlaces,
  isGreen,
  pageFailures,
  total,
  type Tally,
} from './tally.js';
import {countTap, tapFailures} from './tap.js';

const ROOT = join(import.meta.dirname, '..');

/** All test files, or those that are named or lie in a named folder; relative to the root. */
function selectTests(wanted: string[]): string[] {
  const all = readdirSync(join(ROOT, 'test'), {recursive: true, encoding: 'utf8'})
    .filter(file => file.endsWith('.test.ts') || isPython(file))
    .map(file => join('test', file))
    .sort();
  if (wanted.length === 0) return all;
  const selected = wanted.flatMap(name => {
    const path = relative(ROOT, resolve(name));
    const matches = all.filter(file => file === path || file.startsWith(path + sep));
    if (matches.length === 0)
      throw new Error(`--files: must name tests or their folder; got ${name}`);
    return matches;
  });
  return [...new Set(selected)];
}

function isPython(file: string): boolean {
  return /^test_.*\.py$/.test(basename(file));
}

/**
 * Prints a line. Test runners put functions of their own in the place of the console's, which print later
 * and, where two ran side by side, stay in place.
 */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line for each failure, to be told again at the end. */
const failures: string[] = [];

/** Runs a program, and prints what it says when it has ended: others may run beside it. */
async function runQuietly(program: string, args: string[], env = process.env): Promise<number> {
  const running = spawn(program, args, {cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe']});
  const said: Buffer[] = [];
  for (const stream of [running.stdout, running.stderr]) {
    stream.on('data', (chunk: Buffer) => said.push(chunk));
  }
  const [code] = (await once(running, 'close')) as [number | null];
  process.stdout.write(Buffer.concat(said));
  return code ?? 1;
}

/** Runs test files in Python, where there is one. */
async function runInPython(files: string[], tally: Tally): Promise<void> {
  if (files.length === 0) return;
  const python = findPython();
  if (python) {
    const env = {...process.env, PYTHONDONTWRITEBYTECODE: '1'};
    const results = await runPytest(files, args => runQuietly(python, args, env));
    failures.push(...results.failures);
    return add(tally, 'python', results.count);
  }
  const count = countTests(files);
  say(`No Python with PyTorch: ${count} tests of cluster/ are not run; ${PYTHON_ADVICE}`);
  add(tally, 'python', process.env.CI ? {failed: count} : {skipped: count});
}

/** Folder of the programs, once tests have asked for them. */
let bundled: Promise<string> | undefined;

function runsPrograms(file: string): boolean {
  return readFileSync(join(ROOT, file), 'utf8').includes('support/program.js');
}

/** Runs test files in Node, one after the other. */
async function runInNode(files: string[], tally: Tally): Promise<void> {
  if (files.length === 0) return;
  const folder = mkdtempSync(join(tmpdir(), 'redo-viewer-'));
  const tap = join(folder, 'results.tap');
  const programs = files.some(runsPrograms) ? await (bundled ??= bundlePrograms()) : undefined;
  try {
    const args = [
      ...['--import', 'tsx', '--test', '--test-concurrency=1'],
      ...['--test-reporter', 'spec', '--test-reporter-destination', 'stdout'],
      ...['--test-reporter', 'tap', '--test-reporter-destination', tap],
    ];
    const env = {...process.env, ...(programs && {TEST_PROGRAMS: programs})};
    const status = await runQuietly(process.execPath, [...args, ...files], env);
    const report = readFileSync(tap, 'utf8');
    const count = countTap(report);
    add(tally, 'node', count);
    failures.push(...tapFailures(report).map(line => line.replace(ROOT + sep, '')));
    if (status !== 0 && count.failed === 0) {
      add(tally, 'node', {failed: 1});
      failures.push(`node --test ended with ${status}`);
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
}

/** Prints a line a test file as it ends, with its time (one runs at a time), and counts all at the end. */
function countingReporter(tally: Tally): Reporter {
  let begun = performance.now();
  return {
    reportTestFileResults({logger, testFile, sessionsForTestFile}) {
      const file: Tally = new Map();
      for (const session of sessionsForTestFile) addPage(file, session);
      const failed = [...sessionsForTestFile].flatMap(session => pageFailures(session));
      failures.push(...failed.map(line => `${relative(ROOT, testFile)} › ${line}`));
      const seconds = (performance.now() - begun) / 1000;
      begun = performance.now();
      const count = formatCount(total(file));
      logger.log(`${relative(ROOT, testFile)}: ${count}, ${seconds.toFixed(1)} s`);
    },
    stop({sessions}) {
      for (const session of sessions) addPage(tally, session);
    },
  };
}

/** Runs test files in a browser of their own, one page after the other. */
async function runInBrowser(files: string[], browser: TestBrowser, tally: Tally): Promise<void> {
  if (files.length === 0) return;
  const {vite, executablePath} = browser;
  const runner = await startTestRunner({
    config: browserTests(vite, files, executablePath, countingReporter(tally)),
    readCliArgs: false,
    readFileConfig: false,
    autoExitProcess: false,
  });
  if (!runner) throw new Error('The test runner did not start.');
  await new Promise(stopped => runner.on('stopped', stopped));
}

/** What tests in a browser need. */
interface TestBrowser {
  vite: ViteDevServer;
  executablePath: string;
}

/** Finds a browser and starts what serves the tests, if they need one, for as long as they take. */
async function withBrowser(
  isNeeded: boolean,
  run: (browser?: TestBrowser) => Promise<void>
): Promise<void> {
  if (!isNeeded) return run();
  const executablePath = await findOrInstallBrowser();
  const vite = await createTestServer();
  try {
    await run({vite, executablePath});
  } finally {
    await vite.close();
    rmSync(TEST_CACHE, {recursive: true, force: true});
  }
}

/** Jobs at a time: each keeps a processor busy. */
const LANES = Math.min(2, availableParallelism());

/** Runs jobs in their order, as many at a time as there are lanes, and waits for all to end. */
async function runJobs(jobs: (() => Promise<void>)[]): Promise<void> {
  const waiting = [...jobs];
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job();
  };
  const ends = await Promise.allSettled(Array.from({length: LANES}, lane));
  const failure = ends.find(end => end.status === 'rejected');
  if (failure) throw failure.reason;
}

/**
 * Runs test files: those that look at time alone, then the others as jobs, the longest first. Elements are
 * one job with the whole page, where a single browser has the focus; what needs no focus is another.
 */
async function runTests(files: string[], tally: Tally): Promise<void> {
  const isIn = (...folders: string[]): ((file: string) => boolean) => {
    return file => folders.some(folder => file.startsWith(join('test', folder) + sep));
  };
  const inNode = files.filter(file => file.endsWith('.node.test.ts'));
  const inPython = files.filter(isPython);
  const inBrowser = files.filter(file => !inNode.includes(file) && !isPython(file));
  const timed = inNode.filter(isIn('timed'));
  const onPage = inBrowser.filter(isIn('components', 'e2e'));
  const notIn =
    (some: string[]): ((file: string) => boolean) =>
    file =>
      !some.includes(file);

  await runInNode(timed, tally);
  await withBrowser(inBrowser.length > 0, browser =>
    runJobs([
      ...(browser
        ? [inBrowser.filter(notIn(onPage)), onPage].map(
            some => () => runInBrowser(some, browser, tally)
          )
        : []),
      () => runInPython(inPython, tally),
      ...inNode.filter(notIn(timed)).map(file => () => runInNode([file], tally)),
    ])
  );
}

/** Runs all, and counts as failed whatever kept tests from running. */
async function main(): Promise<void> {
  const tally: Tally = new Map();
  try {
    const {values, positionals} = parseArgs({
      options: {files: {type: 'string', multiple: true}},
      allowPositionals: true,
    });
    const files = selectTests([...(values.files ?? []), ...positionals]);
    await runTests(files, tally);
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error));
    add(tally, 'page', {failed: 1});
  }
  if (total(tally).passed + total(tally).failed === 0) {
    failures.push('No test was run.');
    add(tally, 'page', {failed: 1});
  }
  const programs = await bundled?.catch(() => undefined);
  if (programs) rmSync(programs, {recursive: true, force: true});
  process.exitCode = isGreen(tally) ? 0 : 1;
  for (const failure of failures) say(`failed: ${failure}`);
  say(formatPlaces(tally));
  say(formatCount(total(tally)));
  // A browser that hangs must not keep the process alive after the verdict.
  process.exit();
}

await main();
