import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {instanceNormRelu} from '../../../core/kernels/instance-norm.js';
import {describeOn, describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  at,
  build,
  expectClose,
  expectTensor,
  normals,
  toTensor,
  type Values,
  values,
} from '../../support/values.js';

type Shape = [batch: number, height: number, width: number, channels: number];

/** PyTorch's `InstanceNorm2d`, then scale, shift and ReLU. */
function directly(x: Values, scale: Values, shift: Values): Values {
  const [batch, height, width, channels] = x.shape as Shape;
  const moments = build([batch, channels, 2], () => 0);
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      const pixels: number[] = [];
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) pixels.push(at(x, b, row, column, c));
      }
      const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
      const variance = pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pixels.length;
      moments.data.set([mean, variance], (b * channels + c) * 2);
    }
  }
  return build(x.shape, ([b, row, column, c]) => {
    const mean = at(moments, b!, c!, 0);
    const variance = at(moments, b!, c!, 1);
    const normalized = (at(x, b!, row!, column!, c!) - mean) / Math.sqrt(variance + 1e-5);
    const image = scale.shape[0] === 1 ? 0 : b!;
    return Math.max(0, normalized * at(scale, image, c!) + at(shift, image, c!));
  });
}

const op = (...[x, scale, shift]: tf.Tensor[]): tf.Tensor =>
  instanceNormRelu(x as Tensor4D, scale as Tensor2D, shift as Tensor2D);

describeOnEach('instanceNormRelu(x, scale, shift)', backend => {
  const cases: {title: string; shape: Shape; rows: number}[] = [
    {title: 'one scale for all images', shape: [3, 4, 4, 3], rows: 1},
    {title: 'a scale for each image', shape: [3, 5, 5, 3], rows: 3},
    {title: 'windows of 8 pixels', shape: [2, 16, 8, 1], rows: 2},
    {title: 'one image', shape: [1, 4, 6, 5], rows: 1},
  ];
  for (const {title, shape, rows} of cases) {
    const inputs = [
      normals(shape, 'x'),
      normals([rows, shape[3]], 'scale'),
      normals([rows, shape[3]], 'shift'),
    ] as const;

    it(`equals the direct loop: ${title}`, async () => {
      const [x, scale, shift] = inputs;
      await expectTensor(
        () => op(toTensor(x), toTensor(scale), toTensor(shift)),
        directly(x, scale, shift),
        TOLERANCE[backend]
      );
    });

    it(`has the gradients of finite differences: ${title}`, async () => {
      await expectGradients(
        op,
        (x, scale, shift) => directly(x, scale, shift),
        inputs,
        10 * TOLERANCE[backend]
      );
    });
  }

  it('divides by the biased variance plus 1e-5', async () => {
    // Deviations of ±0.003: a variance of 9e-6, about as large as epsilon.
    const x = values([1, 2, 1, 1], [-0.003, 0.003]);
    const wanted = values([1, 2, 1, 1], [0, 0.003 / Math.sqrt(9e-6 + 1e-5)]);
    const [one, zero] = [values([1, 1], [1]), values([1, 1], [0])];
    await expectTensor(() => op(toTensor(x), toTensor(one), toTensor(zero)), wanted, 1e-5);
  });

  it('keeps three digits of a mean far from 0', async () => {
    const noise = normals([1, 16, 16, 1], 'noise');
    const x = values(
      noise.shape,
      Float32Array.from(noise.data, value => 100 + value)
    );
    const [one, zero] = [values([1, 1], [1]), values([1, 1], [0])];
    await expectTensor(
      () => op(toTensor(x), toTensor(one), toTensor(zero)),
      directly(x, one, zero),
      1e-3
    );
  });

  it('keeps nothing but its result', async () => {
    const inputs = [
      normals([2, 4, 4, 2], 'x'),
      normals([2, 2], 'scale'),
      normals([2, 2], 'shift'),
    ] as const;
    await expectNothingKept(async () => {
      const tensors = inputs.map(input => toTensor(input));
      tf.dispose([op(...tensors), ...tensors]);
      await gradientsOf(op, inputs, normals([2, 4, 4, 2], 'r'));
    });
  });

  it('refuses scales and shifts that do not fit', () => {
    const x = tf.zeros<tf.Rank.R4>([2, 4, 4, 3]);
    const two = tf.zeros<tf.Rank.R2>([2, 3]);
    const one = tf.zeros<tf.Rank.R2>([1, 3]);
    const three = tf.zeros<tf.Rank.R2>([3, 3]);
    const narrow = tf.zeros<tf.Rank.R2>([1, 2]);
    const message = (scale: string, shift: string): string =>
      `instanceNormRelu: scale and shift must be [batch or 1, channels]; ` +
      `got scale=[${scale}] shift=[${shift}] for x=[2,4,4,3]`;
    expect(() => instanceNormRelu(x, two, one)).to.throw(message('2,3', '1,3'));
    expect(() => instanceNormRelu(x, narrow, narrow)).to.throw(message('1,2', '1,2'));
    expect(() => instanceNormRelu(x, three, three)).to.throw(message('3,3', '3,3'));
    tf.dispose([x, one, two, three, narrow]);
  });
});

describeOn(
  'webgl',
  'instanceNormRelu(x, scale, shift) on images of more rows than a texture has',
  () => {
    // The gradients of finite differences would take minutes: wasm's are theirs.
    it('has the results and gradients that wasm has', async () => {
      const inputs = [
        normals([4, 64, 160, 1], 'x'),
        normals([4, 1], 'scale'),
        normals([4, 1], 'shift'),
      ] as const;
      const r = normals(inputs[0].shape, 'r');
      const found = await gradientsOf(op, inputs, r);
      await expectTensor(
        () => op(...inputs.map(each => toTensor(each))),
        directly(...inputs),
        TOLERANCE.webgl
      );
      await tf.setBackend('wasm');
      const wanted = await gradientsOf(op, inputs, r);
      await tf.setBackend('webgl');
      found.forEach((each, i) => expectClose(each, wanted[i]!, 10 * TOLERANCE.webgl));
    });
  }
);
