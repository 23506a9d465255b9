/** Reads the counts at the end of a report in the Test Anything Protocol, as Node prints them. */

import type {Count} from './tally.js';

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
