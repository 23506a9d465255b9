/**
 * Softmax over the last axis: the shares of self-attention.
 *
 * Stock softmax on WebGL is some ten launches over the whole table: maxima and sums in stages, a
 * difference, an exponential, a quotient, and changes of its texture's form. Here it is two.
 */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D} from '@tensorflow/tfjs-core';

import {defineKernel} from './kernel.js';
import {softmaxRows} from './softmax-webgl.js';

const run = defineKernel<{x: Tensor3D}>({
  name: 'RedoSoftmax',
  composed: ({x}) => tf.softmax(x),
  programs: {webgl: softmaxRows},
  saves: {outputs: true},
  gradient: (dy, [y]) => ({
    x: () =>
      tf.tidy(() => {
        const weighted = tf.mul(dy, y!);
        return tf.sub(weighted, tf.mul(tf.sum(weighted, -1, true), y!));
      }),
  }),
});

/** @param x `[batch, rows, columns]`. @returns Shaped as `x`; each row sums to 1. */
export function softmax(x: Tensor3D): Tensor3D {
  return run({x}, {}) as Tensor3D;
}
