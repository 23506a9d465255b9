import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {biasGradient} from '../../../core/kernels/bias.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {build, expectTensor, normals, toTensor, type Values, zeros} from '../../support/values.js';

const sums = ({shape, data}: Values): Values => {
  const channels = shape[3]!;
  const result = zeros([channels]);
  data.forEach((value, i) => (result.data[i % channels]! += value));
  return result;
};

describeOnEach('biasGradient(dy)', backend => {
  for (const shape of [
    [2, 3, 3, 1],
    [1, 4, 2, 5],
    [3, 2, 2, 8],
    [5, 16, 16, 6],
  ]) {
    const dy = normals(shape, 'dy');

    it(`equals the direct sum: [${shape}]`, async () => {
      await expectTensor(
        () => biasGradient(toTensor<Tensor4D>(dy)),
        sums(dy),
        10 * TOLERANCE[backend]
      );
    });
  }

  it('sums up gradients of many pixels that nearly cancel', async () => {
    // Ten thousand and minus ten thousand in turn, and a thousandth of each pixel's place.
    const dy = build([1, 64, 64, 1], ([, row, column]) =>
      Math.fround((column! % 2 ? -1e4 : 1e4) + (row! * 64 + column!) / 1000)
    );
    const sum = sums(dy).data[0]!;
    const tensor = toTensor<Tensor4D>(dy);
    const gradient = biasGradient(tensor);
    const [value] = await gradient.data();
    // float32's own error grows with the sum of sizes; wasm sums in float64.
    const error = backend === 'wasm' ? 1e-6 * sum : 4096 * 1e4 * 2 ** -24;
    expect(value).to.be.closeTo(sum, error);
    tf.dispose([tensor, gradient]);
  });

  it('keeps nothing but its result', async () => {
    await expectNothingKept(() => {
      const dy = toTensor<Tensor4D>(normals([1, 4, 4, 2], 'dy'));
      tf.dispose([biasGradient(dy), dy]);
    });
  });
});
