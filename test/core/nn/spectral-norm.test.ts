import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import type {Layer} from '../../../core/nn/parameters.js';
import {
  divideBySpectralNorm,
  initializeSpectral,
  powerIterate,
  type SpectralVectors,
} from '../../../core/nn/spectral-norm.js';
import {Random} from '../../../datasets/random.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  build,
  expectClose,
  norm,
  normals,
  toTensor,
  toValues,
  type Values,
  values,
} from '../../support/values.js';

const LAYER: Layer = {
  kind: 'conv',
  name: 'c',
  kernel: 3,
  in: 2,
  out: 5,
  bias: false,
  spectral: true,
};
const ROWS = 18;
const SHAPE = [3, 3, 2, 5];

/** `W` read as a matrix of `[kernel² · in, out]`, times a vector or a vector times it. */
function times(w: Values, u: Float64Array): Float64Array {
  return build([ROWS], ([r]) => u.reduce((sum, value, c) => sum + w.data[r! * 5 + c]! * value, 0))
    .data;
}
function timesTransposed(w: Values, v: Float64Array): Float64Array {
  return build([5], ([c]) => v.reduce((sum, value, r) => sum + w.data[r * 5 + c!]! * value, 0))
    .data;
}
const unit = (vector: Float64Array): Float64Array => vector.map(value => value / norm(vector));

/** `W / vᵀWu`. */
function divided(w: Values, u: Float64Array, v: Float64Array): Values {
  const sigma = times(w, u).reduce((sum, value, r) => sum + value * v[r]!, 0);
  return {shape: w.shape, data: w.data.map(value => value / sigma)};
}

describeOnEach('powerIterate(layers, parameters, vectors)', backend => {
  const w = normals(SHAPE, 'w');

  it('makes one iteration, v before u', async () => {
    await expectNothingKept(async () => {
      const vectors = initializeSpectral([LAYER], new Random('vectors'));
      const u = Float64Array.from(await vectors['c.u']!.data());
      const parameters = {'c.weight': toTensor(w)};
      const next = powerIterate([LAYER], parameters, vectors);
      const v = unit(times(w, u));
      const tolerance = TOLERANCE[backend];
      expectClose(await toValues(next['c.v']!), values([1, ROWS], v), tolerance, 'v');
      expectClose(
        await toValues(next['c.u']!),
        values([1, 5], unit(timesTransposed(w, v))),
        tolerance,
        'u'
      );
      tf.dispose([vectors, parameters, next]);
    });
  });

  it('leaves out what is not spectrally normalised', () => {
    const layers: Layer[] = [
      {...LAYER, spectral: false},
      {kind: 'dense', name: 'd', in: 2, out: 3},
    ];
    expect(powerIterate(layers, {}, {})).to.deep.equal({});
  });
});

describeOnEach('divideBySpectralNorm(layers, parameters, vectors)', backend => {
  it('divides by vᵀWu and leaves the bias', async () => {
    const w = normals(SHAPE, 'w');
    const vectors = initializeSpectral([LAYER], new Random('vectors'));
    const parameters = {'c.weight': toTensor(w), 'c.bias': tf.zeros([5])};
    const u = Float64Array.from(await vectors['c.u']!.data());
    const v = Float64Array.from(await vectors['c.v']!.data());
    const weights = tf.tidy(() => divideBySpectralNorm([LAYER], parameters, vectors));
    expect(weights['c.bias']).to.equal(parameters['c.bias']);
    // The σ of random vectors is a small difference of large numbers.
    expectClose(await toValues(weights['c.weight']!), divided(w, u, v), 20 * TOLERANCE[backend]);
    tf.dispose([vectors, parameters, weights]);
  });

  it('has the gradient of finite differences, u and v fixed', async () => {
    const w = normals(SHAPE, 'w');
    const start = initializeSpectral([LAYER], new Random('vectors'));
    const parameters = {'c.weight': toTensor(w)};
    const vectors = powerIterate([LAYER], parameters, start);
    const u = Float64Array.from(await vectors['c.u']!.data());
    const v = Float64Array.from(await vectors['c.v']!.data());
    await expectGradients(
      w => divideBySpectralNorm([LAYER], {'c.weight': w}, vectors)['c.weight']!,
      w => divided(w, u, v),
      [w],
      10 * TOLERANCE[backend]
    );
    tf.dispose([start, parameters, vectors]);
  });

  it('comes to the largest singular value', async () => {
    // U diag(3, 2, 1) Vᵀ with U and V of unit columns that are orthogonal.
    const h = Math.SQRT1_2;
    const left = [
      [h, h, 0, 0],
      [h, -h, 0, 0],
      [0, 0, 1, 0],
    ];
    const right = [
      [0.6, 0.8, 0],
      [0.8, -0.6, 0],
      [0, 0, 1],
    ];
    const w = build([1, 1, 4, 3], ([, , r, c]) =>
      [3, 2, 1].reduce((sum, s, k) => sum + s * left[k]![r!]! * right[k]![c!]!, 0)
    );
    const layer: Layer = {...LAYER, kernel: 1, in: 4, out: 3};
    const parameters = {'c.weight': toTensor(w)};
    let vectors: SpectralVectors = initializeSpectral([layer], new Random('vectors'));
    for (let i = 0; i < 30; i++) {
      const next = powerIterate([layer], parameters, vectors);
      tf.dispose(vectors);
      vectors = next;
    }
    const weights = tf.tidy(() => divideBySpectralNorm([layer], parameters, vectors));
    const wanted = {shape: w.shape, data: w.data.map(value => value / 3)};
    expectClose(await toValues(weights['c.weight']!), wanted, 10 * TOLERANCE[backend]);
    tf.dispose([parameters, vectors, weights]);
  });
});
