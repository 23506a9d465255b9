/** What a benchmark compares, and how it is timed. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor} from '@tensorflow/tfjs-core';

/** One way of computing a row's result. */
export interface Contender {
  /** `stock`, `ours`, … */
  name: string;
  /** Computes it once; the caller owns the result. */
  run: () => Tensor | Promise<Tensor>;
  /** What must be done before a run and does not count. */
  prepare?: () => Promise<unknown>;
}

/** A contender that can't be had on a backend, and why. */
export interface LeftOut {
  name: string;
  reason: string;
}

/** One thing to compute, by contenders that start from the same weights and inputs. */
export interface Row {
  name: string;
  /** Of the published architecture, see `multiply-adds.ts`. */
  multiplyAdds: number;
  contenders: readonly (Contender | LeftOut)[];
  /** Largest relative deviation of the first results from the first contender's. */
  tolerance: number;
  dispose: () => void | Promise<void>;
}

export type Timing = {name: string; samplesMs: number[]; medianMs: number} | LeftOut;

/**
 * Times the contenders of a row in turn, so that a noisy machine disturbs them alike. The first run
 * of each, which compiles, is not counted; its result is compared. Nor is the first run of a turn: it
 * takes back the caches of processor and driver from the contender before, as no user's second
 * iteration has to. (Stock iterations drive our shaders out of llvmpipe's: 770 ms, then 630.)
 *
 * @param samples Runs of each contender that count.
 * @param limitMs No further run of a contender whose runs have taken this long together.
 * @throws Error if the contenders do not compute the same.
 */
export async function race(
  {name, contenders, tolerance}: Row,
  samples: number,
  limitMs: number
): Promise<Timing[]> {
  const racing = contenders.filter((each): each is Contender => 'run' in each);
  const times = new Map(racing.map(each => [each, [] as number[]]));
  let wanted: Float32Array | undefined;
  for (const contender of racing) {
    await contender.prepare?.();
    const result = await contender.run();
    const values = Float32Array.from(await result.data());
    result.dispose();
    wanted ??= values;
    const error = relativeError(values, wanted);
    if (!(error <= tolerance)) {
      throw new Error(
        `bench: ${contender.name} must compute what ${racing[0]!.name} does within ${tolerance}; ` +
          `got ${error} for ${name}`
      );
    }
  }
  for (let sample = 0; sample < samples; sample++) {
    for (const contender of racing) {
      const own = times.get(contender)!;
      if (own.length && 2 * own.reduce((sum, ms) => sum + ms, 0) > limitMs) continue;
      await contender.prepare?.();
      await timed(contender.run);
      own.push(await timed(contender.run));
    }
  }
  return contenders.map(each => {
    if (!('run' in each)) return each;
    const samplesMs = times.get(each)!;
    return {name: each.name, samplesMs, medianMs: median(samplesMs)};
  });
}

/** GFLOP/s of `tf.matMul` of two 1024×1024 matrices, the median of some runs. */
export async function matMulRate(samples: number, side = 1024): Promise<number> {
  const [a, b] = [tf.randomNormal([side, side], 0, 1, 'float32', 1), tf.eye(side)];
  const run = (): Tensor => tf.matMul(a, b);
  const times: number[] = [];
  for (let i = 0; i <= samples; i++) times.push(await timed(run));
  tf.dispose([a, b]);
  return (2 * side ** 3) / median(times.slice(1)) / 1e6;
}

/** Milliseconds until the result is there, seen from the processor. */
async function timed(run: Contender['run']): Promise<number> {
  const startMs = performance.now();
  const result = await run();
  // Of one value, so that reading takes next to no time; it waits for all that was launched before.
  const value = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), [0], [1]));
  await value.data();
  const tookMs = performance.now() - startMs;
  tf.dispose([result, value]);
  return tookMs;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function relativeError(actual: Float32Array, wanted: Float32Array): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference += (actual[i]! - wanted[i]!) ** 2;
    norm += wanted[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}
