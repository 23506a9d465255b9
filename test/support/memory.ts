import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

/** Tensors, their buffers and their bytes at hand. */
export function held(): {tensors: number; buffers: number; bytes: number} {
  const {numTensors, numDataBuffers, numBytes} = tf.memory();
  return {tensors: numTensors, buffers: numDataBuffers, bytes: numBytes};
}

/** Fails unless as many tensors, buffers and bytes are live after `work` as before. */
export async function expectNothingKept(work: () => unknown): Promise<void> {
  const before = held();
  await work();
  expect(held()).to.deep.equal(before);
}
