import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import type {Dataset, Split} from '../../datasets/dataset.js';
import {type ModelConfig, tuned, type TrainingConfig, type Tuning} from '../model/config.js';
import {
  compose,
  drawRegions,
  maskOf,
  paintRegion,
  recover,
  regionIndices,
  score,
  segment,
  type Weights,
} from '../model/redo.js';
import {ModelState} from '../model/state.js';
import {type CheckpointInfo, readCheckpoint, writeCheckpoint} from '../training/checkpoint.js';
import {evaluateMasks} from '../training/evaluate.js';
import type {Evaluation} from '../training/evaluation.js';
import type {IterationReport, PhaseReport, Side} from '../training/report.js';
import {Trainer} from '../training/trainer.js';
import {closeBitmaps} from './bitmaps.js';
import {composeEach} from './compositions.js';
import {featuresOf, layersOf, spectrumOf} from './inside.js';
import {fromMasks, toDrawable, toMasks, toPicture} from './pictures.js';
import {recoverEach} from './recoveries.js';
import {saliency} from './saliency.js';
import {scoreEach} from './scores.js';
import {contrastEach, covariance, drawEach, type Subject} from './survey.js';
import type {
  FeaturesRequest,
  ImageRef,
  Masks,
  ModelInfo,
  ModelSource,
  RedrawRequest,
  RequestOptions,
  Requests,
  SurveyRequest,
} from './protocol.js';

type Result<K extends keyof Requests> = Promise<Requests[K]['result']>;

/** Images whose masks are kept, so that scrubbing a code does not run f. */
const KEPT_IMAGES = 16;

/** An image at hand: itself and f's masks of it. */
interface Seen {
  image: Tensor4D;
  masks: Tensor4D;
}

/**
 * One open model: its weights, its training, and what is kept so that a look at it is quick.
 *
 * Owns its tensors. Merged weights and masks are kept until the weights change.
 */
export class OpenModel {
  private dataset: Dataset;
  private readonly preset: string;
  config: ModelConfig;
  private training: TrainingConfig;
  private seed: number;
  private source?: ModelSource;
  /** What the images were generated from. */
  readonly datasetSeed: number;
  private state: ModelState;
  private trainer: Trainer;
  private version = 0;
  private merged?: Weights;
  private readonly seen = new Map<string, Seen>();
  /** Î_k of the newest redraw of each region, to be scored. */
  private readonly drawn = new Map<number, Tensor4D>();

  /** Takes over `state`. @param source Where it came from, if from a file. */
  constructor(info: CheckpointInfo, state: ModelState, dataset: Dataset, source?: ModelSource) {
    this.dataset = dataset;
    this.preset = info.preset;
    this.config = info.config;
    this.training = info.training;
    this.seed = info.seed;
    this.datasetSeed = info.datasetSeed ?? info.seed;
    this.source = source;
    this.state = state;
    this.trainer = new Trainer(state, info.training, dataset, info.seed, info.iteration);
  }

  /** What is told of the model; the engine adds the handle and the backend. */
  info(): Omit<ModelInfo, 'model' | 'backend'> {
    const {name, regionNames, counts, notes, wholeSplit, labelled} = this.dataset;
    const labelledCounts = labelled && {
      train: labelled.train.length,
      val: labelled.val.length,
      test: labelled.test.length,
    };
    return {
      config: this.config,
      training: this.training,
      dataset: {
        name,
        regionNames,
        counts,
        notes,
        wholeSplit,
        ...(labelledCounts && {labelled: labelledCounts}),
      },
      ...(this.source && {source: this.source}),
      seed: this.seed,
      iteration: this.trainer.iteration,
      version: this.version,
    };
  }

  async samples(images: readonly ImageRef[]): Result<'samples'> {
    return Promise.all(
      images.map(async ({split, index}) => {
        const {images: values, labels, size} = await this.dataset.read(split, [index]);
        return {
          picture: toPicture(values, size),
          ...(labels && {labels: labels as Uint8Array<ArrayBuffer>}),
        };
      })
    );
  }

