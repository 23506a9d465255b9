/** What D says, and where it looks, as asynchronous nodes. */

import {computed, signal} from '@preact/signals-core';
import type {Split} from '../../datasets/dataset.js';
import {Random} from '../../datasets/random.js';
import {resource, type Resource} from '../graph/resource.js';
import type {RedrawRequest, Saliency, Scores} from '../engine/protocol.js';
import type {ExplorerSources} from './explorer.js';
import {pieces} from './pieces.js';
import type {About} from './views.js';

/** How many images D can be asked about. */
export const SCORE_COUNTS = [32, 64, 128, 256] as const;

/** D's scores of images of one split: as they are, and with each region redrawn. */
export interface ScoreSample extends Scores {
  model: number;
  split: Split;
  /** Images that are to be scored; the arrays are shorter while some have not been. */
  count: number;
}

interface ScoresRequest {
  model: number;
  split: Split;
  count: number;
  regions: number;
  codeSize: number;
  size: number;
}

/**
 * The nodes. Scores land piece by piece; with new weights they are replaced in the same way. Both
 * finish what they are at while weights or codes change.
 */
export class Discriminator {
  /** Images to ask about: the first so many of the split in hand. */
  readonly count = signal(64);
  readonly scores: Resource<ScoreSample>;
  /** How the score of the redraw in hand depends on its pixels and on its mask. */
  readonly saliency: Resource<About<Saliency> & {region: number}>;

  private readonly sources: ExplorerSources;

  constructor(sources: ExplorerSources) {
    this.sources = sources;
    const {model, image, region, code, editedMasks, regions, codeSize, size, weights} = sources;
    const split = computed(() => image.value.split);
    const count = computed(() =>
      Math.min(this.count.value, sources.counts.value?.[split.value] ?? 0)
    );
    this.scores = resource<ScoresRequest, ScoreSample>({
      request: () => {
        // Not part of what is asked; only makes the request a new one.
        void weights.value;
        if (model.value === undefined) return undefined;
        return {
          model: model.value,
          split: split.value,
          count: count.value,
          regions: regions.value,
          codeSize: codeSize.value,
          size: size.value,
        };
      },
      load: (request, signal, land) => this.loadScores(request, signal, land),
      supersedes: (newer, older) =>
        newer.model !== older.model || newer.split !== older.split || newer.count !== older.count,
    });
    this.saliency = resource<{body: RedrawRequest}, About<Saliency> & {region: number}>({
      request: () => {
        void weights.value;
        if (model.value === undefined || !code.value) return undefined;
        const masks = editedMasks.value;
        const about = {model: model.value, image: image.value, region: region.value};
        return {body: {...about, code: code.value, masks}};
      },
      load: async ({body}, signal) => {
        const {image, region} = body;
        return {...(await sources.background.request('saliency', body, signal)), image, region};
      },
      supersedes: ({body: newer}, {body: older}) =>
        newer.model !== older.model || newer.image !== older.image || newer.region !== older.region,
    });
  }

  private async loadScores(
    {model, split, count, regions, codeSize, size}: ScoresRequest,
    signal: AbortSignal,
    land: (sample: ScoreSample) => void
  ): Promise<ScoreSample> {
    const last = this.scores.state.peek().value;
    // Of other weights, but of the same images and codes: good until they are scored anew.
    const kept =
      last?.model === model && last.split === split && last.redrawn.length === regions
        ? last
        : undefined;
    const start = (values: Float32Array | undefined): Float32Array<ArrayBuffer> => {
      const row = new Float32Array(count);
      row.set(values?.subarray(0, count) ?? []);
      return row;
    };
    const real = start(kept?.real);
    const redrawn = Array.from({length: regions}, (_, k) => start(kept?.redrawn[k]));
    let known = Math.min(kept?.real.length ?? 0, count);
    const sample = (): ScoreSample => ({
      ...{model, split, count},
      real: real.slice(0, known),
      redrawn: redrawn.map(row => row.slice(0, known)),
    });
    for (const indices of pieces(
      Array.from({length: count}, (_, i) => i),
      size
    )) {
      const codes = redrawn.map((_, k) =>
        indices.map(i => new Random('scores', k, i).normals(codeSize))
      );
      const body = {model, split, indices, codes};
      const answer = await this.sources.background.request('scores', body, signal);
      const [first] = indices;
      real.set(answer.real, first);
      redrawn.forEach((row, k) => row.set(answer.redrawn[k]!, first));
      known = Math.max(known, first! + indices.length);
      land(sample());
    }
    return sample();
  }
}

/**
 * How well D tells redrawn images from real ones: the share of pairs of both in which the real one
 * has the higher score, ties by half. 0.5 where it cannot; NaN without pairs.
 */
export function separation(real: ArrayLike<number>, redrawn: ArrayLike<number>): number {
  let higher = 0;
  for (let i = 0; i < real.length; i++) {
    for (let j = 0; j < redrawn.length; j++) {
      higher += real[i]! > redrawn[j]! ? 1 : real[i] === redrawn[j] ? 0.5 : 0;
    }
  }
  return higher / (real.length * redrawn.length);
}
