import * as tf from '@tensorflow/tfjs-core';
import type {Tensor3D} from '@tensorflow/tfjs-core';

import {softmax} from '../../../core/kernels/softmax.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients} from '../../support/gradients.js';
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

function directly(x: Values): Values {
  const columns = x.shape[2]!;
  return build(x.shape, ([b, r, c]) => {
    const row = Array.from({length: columns}, (_, i) => at(x, b!, r!, i));
    const most = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
    return Math.exp(at(x, b!, r!, c!) - most) / sum;
  });
}

const op = (x: tf.Tensor | undefined): tf.Tensor => softmax(x as Tensor3D);

describeOnEach('softmax(x)', backend => {
  for (const shape of [
    [2, 4, 8],
    [1, 5, 3],
    [2, 3, 1],
    [1, 3, 65],
  ]) {
    const x = normals(shape, 'x');

    it(`equals the direct loop: [${shape}]`, async () => {
      await expectTensor(() => op(toTensor(x)), directly(x), TOLERANCE[backend]);
    });

    // Of one column it is 1 whatever it is given.
    if (shape[2] === 1) continue;
    it(`has the gradient of finite differences: [${shape}]`, async () => {
      await expectGradients(op, x => directly(x), [x], TOLERANCE[backend]);
    });
  }

  it('stays finite for large values', async () => {
    const x = values([1, 2, 3], [1000, 999, -1000, -1000, -1000, -1000]);
    await expectTensor(() => op(toTensor(x)), directly(x), 10 * TOLERANCE[backend]);
  });

  it('keeps nothing', async () => {
    const x = normals([1, 5, 3], 'x');
    await expectNothingKept(async () => {
      const y = tf.tidy(() => op(toTensor(x)));
      await y.data();
      y.dispose();
    });
  });
});