  async segment(ref: ImageRef): Result<'segment'> {
    const {image, masks} = await this.look(ref);
    const score = tf.tidy(() => this.scoreOf(image));
    const [values, [value]] = await Promise.all([read(masks, false), read(score)]);
    const {size, regions} = this.config;
    const planes = toMasks(values, size, regions);
    const areas = regionIndices(this.config).map(k => mean(planes.values, k, size * size));
    if (!areas.every(Number.isFinite)) {
      throw new Error(
        'segment: masks must be finite; got NaN: the training has diverged. Reset, or go back to a checkpoint'
      );
    }
    return {masks: planes, areas, score: value!};
  }

  async redraw({image: ref, region, code, masks: edited}: RedrawRequest): Result<'redraw'> {
    const {codeSize} = this.config;
    this.checkRegion('redraw', region);
    this.checkCode('redraw', code);
    const {image, masks} = await this.look(ref);
    const {painted, composition, mask} = tf.tidy(() => {
      const mask = maskOf(edited ? this.edited(edited) : masks, region);
      const codes = tf.tensor2d(code, [1, codeSize]);
      const painted = paintRegion(this.weights().generator, region, mask, codes, this.config);
      return {painted, composition: compose(tf.mul(painted, mask), mask, image), mask};
    });
    this.drawn.get(region)?.dispose();
    this.drawn.set(region, composition);
    const [drawn, composed] = await Promise.all([
      toDrawable(painted, mask),
      toDrawable(composition),
    ]);
    tf.dispose([painted, mask]);
    return {region: drawn, composition: composed};
  }

  async score(region: number): Result<'score'> {
    this.checkRegion('score', region);
    const composition = this.drawn.get(region);
    if (!composition) return undefined;
    const [value] = await read(tf.tidy(() => this.scoreOf(composition)));
    return value;
  }

  async survey(request: Requests['survey']['request'], options: RequestOptions): Result<'survey'> {
    const side = this.sideOf('survey', request);
    return this.withSubject('survey', request, subject =>
      drawEach(subject, request.codes, side, options)
    );
  }

  async compositions(
    request: Requests['compositions']['request'],
    options: RequestOptions
  ): Result<'compositions'> {
    const side = this.sideOf('compositions', request);
    return this.withSubject('compositions', request, subject =>
      composeEach(subject, image => this.scoreOf(image), request.codes, side, options)
    );
  }

  async scores(request: Requests['scores']['request'], options: RequestOptions): Result<'scores'> {
    const {indices, codes} = request;
    const {regions} = this.config;
    if (codes.length !== regions || codes.some(each => each.length !== indices.length)) {
      throw new RangeError(
        `scores: codes must be [regions=${regions}][images=${indices.length}]; got [${codes.length}][${codes.map(each => each.length)}]`
      );
    }
    codes.flat().forEach(code => this.checkCode('scores', code));
    return scoreEach(this.weights(), this.config, this.dataset, request, options);
  }

  async saliency(request: RedrawRequest): Result<'saliency'> {
    const {code} = request;
    const survey = {...request, codes: [code]};
    return this.withSubject('saliency', survey, subject =>
      saliency(subject, image => this.scoreOf(image), code)
    );
  }

  async layers(): Result<'layers'> {
    return layersOf(this.weights(), this.config);
  }

  async features(request: FeaturesRequest): Result<'features'> {
    const {image: ref, redraw} = request;
    if (redraw) {
      this.checkRegion('features', redraw.region);
      this.checkCode('features', redraw.code);
    }
    const {image, masks: own} = await this.look(ref);
    const masks = tf.tidy(() => (redraw?.masks ? this.edited(redraw.masks) : tf.clone(own)));
    try {
      return await featuresOf(this.weights(), this.config, {image, masks}, request);
    } finally {
      masks.dispose();
    }
  }

