import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D, Tensor4D} from '@tensorflow/tfjs-core';

import type {Dataset} from '../../datasets/dataset.js';
import {compileAhead} from '../kernels/compile-ahead.js';
import {keepForms, releaseForms} from '../kernels/kept-forms.js';
import type {ModelConfig} from '../model/config.js';
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
import type {ModelState} from '../model/state.js';
import {evaluateMasks} from '../training/evaluate.js';
import {assessEach} from './assessments.js';
import {closeBitmaps} from './bitmaps.js';
import {composeEach} from './compositions.js';
import {featuresOf, layersOf, spectrumOf} from './inside.js';
import {fromMasks, pictureOf, shrink, toDrawable, toMasks, toPicture} from './pictures.js';
import {recoverEach} from './recoveries.js';
import {rehearse} from './rehearsal.js';
import {saliency} from './saliency.js';
import {scoreEach} from './scores.js';
import {contrastEach, covariance, drawEach, type Subject} from './survey.js';
import type {ImageRef, Masks, RequestOptions, Requests, SurveyRequest} from './protocol.js';

/** What a question names; which model it is about has been seen to. */
type Body<K extends keyof Requests> = Omit<Requests[K]['request'], 'model'>;
type Result<K extends keyof Requests> = Promise<Requests[K]['result']>;

/** Images whose masks are kept, so that scrubbing a code does not run f. */
const KEPT_IMAGES = 16;

/** An image at hand: itself and f's masks of it. */
interface Seen {
  image: Tensor4D;
  masks: Tensor4D;
}

/** What is asked about: read anew for each answer, for it may be replaced between two. */
export interface Inspected {
  readonly config: ModelConfig;
  readonly dataset: Dataset;
  readonly state: ModelState;
}

/**
 * Answers what is asked about a model as it is: masks, redraws, scores, what its layers give.
 *
 * Owns what it keeps so that a look is quick: merged weights and masks until the weights change, and
 * the newest redraw of each region.
 */
export class Inspector {
  private readonly subject: Inspected;
  private merged?: Weights;
  private readonly seen = new Map<string, Seen>();
  /** Î_k of the newest redraw of each region, to be scored. */
  private readonly drawn = new Map<number, Tensor4D>();

  constructor(subject: Inspected) {
    this.subject = subject;
  }

  async samples({images}: Body<'samples'>): Result<'samples'> {
    return Promise.all(
      images.map(async ({split, index}) => {
        const {images: values, labels, size} = await this.subject.dataset.read(split, [index]);
        return {
          picture: toPicture(values, size),
          ...(labels && {labels: labels as Uint8Array<ArrayBuffer>}),
        };
      })
    );
  }

  async thumbnails(request: Body<'thumbnails'>): Result<'thumbnails'> {
    const side = this.sideOf('thumbnails', request);
    const {dataset} = this.subject;
    const small = await dataset.thumbnails?.(request.split, request.indices, side);
    if (small) return small.map(colors => pictureOf(colors, side));
    const {images, size, count} = await dataset.read(request.split, request.indices);
    const length = size * size * 3;
    return Array.from({length: count}, (_, i) =>
      shrink(toPicture(images.subarray(i * length, (i + 1) * length), size), side)
    );
  }

  async assess(request: Body<'assess'>, options: RequestOptions): Result<'assess'> {
    return assessEach(this.weights(), this.config, this.subject.dataset, request, options);
  }

