import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import type {NetworkName} from '../../../core/model/config.js';
import {NETWORKS, regionIndices} from '../../../core/model/redo.js';
import type {ModelState} from '../../../core/model/state.js';
import type {Tensors} from '../../../core/nn/parameters.js';
import {Adam} from '../../../core/training/adam.js';
import {Batches} from '../../../core/training/batches.js';
import type {Batch} from '../../../core/training/losses.js';
import type {IterationValues} from '../../../core/training/report.js';
import {discriminatorUpdate, generatorUpdate, type Update} from '../../../core/training/updates.js';
import {PUBLISHED_NETWORKS, writeLike, writeNetwork} from '../../../core/weights/published.js';
import type {NamedArray} from '../../../core/weights/safetensors.js';
import {createBlobs} from '../../../datasets/blobs.js';
import {describeOn} from '../../support/backends.js';
import {
  type Reference,
  REFERENCES,
  skipWithoutReferences,
  toImages,
} from '../../support/reference.js';
import {norm, toTensor} from '../../support/values.js';

/** Of gradients: float32 through some eighty layers, there and back. */
const TOLERANCE = 1e-3;

/**
 * The same where a ReLU meets a value within rounding of 0, which may fall on the other side of it
 * here: the gradient of one channel jumps, and those of all layers before it by a little. At most a
 * quarter of a network's tensors may lie between the two tolerances.
 */
const KINK_TOLERANCE = 3e-2;

/**
 * Share of the norm of a network's whole gradient below which a tensor's gradient is rounding noise.
 *
 * True zeros: biases whose next layer is an instance norm, which subtracts them again (`convB.*.bias`
 * and `sc.*.bias` of G, `blocs.3.bias` of f). PyTorch's values for them, and ours, are what is left of
 * sums that cancel.
 */
const NOISE = 1e-5;

/** The inputs of a file in the place of drawn ones. */
class GivenBatches extends Batches {
  private readonly reference: Reference;

  constructor(reference: Reference) {
    const {config, training} = reference;
    super(createBlobs({size: 16, seed: 0}), config, training, 0);
    this.reference = reference;
  }

  override async batch(iteration: number): Promise<Batch> {
    const {array, config} = this.reference;
    return {
      images: toImages(array(`step${iteration}/image`)),
      codes: toTensor<tf.Tensor3D>(array(`step${iteration}/z`)),
      regions: regionIndices(config),
    };
  }

  override async images(iteration: number): Promise<tf.Tensor4D> {
    return toImages(this.reference.array(`step${iteration}/real`));
  }
}

/** Keeps a copy of the first gradients that it is given. */
class WatchedAdam extends Adam {
  first?: Tensors;

  override apply(state: ModelState, gradients: Tensors, iteration: number): void {
    this.first ??= Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, gradient.clone()])
    );
    super.apply(state, gradients, iteration);
  }
}

async function run(update: Update): Promise<void> {
  while (!(await update.next()).done);
}

/** Names of the arrays that differ, with by how much. */
function misfits(
  actual: readonly [string, NamedArray][],
  wanted: (name: string) => Float64Array,
  tolerance: number,
  floor: number
): string[] {
  return actual.flatMap(([name, {values}]) => {
    const theirs = wanted(name);
    const error = norm(theirs.map((value, i) => value - values[i]!));
    return error <= tolerance * norm(theirs) || error <= floor
      ? []
      : [`${name}: ${(error / norm(theirs)).toExponential(1)}`];
  });
}

skipWithoutReferences();

for (const {name, load} of REFERENCES) {
  describeOn('wasm', `the published loop, told by ${name}`, () => {
    let reference: Reference;
    let state: ModelState;
    let optimizers: Record<NetworkName, WatchedAdam>;
    const losses: IterationValues[] = [];

    before(async () => {
      reference = await load();
      state = reference.state();
      const {training} = reference;
      optimizers = Object.fromEntries(
        NETWORKS.map(network => [network, new WatchedAdam(network, training)])
      ) as typeof optimizers;
      const batches = new GivenBatches(reference);
      for (let iteration = 0; iteration < reference.steps; iteration++) {
        const values: IterationValues = {};
        const at = {state, training, batches, optimizers, iteration, look: false, values};
        await run(generatorUpdate(at));
        await run(discriminatorUpdate(at));
        losses.push(values);
      }
    });
    after(() => {
      state.dispose();
      for (const optimizer of Object.values(optimizers)) {
        optimizer.dispose();
        tf.dispose(optimizer.first ?? {});
      }
    });

    it('has the losses of each iteration', () => {
      losses.forEach((values, step) => {
        const {generatorLoss, recoveryLoss, discriminatorLoss, scoreReal, scoreRedrawn} = values;
        const ours = [generatorLoss, recoveryLoss, discriminatorLoss, scoreReal, scoreRedrawn];
        const theirs = reference.array(`step${step}/losses`).data;
        ours.forEach((value, i) =>
          expect(value).to.be.closeTo(theirs[i]!, 1e-3 * norm(theirs), `loss ${i} of step ${step}`)
        );
      });
    });

    for (const network of NETWORKS) {
      it(`has the gradients of the first update: ${network}`, async () => {
        const gradients = await writeLike(state.layers[network], optimizers[network].first!);
        const side = network === 'discriminator' ? 'grad_d' : 'grad_g';
        const prefix = `${side}/${PUBLISHED_NETWORKS[network]}.`;
        const theirs = [...reference.shapes.keys()].filter(key => key.startsWith(prefix));
        expect(gradients.map(([key]) => prefix + key)).to.have.members(theirs);
        const whole = norm(theirs.flatMap(key => [...reference.array(key).data]));
        const wanted = (key: string): Float64Array => reference.array(prefix + key).data;
        const floor = NOISE * whole;
        expect(misfits(gradients, wanted, KINK_TOLERANCE, floor)).to.deep.equal([]);
        const kinked = misfits(gradients, wanted, TOLERANCE, floor);
        expect(kinked.length, kinked.join(', ')).to.be.at.most(gradients.length / 4);
      });

      it(`has the spectral vectors after the last update: ${network}`, async () => {
        const own = {parameters: state.parameters(network), vectors: state.vectors(network)};
        const arrays = await writeNetwork(network, state.layers[network], own);
        const vectors = arrays.filter(([key]) => /_[uv]$/.test(key));
        const wanted = (key: string): Float64Array =>
          reference.array(`after${reference.steps}/${key}`).data;
        expect(misfits(vectors, wanted, TOLERANCE, 0)).to.deep.equal([]);
      });
    }
  });
}
