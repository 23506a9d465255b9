/** What δ reads back of many codes, as an asynchronous node: which of their components the texture keeps. */

import {computed, type ReadonlySignal} from '@preact/signals-core';
import {Random} from '../../datasets/random.js';
import {resource, type Resource} from '../graph/resource.js';
import type {ImageRef, Masks} from '../engine/protocol.js';
import type {ExplorerSources} from './explorer.js';
import {pieces} from './pieces.js';

/** Draws of codes: the image is redrawn whole from each. */
export const RECOVERY_DRAWS = 64;

/** Codes and what δ reads of them. */
export interface Recovery {
  model: number;
  image: ImageRef;
  regions: number;
  codeSize: number;
  /** z `[draws, regions, codeSize]` of the draws that are answered. */
  codes: Float32Array;
  /** ẑ, of the same shape. */
  recovered: Float32Array;
}

/** One component of one region's code, over the draws. */
export interface Recovered {
  /** z, and ẑ in the same place. */
  codes: Float32Array;
  recovered: Float32Array;
  /** Share of z's variance that ẑ explains, 1 − Σ(ẑ − z)² / Σ(z − z̄)²: at most 1, and negative where the mean would be the better guess. */
  r2: number;
}

interface RecoveryRequest {
  model: number;
  image: ImageRef;
  masks: Masks | undefined;
  /** z of all draws. */
  codes: Float32Array;
  regions: number;
  codeSize: number;
  size: number;
}

/**
 * The node. Every draw has a code for every region, as in training; the same draws each time. A first
 * answer lands piece by piece; with new weights it is replaced in the same way.
 */
export class CodeRecovery {
  readonly node: Resource<Recovery>;

  private readonly sources: ExplorerSources;

  constructor(sources: ExplorerSources) {
    this.sources = sources;
    const {model, image, editedMasks, regions, codeSize, size, weights} = sources;
    const codes: ReadonlySignal<Float32Array> = computed(() =>
      new Random('recovery').normals(RECOVERY_DRAWS * regions.value * codeSize.value)
    );
    this.node = resource<RecoveryRequest, Recovery>({
      request: () => {
        void weights.value;
        if (model.value === undefined) return undefined;
        return {
          model: model.value,
          image: image.value,
          masks: editedMasks.value,
          codes: codes.value,
          regions: regions.value,
          codeSize: codeSize.value,
          size: size.value,
        };
      },
      load: (request, signal, land) => this.load(request, signal, land),
      supersedes: (newer, older) => newer.model !== older.model || newer.image !== older.image,
    });
  }

  private async load(
    {model, image, masks, codes: all, regions, codeSize, size}: RecoveryRequest,
    signal: AbortSignal,
    land: (recovery: Recovery) => void
  ): Promise<Recovery> {
    const about = {model, image, regions, codeSize};
    const last = this.node.state.peek().value;
    const isSame = last?.model === model && last.image === image;
    const recovered = new Float32Array(all.length);
    if (isSame) recovered.set(last.recovered);
    const length = regions * codeSize;
    let known = isSame ? last.recovered.length : 0;
    const recovery = (): Recovery => ({
      ...{...about, codes: all.subarray(0, known)},
      recovered: recovered.slice(0, known),
    });
    const draws = Array.from({length: RECOVERY_DRAWS}, (_, draw) => draw);
    for (const piece of pieces(draws, size)) {
      const [start, end] = [piece[0]! * length, (piece.at(-1)! + 1) * length];
      const body = {model, image, masks, codes: all.slice(start, end)};
      recovered.set(await this.sources.background.request('recoveries', body, signal), start);
      known = Math.max(known, end);
      land(recovery());
    }
    return recovery();
  }
}

/** The components of one region's code, in order. */
export function recoveredOf(
  {codes, recovered, regions, codeSize}: Recovery,
  region: number
): Recovered[] {
  const draws = codes.length / (regions * codeSize);
  return Array.from({length: codeSize}, (_, d) => {
    const column = (values: Float32Array): Float32Array =>
      Float32Array.from(
        {length: draws},
        (_, draw) => values[(draw * regions + region) * codeSize + d]!
      );
    const [z, read] = [column(codes), column(recovered)];
    return {codes: z, recovered: read, r2: determination(z, read)};
  });
}

/** Share of the values' variance that estimates of them explain; NaN where there is none. */
export function determination(values: Float32Array, estimates: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [wrong, spread] = [0, 0];
  values.forEach((value, i) => {
    wrong += (estimates[i]! - value) ** 2;
    spread += (value - mean) ** 2;
  });
  return spread > 0 ? 1 - wrong / spread : NaN;
}
