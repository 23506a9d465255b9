/** What the views of the explorer say to people: apart from `strings.ts`, because they are loaded late. */

import type {Features, LayerInfo, ModelInfo} from '../core/engine/protocol.js';
import type {NetworkName} from '../core/model/config.js';
import type {Split} from '../datasets/dataset.js';
import type {ImageOrder} from '../core/session/image-browser.js';
import type {ChannelOrder} from '../core/session/inside.js';
import type {KeptModel, StoreSpace} from '../core/session/model-store.js';
import {formatCount, formatDigits, formatShare, formatValue} from './format.js';
import {strings} from './strings.js';

/** Two digits that matter: gradients are small. */
function formatSmall(value: number): string {
  return Number(value.toPrecision(2)).toString().replace('-', '−');
}

const NETWORKS: Record<NetworkName, string> = {
  mask: 'f',
  generator: 'G',
  discriminator: 'D',
  encoder: 'δ',
};

/** What a file may not tell, where its name is not plain enough. */
const ASSUMED: Readonly<Record<string, string>> = {
  lambdaZ: 'λ',
  batchSize: 'batch size',
  learningRates: 'learning rates',
  codeSize: 'length of z',
  dataset: 'data set',
  maskResidualBlocks: 'residual blocks',
};

const ACTIVATIONS = {relu: 'ReLU', tanh: 'tanh', mask: 'sum to 1'} as const;

/** What values are called that no gradient passes. */
const DEAD = {relu: 'dead', tanh: 'saturated', mask: 'saturated', none: 'at 0'} as const;

