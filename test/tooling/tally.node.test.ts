import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, it} from 'node:test';
import {
  addPage,
  addSuite,
  formatCount,
  formatFailure,
  formatPlaces,
  isGreen,
  pageFailures,
  total,
  type SuiteResult,
  type Tally,
} from '../../scripts/tally.js';
import {countJunit, junitFailures} from '../../scripts/python.js';
import {countTap, tapFailures} from '../../scripts/tap.js';

const PASSED = {name: 'a', passed: true, skipped: false};
const FAILED = {name: 'b', passed: false, skipped: false, error: {message: 'no\nat c'}};
const SKIPPED = {name: 'c', passed: false, skipped: true};

function suite(name: string, tests: SuiteResult['tests'], suites: SuiteResult[] = []): SuiteResult {
  return {name, tests, suites};
}

describe('addSuite(tally, suite)', () => {
  it('counts a test on the backend that the nearest title ends with', () => {
    const tally: Tally = new Map();
    addSuite(
      tally,
      suite(
        '',
        [PASSED],
        [
          suite(
            'reflectPad',
            [PASSED],
            [
              suite('values [webgl]', [PASSED, FAILED], [suite('of batches', [PASSED])]),
              suite('values [wasm]', [SKIPPED]),
              suite('[cpu] values', [PASSED]),
            ]
          ),
        ]
      )
    );
    assert.deepEqual(Object.fromEntries(tally), {
      page: {passed: 3, failed: 0, skipped: 0},
      webgl: {passed: 2, failed: 1, skipped: 0},
      wasm: {passed: 0, failed: 0, skipped: 1},
    });
    assert.equal(formatPlaces(tally), 'Tests run: 3 webgl, 3 page');
    assert.equal(formatCount(total(tally)), '5 passed, 1 failed, 1 skipped');
  });
});

describe('addPage(tally, page)', () => {
  const count = (page: Parameters<typeof addPage>[1]) => {
    const tally: Tally = new Map();
    addPage(tally, page);
    return {green: isGreen(tally), text: formatCount(total(tally))};
  };

  it('is green if tests ran and all is well', () => {
    const page = {passed: true, errors: [], testResults: suite('', [PASSED])};
    assert.deepEqual(count(page), {green: true, text: '1 passed, 0 failed'});
  });

  it('counts a failed test once', () => {
    const page = {passed: false, errors: [], testResults: suite('', [PASSED, FAILED])};
    assert.deepEqual(count(page), {green: false, text: '1 passed, 1 failed'});
  });

  it('fails a page that could not load its tests', () => {
    const page = {passed: false, errors: [new Error('Failed to fetch')]};
    assert.deepEqual(count(page), {green: false, text: '0 passed, 1 failed'});
  });

  it('fails a page that broke after its tests passed', () => {
    const page = {passed: true, errors: [new Error('late')], testResults: suite('', [PASSED])};
    assert.deepEqual(count(page), {green: false, text: '1 passed, 1 failed'});
  });

  it('fails a page without a test', () => {
    const page = {passed: true, errors: [], testResults: suite('', [])};
    assert.deepEqual(count(page), {green: false, text: '0 passed, 1 failed'});
  });
});

describe('pageFailures(page)', () => {
  it('names tests that failed, and why, and what broke outside of them', () => {
    const inner = suite('of batches', [SKIPPED, FAILED]);
    const testResults = suite('', [PASSED], [suite('reflectPad', [FAILED], [inner])]);
    assert.deepEqual(pageFailures({passed: false, errors: [new Error('late')], testResults}), [
      'reflectPad › b: no\n    at c',
      'reflectPad › of batches › b: no\n    at c',
      'late',
    ]);
  });
});

describe('formatFailure(titles, message)', () => {
  it('tells the first twelve lines', () => {
    const lines = Array.from({length: 13}, (_, index) => `line ${index}`);
    const told = formatFailure(['suite', 'test'], lines.join('\n')).split('\n');
    assert.equal(told[0], 'suite › test: line 0');
    assert.deepEqual(told.slice(-2), ['    line 11', '    …']);
    assert.equal(told.length, 13);
  });
});

describe('isGreen(tally)', () => {
  it('is false where nothing ran', () => {
    assert.equal(isGreen(new Map()), false);
    assert.equal(isGreen(new Map([['page', {passed: 0, failed: 0, skipped: 3}]])), false);
  });
});

describe('countTap(report)', () => {
  it('reads the counts at the end', () => {
    const report =
      'TAP version 13\nok 1 - a\n1..1\n# tests 9\n# suites 2\n# pass 4\n# fail 1\n' +
      '# cancelled 1\n# skipped 2\n# todo 1\n# duration_ms 12.5\n';
    assert.deepEqual(countTap(report), {passed: 4, failed: 2, skipped: 3});
  });

  it('throws if the report was cut short', () => {
    assert.throws(() => countTap('TAP version 13\nok 1 - a\n'), /must end with its counts; got no/);
  });
});

describe('tapFailures(report)', () => {
  it('names tests that Node reports as failed, and not the suites around them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'redo-tap-'));
    const file = join(folder, 'planted.test.mjs');
    writeFileSync(
      file,
      `import {describe, it} from 'node:test';
describe('suite', () => {
  it('passes', () => {});
  it('throws', () => { throw new Error('first\\nsecond'); });
  it('says one line', () => { throw new Error("it's so"); });
});`
    );
    try {
      // Told of an outer run, the inner one would report to it.
      const env = {...process.env, NODE_TEST_CONTEXT: undefined};
      const args = ['--test', '--test-reporter', 'tap', file];
      const {stdout} = spawnSync(process.execPath, args, {env, encoding: 'utf8'});
      assert.deepEqual(tapFailures(stdout), [
        `${file}:4 › throws: first\n    second`,
        `${file}:5 › says one line: it's so`,
      ]);
    } finally {
      rmSync(folder, {recursive: true});
    }
  });
});

describe('countJunit(report)', () => {
  it('reads the counts that pytest writes', () => {
    const report =
      '<?xml version="1.0"?><testsuites name="pytest tests"><testsuite name="pytest" errors="1" ' +
      'failures="2" skipped="3" tests="20" time="1.5"><testcase/></testsuite></testsuites>';
    assert.deepEqual(countJunit(report), {passed: 14, failed: 3, skipped: 3});
  });

  it('refuses a report that was cut short', () => {
    assert.throws(
      () => countJunit('<?xml version="1.0"?><testsuites><testsu'),
      /must have its counts/
    );
  });
});

describe('junitFailures(report)', () => {
  it('names the tests that failed or could not begin', () => {
    const report =
      '<testsuites><testsuite errors="1" failures="1" skipped="0" tests="3">' +
      '<testcase classname="test_run" name="test_a" time="1"/>' +
      '<testcase classname="test_run" name="test_b" time="1"><failure message="assert 1&#10;at">x</failure>' +
      '</testcase><testcase classname="test_run" name="test_c"><error message="no fixture">y</error>' +
      '</testcase></testsuite></testsuites>';
    assert.deepEqual(junitFailures(report), [
      'test_run › test_b: assert 1\n    at',
      'test_run › test_c: no fixture',
    ]);
  });
});
