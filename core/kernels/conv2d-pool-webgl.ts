/**
 * The programs of `conv2dPool` and its gradients on WebGL: a 4×4 convolution of stride 2, of a quarter of
 * summed weights; the gradient to the 3×3 filter is that to the 4×4 one, summed up the same way.
 */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import type {ConvInputs} from './conv-inputs.js';
import {convolveBy, EXCHANGED_FROM, filterGradient} from './conv2d-webgl.js';
import {convolution, spreadConvolution} from './convolution-shaders.js';
import {type Fold, HALVING, unfolded, withFolded} from './filter-folds-webgl.js';
import {webglProgram} from './webgl.js';

type Shape4D = [number, number, number, number];

const FOLD: Fold = {turned: false, scale: 0.25};

export const convolvePool = webglProgram(({x, w, bias}: ConvInputs, _, call) => {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const outShape: Shape4D = [batch, height / 2, width / 2, w.shape[3]!];
  const exchanged = channels >= EXCHANGED_FROM;
  const filter = exchanged ? 'transposed' : 'plain';
  return withFolded(call, w, FOLD, exchanged, folded =>
    convolveBy(call, convolution, {x, w: folded, bias, outShape}, {...HALVING, filter})
  );
});

export const convolvePoolInputGradient = webglProgram(
  ({dy, w}: Record<'dy' | 'w', TensorInfo>, _, call) => {
    const [batch, height, width] = dy.shape as Shape4D;
    const outShape: Shape4D = [batch, 2 * height, 2 * width, w.shape[2]!];
    return withFolded(call, w, FOLD, false, folded =>
      convolveBy(
        call,
        spreadConvolution,
        {x: dy, w: folded, outShape},
        {...HALVING, filter: 'transposed'}
      )
    );
  }
);

export const convolvePoolFilterGradient = webglProgram(
  ({dy, x}: Record<'dy' | 'x', TensorInfo>, _, call) => {
    const folded = filterGradient(call, {dy, x}, {kernel: 4, ...HALVING}); // [4, 4, in, out]
    return unfolded(call, folded, FOLD, [x.shape[3]!, dy.shape[3]!]);
  }
);
