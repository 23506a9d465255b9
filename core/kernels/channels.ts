/**
 * Joining and taking channels.
 *
 * tfjs's wasm backend copies along the last axis value by value (its `Slice` and `SplitV`): 3 ms for
 * one mask of a batch of 16 at 32×32, and the gradient of each join twice that.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D, TensorInfo} from '@tensorflow/tfjs-core';

import {defineKernel} from './kernel.js';
import {wasmProgram} from './wasm.js';

type Shape4D = Tensor4D['shape'];

const runJoin = defineKernel<Record<string, Tensor4D>, {channels: number[]}>({
  name: 'RedoJoinChannels',
  composed: parts => tf.concat(Object.values(parts), 3),
  programs: {
    wasm: wasmProgram((parts: Record<string, TensorInfo>, _, {kernels, at, output}) => {
      const inputs = Object.values(parts);
      const [batch, height, width] = inputs[0]!.shape as Shape4D;
      const counts = inputs.map(({shape}) => shape[3]!);
      const [rows, all] = [batch * height * width, counts.reduce((sum, count) => sum + count)];
      const y = output([batch, height, width, all]);
      let into = at(y);
      inputs.forEach((input, i) => {
        kernels.copyColumns(at(input), into, rows, counts[i]!, all, counts[i]!);
        into += 4 * counts[i]!;
      });
      return y;
    }),
  },
  gradient: (dy, _, {channels}) => {
    const begins = channels.map((_, i) => channels.slice(0, i).reduce((sum, n) => sum + n, 0));
    return Object.fromEntries(
      channels.map((count, i) => [i, () => takeChannels(dy as Tensor4D, begins[i]!, count)])
    );
  },
});

const runTake = defineKernel<{x: Tensor4D}, {begin: number; count: number; channels: number}>({
  name: 'RedoTakeChannels',
  composed: ({x}, {begin, count}) => tf.slice(x, [0, 0, 0, begin], [-1, -1, -1, count]),
  programs: {
    wasm: wasmProgram(
      (
        {x}: Record<'x', TensorInfo>,
        {begin, count}: {begin: number; count: number},
        {kernels, at, output}
      ) => {
        const [batch, height, width, channels] = x.shape as Shape4D;
        const y = output([batch, height, width, count]);
        const rows = batch * height * width;
        kernels.copyColumns(at(x) + 4 * begin, at(y), rows, channels, count, count);
        return y;
      }
    ),
  },
  gradient: (dy, _, {begin, count, channels}) => ({
    x: () =>
      tf.tidy(() => {
        const nothing: [number, number] = [0, 0];
        const margins: [number, number] = [begin, channels - begin - count];
        return tf.pad(dy, [nothing, nothing, nothing, margins]);
      }),
  }),
});

/** The channels of the first part, then those of the next, and so on: `[batch, height, width, all]`. */
export function joinChannels(...parts: [Tensor4D, ...Tensor4D[]]): Tensor4D {
  const [first, ...rest] = parts;
  for (const each of rest) {
    tf.util.assert(
      tf.util.arraysEqual(first.shape.slice(0, 3), each.shape.slice(0, 3)),
      () =>
        `joinChannels: parts must agree but for their channels; got [${first.shape}] and [${each.shape}]`
    );
  }
  const channels = parts.map(({shape}) => shape[3]);
  return runJoin({...parts} as unknown as Record<string, Tensor4D>, {channels}) as Tensor4D;
}

/** Channels `begin` to `begin + count` of `x`: `[batch, height, width, count]`. */
export function takeChannels(x: Tensor4D, begin: number, count: number): Tensor4D {
  const channels = x.shape[3];
  tf.util.assert(
    begin >= 0 && begin + count <= channels,
    () => `takeChannels: must stay within the channels; got ${begin} + ${count} of x=[${x.shape}]`
  );
  return runTake({x}, {begin, count, channels}) as Tensor4D;
}
