/** What the elements of the experiments say to people. */

import {formatCount, formatValue} from './format.js';

export const experimentsStrings = {
  picker: {
    label: 'Open a run',
    folder: 'Open a run’s folder…',
    drop: 'or drop it here',
    address: 'Address of a run’s folder',
    follow: 'Follow',
    drag: 'Drop the folder of a run',
    noFolder:
      'What was dropped must be the folder of a run, as npm run train -- --run FOLDER writes it.',
    noAddress: (address: string) =>
      `The address must begin with http:// or https://, or be relative to this page; got ${address}.`,
  },

  run: {
    none: 'A training that runs elsewhere, followed live: open the folder that npm run train -- --run FOLDER writes, or its address.',
    snapshot:
      'This browser shows a folder as it was when it was chosen: choose it again to see more.',
    charts: (name: string) => `Course of ${name}`,
    load: 'Show its newest weights in the viewer',
    following: 'followed live',
    stopped: 'not followed any more',
    stop: 'Stop following',
    resume: 'Follow again',
    close: 'Close',
    at: (iteration: number | undefined) =>
      iteration === undefined ? 'no iteration yet' : `iteration ${formatCount(iteration)}`,
    best: (iou: number, iteration: number) =>
      `best object IoU ${formatIou(iou)} at iteration ${formatCount(iteration)}`,
    seed: (seed: number) => `seed ${seed}`,
    shown: (name: string) => `In the viewer: ${name}`,
    showing: (name: string) => `Opening ${name} in the viewer…`,
    notShown: (message: string) => `The newest weights are not shown: ${message}.`,
    collapses: (count: number, iteration: number, reason: string) =>
      `Collapsed ${count === 1 ? 'once' : `${count} times`}, last at iteration ${formatCount(iteration)}${reason && `: ${reason}`}. It began again.`,
    unreadable: (lines: number) =>
      `${formatCount(lines)} ${lines === 1 ? 'line' : 'lines'} of the log can’t be read, and ${lines === 1 ? 'is' : 'are'} left out.`,
    empty: 'The numbers of each iteration appear here as the run writes them.',
    iouEmpty: 'The run’s looks at validation images appear here: train … --every 250 makes them.',
  },
} as const;

/** Three decimals: how scores are told apart. */
export function formatIou(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? formatValue(NaN) : value.toFixed(3);
}
