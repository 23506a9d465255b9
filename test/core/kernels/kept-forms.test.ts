import {expect} from '@open-wc/testing';
import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {conv2d} from '../../../core/kernels/conv2d.js';
import {keepForms, releaseForms} from '../../../core/kernels/kept-forms.js';
import {upsampleConv2d} from '../../../core/kernels/upsample-conv2d.js';
import {describeOn} from '../../support/backends.js';
import {normals, toTensor} from '../../support/values.js';

const OPERATIONS = {
  'of a convolution of many channels': {
    shape: [3, 3, 64, 4],
    op: (x: Tensor4D, w: Tensor4D) => conv2d(x, w, {pad: 1}),
  },
  'of an upsampling and a convolution': {
    shape: [3, 3, 4, 6],
    op: (x: Tensor4D, w: Tensor4D) => upsampleConv2d(x, w),
  },
};

describeOn('webgl', 'keepForms(weights)', () => {
  /** Programs that `work` launches, and the values of its result. */
  async function launches(work: () => tf.Tensor): Promise<[count: number, values: number[]]> {
    const {gpgpu} = tf.backend() as MathBackendWebGL;
    const execute = gpgpu.executeProgram.bind(gpgpu);
    let count = 0;
    gpgpu.executeProgram = () => {
      count++;
      execute();
    };
    const y = work();
    gpgpu.executeProgram = execute;
    const values = [...(await y.data())];
    y.dispose();
    return [count, values];
  }

  for (const [title, {shape, op}] of Object.entries(OPERATIONS)) {
    it(`makes the filter's form once until it is released: ${title}`, async () => {
      const x = toTensor<Tensor4D>(normals([1, 4, 4, shape[2]!], 'x'));
      const [w, other] = ['w', 'other'].map(name => toTensor<Tensor4D>(normals(shape, name)));
      const run = (filter = w!) => launches(() => op(x, filter));
      await run(); // uploads and compiles
      const [all, wanted] = await run();

      keepForms([w!]);
      const counts: number[] = [];
      for (let i = 0; i < 3; i++) {
        const [count, values] = await run();
        expect(values).to.deep.equal(wanted);
        counts.push(count);
      }
      expect(counts).to.deep.equal([all, all - 1, all - 1]);
      await run(other);
      expect((await run(other))[0]).to.equal(all);

      const {numBytesInGPUAllocated: before} = tf.memory() as unknown as Record<string, number>;
      releaseForms([w!]);
      expect(await run()).to.deep.equal([all, wanted]);
      const {numBytesInGPUAllocated: after} = tf.memory() as unknown as Record<string, number>;
      expect(after).to.be.at.most(before!);
      tf.dispose([x, w!, other!]);
    });
  }
});
