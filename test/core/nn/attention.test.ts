import {expect} from '@open-wc/testing';
import type * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {attention, attentionLayers} from '../../../core/nn/attention.js';
import {parameterSpecs} from '../../../core/nn/parameters.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients} from '../../support/gradients.js';
import {
  at,
  build,
  expectTensor,
  normals,
  toTensor,
  type Values,
  values,
} from '../../support/values.js';

const CHANNELS = 16;
const SHAPE = [2, 4, 4, CHANNELS];
const PARTS = ['f', 'g', 'h', 'o'] as const;
const WEIGHTS = {
  f: [1, 1, CHANNELS, 2],
  g: [1, 1, CHANNELS, 2],
  h: [1, 1, CHANNELS, 8],
  o: [1, 1, 8, CHANNELS],
};

function directly(...[x, f, g, h, o, gamma]: Values[]): Values {
  const [batch, height, width] = x!.shape as [number, number, number, number];
  const project = (map: Values, w: Values): Values =>
    build([batch, map.shape[1]!, map.shape[2]!, w.shape[3]!], ([b, row, column, out]) => {
      let sum = 0;
      for (let c = 0; c < w.shape[2]!; c++) {
        sum += at(map, b!, row!, column!, c) * at(w, 0, 0, c, out!);
      }
      return sum;
    });
  const pool = (map: Values): Values =>
    build([batch, height / 2, width / 2, map.shape[3]!], ([b, row, column, c]) =>
      Math.max(
        at(map, b!, 2 * row!, 2 * column!, c!),
        at(map, b!, 2 * row!, 2 * column! + 1, c!),
        at(map, b!, 2 * row! + 1, 2 * column!, c!),
        at(map, b!, 2 * row! + 1, 2 * column! + 1, c!)
      )
    );
  const queries = project(x!, f!);
  const keys = pool(project(x!, g!));
  const contents = pool(project(x!, h!));
  const mixed = build([batch, height, width, contents.shape[3]!], ([b, row, column, c]) => {
    let [total, sum] = [0, 0];
    for (let r = 0; r < height / 2; r++) {
      for (let s = 0; s < width / 2; s++) {
        let product = 0;
        for (let k = 0; k < keys.shape[3]!; k++) {
          product += at(queries, b!, row!, column!, k) * at(keys, b!, r, s, k);
        }
        total += Math.exp(product);
        sum += Math.exp(product) * at(contents, b!, r, s, c!);
      }
    }
    return sum / total;
  });
  const out = project(mixed, o!);
  return {shape: x!.shape, data: x!.data.map((value, i) => value + gamma!.data[0]! * out.data[i]!)};
}

function op(...[x, f, g, h, o, gamma]: tf.Tensor[]): tf.Tensor {
  const weights = {
    'a.f.weight': f!,
    'a.g.weight': g!,
    'a.h.weight': h!,
    'a.o.weight': o!,
    'a.gamma': gamma!,
  };
  return attention(weights, 'a', x as Tensor4D);
}

describeOnEach('attention(weights, name, x)', backend => {
  const x = normals(SHAPE, 'x');
  // Small enough that no softmax is nearly one-hot.
  const weights = PARTS.map(part => {
    const {shape, data} = normals(WEIGHTS[part], part);
    return values(
      shape,
      Float32Array.from(data, value => value / 4)
    );
  });

  it('is the identity while its gate is 0', async () => {
    const inputs = [x, ...weights, values([1], [0])];
    await expectTensor(() => op(...inputs.map(each => toTensor(each))), x, 0);
  });

  it('equals the direct loop', async () => {
    const inputs = [x, ...weights, values([1], [0.75])];
    await expectTensor(
      () => op(...inputs.map(each => toTensor(each))),
      directly(...inputs),
      TOLERANCE[backend]
    );
  });

  it('has the gradients of finite differences', async () => {
    const inputs = [x, ...weights, values([1], [0.75])];
    await expectGradients(op, directly, inputs, 10 * TOLERANCE[backend]);
  });
});

describe('attentionLayers(name, channels)', () => {
  it('states keys of an eighth and values of half the channels', () => {
    const specs = attentionLayers('selfAtt', 16).flatMap(parameterSpecs);
    expect(specs.map(({name, shape}) => `${name} ${shape}`)).to.deep.equal([
      'selfAtt.gamma 1',
      'selfAtt.f.weight 1,1,16,2',
      'selfAtt.g.weight 1,1,16,2',
      'selfAtt.h.weight 1,1,16,8',
      'selfAtt.o.weight 1,1,8,16',
    ]);
  });

  it('keeps at least one key', () => {
    const [, f] = attentionLayers('selfAtt', 4).flatMap(parameterSpecs);
    expect(f!.shape).to.deep.equal([1, 1, 4, 1]);
  });
});
