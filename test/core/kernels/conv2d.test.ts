import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {conv2d} from '../../../core/kernels/conv2d.js';
import {describeOn, describeOnEach, TOLERANCE} from '../../support/backends.js';
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

interface Case {
  title: string;
  x: [number, number, number, number];
  kernel: number;
  out: number;
  stride: 1 | 2;
  pad: number;
}

const CASES: Case[] = [
  {title: '1×1', x: [2, 5, 5, 3], kernel: 1, out: 5, stride: 1, pad: 0},
  {title: '3×3 that keeps the size', x: [2, 6, 6, 5], kernel: 3, out: 3, stride: 1, pad: 1},
  {title: '3×3 without padding', x: [1, 7, 7, 3], kernel: 3, out: 2, stride: 1, pad: 0},
  {title: '3×3 at stride 2', x: [2, 8, 8, 3], kernel: 3, out: 7, stride: 2, pad: 1},
  {title: '7×7 without padding', x: [2, 9, 9, 3], kernel: 7, out: 1, stride: 1, pad: 0},
  {title: '7×7 that keeps the size', x: [1, 8, 8, 1], kernel: 7, out: 3, stride: 1, pad: 3},
  {title: '7×7 at stride 2', x: [1, 8, 8, 3], kernel: 7, out: 1, stride: 2, pad: 3},
  {title: '3×3 at stride 2 on an odd size', x: [1, 7, 7, 3], kernel: 3, out: 2, stride: 2, pad: 1},
  {title: '1×1 with 4 and 8 channels', x: [2, 3, 3, 4], kernel: 1, out: 8, stride: 1, pad: 0},
  {title: '3×3 with 9 and 12 channels', x: [1, 5, 5, 9], kernel: 3, out: 12, stride: 1, pad: 1},
  {title: '3×3 with 16 and 17 channels', x: [1, 4, 4, 16], kernel: 3, out: 17, stride: 1, pad: 1},
  {title: '3×3 with 8 and 4 channels', x: [1, 6, 6, 8], kernel: 3, out: 4, stride: 2, pad: 1},
  {title: '3×3 with 17 and 3 channels', x: [2, 5, 6, 17], kernel: 3, out: 3, stride: 1, pad: 1},
  {title: '3×3 with 2 and 13 channels', x: [1, 6, 6, 2], kernel: 3, out: 13, stride: 2, pad: 1},
  {title: '3×3 on one pixel', x: [2, 1, 1, 2], kernel: 3, out: 2, stride: 1, pad: 1},
  {title: '3×3 with a border of 2', x: [1, 4, 4, 2], kernel: 3, out: 3, stride: 1, pad: 2},
  {title: '3×3 on an oblong', x: [1, 4, 8, 3], kernel: 3, out: 3, stride: 1, pad: 1},
  {title: '3×3 with 65 and 6 channels', x: [2, 4, 4, 65], kernel: 3, out: 6, stride: 1, pad: 1},
  {title: '3×3 with 70 and 9 channels', x: [1, 6, 4, 70], kernel: 3, out: 9, stride: 2, pad: 1},
  // Of enough tiles of 2×2 for the programs that go by tiles.
  {title: '3×3 by tiles, 16 channels', x: [2, 8, 8, 16], kernel: 3, out: 16, stride: 1, pad: 1},
  {title: '3×3 by tiles, 8 and 12', x: [1, 14, 12, 8], kernel: 3, out: 12, stride: 1, pad: 1},
  {title: '3×3 by tiles, 12 and 13', x: [3, 8, 6, 12], kernel: 3, out: 13, stride: 1, pad: 1},
  {title: '3×3 by tiles, unpadded', x: [1, 14, 14, 8], kernel: 3, out: 20, stride: 1, pad: 0},
  {title: '3×3 at stride 2 on an oblong', x: [1, 8, 4, 3], kernel: 3, out: 3, stride: 2, pad: 1},
];

/** Calls `visit` with the flat indices of every product `x[i] w[j]` that is summed into `y[o]`. */
function forEachProduct(
  x: Values,
  w: Values,
  {stride, pad}: Case,
  visit: (o: number, i: number, j: number) => void
): readonly number[] {
  const [batch, height, width, channels] = x.shape as Case['x'];
  const [kernel, , , out] = w.shape as Case['x'];
  const outHeight = Math.floor((height + 2 * pad - kernel) / stride) + 1;
  const outWidth = Math.floor((width + 2 * pad - kernel) / stride) + 1;
  for (let b = 0, o = 0; b < batch; b++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        for (let k = 0; k < out; k++, o++) {
          for (let r = 0; r < kernel; r++) {
            for (let c = 0; c < kernel; c++) {
              const [y, z] = [row * stride + r - pad, column * stride + c - pad];
              if (y < 0 || y >= height || z < 0 || z >= width) continue;
              for (let d = 0; d < channels; d++) {
                const i = ((b * height + y) * width + z) * channels + d;
                visit(o, i, ((r * kernel + c) * channels + d) * out + k);
              }
            }
          }
        }
      }
    }
  }
  return [batch, outHeight, outWidth, out];
}

