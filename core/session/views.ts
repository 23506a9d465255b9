/** What a viewer can look at, as asynchronous nodes over the session's sources. */

import {computed, effect, signal, type ReadonlySignal} from '@preact/signals-core';
import {closeBitmaps} from '../engine/bitmaps.js';
import {resource, type Resource} from '../graph/resource.js';
import type {
  EngineClient,
  ImageRef,
  Kind,
  Masks,
  ModelInfo,
  RedrawResult,
  Requests,
} from '../engine/protocol.js';

/** What the nodes follow. */
export interface ViewSources {
  model: ReadonlySignal<ModelInfo | undefined>;
  /** Counts the changes of the weights: a change asks for what is visible again. */
  version: ReadonlySignal<number>;
  image: ReadonlySignal<ImageRef>;
  /** The images to pick from. */
  strip: ReadonlySignal<readonly ImageRef[]>;
  /** One code a region. */
  codes: ReadonlySignal<readonly ReadonlySignal<Float32Array>[]>;
  /** Masks to use in the place of f's. */
  editedMasks: ReadonlySignal<Masks | undefined>;
}

/** An answer together with the image that it is about: the last answer outlives its request. */
export type About<T> = T & {image: ImageRef};

/** D(Î_k); undefined where the weights were replaced before a redraw was scored. */
export interface Scored {
  score: number | undefined;
}

interface Versioned<B> {
  body: B;
  /** Not part of what is asked; only makes the request a new one. */
  version: number;
}

/**
 * The nodes. Each depends on no more than its request names: the code of region k is read by
 * `redraws[k]` alone, and the masks know no code.
 *
 * While weights or codes change, a node finishes the load in flight and then takes the newest
 * (at most one in flight a node, and something to see at any pace); another image or model aborts.
 */
export class Views {
  readonly samples: Resource<Requests['samples']['result']>;
  /** Masks, areas and score of the image. */
  readonly segmentation: Resource<About<Requests['segment']['result']>>;
  /** The redraw of each region; another list only where `sources.codes` is another. */
  readonly redraws: ReadonlySignal<readonly Resource<About<RedrawResult>>[]>;
  /** D(Î_k) of each redraw that is up to date; the last one's while a hand scrubs. */
  readonly scores: ReadonlySignal<readonly Resource<Scored>[]>;
  /** The image with all regions redrawn, and the codes that δ reads from it. */
  readonly recovery: Resource<About<Requests['recover']['result']>>;

  private readonly stopRedraws: () => void;

  constructor(engine: EngineClient, sources: ViewSources) {
    const {version, image, codes, editedMasks, strip} = sources;
    // A model's other facts change with each reset; the nodes ask by its handle.
    const model = computed(() => sources.model.value?.model);

    /** A node of one kind of request about the image. */
    const node = <K extends Extract<Kind, 'segment' | 'redraw' | 'recover'>>(
      kind: K,
      body: (model: number, image: ImageRef) => Requests[K]['request']
    ): Resource<About<Requests[K]['result']>> =>
      resource<Versioned<Requests[K]['request']>, About<Requests[K]['result']>>({
        request: () =>
          model.value === undefined
            ? undefined
            : {body: body(model.value, image.value), version: version.value},
        load: async ({body}, signal) => ({
          ...(await engine.request(kind, body, {signal})),
          image: body.image,
        }),
        supersedes: (newer, older) =>
          newer.body.model !== older.body.model || newer.body.image !== older.body.image,
        release: closeBitmaps,
      });

    this.samples = resource<Requests['samples']['request'], Requests['samples']['result']>({
      request: () =>
        model.value === undefined ? undefined : {model: model.value, images: strip.value},
      load: (request, signal) => engine.request('samples', request, {signal}),
    });
    this.segmentation = node('segment', (model, image) => ({model, image}));
    this.recovery = node('recover', (model, image) => ({
      model,
      image,
      codes: codes.value.map(code => code.value),
      masks: editedMasks.value,
    }));

    /** A redraw's score: asked for when no newer redraw is awaited, for the hand comes first. */
    const scoreOf = ({state}: Resource<About<RedrawResult>>, region: number): Resource<Scored> => {
      let drawn: About<RedrawResult> | undefined;
      let asked: Requests['score']['request'] | undefined;
      return resource<Requests['score']['request'], Scored>({
        request: () => {
          const {value, pending} = state.value;
          if (model.value === undefined || !value) return (asked = undefined);
          if (!asked || (!pending && drawn !== value)) {
            drawn = value;
            asked = {model: model.value, region};
          }
          return asked;
        },
        load: async (request, signal) => ({
          score: await engine.request('score', request, {signal}),
        }),
      });
    };

    const redraws = signal<readonly Resource<About<RedrawResult>>[]>([]);
    const scores = signal<readonly Resource<Scored>[]>([]);
    this.redraws = redraws;
    this.scores = scores;
    this.stopRedraws = effect(() => {
      const nodes = codes.value.map((code, region) =>
        node('redraw', (model, image) => ({
          model,
          image,
          region,
          code: code.value,
          masks: editedMasks.value,
        }))
      );
      const scored = nodes.map(scoreOf);
      redraws.value = nodes;
      scores.value = scored;
      return () => [...nodes, ...scored].forEach(each => each.dispose());
    });
  }

  dispose(): void {
    this.stopRedraws();
    for (const each of [this.samples, this.segmentation, this.recovery]) each.dispose();
  }
}
