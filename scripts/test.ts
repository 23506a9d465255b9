/**
 * Runs the tests: `*.node.test.ts` in Node, the other `*.test.ts` in a real browser, `test_*.py` under
 * pytest. Without a Python that can run the last they are skipped, but with CI=1 that is a failure.
 *
 *     npm test
 *     npm test -- --files test/core/kernels test/tooling/webgl.test.ts
 *
 * The last line of output is `N passed, N failed`. What could not be run counts as failed.
 */

import {spawnSync} from 'node:child_process';
import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {availableParallelism, tmpdir} from 'node:os';
import {basename, join, relative, resolve, sep} from 'node:path';
import {parseArgs} from 'node:util';
import {startTestRunner, type Reporter} from '@web/test-runner';
import {browserTests, createTestServer, TEST_CACHE} from '../web-test-runner.config.js';
import {findOrInstallBrowser} from './find-browser.js';
import {countTests, findPython, PYTHON_ADVICE, runPytest} from './python.js';
import {add, addPage, formatCount, formatPlaces, isGreen, total, type Tally} from './tally.js';
import {countTap} from './tap.js';

const ROOT = join(import.meta.dirname, '..');

/** Folder of the tests that drive a browser from Node and look at how long it takes. */
const TIMED = join('test', 'e2e');

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

/** Runs test files in Python, where there is one. */
function runInPython(files: string[], tally: Tally): void {
  const python = findPython();
  if (python) return add(tally, 'python', runPytest(python, files));
  const count = countTests(files);
  console.log(`No Python with PyTorch: ${count} tests of cluster/ are not run; ${PYTHON_ADVICE}`);
  add(tally, 'python', process.env.CI ? {failed: count} : {skipped: count});
}

/** Runs test files in Node: those that look at times alone, then the others side by side. */
function runInNode(files: string[], tally: Tally): void {
  const timed = files.filter(file => file.startsWith(TIMED));
  const others = files.filter(file => !timed.includes(file));
  if (timed.length > 0) runTogether(timed, 1, tally);
  if (others.length > 0) runTogether(others, availableParallelism(), tally);
}

/** Runs test files in Node, so many at a time. */
function runTogether(files: string[], concurrency: number, tally: Tally): void {
  const folder = mkdtempSync(join(tmpdir(), 'redo-viewer-'));
  const tap = join(folder, 'results.tap');
  try {
    const args = [
      ...['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`],
      ...['--test-reporter', 'spec', '--test-reporter-destination', 'stdout'],
      ...['--test-reporter', 'tap', '--test-reporter-destination', tap],
    ];
    const {status} = spawnSync(process.execPath, [...args, ...files], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    const count = countTap(readFileSync(tap, 'utf8'));
    add(tally, 'node', count);
    if (status !== 0 && count.failed === 0) add(tally, 'node', {failed: 1});
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

/** Runs test files in a browser. */
async function runInBrowser(files: string[], tally: Tally): Promise<void> {
  const executablePath = await findOrInstallBrowser();
  const vite = await createTestServer();
  try {
    const runner = await startTestRunner({
      config: browserTests(vite, files, executablePath, countingReporter(tally)),
      readCliArgs: false,
      readFileConfig: false,
      autoExitProcess: false,
    });
    if (!runner) throw new Error('The test runner did not start.');
    await new Promise(stopped => runner.on('stopped', stopped));
  } finally {
    await vite.close();
    rmSync(TEST_CACHE, {recursive: true, force: true});
  }
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
    const inNode = files.filter(file => file.endsWith('.node.test.ts'));
    const inPython = files.filter(isPython);
    const inBrowser = files.filter(file => !inNode.includes(file) && !isPython(file));
    if (inNode.length > 0) runInNode(inNode, tally);
    if (inPython.length > 0) runInPython(inPython, tally);
    if (inBrowser.length > 0) await runInBrowser(inBrowser, tally);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    add(tally, 'page', {failed: 1});
  }
  if (total(tally).passed + total(tally).failed === 0) {
    console.error('No test was run.');
    add(tally, 'page', {failed: 1});
  }
  process.exitCode = isGreen(tally) ? 0 : 1;
  console.log(formatPlaces(tally));
  console.log(formatCount(total(tally)));
  // A browser that hangs must not keep the process alive after the verdict.
  process.exit();
}

await main();
