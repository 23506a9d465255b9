/** Everything that the elements say to people, in one table. */

import type {BackendInfo} from '../core/engine/protocol.js';
import type {HistoryMark} from '../core/session/history.js';
import type {Phase, PhaseReport, Side} from '../core/training/report.js';
import type {MaskTool} from '../core/session/mask-stroke.js';
import type {Command, SessionProgress} from '../core/session/open-model.js';
import type {Status} from '../core/session/session.js';
import {formatCount, formatDigits, formatMs, formatShare, formatValue} from './format.js';

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';

/** Digits as a subscript: 12 as ₁₂. */
function subscript(value: number): string {
  return String(value).replace(/\d/g, digit => SUBSCRIPTS[Number(digit)]!);
}

const SIDES: Record<Side, string> = {generator: 'Generator', discriminator: 'Discriminator'};

const PHASES: Record<Phase, string> = {
  sample: 'sample a batch',
  masks: 'infer masks',
  redraw: 'redraw regions',
  compose: 'compose',
  score: 'score',
  recover: 'recover codes',
  losses: 'losses',
  gradients: 'gradients',
  update: 'update weights',
};

const STAGES: Record<SessionProgress['stage'], string> = {
  download: 'Downloading the model',
  backend: 'Starting the engine',
  dataset: 'Loading the images',
  weights: 'Building the networks',
  compile: 'Compiling programs of the GPU',
  'warm-up': 'Warming up',
  train: 'Training',
  evaluate: 'Evaluating',
  survey: 'Drawing many codes',
};

const STATUSES: Record<Status, string> = {
  empty: 'Nothing is open',
  opening: 'Opening',
  failed: 'Not running',
  ready: 'Ready',
  busy: 'Working',
  stepping: 'Training',
  playing: 'Training',
  waiting: 'Training waits while out of sight',
  disposed: 'Closed',
};

/** What can fail: a command, or what is no command. */
type During = Command | 'engine' | 'panels' | 'split' | 'view' | 'link' | 'run';

const FAILURES: Record<During, {title: string; advice: string; action?: string}> = {
  engine: {
    title: 'The engine could not start.',
    advice: 'Try again, or choose another backend: backend="wasm" runs in any current browser.',
  },
  open: {
    title: 'The model could not be opened.',
    advice: 'Check preset, dataset and weights of this element, then try again.',
  },
  'open-file': {
    title: 'The file could not be opened.',
    advice:
      'What was open is as it was. Open a checkpoint of redo-viewer, published weights as .safetensors or .pth, or a .tar.gz of them.',
  },
  reset: {
    title: 'The networks could not be reset.',
    advice: 'The weights are as they were. Try again.',
  },
  restore: {
    title: 'The checkpoint could not be read.',
    advice: 'The weights are as they were. Choose a checkpoint of this model.',
  },
  rewind: {
    title: 'That state could not be brought back.',
    advice: 'The weights are as they were. Try again, or go to another state.',
  },
  return: {
    title: 'What was there before could not be brought back.',
    advice: 'What is open is as it was. Try again, or go on from here.',
  },
  dataset: {
    title: 'These images could not be opened.',
    advice: 'The images are as they were. Choose others, or try again.',
  },
  train: {
    title: 'Training has stopped.',
    advice: 'Try again to go on from here. If it keeps failing, reset to start from new weights.',
  },
  panels: {
    title: 'There is no such panel.',
    advice: 'All of them are shown. Correct the attribute panels of this element.',
  },
  split: {
    title: 'There is no such split.',
    advice: 'The held-out images are shown. Correct the attribute split of this element.',
  },
  view: {
    title: 'A picture could not be computed.',
    advice: 'What is shown may be out of date. Try again, or pick another image.',
  },
  run: {
    title: 'The run can’t be followed.',
    advice: 'What was read of it is shown. Try again, or open another folder.',
  },
  link: {
    title: 'The view could not be shown.',
    advice: 'What was there before is shown.',
    action: 'Dismiss',
  },
};

/** What a phase by phase iteration has told so far of its batch. */
function batchNote({values}: PhaseReport): string {
  const {scoreReal, scoreRedrawn, recoveryLoss, generatorLoss, discriminatorLoss} = values;
  const told = [
    ['D(I)', scoreReal],
    ['D(Î)', scoreRedrawn],
    ['(ẑ − z)²', recoveryLoss],
    ['loss of f, G', generatorLoss],
    ['loss of D', discriminatorLoss],
  ] as const;
  const known = told.filter(([, value]) => value !== undefined);
  if (known.length === 0) return '';
  return `Of the batch: ${known.map(([name, value]) => `${name} ${formatValue(value)}`).join(', ')}`;
}

