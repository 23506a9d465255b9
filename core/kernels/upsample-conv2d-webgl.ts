/**
 * The programs of `upsampleConv2d` and its gradients on WebGL.
 *
 * Upsampling and 3×3 convolution together are the adjoint of a 4×4 convolution of stride 2, with
 * sums of weights. So both gradients are convolutions of stride 2, and the gradient to the 3×3 filter is that
 * to the 4×4 one, summed up the same way.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import type {ConvInputs} from './conv-inputs.js';
import {convolveBy, filterGradient} from './conv2d-webgl.js';
import {convolution, spreadConvolution} from './convolution-shaders.js';
import {type Fold, HALVING, unfolded, withFolded} from './filter-folds-webgl.js';
import {webglProgram} from './webgl.js';

type Shape4D = [number, number, number, number];

const FOLD: Fold = {turned: true, scale: 1};

export const upsampleConvolve = webglProgram(({x, w, bias}: ConvInputs, _, call) => {
  const [batch, height, width] = x.shape as Shape4D;
  const outShape: Shape4D = [batch, 2 * height, 2 * width, w.shape[3]!];
  return withFolded(call, w, FOLD, true, wide =>
    convolveBy(
      call,
      spreadConvolution,
      {x, w: wide, bias, outShape},
      {...HALVING, filter: 'transposed'}
    )
  );
});

export const upsampleConvolveInputGradient = webglProgram(
  ({dy, w}: Record<'dy' | 'w', TensorInfo>, _, call) => {
    const [batch, height, width] = dy.shape as Shape4D;
    const outShape: Shape4D = [batch, height / 2, width / 2, w.shape[2]!];
    return withFolded(call, w, FOLD, false, wide =>
      convolveBy(call, convolution, {x: dy, w: wide, outShape}, {...HALVING, filter: 'transposed'})
    );
  }
);

export const upsampleConvolveFilterGradient = webglProgram(
  ({dy, x}: Record<'dy' | 'x', TensorInfo>, _, call) => {
    const wide = filterGradient(call, {dy: x, x: dy}, {kernel: 4, ...HALVING}); // [4, 4, out, in]
    return unfolded(call, wide, FOLD, [x.shape[3]!, dy.shape[3]!]);
  }
);
