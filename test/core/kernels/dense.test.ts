import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D} from '@tensorflow/tfjs-core';

import {dense} from '../../../core/kernels/dense.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {at, build, expectTensor, normals, toTensor, type Values} from '../../support/values.js';

const op = (...[x, w, bias]: tf.Tensor[]): tf.Tensor =>
  dense(x as Tensor2D, w as Tensor2D, bias as Tensor1D);

const directly = (...[x, w, bias]: Values[]): Values => {
  const [rows, ins, outs] = [x!.shape[0]!, x!.shape[1]!, bias!.shape[0]!];
  return build([rows, outs], ([row, out]) => {
    let sum = bias!.data[out!]!;
    for (let i = 0; i < ins; i++) sum += at(x!, row!, i) * at(w!, i, out!);
    return sum;
  });
};

const inputsOf = (rows: number, ins: number, outs: number): Values[] => [
  normals([rows, ins], 'x'),
  normals([ins, outs], 'w'),
  normals([outs], 'bias'),
];

describeOnEach('dense(x, w, bias)', backend => {
  const cases: [rows: number, ins: number, outs: number][] = [
    [16, 4, 8],
    [1, 1, 1],
    [3, 5, 7],
    [2, 17, 1],
    [5, 2, 34],
  ];
  for (const [rows, ins, outs] of cases) {
    const inputs = inputsOf(rows, ins, outs);

    it(`equals the direct sum: ${rows} rows, ${ins} to ${outs}`, async () => {
      await expectTensor(
        () => op(...inputs.map(each => toTensor(each))),
        directly(...inputs),
        TOLERANCE[backend]
      );
    });

    it(`has the gradients of finite differences: ${rows} rows, ${ins} to ${outs}`, async () => {
      await expectGradients(op, directly, inputs, TOLERANCE[backend]);
    });
  }

  it('keeps nothing but its result', async () => {
    const inputs = inputsOf(3, 2, 5);
    await expectNothingKept(async () => {
      const tensors = inputs.map(each => toTensor(each));
      tf.dispose([op(...tensors), ...tensors]);
      await gradientsOf(op, inputs, normals([3, 5], 'r'));
    });
  });

  it('refuses what does not fit together', () => {
    const [x, w, bias] = [
      tf.zeros<tf.Rank.R2>([2, 3]),
      tf.zeros<tf.Rank.R2>([4, 5]),
      tf.zeros<tf.Rank.R1>([5]),
    ];
    expect(() => dense(x, w, bias)).to.throw(
      'dense: x, w and bias must be [rows, in], [in, out] and [out]; got [2,3], [4,5] and [5]'
    );
    tf.dispose([x, w, bias]);
  });
});
