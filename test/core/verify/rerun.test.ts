import {expect} from '@open-wc/testing';

import {ModelState} from '../../../core/model/state.js';
import {readReference, type Reference} from '../../../core/verify/reference.js';
import {Rerun, leastCertain} from '../../../core/verify/rerun.js';
import {readNetwork} from '../../../core/weights/published.js';
import {networkLayers} from '../../../core/model/redo.js';
import small from '../../reference/small-2-regions.safetensors?url';
import {describeOn} from '../../support/backends.js';

/** A bias that an instance norm subtracts again: its gradient is rounding and nothing else. */
const ROUNDED = 'net.0.convB.2.bias';
const LARGE = 'net.0.convB.2.weight';

describeOn('wasm', 'Rerun', () => {
  let reference: Reference;
  before(async () => {
    reference = readReference(await (await fetch(small)).arrayBuffer());
    // As if the reference had gone the other way with both.
    for (const name of [ROUNDED, `${LARGE}_orig`]) {
      const {values} = reference.arrays.get(`grad_g/netGenX.${name}`)!;
      values.forEach((value, i) => (values[i] = -value));
    }
  });

  /** What the first generator update adds to a parameter of G. */
  async function firstSteps(settled: boolean): Promise<Record<string, number[]>> {
    const layers = networkLayers(reference.config);
    const state = ModelState.of(reference.config, network =>
      readNetwork(reference.arrays, network, layers[network], 'init/')
    );
    const read = async (name: string): Promise<number[]> => [
      ...(await state.parameters('generator')[name]!.data()),
    ];
    const rerun = new Rerun(reference, state, settled);
    try {
      const before = {[ROUNDED]: await read(ROUNDED), [LARGE]: await read(LARGE)};
      await rerun.update(0, 'generator');
      const steps: Record<string, number[]> = {};
      for (const [name, start] of Object.entries(before)) {
        steps[name] = (await read(name)).map((value, i) => value - start[i]!);
      }
      return steps;
    } finally {
      rerun.dispose();
      state.dispose();
    }
  }

  it("takes the reference's first step where rounding decides it, and no other", async () => {
    const least = leastCertain(reference, 'generator');
    const theirs = reference.arrays.get(`grad_g/netGenX.${ROUNDED}`)!.values;
    expect(Math.max(...theirs.map(Math.abs)), 'gradients below rounding').to.be.below(least);

    const own = await firstSteps(false);
    const settled = await firstSteps(true);
    const {generator} = reference.training.learningRates;
    const epsilon = 1e-8;
    settled[ROUNDED]!.forEach((step, i) => {
      const expected = (-generator * theirs[i]!) / (Math.abs(theirs[i]!) + epsilon);
      expect(step).to.be.closeTo(expected, 1e-3 * generator);
    });
    expect(settled[ROUNDED]).not.to.deep.equal(own[ROUNDED]);
    expect(settled[LARGE]).to.deep.equal(own[LARGE]);
  });
});
