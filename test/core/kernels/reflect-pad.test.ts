import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {reflectPad} from '../../../core/kernels/reflect-pad.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  at,
  build,
  expectTensor,
  normals,
  toTensor,
  type Values,
  values,
} from '../../support/values.js';

function mirrored(x: Values, pad: number): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const reflect = (i: number, size: number): number => {
    if (i < 0) return -i;
    return i < size ? i : 2 * size - 2 - i;
  };
  return build([batch, height + 2 * pad, width + 2 * pad, channels], ([b, row, column, channel]) =>
    at(x, b!, reflect(row! - pad, height), reflect(column! - pad, width), channel!)
  );
}

describeOnEach('reflectPad(x, pad)', backend => {
  it('mirrors about the edge pixel without repeating it', async () => {
    const x = values([1, 2, 3, 1], [1, 2, 3, 4, 5, 6]);
    const padded = [5, 4, 5, 6, 5, 2, 1, 2, 3, 2, 5, 4, 5, 6, 5, 2, 1, 2, 3, 2];
    await expectTensor(() => reflectPad(toTensor(x), 1), values([1, 4, 5, 1], padded), 0);
  });

  const cases: [shape: number[], pad: number][] = [
    [[2, 5, 5, 3], 3],
    [[1, 4, 6, 2], 3],
    [[1, 3, 3, 1], 1],
  ];
  for (const [shape, pad] of cases) {
    const x = normals(shape, 'x');

    it(`equals the direct loop: [${shape}], pad ${pad}`, async () => {
      await expectTensor(() => reflectPad(toTensor(x), pad), mirrored(x, pad), 0);
    });

    it(`has the gradient of finite differences: [${shape}], pad ${pad}`, async () => {
      await expectGradients(
        x => reflectPad(x as Tensor4D, pad),
        x => mirrored(x, pad),
        [x],
        TOLERANCE[backend]
      );
    });
  }

  it('keeps nothing but its result', async () => {
    const x = normals([1, 4, 4, 2], 'x');
    await expectNothingKept(async () => {
      const tensor = toTensor<Tensor4D>(x);
      tf.dispose([reflectPad(tensor, 3), tensor]);
      const r = normals([1, 10, 10, 2], 'r');
      await gradientsOf(x => reflectPad(x as Tensor4D, 3), [x], r);
    });
  });

  it('refuses a border as wide as the image', () => {
    const x = tf.zeros<tf.Rank.R4>([2, 5, 4, 3]);
    expect(() => reflectPad(x, 4)).to.throw(
      'reflectPad: pad must be less than height and width; got pad=4 for x=[2,5,4,3]'
    );
    x.dispose();
  });
});

describeOnEach('expectGradients(op, reference, inputs, tolerance)', () => {
  it("finds the error in the gradient of tfjs's own mirrorPad", async () => {
    const margins: [number, number][] = [
      [0, 0],
      [2, 2],
      [2, 2],
      [0, 0],
    ];
    const check = expectGradients(
      x => tf.mirrorPad(x as Tensor4D, margins, 'reflect'),
      x => mirrored(x, 2),
      [normals([1, 4, 4, 1], 'x')],
      0.1
    );
    let failure: unknown;
    await check.catch((error: unknown) => (failure = error));
    expect(String(failure)).to.match(/relative error of gradient of input 0/);
  });
});
