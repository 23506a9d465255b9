/** Counts of test results, of one suite or of all. */

/** Backends that the title of a suite can end with, as in `conv2d(x, w) [webgl]`. */
const BACKENDS = ['webgl', 'webgpu', 'wasm', 'cpu'] as const;

/** Where a test ran: on a named backend, in the page without one, in Node, or in Python. */
export type Place = (typeof BACKENDS)[number] | 'page' | 'node' | 'python';

/** Results of the tests of one place. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** Results by place. */
export type Tally = Map<Place, Count>;

/** What is read of a suite: as the test runner reports it. */
export interface SuiteResult {
  name: string;
  suites: SuiteResult[];
  tests: TestResult[];
}

/** What is read of a test: as the test runner reports it. */
export interface TestResult {
  name: string;
  passed: boolean;
  skipped: boolean;
  /** Why it failed. */
  error?: {message?: string};
}

/** What is read of a page that ran one test file. */
export interface PageResult {
  /** Whether the page, and all its tests, went well. */
  passed?: boolean;
  /** What went wrong outside of tests: a file that could not be loaded, a page that hung. */
  errors: readonly unknown[];
  /** Absent if the page never reported. */
  testResults?: SuiteResult;
}

/** Adds results to those of a place. */
export function add(tally: Tally, place: Place, count: Partial<Count>): void {
  const sum = tally.get(place) ?? {passed: 0, failed: 0, skipped: 0};
  sum.passed += count.passed ?? 0;
  sum.failed += count.failed ?? 0;
  sum.skipped += count.skipped ?? 0;
  tally.set(place, sum);
}

/** Adds all tests under a suite, each to the backend that the nearest title around it names. */
export function addSuite(tally: Tally, suite: SuiteResult, around: Place = 'page'): void {
  const place = BACKENDS.find(backend => suite.name.endsWith(` [${backend}]`)) ?? around;
  for (const test of suite.tests) {
    add(tally, place, {[test.skipped ? 'skipped' : test.passed ? 'passed' : 'failed']: 1});
  }
  for (const inner of suite.suites) addSuite(tally, inner, place);
}

/** Adds all tests of a page; one that broke outside of its tests, or held none, counts as a failure. */
export function addPage(tally: Tally, page: PageResult): void {
  const own: Tally = new Map();
  if (page.testResults) addSuite(own, page.testResults);
  for (const [place, count] of own) add(tally, place, count);
  const {passed, failed, skipped} = total(own);
  const broken = !page.passed || page.errors.length > 0 || passed + skipped === 0;
  if (failed === 0 && broken) add(tally, 'page', {failed: 1});
}

/** What to tell of each test of a page that failed, and of what broke outside of them. */
export function pageFailures({testResults, errors}: PageResult): string[] {
  const inSuite = (suite: SuiteResult, around: string[]): string[] => {
    const titles = [...around, suite.name].filter(Boolean);
    const failed = suite.tests.filter(test => !test.passed && !test.skipped);
    return [
      ...failed.map(test => formatFailure([...titles, test.name], test.error?.message)),
      ...suite.suites.flatMap(inner => inSuite(inner, titles)),
    ];
  };
  return [
    ...(testResults ? inSuite(testResults, []) : []),
    ...errors.map(error => formatFailure([], (error as {message?: string}).message)),
  ];
}

/** Lines of a message that are told of a failure: the rest stands where the test ran. */
const TOLD_LINES = 12;

/** `suite › test: why`, with further lines of the message indented below. */
export function formatFailure(titles: readonly string[], message = ''): string {
  const lines = message.trim().split('\n');
  const [why = '', ...more] =
    lines.length > TOLD_LINES ? [...lines.slice(0, TOLD_LINES), '…'] : lines;
  const head = [titles.join(' › '), why].filter(Boolean).join(': ');
  return [head, ...more.map(line => `    ${line}`.trimEnd())].join('\n');
}

/** Sum over all places. */
export function total(tally: Tally): Count {
  const sum: Tally = new Map();
  for (const count of tally.values()) add(sum, 'page', count);
  return sum.get('page') ?? {passed: 0, failed: 0, skipped: 0};
}

/** Whether something ran and nothing failed. */
export function isGreen(tally: Tally): boolean {
  const {passed, failed} = total(tally);
  return failed === 0 && passed > 0;
}

/** `N passed, N failed`, and `, N skipped` if any were. */
export function formatCount({passed, failed, skipped}: Count): string {
  return `${passed} passed, ${failed} failed` + (skipped > 0 ? `, ${skipped} skipped` : '');
}

/** `Tests run: 12 webgl, 12 wasm, 30 page, 4 node`. */
export function formatPlaces(tally: Tally): string {
  const order: Place[] = [...BACKENDS, 'page', 'node', 'python'];
  const parts = order.flatMap(place => {
    const {passed = 0, failed = 0} = tally.get(place) ?? {};
    return passed + failed > 0 ? [`${passed + failed} ${place}`] : [];
  });
  return `Tests run: ${parts.join(', ') || 'none'}`;
}
