/** The error that `core/kernels/reflect-pad.ts` is there to avoid: tfjs's own padding, with its own gradient. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

export function reflectPad(x: Tensor4D, pad: number): Tensor4D {
  const margins = [0, pad, pad, 0].map(margin => [margin, margin] as [number, number]);
  return tf.mirrorPad(x, margins, 'reflect');
}