function plural(count: number, one: string): string {
  return `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;
}

function megabytes(bytes: number): string {
  const size = bytes / 2 ** 20;
  return `${size < 10 ? size.toFixed(1) : formatCount(size)} MB`;
}

export const explorerStrings = {
  file: {
    open: 'Open model…',
    hint: 'Checkpoints, .safetensors, .pth, .tar.gz; or drop one anywhere here.',
    loaded: (name: string, {config, dataset, iteration, source}: ModelInfo) => {
      const {form, members = [], missing = [], assumed = {}, resumed} = source ?? {};
      const facts = [
        `${config.regions} regions, ${config.size} × ${config.size}, ${dataset.name}`,
        ...(members.length > 0 ? [`from ${members.join(', ')}`] : []),
        ...(form === 'checkpoint' ? [`iteration ${formatCount(iteration)}`] : []),
        ...(resumed ? ['training goes on as without a break'] : []),
        ...(missing.length > 0
          ? [`new random weights for ${missing.map(network => NETWORKS[network]).join(', ')}`]
          : []),
      ];
      const taken = Object.entries(assumed).map(
        ([key, value]) => `${ASSUMED[key] ?? key} ${value}`
      );
      const note = taken.length > 0 ? ` Not in the file, assumed: ${taken.join(', ')}.` : '';
      return `${name}: ${facts.join('; ')}.${note}`;
    },
  },

  models: {
    title: 'Trainings kept in this browser',
    list: 'Trainings that are kept',
    keep: 'Keep this training',
    kept: (name: string) => `${name} is kept.`,
    fresh: (dataset: string, iteration: number, number: number) =>
      `${dataset}, iteration ${formatCount(iteration)}` + (number > 1 ? ` (${number})` : ''),
    export: 'Weights for PyTorch',
    name: 'Name',
    facts: ({dataset, size, regions, iteration, sizeBytes, id}: KeptModel) =>
      [
        `${dataset}, ${regions} regions, ${size} px`,
        `iteration ${formatCount(iteration)}`,
        megabytes(sizeBytes),
        new Date(id).toLocaleString('en', {dateStyle: 'medium', timeStyle: 'short'}),
      ].join(' · '),
    open: 'Open',
    openOne: (name: string) => `Open ${name}`,
    download: 'Download',
    downloadOne: (name: string) => `Download ${name}`,
    remove: 'Delete',
    removeOne: (name: string) => `Delete ${name}`,
    removed: (name: string) => `${name} is deleted.`,
    space: ({usedBytes, freeBytes}: StoreSpace) =>
      `${megabytes(usedBytes)} used by this site, ${megabytes(freeBytes)} free`,
    empty: 'Nothing is kept yet. What is kept stays in this browser, with the optimisers.',
    hint: 'Opened again, a training goes on to the same numbers as without the break.',
    issues: {
      full: {
        title: 'The training could not be kept: the browser’s storage is full',
        advice:
          'What was kept before is as it was. Delete trainings, or free storage of this site, and try again.',
        action: strings.tryAgain,
      },
      forbidden: {
        title: 'The browser’s storage could not be used',
        advice:
          'What was kept before is as it was. Allow this site to store data (outside a private window or a closed-off frame), and try again.',
        action: strings.tryAgain,
      },
    },
  },

  options: {
    lambdaZ: 'λ, weight of reading z back',
    rate: {
      mask: 'Learning rate of f',
      generator: 'Learning rate of G',
      discriminator: 'Learning rate of D',
      encoder: 'Learning rate of δ',
    },
    note: 'They count from the next iteration.',
    start: (regions: number, warmUp: number, balance: number) =>
      `Training starts with ${regions} regions: f’s learning rate grows from 0 until iteration ${formatCount(warmUp)}, and until ${formatCount(balance)} no region can take another’s place.`,
    noise: (from: number, to: number) =>
      `Noise on the masks grows from iteration ${formatCount(from)} to ${formatCount(to)}: each pixel is drawn for one region, as often as its mask says.`,
    splits: (from: number, to: number) =>
      `From iteration ${formatCount(from)} to ${formatCount(to)}, a region that has next to nothing is given half of the largest object.`,
  },

  labels: {
    add: 'Teach f these masks',
    weight: 'Weight',
    list: 'Images with labels',
    item: (image: number) => `Image ${image} ✕`,
    remove: (image: number) => `Take back the labels of image ${image}`,
    note: 'Paint on the masks of an image, then give them as labels: their cross-entropy is added to the loss of f from the next iteration on. What f was taught, it can’t be judged by any more.',
  },

  share: {
    link: 'Copy link',
    save: 'Save view',
    open: 'Open view…',
    text: 'To be copied by hand',
    nothing: 'There is nothing to share yet: a model must be open.',
    copied: (what: string, length: number) => `Copied: ${what}, ${formatCount(length)} characters.`,
    byHand: (what: string) =>
      `${what}: this browser does not let the page copy; the text is below.`,
    saved: (name: string) => `Saved ${name}.`,
    opened: (name: string) => `Opening ${name}.`,
    tooLong: (length: number) =>
      `The link would have ${formatCount(length)} characters, more than browsers keep: the painted masks are too fine. Save the view as a file.`,
  },

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

  shelf: {
    title: 'Shelf of codes',
    list: 'Codes on the shelf',
    snap: 'Keep the code in hand',
    fresh: (region: number, image: number, number: number) =>
      `${strings.code.title(region)}, image ${image}` + (number > 1 ? ` (${number})` : ''),
    into: 'Load into',
    inHand: 'region in hand',
    load: 'Load',
    loadOne: (name: string, region: number) => `Load ${name} into region ${region + 1}`,
    loaded: (name: string, region: number) => `${name} is in region ${region + 1}`,
    name: 'Name',
    picture: (name: string) => `Region redrawn from ${name}`,
    compare: 'Compare',
    compareOne: (name: string) => `Compare ${name}`,
    remove: 'Delete',
    removeOne: (name: string) => `Delete ${name}`,
    removed: (name: string) => `${name} is deleted; Undo puts it back`,
    undo: 'Undo',
    undone: 'Put back',
    kept: (name: string) => `${name} is on the shelf`,
    from: (region: number, image: number) => `region ${region + 1} · image ${image}`,
    model: (size: number, iteration: number) => `${size} px · ${formatCount(iteration)} iterations`,
    otherModel: 'another model',
    empty: 'Nothing is kept yet. What is kept stays in this browser.',
    comparison: 'Compared',
    now: 'Code in hand',
    distance: (distance: number, cosine: number | undefined) =>
      `Distance ${formatValue(distance)}` +
      (cosine === undefined ? '' : `, cosine ${formatValue(cosine)}`),
    pair: (a: number, b: number) => `${formatValue(a)} and ${formatValue(b)}`,
    hint: 'Loading copies a code into the region that is chosen, on the image in hand. One code is compared with the one in hand, two with each other.',
    issues: {
      full: {
        title: 'The shelf could not be saved: the browser’s storage is full',
        advice:
          'Everything is on the shelf until the page is closed. Delete codes, or free storage of this site, and try again.',
        action: strings.tryAgain,
      },
      forbidden: {
        title: 'The shelf can’t be saved: the browser forbids it',
        advice:
          'Everything is on the shelf until the page is closed. Allow this site to store data (outside a private window or a closed-off frame), and try again.',
        action: strings.tryAgain,
      },
      spoilt: {
        title: 'What was saved of the shelf can’t be read',
        advice:
          'It is left as it is, and changes are not saved. Write over it with what is on the shelf now, or keep on without saving.',
        action: 'Write over it',
      },
      picture: {
        title: 'The picture could not be drawn',
        advice: 'The code is on the shelf without it.',
        action: strings.tryAgain,
      },
    },
  },

  path: {
    title: 'Path through codes',
    list: 'Key frames, in the order of the path',
    source: 'Key frame',
    now: 'code in hand',
    add: 'Add',
    go: (name: string, place: number) => `${place + 1} ${name}: go there`,
    earlier: (name: string) => `Move ${name} forward`,
    later: (name: string) => `Move ${name} back`,
    remove: (name: string) => `Remove ${name}`,
    moved: (name: string, place: number) => `${name} is number ${place + 1}`,
    way: 'Interpolation',
    ways: {spherical: 'spherical', linear: 'linear'},
    duration: 'Seconds',
    loop: 'Loop',
    play: 'Play',
    pause: 'Pause',
    slider: 'Place on the path',
    place: (share: number) => `${formatShare(share)} of the way`,
    shown: (region: number) => `${strings.regions.drawn(region)}, image in hand`,
    straight: {
      opposite: (from: number, to: number) =>
        `From ${from + 1} to ${to + 1} the path goes straight: the codes are opposite, and no turn is the nearest.`,
      zero: (from: number, to: number) =>
        `From ${from + 1} to ${to + 1} the path goes straight: a code of zeros has no direction.`,
    },
    hint: 'The region in hand follows the path. Spherical keeps the length of the codes, as they are drawn; drag key frames, or use their arrows, to change the order.',
    empty: 'Two key frames make a path: add the code in hand, or codes from the shelf.',
  },

  browser: {
    title: 'All images',
    list: 'Images of the split, in their order',
    split: 'Split',
    splitOf: (split: Split, count: number) => `${split} ${formatCount(count)}`,
    order: 'Order by',
    orders: {
      place: 'place',
      objectIou: 'IoU of the objects',
      accuracy: 'accuracy of the masks',
      scores: 'score of D',
    } satisfies Record<ImageOrder, string>,
    descending: 'largest first',
    count: 'of',
    first: (count: number) => `the first ${formatCount(count)}`,
    progress: (done: number, count: number) =>
      `${formatCount(done)} of ${formatCount(count)} looked at`,
    said: (order: ImageOrder, value: number) =>
      `${order === 'place' ? '' : explorerStrings.browser.orders[order]} ${formatValue(value)}`,
    item: (index: number, said: string) => `Image ${index}` + (said && `, ${said}`),
    empty: 'This split has no images.',
    none: 'Nothing has been looked at yet.',
    hint: 'The best permutation of regions is taken for each image. Images without a true mask have no IoU.',
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

  inside: {
    title: 'Inside the networks',
    network: 'Network',
    networks: {
      mask: 'f, masks',
      generator: (region: number) => `${strings.flow.sign.G(region)}, region in hand`,
      discriminator: 'D, discriminator',
    },
    layer: 'Layer',
    layerOf: ({name, shape, activation}: LayerInfo) =>
      [name, shape.join(' × '), ...(activation ? [ACTIVATIONS[activation]] : [])].join(' · '),
    redrawn: 'of the redraw',
    features: 'Feature maps',
    summary: ([height, width, channels]: LayerInfo['shape']) =>
      `${plural(channels, 'channel')} of ${height} × ${width}`,
    /** Channels that no gradient passes anywhere. */
    stuck: (count: number, activation: LayerInfo['activation']) =>
      `${formatCount(count)} ${DEAD[activation ?? 'none']}${activation === 'relu' ? '' : ' everywhere'}`,
    order: 'Order',
    orders: (order: ChannelOrder, activation: LayerInfo['activation']) =>
      order === 'dead' ? DEAD[activation ?? 'none'] : order,
    ownScale: 'Each to its own scale',
    shares: (activation: LayerInfo['activation'], mean: number) =>
      `Share ${DEAD[activation ?? 'none']}, channel by channel: ${formatShare(mean)} of all values`,
    channel: (
      channel: number,
      {mean, spread, dead, activation}: Pick<Features, 'mean' | 'spread' | 'dead' | 'activation'>
    ) =>
      `Channel ${channel}: mean ${formatDigits(mean[channel]!)}, spread ${formatDigits(spread[channel]!)}, ` +
      `${formatShare(dead[channel])} ${DEAD[activation ?? 'none']}`,
    channels: 'Channels',
    point: 'Point at a channel, or pick one, to read its numbers.',
    all: (channels: number) => `Show all ${formatCount(channels)}`,
    least: (limit: number) => formatDigits(-limit),
    most: (limit: number) => formatDigits(limit),
    weights: 'Weights',
    unweighted: 'This layer has no weights: pick a convolution or a dense layer.',
    shape: (shape: readonly number[]) => `${shape.join(' × ')}`,
    moments: (mean: number, spread: number) =>
      `mean ${formatDigits(mean)}, spread ${formatDigits(spread)}`,
    histogram: 'Distribution of the weights',
    spectrum: 'Singular values, the largest first',
    largest: (value: number) => `largest ${formatDigits(value)}`,
    /** Of the largest singular value to the least. */
    condition: (ratio: number) => `${formatDigits(ratio)} times the least`,
    only: (rank: number) => `the largest of ${formatCount(rank)} alone`,
    sigma: (sigma: number) => `σ ${formatDigits(sigma)}`,
    divided: (sigma: number, largest: number) =>
      `divided by σ ${formatDigits(sigma)}, ${formatShare(sigma / largest)} of the largest`,
    plain: 'not normalised',
    hint: 'After a ReLU, a channel that is 0 everywhere is dead: on this image it tells nothing, and learns nothing. After tanh and in masks, values near the ends are saturated.',
  },
} as const;