  async segment({image: ref}: Body<'segment'>): Result<'segment'> {
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

  async redraw({image: ref, region, code, masks: edited}: Body<'redraw'>): Result<'redraw'> {
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

  async score({region}: Body<'score'>): Result<'score'> {
    this.checkRegion('score', region);
    const composition = this.drawn.get(region);
    if (!composition) return undefined;
    const [value] = await read(tf.tidy(() => this.scoreOf(composition)));
    return value;
  }

  async survey(request: Body<'survey'>, options: RequestOptions): Result<'survey'> {
    const side = this.sideOf('survey', request);
    return this.withSubject('survey', request, subject =>
      drawEach(subject, request.codes, side, options)
    );
  }

  async compositions(
    request: Body<'compositions'>,
    options: RequestOptions
  ): Result<'compositions'> {
    const side = this.sideOf('compositions', request);
    return this.withSubject('compositions', request, subject =>
      composeEach(subject, image => this.scoreOf(image), request.codes, side, options)
    );
  }

  async scores(request: Body<'scores'>, options: RequestOptions): Result<'scores'> {
    const {indices, codes} = request;
    const {regions} = this.config;
    if (codes.length !== regions || codes.some(each => each.length !== indices.length)) {
      throw new RangeError(
        `scores: codes must be [regions=${regions}][images=${indices.length}]; got [${codes.length}][${codes.map(each => each.length)}]`
      );
    }
    codes.flat().forEach(code => this.checkCode('scores', code));
    return scoreEach(this.weights(), this.config, this.subject.dataset, request, options);
  }

  async saliency(request: Body<'redraw'>): Result<'saliency'> {
    const {code} = request;
    const survey = {...request, codes: [code]};
    return this.withSubject('saliency', survey, subject =>
      saliency(subject, image => this.scoreOf(image), code)
    );
  }

  async layers(): Result<'layers'> {
    return layersOf(this.weights(), this.config);
  }

  async features(request: Body<'features'>): Result<'features'> {
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

  async spectrum(request: Body<'spectrum'>): Result<'spectrum'> {
    if (request.region !== undefined) this.checkRegion('spectrum', request.region);
    return spectrumOf(this.subject.state, request);
  }

  async contrast(request: Body<'contrast'>, options: RequestOptions): Result<'contrast'> {
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

  async covariance(request: Body<'covariance'>, options: RequestOptions): Result<'covariance'> {
    return this.withSubject('covariance', request, subject =>
      covariance(subject, request.codes, options)
    );
  }

  async recover({image: ref, codes, masks: edited}: Body<'recover'>): Result<'recover'> {
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
    {image: ref, codes, masks: edited}: Body<'recoveries'>,
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

  async evaluate(
    {split, count}: Body<'evaluate'>,
    {signal, onProgress}: RequestOptions
  ): Result<'evaluate'> {
    return evaluateMasks(
      this.weights().mask,
      this.config,
      this.subject.dataset,
      {split, count},
      {signal, onProgress: (done, total) => onProgress?.({stage: 'evaluate', done, total})}
    );
  }

  /** Runs everything once that a viewer will ask for, so that shaders are compiled. */
  async warmUp({signal, onProgress}: RequestOptions): Promise<void> {
    const image: ImageRef = {split: 'train', index: 0};
    const regions = regionIndices(this.config);
    await compileAhead(() => rehearse(this.subject.state, this.config), {
      signal,
      onProgress: (done, total) => onProgress?.({stage: 'compile', done, total}),
    });
    const total = regions.length + 1;
    const report = (done: number): void => {
      signal?.throwIfAborted();
      onProgress?.({stage: 'warm-up', done, total});
    };
    report(0);
    await this.segment({image});
    report(1);
    for (const region of regions) {
      const code = new Float32Array(this.config.codeSize);
      const drawn = await this.redraw({image, region, code});
      closeBitmaps(drawn);
      report(region + 2);
    }
  }

  private get config(): ModelConfig {
    return this.subject.config;
  }

  /** To be told when the weights, or the images, are others: what was kept of the old ones is no longer true. */
  forget(): void {
    if (this.merged) {
      releaseForms(tensorsOf(this.merged));
      tf.dispose(this.merged);
    }
    this.merged = undefined;
    tf.dispose([...this.seen.values()].flatMap(({image, masks}) => [image, masks]));
    this.seen.clear();
  }

  /** To be told when redraws of before are of another model or of other images. */
  forgetDrawn(): void {
    tf.dispose([...this.drawn.values()]);
    this.drawn.clear();
  }

  dispose(): void {
    this.forget();
    this.forgetDrawn();
  }

  private weights(): Weights {
    if (!this.merged) {
      this.merged = this.subject.state.mergedWeights();
      keepForms(tensorsOf(this.merged));
    }
    return this.merged;
  }

  /** An image with its masks, kept for the next look. */
  private async look({split, index}: ImageRef): Promise<Seen> {
    const key = `${split} ${index}`;
    let seen = this.seen.get(key);
    if (!seen) {
      const {images, size} = await this.subject.dataset.read(split, [index]);
      const image = tf.tensor4d(images, [1, size, size, 3]);
      seen = {
        image,
        masks: tf.tidy(() => segment(this.weights().mask, image, this.config)),
      };
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
    {image, region, codes, masks: edited}: Omit<SurveyRequest, 'model'>,
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

function tensorsOf(weights: Weights): tf.Tensor[] {
  return Object.values(weights).flatMap(network => Object.values(network));
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
