import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {upsampleConv2d} from '../../../core/kernels/upsample-conv2d.js';
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
  {x: [1, 1, 1, 1], out: 1},
  {x: [2, 4, 4, 3], out: 5},
  {x: [2, 4, 4, 4], out: 8},
  {x: [1, 5, 3, 2], out: 3},
  {x: [1, 3, 6, 9], out: 4},
  {x: [1, 2, 2, 17], out: 13},
  {x: [1, 8, 8, 1], out: 2},
];

/** Calls `visit` with the flat indices of every product `x[i] w[j]` that is summed into `y[o]`. */
function forEachProduct(
  x: Values,
  out: number,
  visit: (o: number, i: number, j: number) => void
): readonly number[] {
  const [batch, height, width, channels] = x.shape as Shape;
  for (let b = 0, o = 0; b < batch; b++) {
    for (let row = 0; row < 2 * height; row++) {
      for (let column = 0; column < 2 * width; column++) {
        for (let k = 0; k < out; k++, o++) {
          for (let tap = 0; tap < 9; tap++) {
            const y = Math.floor((row + Math.floor(tap / 3) - 1) / 2);
            const z = Math.floor((column + (tap % 3) - 1) / 2);
            if (y < 0 || y >= height || z < 0 || z >= width) continue;
            for (let c = 0; c < channels; c++) {
              const i = ((b * height + y) * width + z) * channels + c;
              visit(o, i, (tap * channels + c) * out + k);
            }
          }
        }
      }
    }
  }
  return [batch, 2 * height, 2 * width, out];
}

describeOnEach('upsampleConv2d(x, w)', backend => {
  const op = (...[x, w]: tf.Tensor[]): tf.Tensor => upsampleConv2d(x as Tensor4D, w as Tensor4D);

  for (const {x: shape, out} of CASES) {
    const x = normals(shape, 'x');
    const w = normals([3, 3, shape[3], out], 'w');
    const title = `[${shape}] into ${out} channels`;

    it(`equals the direct sum over the enlarged image: ${title}`, async () => {
      const y = zeros(forEachProduct(x, out, () => {}));
      forEachProduct(x, out, (o, i, j) => (y.data[o]! += x.data[i]! * w.data[j]!));
      await expectTensor(() => op(toTensor(x), toTensor(w)), y, TOLERANCE[backend]);
    });

    it(`has the adjoint sums for gradients: ${title}`, async () => {
      const r = normals(
        forEachProduct(x, out, () => {}),
        'r'
      );
      const [dx, dw] = [zeros(x.shape), zeros(w.shape)];
      forEachProduct(x, out, (o, i, j) => {
        dx.data[i]! += r.data[o]! * w.data[j]!;
        dw.data[j]! += r.data[o]! * x.data[i]!;
      });
      const actual = await gradientsOf(op, [x, w], r);
      expectClose(actual[0]!, dx, TOLERANCE[backend], 'gradient of x');
      expectClose(actual[1]!, dw, TOLERANCE[backend], 'gradient of w');
    });
  }

  it('adds a bias a channel, with its gradient', async () => {
    const [x, w, bias] = [
      normals([2, 4, 4, 3], 'x'),
      normals([3, 3, 3, 5], 'w'),
      normals([5], 'bias'),
    ] as const;
    const op = (...[x, w, bias]: tf.Tensor[]): tf.Tensor =>
      upsampleConv2d(x as Tensor4D, w as Tensor4D, bias as tf.Tensor1D);
    const y = zeros(forEachProduct(x, 5, () => {}));
    forEachProduct(x, 5, (o, i, j) => (y.data[o]! += x.data[i]! * w.data[j]!));
    y.data.forEach((value, i) => (y.data[i] = value + bias.data[i % 5]!));
    await expectTensor(() => op(toTensor(x), toTensor(w), toTensor(bias)), y, TOLERANCE[backend]);
    const r = normals(y.shape, 'r');
    const dBias = zeros([5]);
    r.data.forEach((value, i) => (dBias.data[i % 5]! += value));
    const [, , actual] = await gradientsOf(op, [x, w, bias], r);
    expectClose(actual!, dBias, 10 * TOLERANCE[backend], 'gradient of the bias');
  });

  it('keeps nothing but its result', async () => {
    const x = normals([1, 3, 3, 2], 'x');
    const w = normals([3, 3, 2, 3], 'w');
    await expectNothingKept(async () => {
      const [tensorX, tensorW] = [toTensor<Tensor4D>(x), toTensor<Tensor4D>(w)];
      tf.dispose([upsampleConv2d(tensorX, tensorW), tensorX, tensorW]);
      await gradientsOf(op, [x, w], normals([1, 6, 6, 3], 'r'));
    });
  });

  it('refuses a filter of another size or number of channels', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    for (const shape of [
      [1, 1, 3, 5],
      [3, 3, 2, 5],
    ] as const) {
      const w = tf.zeros<tf.Rank.R4>([...shape]);
      expect(() => upsampleConv2d(x, w)).to.throw(
        `upsampleConv2d: w must be [3, 3, inChannels, outChannels]; got w=[${shape}] for x=[1,4,4,3]`
      );
      w.dispose();
    }
    x.dispose();
  });
});
