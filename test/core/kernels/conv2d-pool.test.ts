import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import {conv2dPool} from '../../../core/kernels/conv2d-pool.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  expectClose,
  expectTensor,
  normals,
  toTensor,
  type Values,
  zeros,
} from '../../support/values.js';

type Shape = [batch: number, height: number, width: number, channels: number];

const CASES: {x: Shape; out: number}[] = [
  // Of too few pixels for one operation.
  {x: [2, 4, 4, 3], out: 5},
  {x: [4, 8, 8, 4], out: 8},
  {x: [1, 16, 16, 1], out: 1},
  {x: [2, 8, 20, 3], out: 5},
  {x: [1, 18, 16, 9], out: 13},
  {x: [2, 12, 12, 66], out: 3},
];

/** Calls `visit` with the flat indices of every product `x[i] w[j]`, a quarter of which goes into `y[o]`. */
function forEachProduct(
  x: Values,
  out: number,
  visit: (o: number, i: number, j: number) => void
): readonly number[] {
  const [batch, height, width, channels] = x.shape as Shape;
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const pixel = (b * height + (row & ~1)) * width + 2 * (column & ~1);
        for (let tap = 0; tap < 9; tap++) {
          const y = row + Math.floor(tap / 3) - 1;
          const z = column + (tap % 3) - 1;
          if (y < 0 || y >= height || z < 0 || z >= width) continue;
          for (let c = 0; c < channels; c++) {
            const i = ((b * height + y) * width + z) * channels + c;
            for (let k = 0; k < out; k++) {
              visit((pixel / 4) * out + k, i, (tap * channels + c) * out + k);
            }
          }
        }
      }
    }
  }
  return [batch, height / 2, width / 2, out];
}

describeOnEach('conv2dPool(x, w, bias)', backend => {
  const op = (...[x, w, bias]: tf.Tensor[]): tf.Tensor =>
    conv2dPool(x as Tensor4D, w as Tensor4D, bias as Tensor1D);

  for (const {x: shape, out} of CASES) {
    const x = normals(shape, 'x');
    const w = normals([3, 3, shape[3], out], 'w');
    const bias = normals([out], 'bias');
    const title = `[${shape}] into ${out} channels`;

    it(`equals the mean of direct sums: ${title}`, async () => {
      const y = zeros([shape[0], shape[1] / 2, shape[2] / 2, out]);
      forEachProduct(x, out, (o, i, j) => (y.data[o]! += (x.data[i]! * w.data[j]!) / 4));
      await expectTensor(() => op(toTensor(x), toTensor(w)), y, TOLERANCE[backend]);
      y.data.forEach((value, i) => (y.data[i] = value + bias.data[i % out]!));
      await expectTensor(() => op(toTensor(x), toTensor(w), toTensor(bias)), y, TOLERANCE[backend]);
    });

    it(`has the adjoint sums for gradients: ${title}`, async () => {
      const r = normals([shape[0], shape[1] / 2, shape[2] / 2, out], 'r');
      const [dx, dw, dBias] = [zeros(x.shape), zeros(w.shape), zeros([out])];
      forEachProduct(x, out, (o, i, j) => {
        dx.data[i]! += (r.data[o]! * w.data[j]!) / 4;
        dw.data[j]! += (r.data[o]! * x.data[i]!) / 4;
      });
      r.data.forEach((value, i) => (dBias.data[i % out]! += value));
      const actual = await gradientsOf(op, [x, w, bias], r);
      expectClose(actual[0]!, dx, TOLERANCE[backend], 'gradient of x');
      expectClose(actual[1]!, dw, TOLERANCE[backend], 'gradient of w');
      expectClose(actual[2]!, dBias, 10 * TOLERANCE[backend], 'gradient of the bias');
    });
  }

  it('keeps nothing but its result', async () => {
    const x = normals([1, 16, 16, 2], 'x');
    const w = normals([3, 3, 2, 3], 'w');
    await expectNothingKept(async () => {
      const [tensorX, tensorW] = [toTensor<Tensor4D>(x), toTensor<Tensor4D>(w)];
      tf.dispose([conv2dPool(tensorX, tensorW), tensorX, tensorW]);
      await gradientsOf(op, [x, w], normals([1, 8, 8, 3], 'r'));
    });
  });

  it('refuses a filter of another size or number of channels', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    for (const shape of [
      [1, 1, 3, 5],
      [3, 3, 2, 5],
    ] as const) {
      const w = tf.zeros<tf.Rank.R4>([...shape]);
      expect(() => conv2dPool(x, w)).to.throw(
        `conv2dPool: w must be [3, 3, inChannels, outChannels]; got w=[${shape}] for x=[1,4,4,3]`
      );
      w.dispose();
    }
    x.dispose();
  });

  it('refuses images of odd sizes', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 5, 3]);
    const w = tf.zeros<tf.Rank.R4>([3, 3, 3, 2]);
    expect(() => conv2dPool(x, w)).to.throw(
      'conv2dPool: height and width must be even; got x=[1,4,5,3]'
    );
    tf.dispose([x, w]);
  });
});
