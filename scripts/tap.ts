/** Reads the counts at the end of a report in the Test Anything Protocol, as Node prints them. */

import {formatFailure, type Count} from './tally.js';

/**
 * @param report The whole report; its last lines are such as `# pass 12`.
 * @throws Error if the counts are not there: the report was cut short.
 */
export function countTap(report: string): Count {
  const read = (name: string): number => {
    const line = new RegExp(`^# ${name} (\\d+)$`, 'm').exec(report);
    if (!line) throw new Error(`countTap: report must end with its counts; got no "# ${name}"`);
    return Number(line[1]);
  };
  return {
    passed: read('pass'),
    failed: read('fail') + read('cancelled'),
    skipped: read('skipped') + read('todo'),
  };
}

/**
 * What to tell of each test of a report that failed; suites, which fail with their tests, are left out.
 *
 * @param report As Node prints it: after `not ok` its block of `location`, `failureType` and `error`.
 */
export function tapFailures(report: string): string[] {
  const failures = report.matchAll(/^ *not ok \d+ - (.*)\n( *)---\n([^]*?)^\2\.\.\.$/gm);
  return [...failures].flatMap(([, name = '', , block = '']) => {
    if (block.includes("failureType: 'subtestsFailed'")) return [];
    const location = /location: '(.*):\d+'/.exec(block)?.[1] ?? '';
    const error = /^( *)error: (?:(['"])(.*)\2$|\|-((?:\n\1 {2}.*|\n *$)*))/m.exec(block);
    const [, indent = '', , line, lines = ''] = error ?? [];
    return [formatFailure([location, name], line ?? lines.replaceAll(`\n${indent}  `, '\n'))];
  });
}
