/** Figure 3 of the paper as an SVG: scores by the number of labelled images, against the unsupervised one. */

import {format, line, scaleLinear, scaleLog} from 'd3';

/** Scores on unseen images, each in [0, 1]. */
export interface Score {
  accuracy: number;
  objectIou: number;
}

export interface Figure3 {
  title: string;
  /** In rising order of labels. */
  supervised: readonly (Score & {labels: number})[];
  unsupervised?: Score;
}

/**
 * Reads what `npm run baseline -- --json` wrote.
 *
 * @throws Error if it is something else.
 */
export function readFigure3(text: string): Figure3 {
  let figure: Partial<Figure3> | null;
  try {
    figure = JSON.parse(text) as typeof figure;
  } catch (cause) {
    throw new Error(`figure 3: the file must be JSON; ${(cause as Error).message}`, {cause});
  }
  const isShare = (value: unknown): boolean =>
    typeof value === 'number' && value >= 0 && value <= 1;
  const isScore = (score: Partial<Score> | null | undefined): boolean =>
    isShare(score?.accuracy) && isShare(score?.objectIou);
  const {title, supervised, unsupervised} = figure ?? {};
  const isSound =
    typeof title === 'string' &&
    Array.isArray(supervised) &&
    supervised.length > 0 &&
    supervised.every(
      (each: Partial<Figure3['supervised'][number]> | null) =>
        isScore(each) && Number.isSafeInteger(each?.labels) && each!.labels! > 0
    ) &&
    (unsupervised === undefined || isScore(unsupervised));
  if (!isSound) {
    throw new Error(
      'figure 3: the file must have a title and scores by number of labels, as npm run baseline -- --json writes it'
    );
  }
  const rising = (supervised as Figure3['supervised']).toSorted((a, b) => a.labels - b.labels);
  return {title, supervised: rising, ...(unsupervised && {unsupervised})};
}

const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = {top: 40, right: 120, bottom: 48, left: 56};

/** Distinguishable for the colour-blind, and by their dashes in grey. */
const LINES = [
  {name: 'objectIou', title: 'object IoU', color: '#0072b2'},
  {name: 'accuracy', title: 'accuracy', color: '#d55e00'},
] as const;

/** @returns The text of an SVG file. */
export function drawFigure3({title, supervised, unsupervised}: Figure3): string {
  const counts = supervised.map(({labels}) => labels);
  const x = scaleLog()
    .domain([Math.min(...counts), Math.max(...counts, Math.min(...counts) + 1)])
    .range([MARGIN.left, WIDTH - MARGIN.right]);
  const y = scaleLinear()
    .domain([0, 1])
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const left = MARGIN.left;
  const right = WIDTH - MARGIN.right;
  const parts: string[] = [];
  for (const tick of y.ticks(5)) {
    const at = y(tick).toFixed(1);
    parts.push(
      `<path d="M${left} ${at}H${right}" stroke="#ddd"/>`,
      `<text x="${left - 8}" y="${at}" text-anchor="end" dominant-baseline="middle">${tick}</text>`
    );
  }
  for (const count of counts) {
    parts.push(
      `<text x="${x(count).toFixed(1)}" y="${y(0) + 20}" text-anchor="middle">${format(',')(count)}</text>`
    );
  }
  for (const {name, title: label, color} of LINES) {
    const path = line<Score & {labels: number}>()
      .x(each => x(each.labels))
      .y(each => y(each[name]))
      .digits(1)(supervised);
    parts.push(`<path d="${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
    for (const each of supervised) {
      const [cx, cy] = [x(each.labels), y(each[name])].map(at => at.toFixed(1));
      parts.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${color}"/>`);
    }
    const last = y(supervised.at(-1)![name]).toFixed(1);
    parts.push(
      `<text x="${right + 8}" y="${last}" fill="${color}" dominant-baseline="middle">${label}</text>`
    );
    if (unsupervised) {
      const at = y(unsupervised[name]).toFixed(1);
      parts.push(
        `<path d="M${left} ${at}H${right}" stroke="${color}" stroke-width="2" stroke-dasharray="6 4"/>`,
        `<text x="${left + 6}" y="${Number(at) - 6}" fill="${color}">unsupervised, ${unsupervised[name].toFixed(3)}</text>`
      );
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${left}" y="22" font-size="14">${escape(title)}</text>`,
    ...parts,
    `<text x="${(left + right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">labelled images</text>`,
    '</svg>\n',
  ].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
