import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {
  averagePool,
  averagePoolFloor,
  upsampleBilinear,
  upsampleNearest,
} from '../../../core/kernels/resample.js';
import {describeOnEach, TOLERANCE} from '../../support/backends.js';
import {expectGradients, gradientsOf} from '../../support/gradients.js';
import {expectNothingKept} from '../../support/memory.js';
import {
  at,
  build,
  expectTensor,
  normals,
  toTensor,
  type Values,
  values,
} from '../../support/values.js';

type Shape = [batch: number, height: number, width: number, channels: number];

function nearest(x: Values, factor: number): Values {
  const [batch, height, width, channels] = x.shape as Shape;
  return build([batch, factor * height, factor * width, channels], ([b, row, column, channel]) =>
    at(x, b!, Math.floor(row! / factor), Math.floor(column! / factor), channel!)
  );
}

/** Means over whole windows; what is left at the far edges is not read. */
function pooled(x: Values, window: number): Values {
  const [batch, height, width, channels] = x.shape as Shape;
  const shape = [batch, Math.floor(height / window), Math.floor(width / window), channels];
  return build(shape, ([b, row, column, channel]) => {
    let sum = 0;
    for (let r = 0; r < window; r++) {
      for (let c = 0; c < window; c++) {
        sum += at(x, b!, row! * window + r, column! * window + c, channel!);
      }
    }
    return sum / window ** 2;
  });
}

/** PyTorch's `upsample_bilinear2d` with `align_corners=False`. */
function bilinear(x: Values, size: number): Values {
  const [batch, inSize, , channels] = x.shape as Shape;
  const taps = (o: number): [low: number, high: number, fraction: number] => {
    const source = Math.max(0, (inSize / size) * (o + 0.5) - 0.5);
    const low = Math.floor(source);
    return [low, low < inSize - 1 ? low + 1 : low, source - low];
  };
  return build([batch, size, size, channels], ([b, row, column, channel]) => {
    const [top, bottom, down] = taps(row!);
    const [left, right, over] = taps(column!);
    const value = (r: number, c: number): number => at(x, b!, r, c, channel!);
    const above = (1 - over) * value(top, left) + over * value(top, right);
    const below = (1 - over) * value(bottom, left) + over * value(bottom, right);
    return (1 - down) * above + down * below;
  });
}

interface Suite {
  title: string;
  op: (x: Tensor4D, n: number) => Tensor4D;
  reference: (x: Values, n: number) => Values;
  /** Shapes with the second argument. */
  cases: [shape: Shape, n: number][];
}

const SUITES: Suite[] = [
  {
    title: 'upsampleNearest(x, factor)',
    op: upsampleNearest,
    reference: nearest,
    cases: [
      [[2, 3, 3, 5], 2],
      [[1, 2, 4, 3], 2],
      [[1, 2, 2, 1], 4],
      [[2, 3, 3, 2], 1],
    ],
  },
  {
    title: 'averagePool(x, factor)',
    op: averagePool,
    reference: pooled,
    cases: [
      [[2, 6, 6, 3], 2],
      [[1, 4, 8, 1], 4],
      [[2, 3, 3, 2], 1],
    ],
  },
  {
    // The pyramid of f at sizes 32 and 64: windows q, ⌊q/2⌋, ⌊q/3⌋ and ⌊q/6⌋ of q = 8 and 16.
    title: 'averagePoolFloor(x, window)',
    op: averagePoolFloor,
    reference: pooled,
    cases: [
      [[2, 8, 8, 3], 8],
      [[1, 8, 8, 3], 4],
      [[1, 8, 8, 3], Math.floor(8 / 3)],
      [[1, 8, 8, 3], Math.floor(8 / 6)],
      [[1, 16, 16, 1], Math.floor(16 / 3)],
      [[1, 16, 16, 2], Math.floor(16 / 6)],
    ],
  },
  {
    title: 'upsampleBilinear(x, size)',
    op: upsampleBilinear,
    reference: bilinear,
    cases: [
      [[2, 1, 1, 3], 8],
      [[1, 2, 2, 3], 8],
      [[2, 3, 3, 1], 16],
      [[1, 5, 5, 2], 8],
      [[1, 4, 4, 3], 4],
    ],
  },
];

for (const {title, op, reference, cases} of SUITES) {
  describeOnEach(title, backend => {
    for (const [shape, n] of cases) {
      const x = normals(shape, 'x');

      it(`equals the direct loop: [${shape}], ${n}`, async () => {
        await expectTensor(() => op(toTensor(x), n), reference(x, n), TOLERANCE[backend]);
      });

      it(`has the gradient of finite differences: [${shape}], ${n}`, async () => {
        await expectGradients(
          x => op(x as Tensor4D, n),
          x => reference(x, n),
          [x],
          TOLERANCE[backend]
        );
      });
    }

    it('keeps nothing but its result', async () => {
      const [shape, n] = cases[0]!;
      const x = normals(shape, 'x');
      await expectNothingKept(async () => {
        const tensor = toTensor<Tensor4D>(x);
        tf.dispose([op(tensor, n), tensor]);
        await gradientsOf(x => op(x as Tensor4D, n), [x], normals(reference(x, n).shape, 'r'));
      });
    });
  });
}

describeOnEach('averagePool(x, factor)', () => {
  it('refuses a factor that does not divide the image', () => {
    const x = tf.zeros<tf.Rank.R4>([1, 4, 6, 2]);
    expect(() => averagePool(x, 4)).to.throw(
      'averagePool: factor must divide height and width; got factor=4 for x=[1,4,6,2]'
    );
    x.dispose();
  });
});

describeOnEach('averagePoolFloor(x, window)', backend => {
  it('drops what is left at the far edges', async () => {
    const x = values([1, 3, 3, 1], [1, 2, 99, 3, 4, 99, 99, 99, 99]);
    await expectTensor(
      () => averagePoolFloor(toTensor(x), 2),
      values([1, 1, 1, 1], [2.5]),
      TOLERANCE[backend]
    );
  });
});

describeOnEach('upsampleBilinear(x, size)', backend => {
  it('has half-pixel centres and repeats the edge', async () => {
    const x = values([1, 2, 2, 1], [0, 4, 0, 4]);
    const row = [0, 1, 3, 4];
    await expectTensor(
      () => upsampleBilinear(toTensor(x), 4),
      values([1, 4, 4, 1], [...row, ...row, ...row, ...row]),
      TOLERANCE[backend]
    );
  });
});
