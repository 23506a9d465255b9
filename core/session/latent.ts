/** The code of the region in hand, seen in the space of codes: as asynchronous nodes. */

import {computed, signal, type ReadonlySignal} from '@preact/signals-core';
import {resource, type Resource} from '../graph/resource.js';
import type {ImageRef, Masks, ModelInfo, Picture} from '../engine/protocol.js';
import type {Background} from './background.js';
import {
  codeAt,
  dimensionAxis,
  planeThrough,
  samePlane,
  type CodePlane,
  type Coordinates,
} from './code-plane.js';
import {pieces} from './pieces.js';
import {principalDirections, sampleCodes, type Directions} from './principal-directions.js';

/** Which plane to look at: of two components of the code, or of the two principal directions. */
export type PlaneChoice = {kind: 'dimensions'; x: number; y: number} | {kind: 'principal'};

/** Columns, and rows, of a survey: odd, so that one of its codes is the plane's middle. */
export const SURVEY_COLUMNS = 7;

/** How far a survey's outer codes are from its middle, in standard deviations. */
export const SURVEY_EXTENT = 2.5;

/** Height and width of a survey's pictures at most. */
const SURVEY_SIDE = 64;

/** One region over a plane of codes. */
export interface Survey {
  region: number;
  image: ImageRef;
  plane: CodePlane;
  /** V_k on the grid, row by row from the top, which is where y is largest. */
  pictures: Picture[];
}

/** How much each component of a region's code changes its pixels. */
export interface Effects {
  region: number;
  /**
   * Mean absolute change of the redrawn pixels, weighted by the mask, from one standard deviation
   * below the code to one above: `[codeSize]`, each in [0, 2].
   */
  values: Float32Array;
}

/** What the nodes follow. */
export interface LatentSources {
  model: ReadonlySignal<ModelInfo | undefined>;
  /** Counts the changes of the weights. */
  version: ReadonlySignal<number>;
  /** Whether training is under way: the weights change faster than they can be surveyed. */
  training: ReadonlySignal<boolean>;
  image: ReadonlySignal<ImageRef>;
  /** The region in hand. */
  region: ReadonlySignal<number>;
  /** One code a region. */
  codes: ReadonlySignal<readonly ReadonlySignal<Float32Array>[]>;
  /** Masks to use in the place of f's. */
  editedMasks: ReadonlySignal<Masks | undefined>;
}

/** What every request about the region in hand says; the same object as long as nothing of it changes. */
interface Subject {
  model: number;
  image: ImageRef;
  region: number;
  masks: Masks | undefined;
  codeSize: number;
  /** Height and width of the model's images. */
  size: number;
}

/**
 * The nodes. They give way: to training, whose end they wait for before they are asked for again,
 * and to the redraw of the region in hand, which gets in between their requests. What is
 * out of date is aborted.
 */
export class Latent {
  readonly choice = signal<PlaneChoice>({kind: 'dimensions', x: 0, y: 1});
  /** The plane of that choice through the code in hand; undefined where there is none, or none yet. */
  readonly plane: ReadonlySignal<CodePlane | undefined>;
  readonly directions: Resource<Directions & {region: number}>;
  readonly survey: Resource<Survey>;
  readonly effects: Resource<Effects>;

  private readonly background: Background;
  private readonly sources: LatentSources;

  constructor(background: Background, sources: LatentSources) {
    this.background = background;
    this.sources = sources;
    const code = computed(() => sources.codes.value[sources.region.value]?.value);
    const subject = this.subject();

    this.directions = resource({
      request: () => subject.value,
      load: (request, signal) => this.loadDirections(request, signal),
    });

    // A code that moves on the plane leaves the plane the same object.
    let last: CodePlane | undefined;
    this.plane = computed(() => {
      const axes = code.value && this.axes(code.value.length);
      const next = axes && planeThrough(code.value, ...axes);
      return (last = last && next && samePlane(last, next) ? last : next);
    });

    this.survey = resource({
      request: () => {
        const plane = this.plane.value;
        return subject.value && plane && {...subject.value, plane};
      },
      load: (request, signal) => this.loadSurvey(request, signal),
    });
    this.effects = resource({
      request: () => subject.value && code.value && {...subject.value, code: code.value},
      load: (request, signal) => this.loadEffects(request, signal),
    });
  }

