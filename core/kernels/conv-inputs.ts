import type {TensorInfo} from '@tensorflow/tfjs-core';

/** What the programs of a convolution are given; a bias is there or not. */
export interface ConvInputs {
  x: TensorInfo;
  w: TensorInfo;
  bias?: TensorInfo;
}