  async spectrum(request: Requests['spectrum']['request']): Result<'spectrum'> {
    if (request.region !== undefined) this.checkRegion('spectrum', request.region);
    return spectrumOf(this.state, request);
  }

  async contrast(
    request: Requests['contrast']['request'],
    options: RequestOptions
  ): Result<'contrast'> {
    const {codes, others} = request;
    if (others.length !== codes.length) {
      throw new RangeError(
        `contrast: others must be as many as codes, ${codes.length}; got ${others.length}`
      );
    }
    others.forEach(code => this.checkCode('contrast', code));
    return this.withSubject('contrast', request, subject =>
      contrastEach(subject, codes, others, options)
    );
  }

  async covariance(request: SurveyRequest, options: RequestOptions): Result<'covariance'> {
    return this.withSubject('covariance', request, subject =>
      covariance(subject, request.codes, options)
    );
  }

  async recover(ref: ImageRef, codes: readonly Float32Array[], edited?: Masks): Result<'recover'> {
    const {regions, codeSize} = this.config;
    if (codes.length !== regions) {
      throw new RangeError(`recover: codes must be ${regions}, one a region; got ${codes.length}`);
    }
    codes.forEach(code => this.checkCode('recover', code));
    const seen = await this.look(ref);
    const {generated, recovered} = tf.tidy(() => {
      const masks = edited ? this.edited(edited) : seen.masks;
      const z = tf.stack(codes.map(code => tf.tensor1d(code)));
      const batch: Tensor3D = tf.expandDims(z, 0); // [1, regions, codeSize]
      const indices = regionIndices(this.config);
      const drawn = drawRegions(this.weights().generator, masks, batch, indices, this.config);
      const generated: Tensor4D = tf.addN(drawn);
      const recovered: Tensor3D = recover(this.weights().encoder, generated, this.config);
      return {generated, recovered};
    });
    const [picture, values] = await Promise.all([toDrawable(generated), read(recovered)]);
    generated.dispose();
    return {
      generated: picture,
      recovered: codes.map((_, k) => values.slice(k * codeSize, (k + 1) * codeSize)),
    };
  }

  async recoveries(
    {image: ref, codes, masks: edited}: Requests['recoveries']['request'],
    options: RequestOptions
  ): Result<'recoveries'> {
    const {regions, codeSize} = this.config;
    const draws = codes.length / (regions * codeSize);
    if (!(Number.isInteger(draws) && draws > 0 && codes.every(Number.isFinite))) {
      throw new RangeError(
        `recoveries: codes must be finite numbers [draws, regions=${regions}, codeSize=${codeSize}]; got ${codes.length} numbers`
      );
    }
    const seen = await this.look(ref);
    const masks = tf.tidy(() => (edited ? this.edited(edited) : tf.clone(seen.masks)));
    try {
      return await recoverEach(this.weights(), this.config, masks, codes, options);
    } finally {
      masks.dispose();
    }
  }

  async phase(side?: Side): Promise<PhaseReport> {
    try {
      return await this.trainer.phase(side);
    } finally {
      // Phases before the update advance spectral vectors, which the weights depend on too.
      this.changed();
    }
  }

  /** @param options Also whether somebody waits: then the iteration under way is the last. */
  async iterate(
    count: number,
    side: Side | undefined,
    {signal, onProgress, isAwaited}: RequestOptions & {isAwaited: () => boolean}
  ): Promise<IterationReport[]> {
    const reports: IterationReport[] = [];
    try {
      do {
        reports.push(await this.trainer.iterate(side));
        onProgress?.({stage: 'train', done: reports.length, total: count});
        // Messages, an abort and a scrub among them, come in between.
        await new Promise(resolve => setTimeout(resolve));
      } while (reports.length < count && !signal?.aborted && !isAwaited());
    } finally {
      this.changed();
    }
    return reports;
  }

  /** @throws RangeError if a number is out of its range; then nothing is changed. */
  tune(tuning: Tuning): void {
    this.training = tuned(this.training, tuning);
    this.trainer.tune(this.training);
  }