  dispose(): void {
    for (const each of [this.directions, this.survey, this.effects]) each.dispose();
  }

  private subject(): ReadonlySignal<Subject | undefined> {
    const {model, image, region, editedMasks, training, version} = this.sources;
    // A model's other facts change with each reset.
    const handle = computed(() => model.value?.model);
    const codeSize = computed(() => model.value?.config.codeSize ?? 0);
    const size = computed(() => model.value?.config.size ?? 0);
    let seen = 0;
    const settled = computed(() => (training.value ? seen : (seen = version.value)));
    return computed(() => {
      // Not part of what is asked; only makes the request a new one.
      void settled.value;
      if (handle.value === undefined) return undefined;
      return {
        model: handle.value,
        image: image.value,
        region: region.value,
        masks: editedMasks.value,
        codeSize: codeSize.value,
        size: size.value,
      };
    });
  }

  private axes(codeSize: number): [x: Float32Array, y: Float32Array] | undefined {
    if (codeSize < 2) return undefined;
    const choice = this.choice.value;
    if (choice.kind === 'principal') {
      const {value} = this.directions.state.value;
      if (value?.region !== this.sources.region.value) return undefined;
      return [value.vectors[0]!, value.vectors[1]!];
    }
    const {x, y} = fitChoice(choice, codeSize);
    return [dimensionAxis(x, codeSize), dimensionAxis(y, codeSize)];
  }

  private async loadDirections(
    {model, image, region, masks, codeSize}: Subject,
    signal: AbortSignal
  ): Promise<Directions & {region: number}> {
    const codes = sampleCodes(codeSize);
    const body = {model, image, region, masks, codes};
    const covariance = await this.background.request('covariance', body, signal);
    return {region, ...principalDirections(codes, covariance)};
  }

  private async loadSurvey(
    {model, image, region, masks, size, plane}: Subject & {plane: CodePlane},
    signal: AbortSignal
  ): Promise<Survey> {
    const side = Math.min(SURVEY_SIDE, size);
    const pictures: Picture[] = [];
    for (const piece of pieces(surveyGrid(), size)) {
      const codes = piece.map(at => codeAt(plane, at));
      const body = {model, image, region, masks, side, codes};
      pictures.push(...(await this.background.request('survey', body, signal)));
    }
    return {region, image, plane, pictures};
  }

  private async loadEffects(
    {model, image, region, masks, size, code}: Subject & {code: Float32Array},
    signal: AbortSignal
  ): Promise<Effects> {
    const values: number[] = [];
    const dimensions = Array.from(code, (_, dimension) => dimension);
    for (const piece of pieces(dimensions, size)) {
      const moved = (by: number) =>
        piece.map(d => code.map((value, i) => (i === d ? value + by : value)));
      const body = {model, image, region, masks, codes: moved(-1), others: moved(1)};
      values.push(...(await this.background.request('contrast', body, signal)));
    }
    return {region, values: Float32Array.from(values)};
  }
}

/** Two different components that a code has, as near to those chosen as can be: models differ in size. */
export function fitChoice<C extends PlaneChoice>(choice: C, codeSize: number): C {
  if (choice.kind === 'principal') return choice;
  const x = Math.min(choice.x, codeSize - 1);
  const y = choice.y < codeSize && choice.y !== x ? choice.y : x === 0 ? 1 : 0;
  return {...choice, x, y};
}

/** Coordinates of a survey's codes, row by row from the top. */
export function surveyGrid(): Coordinates[] {
  const step = (2 * SURVEY_EXTENT) / (SURVEY_COLUMNS - 1);
  return Array.from({length: SURVEY_COLUMNS ** 2}, (_, i) => [
    (i % SURVEY_COLUMNS) * step - SURVEY_EXTENT,
    SURVEY_EXTENT - Math.floor(i / SURVEY_COLUMNS) * step,
  ]);
}
