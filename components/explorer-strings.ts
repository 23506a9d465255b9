/** What the views of the explorer say to people: apart from `strings.ts`, because they are loaded late. */

import {formatCount, formatShare, formatValue} from './format.js';
import {strings} from './strings.js';

/** Two digits that matter: gradients are small. */
function formatSmall(value: number): string {
  return Number(value.toPrecision(2)).toString().replace('-', '−');
}

export const explorerStrings = {
  title: 'Explorer',
  unbound: 'Nothing is open.',

  grid: {
    title: 'Redraw grid',
    label: 'Images by codes: every column redraws one region from one code',
    input: 'Input',
    truth: 'Truth',
    mask: 'Mask',
    code: (column: number) => `Code ${column + 1}`,
    region: (region: number) => `${strings.region(region)} redrawn`,
    cell: (image: number, region: number, column: number, score: number | undefined) =>
      `Image ${image}, region ${region + 1}, code ${column + 1}` +
      (score === undefined ? '' : `: D(Î) = ${formatValue(score)}`),
    seed: 'Seed of the codes',
    renew: 'New codes',
    hint: 'A click, or Enter, takes image, region and code in hand.',
  },

  recovery: {
    title: 'Codes read back: ẑ against z',
    summary: (region: number, draws: number) =>
      `${strings.region(region)}, ${formatCount(draws)} draws`,
    mean: (r2: number) => `mean R² ${formatValue(r2)}`,
    r2: (r2: number) => `R² ${formatValue(r2)}`,
    panel: (dimension: number, r2: number) =>
      `Component ${dimension + 1}: δ’s reading over the code, R² ${formatValue(r2)}`,
    hint: 'Across z, up ẑ = δ’s reading, both from −3 to 3; dashed: ẑ = z. R² is the share of the code that survives the redraw: 1 all of it, 0 or less none.',
    all: 'Codes read back, component by component',
  },

  discriminator: {
    title: 'Discriminator',
    scores: 'Scores of D',
    count: 'Images',
    real: 'real',
    region: (region: number) => `${strings.region(region)} redrawn`,
    lane: (name: string, mean: number) => `${name}: mean ${formatValue(mean)}`,
    told: (share: number) => `${formatShare(share)} told apart`,
    axis: 'D',
    needle: (score: number) => formatValue(score),
    spoken: (lane: string, needle: number | undefined) =>
      needle === undefined ? lane : `${lane}, this image ${formatValue(needle)}`,
    progress: (done: number, count: number) => `${formatCount(done)} of ${formatCount(count)}`,
    hint: 'The line is the image in hand. Told apart: pairs in which D scores the real image higher; 50% is chance. Dotted: the margins of the hinge loss, −1 and 1.',
    saliency: (region: number) => `Where D looks: ${strings.regions.composition(region)}`,
    pixels: 'On pixels: lighter',
    mask: (region: number) => `On ${strings.regions.mask(region)}: more of it`,
    pixelsAlt: 'Gradient of the score on the brightness of each pixel, over the redrawn image',
    maskAlt: 'Gradient of the score on the mask, over the redrawn image',
    lowers: (limit: number) => `lowers D, ${formatSmall(-limit)}`,
    raises: (limit: number) => `${formatSmall(limit)}, raises D`,
  },
} as const;