  /** Goes on with other images of the same size; an iteration that was begun by phases is ended first. */
  async useDataset(dataset: Dataset): Promise<void> {
    if (this.trainer.isUnderWay) await this.trainer.iterate();
    // What can't be read must not take the place of what can.
    await dataset.read('train', [0]);
    this.dataset = dataset;
    this.trainer.useDataset(dataset);
    this.forgetDrawn();
    this.changed();
  }

  /** New random weights. */
  async reset(seed: number): Promise<void> {
    const state = ModelState.random(this.config, this.training.initGain, seed);
    await this.replace(state, this.training, seed, 0);
    this.source = undefined;
  }

  /** Takes over the moments that a checkpoint has, after which training goes on exactly. */
  resume(restoreOptimizers: (optimizers: Trainer['optimizers']) => void): void {
    restoreOptimizers(this.trainer.optimizers);
  }

  async snapshot({compact, plain}: {compact?: boolean; plain?: boolean} = {}): Result<'snapshot'> {
    if (this.trainer.isUnderWay) {
      await this.trainer.iterate();
      this.changed();
    }
    const info: CheckpointInfo = {
      preset: this.preset,
      dataset: this.dataset.name,
      config: this.config,
      training: this.training,
      iteration: this.trainer.iteration,
      seed: this.seed,
      ...(this.datasetSeed !== this.seed && {datasetSeed: this.datasetSeed}),
    };
    if (plain) return writeCheckpoint(info, this.state, undefined, 'F32');
    return writeCheckpoint(info, this.state, compact ? undefined : this.trainer.optimizers);
  }

  /** @throws Error if the file is damaged or of other image sizes; the model stays as it was. */
  async restore(file: ArrayBuffer): Promise<void> {
    const checkpoint = readCheckpoint(file);
    const {config, training, seed, iteration} = checkpoint.info;
    if (config.size !== this.dataset.size) {
      throw new Error(
        `restore: the checkpoint must be for images of ${this.dataset.size} pixels; got ${config.size}`
      );
    }
    const state = checkpoint.state();
    this.config = config;
    await this.replace(state, training, seed, iteration);
    checkpoint.restoreOptimizers(this.trainer.optimizers);
  }

  async evaluate(
    split: Split,
    count: number,
    {signal, onProgress}: RequestOptions
  ): Promise<Evaluation> {
    return evaluateMasks(
      this.weights().mask,
      this.config,
      this.dataset,
      {split, count},
      {signal, onProgress: (done, total) => onProgress?.({stage: 'evaluate', done, total})}
    );
  }

  /** Runs everything once that a viewer will ask for, so that shaders are compiled. */
  async warmUp({signal, onProgress}: RequestOptions): Promise<void> {
    const image: ImageRef = {split: 'train', index: 0};
    const regions = regionIndices(this.config);
    const total = regions.length + 1;
    const report = (done: number): void => {
      signal?.throwIfAborted();
      onProgress?.({stage: 'warm-up', done, total});
    };
    report(0);
    await this.segment(image);
    report(1);
    for (const region of regions) {
      const code = new Float32Array(this.config.codeSize);
      const drawn = await this.redraw({model: 0, image, region, code});
      closeBitmaps(drawn);
      report(region + 2);
    }
  }

  async dispose(): Promise<void> {
    this.forget();
    this.forgetDrawn();
    await this.trainer.dispose();
    this.state.dispose();
  }

  /** Takes over another state in the place of the present one. */
  private async replace(
    state: ModelState,
    training: TrainingConfig,
    seed: number,
    iteration: number
  ): Promise<void> {
    await this.trainer.dispose();
    this.state.dispose();
    this.state = state;
    this.training = training;
    this.seed = seed;
    this.trainer = new Trainer(state, training, this.dataset, seed, iteration);
    this.forgetDrawn();
    this.changed();
  }

