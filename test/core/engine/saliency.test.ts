import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {saliency} from '../../../core/engine/saliency.js';
import type {Subject} from '../../../core/engine/survey.js';
import {compose, paintRegion, score} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import {describeOn} from '../../support/backends.js';
import {OPEN, wasmEngine, withModel} from '../../support/engines.js';
import {expectNothingKept} from '../../support/memory.js';
import {free, TINY} from '../../support/models.js';
import {norm, normals, toTensor} from '../../support/values.js';

const CODE = Float32Array.of(0.5, -1);

/** A random model with one image, a soft mask, and D of any picture; freed at the end of `work`. */
async function withSubject(
  work: (subject: Subject, d: (images: tf.Tensor4D) => tf.Tensor1D) => Promise<void>
): Promise<void> {
  const {size} = TINY;
  const state = ModelState.random(TINY, 1, 3);
  const weights = state.mergedWeights();
  const image: tf.Tensor4D = tf.tidy(() => tf.tanh(toTensor(normals([1, size, size, 3], 'image'))));
  const mask: tf.Tensor4D = tf.tidy(() =>
    tf.sigmoid(toTensor(normals([1, size, size, 1], 'mask')))
  );
  const subject: Subject = {
    image,
    mask,
    paint: (codes, own = mask) => paintRegion(weights.generator, 1, own, codes, TINY),
  };
  await work(subject, images => score(weights.discriminator, images, TINY));
  free(weights, image, mask);
  state.dispose();
}

/** D(Î_k) of an own mask, or of pixels that are added to Î_k. */
function scoreOf(
  {paint, mask, image}: Subject,
  d: (images: tf.Tensor4D) => tf.Tensor1D,
  change: {mask?: Float32Array; pixels?: Float32Array}
): number {
  return tf.tidy(() => {
    const own: tf.Tensor4D = change.mask ? tf.add(mask, tf.tensor(change.mask, mask.shape)) : mask;
    const painted = paint(tf.tensor2d(CODE, [1, CODE.length]), own);
    const composed = compose(tf.mul(painted, own), own, image);
    return d(
      change.pixels ? tf.add(composed, tf.tensor(change.pixels, composed.shape)) : composed
    ).dataSync()[0]!;
  });
}

// WebGPU runs compositions, which take it minutes to build.
for (const backend of ['cpu', 'wasm', 'webgl'] as const) {
  describeOn(backend, 'saliency(subject, score, code)', () => {
    it('is what finite differences are', async () => {
      await withSubject(async (subject, d) => {
        const {score, pixels, mask, width, height} = await saliency(subject, d, CODE);
        expect([width, height]).to.deep.equal([16, 16]);
        expect(score).to.be.closeTo(scoreOf(subject, d, {}), 1e-5);
        for (const [kind, gradient] of [
          ['pixels', pixels],
          ['mask', mask],
        ] as const) {
          const length = norm(gradient);
          expect(length, kind).to.be.above(1e-4);
          // Along the gradient itself, and in directions that know nothing of it.
          const directions = [0, 1, 2].map(i => {
            const random = normals([gradient.length], kind, i).data;
            const raw = i === 0 ? Float64Array.from(gradient) : random;
            return raw.map(value => value / norm(raw));
          });
          for (const [i, direction] of directions.entries()) {
            const step = 0.02;
            const moved = (by: number): number =>
              scoreOf(subject, d, {[kind]: Float32Array.from(direction, value => by * value)});
            const difference = (moved(step) - moved(-step)) / (2 * step);
            const expected = gradient.reduce((sum, value, j) => sum + value * direction[j]!, 0);
            expect(difference, `${kind}, ${i}`).to.be.closeTo(expected, 0.03 * length);
          }
        }
      });
    });

    it('keeps nothing', async () => {
      await withSubject(async (subject, d) => {
        await saliency(subject, d, CODE);
        await expectNothingKept(() => saliency(subject, d, CODE));
      });
    });
  });
}

describeOn('wasm', "Engine.request('saliency', body)", () => {
  const image = {split: 'val', index: 3} as const;

  it('scores as the redraw is scored, of f’s masks or of others', async () => {
    const engine = wasmEngine();
    await withModel(engine, async model => {
      const values = Float32Array.from({length: 512}, (_, i) => (i < 256 ? 0.3 : 0.7));
      for (const masks of [undefined, {width: 16, height: 16, regions: 2, values}]) {
        const body = {model, image, region: 1, code: CODE, masks};
        const answer = await engine.request('saliency', body);
        await engine.request('redraw', body);
        const score = await engine.request('score', {model, region: 1});
        expect(answer.score).to.be.closeTo(score!, 1e-6);
        expect(answer.pixels).to.have.length(3 * 256);
        expect(answer.mask).to.have.length(256);
      }
      await expectNothingKept(() =>
        engine.request('saliency', {model, image, region: 0, code: CODE})
      );
    });
    engine.dispose();
  });

  it('refuses what does not fit', async () => {
    const engine = wasmEngine();
    await withModel(
      engine,
      async model => {
        const refused = async (change: object): Promise<string> =>
          engine.request('saliency', {model, image, region: 0, code: CODE, ...change}).then(
            () => 'answered',
            (error: Error) => error.message
          );
        expect(await refused({region: 2})).to.equal('saliency: region must be from 0 to 1; got 2');
        expect(await refused({code: Float32Array.of(1)})).to.equal(
          'saliency: code must be 2 finite numbers; got [1]'
        );
      },
      OPEN
    );
    engine.dispose();
  });
});
