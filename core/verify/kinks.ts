/**
 * The ReLUs whose side rounding decides, and computing gradients with some of them on the other side.
 *
 * A ReLU's gradient jumps where its input is zero, and a max pool's where two inputs are equal. A
 * network of ReDO has millions of them, so that a few inputs lie within float32's rounding of the
 * jump. On which side they come to lie depends on the order of sums, differs between two correct
 * programs, and moves gradients by up to some percent. To tell that from an error, the gradients can
 * be computed again with chosen ones on their other side.
 *
 * The forward pass is left alone. The gradients of the three operations that jump are wrapped while
 * `watchKinks` runs, and get the inputs that they would have seen on the other side.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {GradConfig, Tensor} from '@tensorflow/tfjs-core';

import {REACH} from './comparison.js';

/** The input of one ReLU, or the difference of two inputs of a maximum. */
export interface Kink {
  /** Which of the operations of the pass it belongs to, counted from the loss backwards. */
  call: number;
  /** Its place in the tensor. */
  index: number;
  shape: readonly number[];
  input: number;
  /** What rounding does to the inputs of this channel (root of the mean square). */
  noise: number;
}

/** The inputs of one operation that jumps. */
export interface KinkInputs {
  shape: number[];
  values: Float32Array;
}

/** An operation that jumps: how to see its inputs, and how to show its gradient those of the other side. */
interface Jump {
  /** What the gradient must save so that the rest can be done. */
  saves: Pick<GradConfig, 'inputsToSave' | 'outputsToSave'>;
  /** What changes its sign at the jump. */
  input: (saved: Tensor[]) => Tensor;
  /** What was saved, as if the inputs lay on the other side where `turned` is true. */
  turn: (saved: Tensor[], turned: Tensor) => Tensor[];
  /** What the wrapped gradient saved, of what this one saves. */
  original: (saved: Tensor[]) => Tensor[];
}

/** −1 where x is positive, 1 elsewhere. */
function opposite(x: Tensor): Tensor {
  return tf.sub(1, tf.mul(2, tf.step(x)));
}

const JUMPS: Readonly<Record<string, Jump>> = {
  Relu: {
    saves: {inputsToSave: ['x']},
    input: ([x]) => x!,
    turn: ([x], turned) => [tf.where(turned, opposite(x!), x!)],
    original: saved => saved,
  },
  Maximum: {
    saves: {inputsToSave: ['a', 'b']},
    input: ([a, b]) => tf.sub(a!, b!),
    turn: ([a, b], turned) => {
      // Of equal inputs the first counts.
      const lead = tf.where(tf.greaterEqual(a!, b!), tf.onesLike(a!), tf.zerosLike(a!));
      return [tf.where(turned, opposite(lead), a!), tf.where(turned, tf.zerosLike(b!), b!)];
    },
    original: saved => saved,
  },
  RedoInstanceNormRelu: {
    saves: {inputsToSave: ['x', 'scale', 'shift'], outputsToSave: [true, true, true]},
    input: ([x, scale, shift, , mean, rstd]) => {
      const perImage = (t: Tensor): Tensor => tf.reshape(t, [t.shape[0], 1, 1, t.shape[1]!]);
      const normalized = tf.mul(tf.sub(x!, mean!), rstd!);
      return tf.add(tf.mul(normalized, perImage(scale!)), perImage(shift!));
    },
    turn: ([x, scale, shift, y, mean, rstd], turned) => {
      const other = tf.where(turned, opposite(y!), y!);
      return [x!, scale!, shift!, other, mean!, rstd!];
    },
    original: ([x, scale, , y, mean, rstd]) => [x!, scale!, y!, mean!, rstd!],
  },
};

/**
 * Runs `body` and watches the gradients that it computes.
 *
 * @param turned Inputs that gradients are to see on the other side of their jump.
 * @param record Whether to keep the inputs of all jumps.
 * @returns The inputs of each operation that jumps, from the loss backwards; empty if not recorded.
 */
export async function watchKinks(
  turned: readonly Kink[],
  record: boolean,
  body: () => Promise<void>
): Promise<KinkInputs[]> {
  const originals: GradConfig[] = [];
  const inputs: Tensor[] = [];
  let calls = 0;
  for (const [kernelName, jump] of Object.entries(JUMPS)) {
    const original = tf.getGradient(kernelName);
    if (!original) throw new Error(`watchKinks: ${kernelName} must have a gradient`);
    originals.push(original);
    tf.registerGradient({
      kernelName,
      ...jump.saves,
      gradFunc: (dy, saved, attrs) => {
        const call = calls++;
        if (record) inputs.push(tf.keep(tf.tidy(() => tf.clone(jump.input(saved)))));
        const here = turned.filter(kink => kink.call === call);
        const seen = here.length === 0 ? saved : jump.turn(saved, places(here));
        return original.gradFunc(dy, jump.original(seen), attrs);
      },
    });
  }
  try {
    await body();
    return await Promise.all(
      inputs.map(async input => ({
        shape: input.shape,
        values: (await input.data()) as Float32Array,
      }))
    );
  } finally {
    originals.forEach(original => tf.registerGradient(original));
    tf.dispose(inputs);
  }
}

/** True at the places of `kinks`. */
function places(kinks: readonly Kink[]): Tensor {
  const {shape} = kinks[0]!;
  const values = new Uint8Array(tf.util.sizeFromShape([...shape]));
  for (const {index} of kinks) values[index] = 1;
  return tf.tensor(values, [...shape], 'bool');
}

/**
 * The inputs whose side rounding decides, nearest to the jump first: within `REACH` of their channel's
 * noise.
 *
 * @param inputs Those of a pass. @param shifted Those of the same pass from weights that were
 *     changed within their rounding: the difference shows what rounding does to each channel.
 */
export function findKinks(inputs: readonly KinkInputs[], shifted: readonly KinkInputs[]): Kink[] {
  const kinks = inputs.flatMap(({shape, values}, call) => {
    const noise = channelNoise(values, shifted[call]!.values, shape);
    const found: Kink[] = [];
    values.forEach((input, index) => {
      const own = noise(index);
      if (own > 0 && Math.abs(input) <= REACH * own)
        found.push({call, index, shape, input, noise: own});
    });
    return found;
  });
  return kinks.sort((a, b) => Math.abs(a.input) / a.noise - Math.abs(b.input) / b.noise);
}

/** Root of the mean square difference within each image and channel, looked up by an input's index. */
function channelNoise(
  values: Float32Array,
  shifted: Float32Array,
  shape: readonly number[]
): (index: number) => number {
  // Scores, one an image, are looked at together.
  const [images, channels] = shape.length > 1 ? [shape[0]!, shape.at(-1)!] : [1, 1];
  const perImage = values.length / images;
  const groups = images * channels;
  const groupOf = (index: number): number =>
    Math.floor(index / perImage) * channels + (index % channels);
  const squares = new Float64Array(groups);
  values.forEach((value, index) => {
    squares[groupOf(index)]! += (value - shifted[index]!) ** 2;
  });
  const noise = squares.map(sum => Math.sqrt(sum / (values.length / groups)));
  return index => noise[groupOf(index)]!;
}
