import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {instanceNormRelu} from '../../../core/kernels/instance-norm.js';
import {findKinks, type Kink, type KinkInputs, watchKinks} from '../../../core/verify/kinks.js';
import {describeOnEach} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';

const kink = (index: number, shape: number[], call = 0): Kink => ({
  call,
  index,
  shape,
  input: 0,
  noise: 1,
});

/** The gradient of `f` at `x`, as it comes out with some inputs on their other side. */
async function gradientAt(
  f: (x: Tensor1D) => tf.Scalar,
  x: readonly number[],
  turned: readonly Kink[] = []
): Promise<number[]> {
  const at = tf.tensor1d([...x]);
  const gradient = await new Promise<tf.Tensor>((found, failed) => {
    watchKinks(turned, false, async () => found(tf.grad(y => f(y as Tensor1D))(at))).catch(failed);
  });
  const values = [...(await gradient.data())];
  tf.dispose([at, gradient]);
  return values;
}

describeOnEach('watchKinks(turned, record, body)', () => {
  const relu = (x: Tensor1D): tf.Scalar => tf.sum(tf.mul(tf.relu(x), [1, 2, 3]));
  const larger = (x: Tensor1D): tf.Scalar =>
    tf.sum(tf.mul(tf.maximum(x, tf.tensor1d([1, 1, 1])), [1, 2, 3]));
  const normRelu = (x: Tensor1D): tf.Scalar => {
    const image = tf.reshape(x, [1, 2, 2, 1]) as Tensor4D;
    const [one, zero] = [tf.ones([1, 1]) as Tensor2D, tf.zeros([1, 1]) as Tensor2D];
    const y = tf.reshape(instanceNormRelu(image, one, zero), [4]);
    return tf.sum(tf.mul(y, [1, 2, 3, 4]));
  };

  it('turns a ReLU that is open, and one that is shut', async () => {
    const x = [2, -3, 0];
    expect(await gradientAt(relu, x)).to.deep.equal([1, 0, 0]);
    expect(await gradientAt(relu, x, [kink(0, [3]), kink(1, [3])])).to.deep.equal([0, 2, 0]);
    expect(await gradientAt(relu, x, [kink(2, [3])])).to.deep.equal([1, 0, 3]);
  });

  it('turns a maximum, also of equals', async () => {
    const x = [2, -3, 1];
    expect(await gradientAt(larger, x)).to.deep.equal([1, 0, 3]);
    const all = [0, 1, 2].map(index => kink(index, [3]));
    expect(await gradientAt(larger, x, all)).to.deep.equal([0, 2, 0]);
  });

  it('turns the ReLU of an instance norm to what its input of the other sign would give', async () => {
    // The two in the middle lie next to the mean, on one side of it and on the other.
    const tiny = 1e-6;
    const [x, mirrored] = [
      [-1, -tiny, tiny, 1],
      [-1, tiny, -tiny, 1],
    ];
    const turned = await gradientAt(normRelu, x, [kink(1, [1, 2, 2, 1]), kink(2, [1, 2, 2, 1])]);
    const expected = await gradientAt(normRelu, mirrored);
    const untouched = await gradientAt(normRelu, x);
    turned.forEach((value, i) => expect(value).to.be.closeTo(expected[i]!, 1e-3));
    expect(Math.abs(untouched[1]! - expected[1]!)).to.be.above(0.1);
  });

  it('counts the operations from the loss backwards', async () => {
    const twice = (x: Tensor1D): tf.Scalar => relu(tf.relu(x));
    const outer = await gradientAt(twice, [2, 2, 2], [kink(0, [3], 0)]);
    const inner = await gradientAt(twice, [2, 2, 2], [kink(1, [3], 1)]);
    expect([outer, inner]).to.deep.equal([
      [0, 2, 3],
      [1, 0, 3],
    ]);
  });

  it('leaves gradients as they were, also after an error', async () => {
    const refused = watchKinks([kink(0, [3])], true, () => Promise.reject(new Error('stop')));
    await refused.then(
      () => expect.fail('must pass the error on'),
      (error: Error) => expect(error.message).to.equal('stop')
    );
    expect(await gradientAt(relu, [2, -3, 0])).to.deep.equal([1, 0, 0]);
  });

  it('records inputs, and keeps none of them', async () => {
    await expectNothingKept(async () => {
      const x = tf.tensor1d([2, -3, 0.5]);
      const inputs = await watchKinks([], true, async () => {
        tf.grad(y => relu(y as Tensor1D))(x).dispose();
      });
      x.dispose();
      expect(inputs.map(({shape, values}) => [shape, [...values]])).to.deep.equal([
        [[3], [2, -3, 0.5]],
      ]);
    });
  });
});

describe('findKinks(inputs, shifted)', () => {
  const layer = (...values: number[]): KinkInputs => ({
    shape: [1, 2, 2, 1],
    values: Float32Array.from(values),
  });

  it('lists what lies within reach of the rounding of its channel, the nearest first', () => {
    const found = findKinks(
      [layer(1, -0.02, 0.001, 3), layer(0.001, 1, 1, 1)],
      [layer(1.01, -0.01, 0.011, 2.99), layer(0.001, 1, 1, 1)]
    );
    expect(found.map(({call, index}) => [call, index])).to.deep.equal([
      [0, 2],
      [0, 1],
    ]);
    for (const {noise} of found) expect(noise).to.be.closeTo(0.01, 1e-6);
  });
});