  /** The weights are others now: what was kept of the old ones is no longer true. */
  private changed(): void {
    this.version++;
    this.forget();
  }

  private forget(): void {
    if (this.merged) tf.dispose(this.merged);
    this.merged = undefined;
    tf.dispose([...this.seen.values()].flatMap(({image, masks}) => [image, masks]));
    this.seen.clear();
  }

  private forgetDrawn(): void {
    tf.dispose([...this.drawn.values()]);
    this.drawn.clear();
  }

  private weights(): Weights {
    return (this.merged ??= this.state.mergedWeights());
  }

  /** An image with its masks, kept for the next look. */
  private async look({split, index}: ImageRef): Promise<Seen> {
    const key = `${split} ${index}`;
    let seen = this.seen.get(key);
    if (!seen) {
      const {images, size} = await this.dataset.read(split, [index]);
      const image = tf.tensor4d(images, [1, size, size, 3]);
      seen = {image, masks: tf.tidy(() => segment(this.weights().mask, image, this.config))};
      if (this.seen.size === KEPT_IMAGES) {
        const [oldest, {image, masks}] = this.seen.entries().next().value!;
        tf.dispose([image, masks]);
        this.seen.delete(oldest);
      }
      this.seen.set(key, seen);
    }
    return seen;
  }

  private scoreOf(images: Tensor4D): tf.Tensor1D {
    return score(this.weights().discriminator, images, this.config);
  }

  private edited(masks: Masks): Tensor4D {
    const {size, regions} = this.config;
    return tf.tensor4d(fromMasks(masks, size, regions), [1, size, size, regions]);
  }

  /** Checks a request about many codes, and lets `work` have the region while it runs. */
  private async withSubject<T>(
    where: string,
    {image, region, codes, masks: edited}: SurveyRequest,
    work: (subject: Subject) => Promise<T>
  ): Promise<T> {
    this.checkRegion(where, region);
    if (codes.length === 0) throw new RangeError(`${where}: codes must be at least 1; got 0`);
    codes.forEach(code => this.checkCode(where, code));
    const {masks, image: pixels} = await this.look(image);
    const mask = tf.tidy(() => maskOf(edited ? this.edited(edited) : masks, region));
    const {generator} = this.weights();
    try {
      return await work({
        mask,
        image: pixels,
        paint: (codes, own = mask) => {
          const each = tf.tile(own, [codes.shape[0], 1, 1, 1]);
          return paintRegion(generator, region, each, codes, this.config);
        },
      });
    } finally {
      mask.dispose();
    }
  }

  /** Height and width of small pictures. */
  private sideOf(where: string, {side = this.config.size}: {side?: number}): number {
    const {size} = this.config;
    if (!(Number.isInteger(side) && side > 0 && size % side === 0)) {
      throw new RangeError(`${where}: side must divide the model's size ${size}; got ${side}`);
    }
    return side;
  }

  private checkRegion(where: string, region: number): void {
    const {regions} = this.config;
    if (!Number.isInteger(region) || region < 0 || region >= regions) {
      throw new RangeError(`${where}: region must be from 0 to ${regions - 1}; got ${region}`);
    }
  }

  private checkCode(where: string, code: Float32Array): void {
    const {codeSize} = this.config;
    if (code.length !== codeSize || !code.every(Number.isFinite)) {
      throw new RangeError(`${where}: code must be ${codeSize} finite numbers; got [${code}]`);
    }
  }
}

/** The values of a tensor, which is disposed of unless told otherwise. */
async function read(tensor: tf.Tensor, dispose = true): Promise<Float32Array<ArrayBuffer>> {
  const values = (await tensor.data()) as Float32Array<ArrayBuffer>;
  if (dispose) tensor.dispose();
  return values;
}

function mean(planes: Float32Array, plane: number, size: number): number {
  let sum = 0;
  for (let i = plane * size; i < (plane + 1) * size; i++) sum += planes[i]!;
  return sum / size;
}