function directly(x: Values, w: Values, options: Case): Values {
  const y = zeros(forEachProduct(x, w, options, () => {}));
  forEachProduct(x, w, options, (o, i, j) => (y.data[o]! += x.data[i]! * w.data[j]!));
  return y;
}

describeOnEach('conv2d(x, w, {stride, pad})', backend => {
  for (const options of CASES) {
    const {title, x: shape, kernel, out, stride, pad} = options;
    const x = normals(shape, 'x');
    const w = normals([kernel, kernel, shape[3], out], 'w');
    const op = (...[x, w]: tf.Tensor[]): tf.Tensor =>
      conv2d(x as Tensor4D, w as Tensor4D, {stride, pad});

    it(`equals the direct sum: ${title}`, async () => {
      await expectTensor(
        () => op(toTensor(x), toTensor(w)),
        directly(x, w, options),
        TOLERANCE[backend]
      );
    });

    it(`has the adjoint sums for gradients: ${title}`, async () => {
      const r = normals(directly(x, w, options).shape, 'r');
      const [dx, dw] = [zeros(x.shape), zeros(w.shape)];
      forEachProduct(x, w, options, (o, i, j) => {
        dx.data[i]! += r.data[o]! * w.data[j]!;
        dw.data[j]! += r.data[o]! * x.data[i]!;
      });
      const actual = await gradientsOf(op, [x, w], r);
      expectClose(actual[0]!, dx, TOLERANCE[backend], 'gradient of x');
      expectClose(actual[1]!, dw, TOLERANCE[backend], 'gradient of w');
    });
  }

  for (const options of CASES) {
    const {title, x: shape, kernel, out, stride, pad} = options;

    it(`adds a bias a channel, with its gradient: ${title}`, async () => {
      const [x, w, bias] = [
        normals(shape, 'x'),
        normals([kernel, kernel, shape[3], out], 'w'),
        normals([out], 'bias'),
      ] as const;
      const op = (...[x, w, bias]: tf.Tensor[]): tf.Tensor =>
        conv2d(x as Tensor4D, w as Tensor4D, {stride, pad}, bias as tf.Tensor1D);
      const y = directly(x, w, options);
      y.data.forEach((value, i) => (y.data[i] = value + bias.data[i % out]!));
      await expectTensor(() => op(toTensor(x), toTensor(w), toTensor(bias)), y, TOLERANCE[backend]);
      const r = normals(y.shape, 'r');
      const dBias = zeros([out]);
      r.data.forEach((value, i) => (dBias.data[i % out]! += value));
      const [, , actual] = await gradientsOf(op, [x, w, bias], r);
      expectClose(actual!, dBias, 10 * TOLERANCE[backend], 'gradient of the bias');
    });
  }

  it('keeps nothing but its result', async () => {
    const x = normals([1, 4, 4, 2], 'x');
    const w = normals([3, 3, 2, 2], 'w');
    await expectNothingKept(async () => {
      const [tensorX, tensorW] = [toTensor<Tensor4D>(x), toTensor<Tensor4D>(w)];
      tf.dispose([conv2d(tensorX, tensorW, {pad: 1}), tensorX, tensorW]);
      await gradientsOf(
        (...[x, w]) => conv2d(x as Tensor4D, w as Tensor4D, {stride: 2, pad: 1}),
        [x, w],
        normals([1, 2, 2, 2], 'r')
      );
    });
  });

  it('refuses a border as wide as the filter', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const w = tf.zeros<tf.Rank.R4>([3, 3, 3, 5]);
    for (const pad of [3, -1]) {
      expect(() => conv2d(x, w, {pad})).to.throw(
        `conv2d: pad must be from 0 to less than the kernel; got pad=${pad} for w=[3,3,3,5]`
      );
    }
    tf.dispose([x, w]);
  });

  it('refuses a bias for another number of channels', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const w = tf.zeros<tf.Rank.R4>([3, 3, 3, 5]);
    const bias = tf.zeros<tf.Rank.R1>([3]);
    expect(() => conv2d(x, w, {pad: 1}, bias)).to.throw(
      'conv2d: bias must be [outChannels]; got bias=[3] for w=[3,3,3,5]'
    );
    tf.dispose([x, w, bias]);
  });

  it('refuses a filter for another number of channels', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const w = tf.zeros<tf.Rank.R4>([3, 3, 2, 5]);
    expect(() => conv2d(x, w)).to.throw(
      'conv2d: x and w must agree on inChannels; got x=[1,4,4,3] w=[3,3,2,5]'
    );
    tf.dispose([x, w]);
  });
});

describeOn('webgl', 'conv2d(x, w, {pad}) on images of more rows than a texture has', () => {
  const options: Case = {
    title: 'folded',
    ...{x: [4, 64, 160, 1], kernel: 3, out: 2, stride: 1, pad: 1},
  };
  const x = normals(options.x, 'x');
  const w = normals([3, 3, 1, 2], 'w');

  it('equals the direct sum', async () => {
    await expectTensor(
      () => conv2d(toTensor(x), toTensor(w), {pad: 1}),
      directly(x, w, options),
      TOLERANCE.webgl
    );
  });
});
