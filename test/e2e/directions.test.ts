/** The principal directions of a real generator. */

import {expect} from '@open-wc/testing';

import {principalDirections, sampleCodes} from '../../core/session/principal-directions.js';
import {describeOn} from '../support/backends.js';
import {OPEN, wasmEngine, withModel} from '../support/engines.js';
import {TINY} from '../support/models.js';

const CODE_SIZE = 6;

describeOn('wasm', 'principalDirections(codes, covariance) of a real generator', () => {
  it('finds steps that change the region the more, the larger their share', async () => {
    const engine = wasmEngine();
    const overrides = {...OPEN.overrides, model: {...TINY, codeSize: CODE_SIZE}};
    await withModel(
      engine,
      async model => {
        const region = {model, image: {split: 'val', index: 3} as const, region: 0};
        const codes = sampleCodes(CODE_SIZE);
        const covariance = await engine.request('covariance', {...region, codes});
        const {vectors, shares} = principalDirections(codes, covariance);
        expect(shares[0]! / shares[CODE_SIZE - 1]!).to.be.above(2);

        /** Mean change of the region for a step along a direction from each of the codes. */
        const change = async (vector: Float32Array): Promise<number> => {
          const moved = (by: number) =>
            codes.map(code => code.map((value, d) => value + by * vector[d]!));
          const body = {...region, codes: moved(-0.5), others: moved(0.5)};
          const changes = await engine.request('contrast', body);
          return changes.reduce((sum, each) => sum + each / changes.length, 0);
        };
        const first = await change(vectors[0]!);
        expect(first).to.be.above(await change(vectors[1]!));
        expect(await change(vectors[1]!)).to.be.above(await change(vectors[CODE_SIZE - 1]!));
        for (let d = 0; d < CODE_SIZE; d++) {
          const along = Float32Array.from({length: CODE_SIZE}, (_, i) => (i === d ? 1 : 0));
          expect(first, `component ${d}`).to.be.above(await change(along));
        }
      },
      {overrides}
    );
  });
});
