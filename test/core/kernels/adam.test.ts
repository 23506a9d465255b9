import * as tf from '@tensorflow/tfjs-core';

import {adamStep, type AdamRates} from '../../../core/kernels/adam.js';
import {describeOnEach} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  expectClose,
  normals,
  toTensor,
  toValues,
  type Values,
  zeros,
} from '../../support/values.js';

interface State {
  parameter: Values;
  mean: Values;
  square: Values;
}

/** `torch.optim.Adam`, number by number; changes `state`. */
function directly({parameter, mean, square}: State, gradient: Values, rates: AdamRates): void {
  const {learningRate, beta1, beta2, epsilon, weightDecay, step} = rates;
  for (let i = 0; i < parameter.data.length; i++) {
    const g = gradient.data[i]! + weightDecay * parameter.data[i]!;
    mean.data[i] = beta1 * mean.data[i]! + (1 - beta1) * g;
    square.data[i] = beta2 * square.data[i]! + (1 - beta2) * g * g;
    const corrected = mean.data[i]! / (1 - beta1 ** step);
    const root = Math.sqrt(square.data[i]! / (1 - beta2 ** step));
    parameter.data[i]! -= (learningRate * corrected) / (root + epsilon);
  }
}

const SHAPE = [2, 3, 5];
const RATES = {learningRate: 0.1, beta1: 0, beta2: 0.9, epsilon: 1e-8, weightDecay: 0};

describeOnEach('adamStep(parameter, gradient, mean, square, rates)', () => {
  const cases: [title: string, rates: Omit<AdamRates, 'step'>][] = [
    ['beta1 = 0', RATES],
    ['beta1 = 0.5', {...RATES, beta1: 0.5}],
    ['weight decay', {...RATES, beta1: 0.5, weightDecay: 0.3}],
    ['a large epsilon', {...RATES, epsilon: 0.5}],
  ];
  for (const [title, rates] of cases) {
    it(`equals PyTorch's Adam over four steps: ${title}`, async () => {
      const state: State = {
        parameter: normals(SHAPE, 'parameter'),
        mean: zeros(SHAPE),
        square: zeros(SHAPE),
      };
      let tensors = [state.parameter, state.mean, state.square].map(value => toTensor(value));
      for (let step = 1; step <= 4; step++) {
        const gradient = normals(SHAPE, 'gradient', step);
        const tensor = toTensor(gradient);
        const [parameter, mean, square] = tensors as [tf.Tensor, tf.Tensor, tf.Tensor];
        const next = adamStep(parameter, tensor, mean, square, {...rates, step});
        directly(state, gradient, {...rates, step});
        tf.dispose([...tensors, tensor]);
        tensors = next;
      }
      expectClose(await toValues(tensors[0]!), state.parameter, 1e-5, 'parameter');
      expectClose(await toValues(tensors[1]!), state.mean, 1e-5, 'mean');
      expectClose(await toValues(tensors[2]!), state.square, 1e-5, 'square');
      tf.dispose(tensors);
    });
  }

  it('moves by the learning rate at the first step, whatever the size of the gradient', async () => {
    const gradient = {shape: [2], data: Float64Array.of(1e-3, -1e3)};
    const inputs = [zeros([2]), gradient, zeros([2]), zeros([2])].map(each => toTensor(each));
    const [p, g, m, v] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const next = adamStep(p, g, m, v, {...RATES, step: 1});
    expectClose(await toValues(next[0]), {shape: [2], data: Float64Array.of(-0.1, 0.1)}, 1e-4);
    tf.dispose([...inputs, ...next]);
  });

  it('gives results of their own, and leaves its inputs as they are', async () => {
    for (const beta1 of [0, 0.5]) {
      await expectNothingKept(async () => {
        const names = ['parameter', 'gradient', 'mean', 'gradient'];
        const inputs = names.map(name => normals([3], name));
        inputs[3]!.data = inputs[3]!.data.map(Math.abs);
        const tensors = inputs.map(input => toTensor(input));
        const [p, g, m, v] = tensors as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        const next = adamStep(p, g, m, v, {...RATES, beta1, step: 3});
        for (let i = 0; i < 4; i++) expectClose(await toValues(tensors[i]!), inputs[i]!, 0);
        tf.dispose(tensors);
        for (const each of next) await toValues(each);
        tf.dispose(next);
      });
    }
  });
});
