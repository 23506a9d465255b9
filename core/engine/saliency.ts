/** Where D looks: how its score of a redraw depends on the pixels, and on the mask. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import {compose} from '../model/redo.js';
import type {Saliency} from './protocol.js';
import {read, stack, type Subject} from './survey.js';

/**
 * The gradient of D(Î_k) on Î_k, and from there on M_k: through M_k ⊙ V_k + (1 − M_k) ⊙ I, and
 * through V_k = G_k(M_k, z_k).
 *
 * @param score D `[1]` of an image `[1, size, size, 3]`.
 */
export async function saliency(
  {paint, mask, image}: Subject,
  score: (images: Tensor4D) => Tensor1D,
  code: Float32Array
): Promise<Saliency> {
  const size = image.shape[1];
  const {value, pixels, onMask} = tf.tidy(() => {
    const z = stack([code], 0, 1);
    const composed = (own: Tensor4D): Tensor4D => compose(tf.mul(paint(z, own), own), own, image);
    const {value, grad: pixels} = tf.valueAndGrad(x => score(x as Tensor4D))(composed(mask));
    return {value, pixels, onMask: tf.grad(x => composed(x as Tensor4D))(mask, pixels)};
  });
  const [[at], ofPixels, ofMask] = await Promise.all([read(value), read(pixels), read(onMask)]);
  return {width: size, height: size, score: at!, pixels: ofPixels, mask: ofMask};
}
