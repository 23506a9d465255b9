/** What the elements of the experiments say to people. */

import type {Figure3} from './figure-3-drawing.js';
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
    probes: 'The same images, on the way',
    probesNote:
      'A row an image: as it is, then mask and redraw of each region, from the same codes all along.',
    probeAt: (iteration: number, latest: number) =>
      `iteration ${formatCount(iteration)} of ${formatCount(latest)}`,
    probe: (iteration: number) =>
      `Images, masks and redraws at iteration ${formatCount(iteration)}`,
    probeMissing: (file: string) => `${file} is not in the run’s folder any more.`,
    iouEmpty: 'The run’s looks at validation images appear here: train … --every 250 makes them.',
  },

  compare: {
    none: 'Open several runs, one after the other: their curves are laid over one another.',
    empty: 'The numbers of the runs appear here as they write them.',
    quantity: 'Compare',
    chart: 'Curves of all runs',
    quantities: {
      objectIou: 'Object IoU on validation images',
      accuracy: 'Accuracy on validation images',
      generatorLoss: 'Loss of f, G: −D(Î)',
      discriminatorLoss: 'Loss of D: hinge',
      recoveryLoss: 'Loss of δ: (ẑ − z)²',
      smallestArea: 'Area of the smallest region',
    },
    table: 'Scores of the runs beside published ones',
    caption:
      'Runs are shown by their best look at validation images, published methods by what their papers state.',
    method: 'Run or method',
    images: 'Images',
    split: 'Split',
    accuracy: 'Accuracy',
    iou: 'IoU',
    source: 'Iterations, or source',
    validation: 'val',
    course: (iterations: string, best: number | undefined, restarts: number) =>
      `${iterations} iterations${best === undefined ? '' : `, best at ${formatCount(best)}`}` +
      `${restarts > 0 ? `, begun again ${restarts === 1 ? 'once' : `${restarts} times`}` : ''}`,
    remove: 'Remove',
    removeRun: (name: string) => `Remove ${name}`,
  },

  images: {
    score: 'Score the images in the viewer',
    open: 'or open a file of evaluate --csv:',
    order: 'Order',
    orders: {
      'worst-iou': 'lowest IoU first',
      'best-iou': 'highest IoU first',
      'worst-accuracy': 'lowest accuracy first',
      'best-accuracy': 'highest accuracy first',
    },
    working: 'scoring…',
    figure: 'Draw Figures 4 to 6',
    save: 'Save SVG',
    about: (split: string, count: number, accuracy: number, iou: number) =>
      `${formatCount(count)} ${split} images: accuracy ${formatIou(accuracy)}, object IoU ${formatIou(iou)}, best permutation an image.`,
    beyond: (image: number, count: number, split: string) =>
      `The file must be of the images in the viewer, of which ${formatCount(count)} are ${split} images; got number ${image}.`,
    input: (image: number) => `Image ${image}`,
    truth: (image: number) => `Truth of image ${image}`,
    found: (image: number) => `Masks of image ${image}`,
    scores: (image: number, accuracy: string, iou: string) =>
      `Image ${image}: accuracy ${accuracy}, IoU ${iou}`,
    take: 'Look',
    takeImage: (image: number) => `Look at image ${image} in the viewer`,
  },

  figure3: {
    open: 'Open a file of baseline --json:',
    save: 'Save SVG',
    none: 'npm run baseline -- --json FILE writes it: the same f, taught by the masks of 1, 5, 10 … images, against the unsupervised one.',
    alt: ({title, supervised, unsupervised}: Figure3) =>
      `${title}. ${supervised.map(({labels, objectIou}) => `${formatCount(labels)} labelled: IoU ${formatIou(objectIou)}`).join('; ')}` +
      `${unsupervised ? `; unsupervised: IoU ${formatIou(unsupervised.objectIou)}` : ''}.`,
  },
} as const;

/** Three decimals: how scores are told apart. */
export function formatIou(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? formatValue(NaN) : value.toFixed(3);
}
