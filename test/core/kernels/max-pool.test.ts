import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {maxPool2} from '../../../core/kernels/max-pool.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
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

function directly(x: Values): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return build([batch, height / 2, width / 2, channels], ([b, row, column, c]) =>
    Math.max(...[0, 1].flatMap(r => [0, 1].map(s => at(x, b!, 2 * row! + r, 2 * column! + s, c!))))
  );
}

const op = (x: tf.Tensor | undefined): tf.Tensor => maxPool2(x as Tensor4D);

describeOnEach('maxPool2(x)', backend => {
  for (const shape of [
    [2, 4, 4, 3],
    [1, 2, 6, 5],
    [1, 8, 2, 1],
  ]) {
    const x = normals(shape, 'x');

    it(`equals the direct loop: [${shape}]`, async () => {
      await expectTensor(() => op(toTensor(x)), directly(x), 0);
    });

    it(`has the gradient of finite differences: [${shape}]`, async () => {
      await expectGradients(op, x => directly(x), [x], TOLERANCE[backend]);
    });
  }

  it('gives the gradient to the first of equal maxima, row by row', async () => {
    // Windows: all equal; the second row equal; the right column equal; the diagonal equal.
    const x = values(
      [1, 2, 8, 1],
      [
        [5, 5, 1, 2, 1, 7, 1, 8],
        [5, 5, 9, 9, 3, 7, 8, 1],
      ].flat()
    );
    const wanted = [
      [1, 0, 0, 0, 0, 3, 0, 4],
      [0, 0, 2, 0, 0, 0, 0, 0],
    ].flat();
    const [gradient] = await gradientsOf(op, [x], values([1, 1, 4, 1], [1, 2, 3, 4]));
    expectClose(gradient!, values(x.shape, wanted), 0);
  });

  it('keeps nothing but its result', async () => {
    const x = normals([1, 4, 4, 2], 'x');
    await expectNothingKept(async () => {
      const tensor = toTensor<Tensor4D>(x);
      tf.dispose([op(tensor), tensor]);
      await gradientsOf(op, [x], normals([1, 2, 2, 2], 'r'));
    });
  });
});
