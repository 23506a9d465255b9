import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor2D} from '@tensorflow/tfjs-core';

import {divideBySigma, powerIteration} from '../../../core/kernels/spectral-norm.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  build,
  expectClose,
  expectTensor,
  norm,
  normals,
  toTensor,
  toValues,
  type Values,
  zeros,
} from '../../support/values.js';

const scaled = ({shape, data}: Values): Values => {
  const length = Math.max(norm(data), 1e-12);
  return {shape, data: data.map(value => value / length)};
};

/** W u and Wᵀ v of a weight `[…, out]`. */
function products(w: Values): {timesU: (u: Values) => Values; timesV: (v: Values) => Values} {
  const out = w.shape.at(-1)!;
  const rows = w.data.length / out;
  const sum = (n: number, term: (i: number) => number): number =>
    Array.from({length: n}, (_, i) => term(i)).reduce((total, value) => total + value, 0);
  return {
    timesU: u => build([1, rows], ([, r]) => sum(out, c => w.data[r! * out + c]! * u.data[c]!)),
    timesV: v => build([1, out], ([, c]) => sum(rows, r => w.data[r * out + c!]! * v.data[r]!)),
  };
}

function divided(w: Values, u: Values, v: Values): Values {
  const along = products(w).timesU(u);
  const sigma = along.data.reduce((total, value, r) => total + value * v.data[r]!, 0);
  return {shape: w.shape, data: w.data.map(value => value / sigma)};
}

const SHAPES = [
  [3, 3, 2, 5],
  [1, 1, 9, 4],
  [1, 1, 3, 1],
  [3, 3, 4, 13],
];

describeOnEach('powerIteration(w, u)', backend => {
  // The last has vectors whose lengths take sums by parts.
  for (const shape of [...SHAPES, [3, 3, 120, 70]]) {
    it(`equals the direct loop: [${shape}]`, async () => {
      const w = normals(shape, 'w');
      const u = scaled(normals([1, shape[3]!], 'u'));
      const v = scaled(products(w).timesU(u));
      const tensors = [toTensor(w), toTensor<Tensor2D>(u)] as const;
      const [nextU, nextV] = powerIteration(...tensors);
      expectClose(await toValues(nextV), v, TOLERANCE[backend], 'v');
      expectClose(
        await toValues(nextU),
        scaled(products(w).timesV(v)),
        2 * TOLERANCE[backend],
        'u'
      );
      tf.dispose([...tensors, nextU, nextV]);
    });
  }

  it('gives zeros, not NaN, for a weight of zeros', async () => {
    const tensors = [
      toTensor(zeros([1, 1, 3, 2])),
      toTensor<Tensor2D>(scaled(normals([1, 2], 'u'))),
    ] as const;
    const [nextU, nextV] = powerIteration(...tensors);
    for (const next of [nextU, nextV]) {
      expect([...(await toValues(next)).data].every(value => value === 0)).to.equal(true);
    }
    tf.dispose([...tensors, nextU, nextV]);
  });

  it('keeps nothing but its results', async () => {
    await expectNothingKept(() => {
      const tensors = [
        toTensor(normals([1, 1, 3, 2], 'w')),
        toTensor<Tensor2D>(normals([1, 2], 'u')),
      ] as const;
      tf.dispose([...powerIteration(...tensors), ...tensors]);
    });
  });
});

describeOnEach('divideBySigma(w, u, v)', backend => {
  for (const shape of SHAPES) {
    const w = normals(shape, 'w');
    // After some iterations, as in use: the σ of random vectors may be next to nothing.
    let u = scaled(normals([1, shape[3]!], 'u'));
    let v = scaled(products(w).timesU(u));
    for (let i = 0; i < 5; i++) {
      u = scaled(products(w).timesV(v));
      v = scaled(products(w).timesU(u));
    }

    it(`equals the direct loop: [${shape}]`, async () => {
      await expectTensor(
        () => divideBySigma(toTensor(w), toTensor(u), toTensor(v)),
        divided(w, u, v),
        TOLERANCE[backend]
      );
    });

    it(`has the gradient of finite differences, u and v constant: [${shape}]`, async () => {
      const [tensorU, tensorV] = [toTensor<Tensor2D>(u), toTensor<Tensor2D>(v)];
      await expectGradients(
        w => divideBySigma(w, tensorU, tensorV),
        w => divided(w, u, v),
        [w],
        10 * TOLERANCE[backend]
      );
      tf.dispose([tensorU, tensorV]);
    });
  }

  it('keeps nothing but its result', async () => {
    await expectNothingKept(async () => {
      const w = normals([1, 1, 3, 2], 'w');
      const [u, v] = [
        toTensor<Tensor2D>(normals([1, 2], 'u')),
        toTensor<Tensor2D>(normals([1, 3], 'v')),
      ];
      const tensor = toTensor(w);
      tf.dispose([divideBySigma(tensor, u, v), tensor]);
      await gradientsOf(w => divideBySigma(w, u, v), [w], normals([1, 1, 3, 2], 'r'));
      tf.dispose([u, v]);
    });
  });
});
