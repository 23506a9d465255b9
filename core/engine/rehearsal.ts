/** A look at a model in which nothing is seen: what it computes is known, and can be compiled ahead. */

import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {canDrawBitmaps, drawBitmap} from '../kernels/webgl-bitmap.js';
import type {ModelConfig} from '../model/config.js';
import {compose, maskOf, paintRegion, score, segment} from '../model/redo.js';
import type {ModelState} from '../model/state.js';

/**
 * What `segment` and `redraw` of an `Inspector` compute, of no image and of one region, which stands for
 * all; with nothing kept and nothing read. For `compileAhead` on WebGL.
 */
export function rehearse(state: ModelState, config: ModelConfig): void {
  const {size, codeSize} = config;
  // Out of values, as they come from a data set and a slider: their way to the GPU has programs too.
  const image = tf.tensor4d(new Float32Array(size * size * 3), [1, size, size, 3]);
  const masks = segment(state.weights('mask'), image, config);
  score(state.weights('discriminator'), image, config);
  const code = tf.tensor2d(new Float32Array(codeSize), [1, codeSize]);
  const mask = maskOf(masks, 0);
  const painted = paintRegion(state.weights('generator'), 0, mask, code, config);
  const composition = compose(tf.mul(painted, mask), mask, image);
  draw(painted, mask);
  draw(composition);
}

/** As `toDrawable` does. */
function draw(colours: Tensor4D, alpha?: Tensor4D): void {
  const backend = tf.backend() as MathBackendWebGL;
  if (canDrawBitmaps(backend)) drawBitmap(backend, colours, alpha).close();
}
