import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {relu} from '../../../core/kernels/relu.js';
import {describeOn, describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  expectClose,
  expectTensor,
  normals,
  toTensor,
  type Values,
  values,
} from '../../support/values.js';

const op = (x?: tf.Tensor): tf.Tensor => relu(x!);

const directly = (x?: Values): Values => ({
  shape: x!.shape,
  data: x!.data.map(value => Math.max(value, 0)),
});

describeOnEach('relu(x)', backend => {
  for (const shape of [[2, 3, 3, 5], [1, 2, 2, 1], [7]]) {
    const x = normals(shape, 'x');

    it(`equals the direct loop: [${shape}]`, async () => {
      await expectTensor(() => op(toTensor(x)), directly(x), 0);
    });

    it(`has the gradient of finite differences: [${shape}]`, async () => {
      await expectGradients(op, directly, [x], TOLERANCE[backend]);
    });
  }

  it('has no gradient where it begins', async () => {
    const [dx] = await gradientsOf(op, [values([3], [-1, 0, 1])], values([3], [5, 6, 7]));
    expect([...dx!.data]).to.deep.equal([0, 0, 7]);
  });

  it('lets through what is not a number', async () => {
    const x = tf.tensor1d([NaN, -1, 2]);
    const y = relu(x);
    const [first, ...others] = await y.data();
    expect(first).to.be.NaN;
    // Zeros of either sign.
    expect(others.map(Math.abs)).to.deep.equal([0, 2]);
    tf.dispose([x, y]);
  });

  it('keeps nothing but its result', async () => {
    const x = normals([1, 2, 2, 3], 'x');
    await expectNothingKept(async () => {
      const tensor = toTensor(x);
      tf.dispose([relu(tensor), tensor]);
      await gradientsOf(op, [x], normals([1, 2, 2, 3], 'r'));
    });
  });
});

describeOn('webgl', 'relu(x) on images of more rows than a texture has', () => {
  const x = normals([4, 64, 160, 1], 'x');

  it('equals the direct loop', async () => {
    await expectTensor(() => op(toTensor(x)), directly(x), 0);
  });

  it('has the gradient of the direct loop', async () => {
    const r = normals(x.shape, 'r');
    const [dx] = await gradientsOf(op, [x], r);
    expectClose(dx!, {...r, data: r.data.map((value, i) => (x.data[i]! > 0 ? value : 0))}, 0);
  });
});
