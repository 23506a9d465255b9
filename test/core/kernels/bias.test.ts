import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import {addBias} from '../../../core/kernels/bias.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {build, expectTensor, normals, toTensor, type Values} from '../../support/values.js';

const op = (...[x, bias]: tf.Tensor[]): tf.Tensor => addBias(x as Tensor4D, bias as Tensor1D);

const directly = (...[x, bias]: Values[]): Values => {
  const channels = bias!.data.length;
  const sums = x!.data.map((value, i) => value + bias!.data[i % channels]!);
  return {shape: x!.shape, data: sums};
};

describeOnEach('addBias(x, bias)', backend => {
  for (const shape of [
    [2, 3, 3, 1],
    [1, 4, 2, 5],
    [3, 2, 2, 8],
  ]) {
    const inputs = [normals(shape, 'x'), normals([shape[3]!], 'bias')] as const;

    it(`equals the direct loop: [${shape}]`, async () => {
      await expectTensor(
        () => op(...inputs.map(each => toTensor(each))),
        directly(...inputs),
        TOLERANCE[backend]
      );
    });

    it(`has the gradients of finite differences: [${shape}]`, async () => {
      await expectGradients(op, directly, inputs, TOLERANCE[backend]);
    });
  }

  it('sums up gradients of many pixels that nearly cancel', async () => {
    const x = build([1, 64, 64, 1], () => 0);
    // Ten thousand and minus ten thousand in turn, and a thousandth of each pixel's place.
    const r = build([1, 64, 64, 1], ([, row, column]) =>
      Math.fround((column! % 2 ? -1e4 : 1e4) + (row! * 64 + column!) / 1000)
    );
    const sum = r.data.reduce((total, value) => total + value, 0);
    const [, gradient] = await gradientsOf(op, [x, build([1], () => 0)], r);
    // float32's own error grows with the sum of sizes; wasm sums in float64.
    const error = backend === 'wasm' ? 1e-6 * sum : 4096 * 1e4 * 2 ** -24;
    expect(gradient!.data[0]).to.be.closeTo(sum, error);
  });

  it('keeps nothing but its result', async () => {
    const inputs = [normals([1, 4, 4, 2], 'x'), normals([2], 'bias')] as const;
    await expectNothingKept(async () => {
      const tensors = inputs.map(each => toTensor(each));
      tf.dispose([op(...tensors), ...tensors]);
      await gradientsOf(op, inputs, normals([1, 4, 4, 2], 'r'));
    });
  });

  it('refuses a bias for another number of channels', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const bias = tf.zeros<tf.Rank.R1>([2]);
    expect(() => addBias(x, bias)).to.throw(
      'addBias: bias must be [channels]; got bias=[2] for x=[1,4,4,3]'
    );
    tf.dispose([x, bias]);
  });
});