export const strings = {
  region: (region: number) => `Region ${region + 1}`,
  side: (side: Side) => SIDES[side],
  phase: (phase: Phase) => PHASES[phase],
  stage: (stage: SessionProgress['stage']) => STAGES[stage],
  compiled: (done: number, total: number) => `: ${done} of ${total}`,
  status: (status: Status) => STATUSES[status],
  failure: (during: During) => FAILURES[during],
  tryAgain: 'Try again',
  drop: 'Drop the model file to open it',
  updating: 'updating…',

  data: {
    title: 'Your images…',
    about:
      'See the model at work on images of your own: drop files, a folder, an archive (zip, tar, tar.gz) or a packed set (.redo.zip) on this viewer, paste an image or a list of addresses, or choose here.',
    masks:
      'Masks of the same names, in a folder called masks or with _mask at their end, are the truth.',
    private:
      'Nothing leaves this machine: the images are read and computed here, those of addresses fetched from there.',
    files: 'Choose images or an archive…',
    folder: 'Choose a folder…',
    camera: 'Use the camera',
    take: 'Take the picture',
    stop: 'Stop the camera',
    preview: 'What the camera sees',
    noCamera: (message: string) => `The camera could not be used: ${message}`,
    back: (name: string) => `Back to ${name}`,
    open: (name: string, count: number) =>
      `${name}: ${count === 1 ? 'one image' : `${formatCount(count)} images`}`,
    working: (share = 0) =>
      share > 0 ? `Reading the images… ${Math.round(100 * share)}%` : 'Reading the images…',
    searching: (count: number) =>
      `Looking through the folder… ${count === 1 ? 'one file' : `${formatCount(count)} files`}`,
    stopReading: 'Stop reading',
    drop: 'Drop the images here',
    notes: 'Left out',
    pasted: 'pasted image',
    captured: 'camera picture',
    addresses: (count: number) => `${count} addresses`,
    several: 'your images',
    empty: 'What was dropped holds no file. Drop images, a folder, or an archive of them.',
  },

  images: {
    title: 'Images',
    list: 'Images to look at',
    item: (index: number) => `Image ${index}`,
    range: (first: number, last: number, count: number) =>
      `${first}–${last} of ${formatCount(count)}`,
    earlier: 'Earlier images',
    later: 'Later images',
  },

  undo: {
    title: 'What was set by hand: model, images, codes, masks',
    undo: {label: '↶ Undo', hint: 'Model, images, codes and masks as they were before (Ctrl+Z)'},
    redo: {label: '↷ Redo', hint: 'Forth again (Ctrl+Shift+Z)'},
  },

  input: {
    title: 'Input I',
    alt: (index: number) => `Input, image ${index}`,
  },

  masks: {
    title: 'Masks M = f(I)',
    views: 'How to show the masks',
    overlay: 'Overlay',
    colours: 'Regions',
    truth: 'Truth',
    overlayAlt: 'Masks in the colours of their regions, laid over the input',
    coloursAlt: 'Masks in the colours of their regions',
    truthAlt: 'True regions, in the colours of the regions that match them best',
    oneAlt: (region: number) => `Mask of region ${region + 1}`,
    agreement: (accuracy: number) => `${formatShare(accuracy)} of pixels agree with the truth`,
    noTruth: 'Nobody has labelled this image.',
    score: (score: number) => `D(I) = ${formatValue(score)}`,
    edited: 'Masks M, edited',
    opacity: 'Opacity',
    reading: 'How to read the masks',
    soft: 'Soft',
    hard: 'Largest wins',
    patterns: 'Patterns',
    alone: (region: number) => `Region ${region + 1} alone`,
    errors: 'Errors',
    errorsAlt: 'Pixels in the wrong region, marked on the input',
    errorsNone: 'No truth to differ from.',
    wrong: (share: number) => `${formatShare(share)} of pixels wrong`,
    iou: (iou: number) => `IoU ${formatShare(iou)}`,
    objectIou: (iou: number) => `Objects’ IoU ${formatShare(iou)}`,
  },

  paint: {
    title: 'Paint',
    tool: 'Tool',
    tools: {brush: 'Brush', eraser: 'Eraser', fill: 'Fill'} satisfies Record<MaskTool, string>,
    brushSize: 'Size',
    hardness: 'Hardness',
    size: (pixels: number) => `${pixels} px`,
    share: (share: number) => formatShare(share),
    undo: 'Undo',
    redo: 'Redo',
    restore: 'Back to f’s masks',
    swap: 'Swap with',
    swapWith: (region: number) => `Swap with region ${region + 1}`,
    swapOther: 'Region to swap with',
    surface: (region: number) => `Mask of region ${region + 1}, to paint on`,
    keys: 'Arrow keys move the brush, Space paints (hold it to draw), [ and ] change its size, Ctrl+Z undoes.',
    at: (x: number, y: number, region: number) =>
      `Column ${x + 1}, row ${y + 1}: region ${region + 1}`,
    drawn: {
      brush: (region: number) => `Region ${region + 1} painted`,
      eraser: (region: number) => `Region ${region + 1} erased`,
      fill: (region: number) => `Region ${region + 1} filled`,
    } satisfies Record<MaskTool, (region: number) => string>,
    sizeNow: (pixels: number) => `Brush of ${pixels} pixels`,
    undone: 'Undone',
    redone: 'Done again',
  },

  regions: {
    title: 'Regions redrawn',
    pick: 'Region in hand',
    mask: (region: number) => `Mask M${subscript(region + 1)}`,
    drawn: (region: number) => `Redraw V${subscript(region + 1)}`,
    composition: (region: number) => `Composition Î${subscript(region + 1)}`,
    columns: {mask: 'Mask Mₖ', drawn: 'Redraw Vₖ', composition: 'Composition Îₖ'},
    area: (area: number) => `${formatShare(area)} of image`,
    score: (score: number) => `D(Î) = ${formatValue(score)}`,
  },

  code: {
    title: (region: number) => `Code z${subscript(region + 1)}`,
    hint: 'Drag: only this region changes.',
    dimension: (dimension: number) => `z${subscript(dimension + 1)}`,
    slider: (dimension: number) => `Component ${dimension + 1}`,
    number: (dimension: number) => `Component ${dimension + 1}, typed`,
    resample: 'Resample',
    reset: 'Reset',
    recover: 'Read back by δ',
    recovered: (value: number) => `δ reads ${formatValue(value)}`,
    showEffects: 'Effect',
    effect: (value: number) => `Changes the region by ${formatValue(value)} of 2 for ±1σ`,
    byEffect: 'Order by effect',
  },

  map: {
    title: 'Map of codes',
    label: (x: string, y: string) => `Code over ${x} and ${y}`,
    hint: 'Drag: the region follows. Ctrl + wheel or pinch zooms, Shift + drag pans.',
    planes: 'Plane of the map',
    dimensions: 'Components',
    principal: 'Principal',
    across: 'Component across',
    up: 'Component up',
    direction: (rank: number, share: number | undefined) =>
      share === undefined
        ? `direction ${rank + 1}`
        : `direction ${rank + 1}: ${formatShare(share)} of the change`,
    at: (x: string, y: string, coordinates: readonly [number, number]) =>
      `${x} ${formatValue(coordinates[0])}, ${y} ${formatValue(coordinates[1])}`,
    deviations: (count: number) => `${count}σ`,
    zoom: 'Zoom',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    whole: 'Whole map',
    searching: 'Finding the directions of the largest change…',
    drawing: 'Drawing the map…',
    outdated: 'Drawn anew when training rests',
  },

  flow: {
    title: 'Data flow',
    label: 'Data flow from the image to the score. Arrow keys go along it.',
    readBack: 'Read back by δ',
    speed: 'Speed',
    pace: (restMs: number) => {
      if (restMs === 0) return 'full, whole iterations';
      if (restMs === Infinity) return 'one phase a click';
      return `a phase each ${formatValue(restMs / 1000)} s`;
    },
    lit: 'at work',
    sign: {
      f: () => 'f',
      G: (region: number) => `G${subscript(region + 1)}`,
      D: () => 'D',
      delta: () => 'δ',
    },
    name: {
      image: () => 'Image I',
      masks: () => 'Masks M',
      mask: (region: number) => `Mask M${subscript(region + 1)}`,
      code: (region: number) => `Code z${subscript(region + 1)}`,
      drawn: (region: number) => `Redraw V${subscript(region + 1)}`,
      composition: (region: number) => `Image Î${subscript(region + 1)}`,
      score: () => 'Score',
      recovered: (region: number) => `Read ẑ${subscript(region + 1)}`,
      f: () => 'f',
      G: () => 'G',
      D: () => 'D',
      delta: () => 'δ',
    },
    spoken: {
      image: () => 'Image I',
      f: () => 'Mask network f: cuts the image into regions',
      masks: () => 'Masks M of all regions',
      mask: (region: number) => `Mask M of region ${region + 1}`,
      code: (region: number) => `Code z of region ${region + 1}`,
      G: (region: number) =>
        `Generator G of region ${region + 1}: draws in the mask, from the code`,
      drawn: (region: number) => `Redraw V of region ${region + 1}`,
      composition: (region: number) => `Composition Î: the image with region ${region + 1} redrawn`,
      D: () => 'Discriminator D: real or redrawn',
      score: () => 'Score',
      delta: () => 'Encoder δ: reads the code back',
      recovered: (region: number) => `Code ẑ of region ${region + 1} as δ reads it`,
    },
    number: (value: number | undefined) => formatValue(value),
    imageScore: (score: number | undefined) =>
      score === undefined ? '' : `D(I) ${formatValue(score)}`,
    score: (score: number | undefined) => (score === undefined ? '' : `D(Î) ${formatValue(score)}`),
    area: (area: number | undefined) => (area === undefined ? '' : `${formatShare(area)} of I`),
    error: (error: number | undefined) =>
      error === undefined ? '' : `error ${formatValue(error)}`,
    gradient: (norm: number | undefined) => (norm === undefined ? '' : `∇ ${formatDigits(norm)}`),
    note: (phase: PhaseReport | undefined) => (phase ? batchNote(phase) : ''),
  },

  guard: {
    title: (region: number) => `Region ${region + 1} has nearly vanished.`,
    text: (area: number, iteration: number) =>
      `Its mask takes ${formatShare(area)} of the images at iteration ${formatCount(iteration)}: the training has collapsed, and rarely finds back.`,
    decline: 'The masks have got much worse.',
    declineText: (objectIou: number, iteration: number, best: number, bestIteration: number) =>
      `Their object IoU on held-out images is ${formatShare(objectIou)} at iteration ${formatCount(iteration)}; it was ${formatShare(best)} at iteration ${formatCount(bestIteration)}.`,
    watch: 'Warn when IoU falls',
    back: (iteration: number) => `Back to iteration ${formatCount(iteration)}`,
    restart: (seed: number) => `Restart with seed ${seed}`,
    goOn: 'Go on',
  },

  training: {
    title: 'Training',
    play: 'Play',
    pause: 'Pause',
    step: 'Step',
    steps: (count: number) => (count === 1 ? 'Step one iteration' : `+${count} iterations`),
    nextPhase: 'Next phase',
    phaseAt: (side: Side, phase: Phase) => `${SIDES[side]}: ${PHASES[phase]}`,
    phaseNone: 'Between iterations',
    remaining: (count: number) => `${formatCount(count)} to go`,
    side: 'Networks to update',
    both: 'Both',
    generator: 'f, G, δ',
    discriminator: 'D',
    rate: 'Iterations per frame',
    seed: 'Seed',
    reset: 'Reset weights',
    options: 'Rates and λ',
    labels: 'Painted masks as labels',
  },

  charts: {
    title: 'Course of training',
    losses: 'Losses',
    scores: 'Scores of D',
    areas: 'Region areas',
    iou: 'IoU on held-out images',
    objectIou: 'object IoU',
    accuracy: 'accuracy',
    iouEmpty: 'The masks are scored now and then while training, where the images have true masks.',
    generatorLoss: 'f, G: −D(Î)',
    recoveryLoss: 'δ: (ẑ − z)²',
    discriminatorLoss: 'D: hinge',
    supervisedLoss: 'f: labels, −log M',
    scoreReal: 'real',
    scoreRedrawn: 'redrawn',
    iteration: 'iteration',
    at: (iteration: number) => `iteration ${formatCount(iteration)}`,
    empty: 'Press Step or Play: the numbers of each iteration appear here.',
    alt: (title: string, points: number) =>
      `${title} over ${formatCount(points)} iterations. Arrow keys move the cursor, plus and minus zoom, Escape shows all.`,
    mark: ({iteration, tuning: {lambdaZ, learningRates = {}}, split}: HistoryMark) => {
      const changes = Object.entries(learningRates).map(([name, rate]) => {
        const symbol = {mask: 'f', generator: 'G', discriminator: 'D', encoder: 'δ'}[name];
        return `rate of ${symbol} ${rate}`;
      });
      if (lambdaZ !== undefined) changes.unshift(`λ ${lambdaZ}`);
      if (split) changes.push(`half of region ${split.from + 1} to region ${split.to + 1}`);
      return `After iteration ${formatCount(iteration)}: ${changes.join(', ')}`;
    },
    hint: 'Drag across to zoom, double click for all.',
    log: 'Log scale',
    smooth: 'Smooth',
    whole: 'Whole course',
  },

  timeline: {
    title: 'Time line',
    at: (iteration: number, latest: number) =>
      iteration === latest
        ? `iteration ${formatCount(iteration)}`
        : `iteration ${formatCount(iteration)} of ${formatCount(latest)}`,
    note: (states: number, bytes: number) =>
      `${formatCount(states)} states kept, ${formatCount(Math.ceil(bytes / 2 ** 20))} MB. ` +
      'Training goes on from where the slider stands, and what came after is forgotten then.',
    failed: (message: string) =>
      `No more states are kept: ${message}. Training goes on without; those that are kept stay.`,
    empty: 'States to go back to are kept as soon as training begins.',
  },

  share: {
    title: 'Reproduce what you see',
    leftWeights: (iteration: number) =>
      `The weights, made here and trained to iteration ${formatCount(iteration)}, are not in it: keep them on the shelf of trainings.`,
    leftModel: 'The model file is not in it: pass it on too.',
    leftImages: 'Your own images are not in it.',
  },

  otherIteration: (wanted: number, there: number) =>
    `This view was made at iteration ${formatCount(wanted)}, of which the link does not carry the weights; these are of iteration ${formatCount(there)}. Trained on from here under the same seed they become the same.`,

  save: {
    title: 'Save',
    view: 'View to save',
    record: 'Record GIF',
    stop: (frames: number, most: number) => `Save GIF (${frames} of at most ${most} frames)`,
    recordVideo: 'Record WebM',
    stopVideo: (seconds: number, most: number) => `Save WebM (${seconds} of at most ${most} s)`,
    discard: 'Discard',
    discarded: 'The recording was thrown away.',
    csv: 'Numbers (CSV)',
    json: 'All of it (JSON)',
    saved: (name: string, bytes: number) =>
      `Saved ${name}, ${formatCount(Math.ceil(bytes / 1024))} kB.`,
    failed: (message: string) => `Nothing was saved. ${message}`,
    nothing: 'There must be a view to save; open a model first.',
    views: {
      image: 'Image and masks',
      regions: 'Regions and redraws',
      code: 'Code and map',
      history: 'Charts',
      flow: 'Data flow',
      sheet: 'Everything',
    },
  },

  state: {
    backend: 'Backend',
    images: 'Images',
    iteration: 'Iteration',
    step: 'Step',
    backendText: ({name, place, threads}: BackendInfo) => {
      const where = place === 'worker' ? 'in a worker' : 'on the page';
      if (name !== 'wasm') return `${name}, ${where}`;
      return `${name}, ${where}, ${threads === 1 ? 'one thread' : `${threads} threads`}`;
    },
    /** Why a backend was taken where it was left to the engine. */
    race: ({name, race}: BackendInfo) => {
      if (!race) return '';
      const {[name]: own, ...others} = race;
      if (own === undefined) return 'chosen: webgl can’t run here';
      const rivals = Object.entries<number | undefined>(others).map(
        ([rival, ms]) => `, ${rival} ${formatMs(ms!)}`
      );
      return `chosen in a test: ${formatMs(own)}${rivals.join('')}`;
    },
    size: (size: number, dataset: string) => `${size} × ${size}, ${dataset}`,
    stepMs: (ms: number | undefined) => (ms === undefined ? '–' : formatMs(ms)),
  },

  announce: {
    ready: (iteration: number) => `Ready at iteration ${formatCount(iteration)}.`,
    training: 'Training.',
    stage: (stage: SessionProgress['stage']) => `${STAGES[stage]}.`,
  },
} as const;
