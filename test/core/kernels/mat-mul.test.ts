import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D} from '@tensorflow/tfjs-core';

import {matMul} from '../../../core/kernels/mat-mul.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {at, build, expectTensor, normals, toTensor, type Values} from '../../support/values.js';

const op = (...[a, b]: tf.Tensor[]): tf.Tensor => matMul(a as Tensor3D, b as Tensor3D);

const directly = (...[a, b]: Values[]): Values => {
  const [batch, rows, inner] = a!.shape as [number, number, number];
  return build([batch, rows, b!.shape[2]!], ([n, row, column]) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(a!, n!, row!, k) * at(b!, n!, k, column!);
    return sum;
  });
};

describeOnEach('matMul(a, b)', backend => {
  for (const [batch, rows, inner, columns] of [
    [1, 1, 1, 1],
    [2, 7, 3, 5],
    [3, 6, 8, 4],
    [2, 67, 4, 9],
    [1, 72, 5, 16],
  ] as const) {
    const inputs = [
      normals([batch, rows, inner], 'a'),
      normals([batch, inner, columns], 'b'),
    ] as const;
    const title = `[${inputs[0].shape}] × [${inputs[1].shape}]`;

    it(`equals the direct loop: ${title}`, async () => {
      await expectTensor(
        () => op(...inputs.map(each => toTensor(each))),
        directly(...inputs),
        TOLERANCE[backend]
      );
    });

    it(`has the gradients of finite differences: ${title}`, async () => {
      await expectGradients(op, directly, inputs, TOLERANCE[backend]);
    });
  }

  it('keeps nothing but its result', async () => {
    const inputs = [normals([2, 6, 3], 'a'), normals([2, 3, 5], 'b')] as const;
    await expectNothingKept(async () => {
      const tensors = inputs.map(each => toTensor(each));
      tf.dispose([op(...tensors), ...tensors]);
      await gradientsOf(op, inputs, normals([2, 6, 5], 'r'));
    });
  });

  it('says what must agree', () => {
    const [a, b] = [tf.zeros([2, 3, 4]), tf.zeros([2, 5, 4])];
    expect(() => op(a, b)).to.throw(
      'matMul: a and b must agree on batch and inner; got a=[2,3,4] b=[2,5,4]'
    );
    tf.dispose([a, b]);
  });
});
