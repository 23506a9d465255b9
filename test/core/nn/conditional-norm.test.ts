import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D, Tensor4D} from '@tensorflow/tfjs-core';

import {conditionalNormRelu, type Moments} from '../../../core/nn/conditional-norm.js';
import type {Tensors} from '../../../core/nn/parameters.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  at,
  build,
  expectClose,
  expectTensor,
  normals,
  toTensor,
  toValues,
  type Values,
  values,
} from '../../support/values.js';

const SHAPE = [3, 4, 4, 2];
const CODE_SIZE = 5;
const INPUTS = [
  normals(SHAPE, 'x'),
  normals([3, CODE_SIZE], 'codes'),
  normals([1, 1, CODE_SIZE, 2], 'gamma'),
  normals([2], 'gamma bias'),
  normals([1, 1, CODE_SIZE, 2], 'beta'),
  normals([2], 'beta bias'),
];
const RUNNING = {mean: [0.5, -1], variance: [2, 0.25]};

interface ChannelMoments {
  mean: number;
  /** Divided by the number of values. */
  variance: number;
  count: number;
}

function momentsOf(x: Values, channel: number, image?: number): ChannelMoments {
  const pixels = x.data.filter((_, i) => {
    const [b, c] = [Math.floor(i / 32), i % 2];
    return c === channel && (image === undefined || image === b);
  });
  const count = pixels.length;
  const mean = pixels.reduce((sum, value) => sum + value, 0) / count;
  const variance = pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return {mean, variance, count};
}

/** `relu((x − mean) / √(variance + 1e-5) · γ(z) + β(z))`. */
function directly(
  [x, codes, gamma, gammaBias, beta, betaBias]: Values[],
  moments: (image: number, channel: number) => Pick<ChannelMoments, 'mean' | 'variance'>
): Values {
  const byCode = (image: number, c: number, w: Values, bias: Values): number => {
    let sum = bias.data[c]!;
    for (let k = 0; k < CODE_SIZE; k++) sum += at(codes!, image, k) * at(w, 0, 0, k, c);
    return sum;
  };
  const table = build([3, 2, 4], ([image, c, part]) => {
    const {mean, variance} = moments(image!, c!);
    if (part === 0) return mean;
    if (part === 1) return 1 / Math.sqrt(variance + 1e-5);
    return part === 2
      ? byCode(image!, c!, gamma!, gammaBias!)
      : byCode(image!, c!, beta!, betaBias!);
  });
  return build(SHAPE, ([image, row, column, c]) => {
    const [mean, rstd, scale, shift] = [0, 1, 2, 3].map(part => at(table, image!, c!, part)) as [
      number,
      number,
      number,
      number,
    ];
    return Math.max(0, (at(x!, image!, row!, column!, c!) - mean) * rstd * scale + shift);
  });
}

function op(
  [x, codes, gamma, gammaBias, beta, betaBias]: tf.Tensor[],
  running: Tensors,
  moments: Moments
): tf.Tensor {
  const weights = {
    ...running,
    'gammaA.0.weight': gamma!,
    'gammaA.0.bias': gammaBias!,
    'betaA.0.weight': beta!,
    'betaA.0.bias': betaBias!,
  };
  return conditionalNormRelu(weights, 'A.0', x as Tensor4D, codes as Tensor2D, moments);
}

const running = (): Tensors => ({
  'normA.0.running_mean': tf.tensor1d(RUNNING.mean),
  'normA.0.running_var': tf.tensor1d(RUNNING.variance),
});

describeOnEach('conditionalNormRelu(weights, place, x, codes, moments), instance form', backend => {
  const reference = (...inputs: Values[]): Values =>
    directly(inputs, (image, channel) => momentsOf(inputs[0]!, channel, image));

  it('equals the direct loop', async () => {
    await expectTensor(
      () =>
        op(
          INPUTS.map(each => toTensor(each)),
          {},
          {use: 'running'}
        ),
      reference(...INPUTS),
      TOLERANCE[backend]
    );
  });

  it('has the gradients of finite differences', async () => {
    await expectGradients(
      (...inputs) => op(inputs, {}, {use: 'running'}),
      reference,
      INPUTS,
      10 * TOLERANCE[backend]
    );
  });
});

describeOnEach('conditionalNormRelu(weights, place, x, codes, moments), batch form', backend => {
  const batchMoments = (x: Values) => (_: number, channel: number) => momentsOf(x, channel);

  it('uses the running moments in evaluation', async () => {
    await expectTensor(
      () =>
        op(
          INPUTS.map(each => toTensor(each)),
          running(),
          {use: 'running'}
        ),
      directly(INPUTS, (_, channel) => ({
        mean: RUNNING.mean[channel]!,
        variance: RUNNING.variance[channel]!,
      })),
      TOLERANCE[backend]
    );
  });

  it("uses the batch's moments in training", async () => {
    await expectNothingKept(async () => {
      const updated: Tensors = {};
      await expectTensor(
        () =>
          op(
            INPUTS.map(each => toTensor(each)),
            running(),
            {use: 'batch', updated}
          ),
        directly(INPUTS, batchMoments(INPUTS[0]!)),
        TOLERANCE[backend]
      );
      tf.dispose(updated);
    });
  });

  it('moves the running moments by a tenth, towards the unbiased variance', async () => {
    const updated: Tensors = {};
    const old = running();
    tf.tidy(() =>
      op(
        INPUTS.map(each => toTensor(each)),
        old,
        {use: 'batch', updated}
      )
    );
    const moments = [0, 1].map(channel => momentsOf(INPUTS[0]!, channel));
    const mean = moments.map((m, c) => 0.9 * RUNNING.mean[c]! + 0.1 * m.mean);
    const variance = moments.map(
      (m, c) => 0.9 * RUNNING.variance[c]! + (0.1 * m.variance * m.count) / (m.count - 1)
    );
    expect(Object.keys(updated)).to.have.members(Object.keys(old));
    const tolerance = TOLERANCE[backend];
    expectClose(await toValues(updated['normA.0.running_mean']!), values([2], mean), tolerance);
    expectClose(await toValues(updated['normA.0.running_var']!), values([2], variance), tolerance);
    tf.dispose([updated, old]);
  });

  it('has the gradients of finite differences in training', async () => {
    const old = running();
    const updated: Tensors = {};
    await expectGradients(
      (...inputs) => op(inputs, old, {use: 'batch', updated}),
      (...inputs) => directly(inputs, batchMoments(inputs[0]!)),
      INPUTS,
      10 * TOLERANCE[backend]
    );
    tf.dispose([updated, old]);
  });
});
