import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {joinChannels, takeChannels} from '../../../core/kernels/channels.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {at, build, expectTensor, normals, toTensor, type Values} from '../../support/values.js';

const join = (...parts: tf.Tensor[]): tf.Tensor =>
  joinChannels(...(parts as [Tensor4D, ...Tensor4D[]]));

/** Each channel of the result, and the part and channel that it is. */
const joined = (...parts: Values[]): Values => {
  const places = parts.flatMap(part =>
    Array.from({length: part.shape[3]!}, (_, channel) => ({part, channel}))
  );
  return build([...parts[0]!.shape.slice(0, 3), places.length], ([n, row, column, c]) => {
    const {part, channel} = places[c!]!;
    return at(part, n!, row!, column!, channel);
  });
};

describeOnEach('joinChannels(...parts)', backend => {
  for (const channels of [[5, 1], [1, 1], [4, 8], [3], [6, 1, 1, 2, 1]]) {
    const inputs = channels.map((count, i) => normals([2, 3, 2, count], `part ${i}`));

    it(`equals the direct loop: ${channels.join(', ')} channels`, async () => {
      await expectTensor(() => join(...inputs.map(each => toTensor(each))), joined(...inputs), 0);
    });

    it(`has the gradients of finite differences: ${channels.join(', ')} channels`, async () => {
      await expectGradients(join, joined, inputs, TOLERANCE[backend]);
    });
  }

  it('keeps nothing but its result', async () => {
    const inputs = [normals([1, 2, 2, 3], 'a'), normals([1, 2, 2, 1], 'b')] as const;
    await expectNothingKept(async () => {
      const tensors = inputs.map(each => toTensor(each));
      tf.dispose([join(...tensors), ...tensors]);
      await gradientsOf(join, inputs, normals([1, 2, 2, 4], 'r'));
    });
  });

  it('refuses images of different sizes', () => {
    const a = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    const b = tf.zeros<tf.Rank.R4>([1, 4, 2, 3]);
    expect(() => joinChannels(a, b)).to.throw(
      'joinChannels: parts must agree but for their channels; got [1,4,4,3] and [1,4,2,3]'
    );
    tf.dispose([a, b]);
  });
});

describeOnEach('takeChannels(x, begin, count)', backend => {
  const cases: [channels: number, begin: number, count: number][] = [
    [3, 0, 1],
    [3, 2, 1],
    [7, 1, 4],
    [2, 0, 2],
  ];
  for (const [channels, begin, count] of cases) {
    const x = normals([2, 3, 2, channels], 'x');
    const op = (x?: tf.Tensor): tf.Tensor => takeChannels(x as Tensor4D, begin, count);
    const taken = (x?: Values): Values =>
      build([2, 3, 2, count], ([n, row, column, c]) => at(x!, n!, row!, column!, begin + c!));

    it(`equals the direct loop: ${count} from ${begin} of ${channels}`, async () => {
      await expectTensor(() => op(toTensor(x)), taken(x), 0);
    });

    it(`has the gradient of finite differences: ${count} from ${begin} of ${channels}`, async () => {
      await expectGradients(op, taken, [x], TOLERANCE[backend]);
    });
  }

  it('keeps nothing but its result', async () => {
    await expectNothingKept(async () => {
      const x = toTensor<Tensor4D>(normals([1, 2, 2, 3], 'x'));
      tf.dispose([takeChannels(x, 1, 2), x]);
      const r = normals([1, 2, 2, 2], 'r');
      await gradientsOf(x => takeChannels(x as Tensor4D, 1, 2), [normals([1, 2, 2, 3], 'x')], r);
    });
  });

  it('refuses channels that are not there', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 3]);
    expect(() => takeChannels(x, 2, 2)).to.throw(
      'takeChannels: must stay within the channels; got 2 + 2 of x=[1,4,4,3]'
    );
    x.dispose();
  });
});
