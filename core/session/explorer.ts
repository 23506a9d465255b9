/** The larger views of a session: made for whoever asks first, and computed only for an eye. */

import {computed, type ReadonlySignal} from '@preact/signals-core';
import {throttled} from '../graph/throttled.js';
import type {ImageRef, Masks} from '../engine/protocol.js';
import type {Split} from '../../datasets/dataset.js';
import type {ModelConfig} from '../model/config.js';
import type {Background} from './background.js';
import {CodePath} from './code-path.js';
import {CodeRecovery} from './code-recovery.js';
import {Discriminator} from './discriminator.js';
import {ImageBrowser} from './image-browser.js';
import {Inside} from './inside.js';
import {RedrawGrid} from './redraw-grid.js';
import type {Session} from './session.js';

/** How often new weights are looked at while training, at most. */
const REFRESH_MS = 1000;

/** What the views follow. Numbers of the model are 0 while none is open. */
export interface ExplorerSources {
  background: Background;
  /** The open model's handle. */
  model: ReadonlySignal<number | undefined>;
  /** Another object when the networks may be of another shape. */
  config: ReadonlySignal<ModelConfig | undefined>;
  regions: ReadonlySignal<number>;
  codeSize: ReadonlySignal<number>;
  /** Height and width of the model's images. */
  size: ReadonlySignal<number>;
  /** Images that there are, a split. */
  counts: ReadonlySignal<Readonly<Record<Split, number>> | undefined>;
  /** Counts the changes of the images under an open model. */
  imagesVersion: ReadonlySignal<number>;
  /** Another value means other weights; another at most once in `REFRESH_MS` while training. */
  weights: ReadonlySignal<number>;
  /** The same, but while training the weights that it began with. */
  rested: ReadonlySignal<number>;
  image: ReadonlySignal<ImageRef>;
  region: ReadonlySignal<number>;
  /** The images to pick from, that in hand among them. */
  strip: ReadonlySignal<readonly ImageRef[]>;
  /** The code of the region in hand. */
  code: ReadonlySignal<Float32Array | undefined>;
  /** Masks to use in the place of f's. */
  editedMasks: ReadonlySignal<Masks | undefined>;
}

export class Explorer {
  readonly grid: RedrawGrid;
  readonly recovery: CodeRecovery;
  readonly discriminator: Discriminator;
  readonly path: CodePath;
  readonly browser: ImageBrowser;
  readonly inside: Inside;

  constructor(session: Session) {
    const {background, image, region, strip, training, version, codes, maskEdits} = session;
    // A model's other facts change with each reset: what follows them asks by plain numbers.
    const config = computed(() => session.model.value?.config);
    const {playing, remaining, running} = training;
    const isTraining = computed(() => playing.value || remaining.value > 0 || running.value);
    const sources: ExplorerSources = {
      ...{background, image, region, strip, config},
      model: computed(() => session.model.value?.model),
      regions: computed(() => config.value?.regions ?? 0),
      codeSize: computed(() => config.value?.codeSize ?? 0),
      size: computed(() => config.value?.size ?? 0),
      counts: computed(() => session.model.value?.dataset.counts),
      imagesVersion: session.imagesVersion,
      weights: throttled(version, isTraining, REFRESH_MS),
      rested: whileAtRest(version, isTraining),
      code: computed(() => codes.all[region.value]?.value),
      editedMasks: maskEdits.present,
    };
    this.grid = new RedrawGrid(sources);
    this.recovery = new CodeRecovery(sources);
    this.discriminator = new Discriminator(sources);
    this.path = new CodePath(sources);
    this.browser = new ImageBrowser(sources);
    this.inside = new Inside(sources);
  }
}

/** A signal as it was when `busy` was last false. */
function whileAtRest<T>(
  source: ReadonlySignal<T>,
  busy: ReadonlySignal<boolean>
): ReadonlySignal<T> {
  let last = source.peek();
  return computed(() => (busy.value ? last : (last = source.value)));
}

const explorers = new WeakMap<Session, Explorer>();

/** The larger views of a session: the same for everyone who asks. */
export function explorerOf(session: Session): Explorer {
  let explorer = explorers.get(session);
  if (!explorer) explorers.set(session, (explorer = new Explorer(session)));
  return explorer;
}
