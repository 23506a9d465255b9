/** Worker of `serving.test.ts`: squares a number with tfjs on the backend that it is asked for. */

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgl';
import {setWasmPaths} from '@tensorflow/tfjs-backend-wasm';
import plainUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import simdUrl from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';

setWasmPaths({
  'tfjs-backend-wasm.wasm': plainUrl,
  'tfjs-backend-wasm-simd.wasm': simdUrl,
  // It must have an address, and is not asked for.
  'tfjs-backend-wasm-threaded-simd.wasm': simdUrl,
});
// The published binary for threads runs on one, and its loader does not survive minification.
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);

export interface Question {
  backend: 'webgl' | 'wasm';
  value: number;
}

export interface Answer {
  backend: string;
  square: number;
}

self.onmessage = async ({data}: MessageEvent<Question>) => {
  await tf.setBackend(data.backend);
  const result = tf.tidy(() => tf.mul(data.value, data.value));
  const [square = NaN] = await result.data();
  result.dispose();
  self.postMessage({backend: tf.getBackend(), square} satisfies Answer);
};
