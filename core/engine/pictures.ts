/** From numbers to what can be drawn and sent. */

import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import * as tf from '@tensorflow/tfjs-core';
import type {Tensor4D} from '@tensorflow/tfjs-core';

import {canDrawBitmaps, drawBitmap} from '../kernels/webgl-bitmap.js';
import type {Drawable, Masks, Picture} from './protocol.js';

/**
 * A picture of tensors, which stay the caller's: drawn where they lie if the backend can, else read.
 *
 * @param colours `[1, size, size, 3]`, each in [-1, 1].
 * @param alpha Opacity `[1, size, size, 1]`, each in [0, 1]; opaque if absent.
 */
export async function toDrawable(colours: Tensor4D, alpha?: Tensor4D): Promise<Drawable> {
  if (tf.getBackend() === 'webgl') {
    const backend = tf.backend() as MathBackendWebGL;
    if (canDrawBitmaps(backend)) {
      const bitmap = drawBitmap(backend, colours, alpha);
      // Else requests would be answered at once, and pile up on the GPU.
      await backend.gpgpu.createAndWaitForFence();
      return bitmap;
    }
  }
  return readPicture(colours, alpha);
}

/** The same from values that are read back. */
export async function readPicture(colours: Tensor4D, alpha?: Tensor4D): Promise<Picture> {
  const [values, opacity] = await Promise.all([
    colours.data<'float32'>(),
    alpha ? alpha.data<'float32'>() : undefined,
  ]);
  return toPicture(values, colours.shape[1], opacity);
}

/**
 * @param values Colours `[size, size, 3]`, each in [-1, 1].
 * @param alpha Opacity `[size, size]`, each in [0, 1]; opaque if absent.
 */
export function toPicture(values: Float32Array, size: number, alpha?: Float32Array): Picture {
  // Rounds and clamps by itself.
  const pixels = new Uint8ClampedArray(size * size * 4);
  for (let p = 0; p < size * size; p++) {
    for (let c = 0; c < 3; c++) pixels[4 * p + c] = (values[3 * p + c]! + 1) * 127.5;
    pixels[4 * p + 3] = alpha ? alpha[p]! * 255 : 255;
  }
  return {width: size, height: size, pixels};
}

/** An opaque picture. @param colors `[side, side, 3]`, in bytes. */
export function pictureOf(colors: Uint8Array, side: number): Picture {
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let p = 0; p < side * side; p++) pixels.set(colors.subarray(3 * p, 3 * p + 3), 4 * p);
  return {width: side, height: side, pixels};
}

/** An opaque picture averaged down. @param side Height and width, a divisor of the picture's. */
export function shrink(picture: Picture, side: number): Picture {
  const factor = picture.width / side;
  if (factor === 1) return picture;
  const pixels = new Uint8ClampedArray(side * side * 4);
  for (let at = 0; at < pixels.length; at++) {
    const [x, y, channel] = [(at >> 2) % side, Math.floor(at / (4 * side)), at % 4];
    let sum = 0;
    for (let dy = 0; dy < factor; dy++) {
      const row = (y * factor + dy) * picture.width + x * factor;
      for (let dx = 0; dx < factor; dx++) sum += picture.pixels[4 * (row + dx) + channel]!;
    }
    pixels[at] = sum / factor ** 2;
  }
  return {width: side, height: side, pixels};
}

/** @param values `[size, size, regions]`, each in [0, 1]. */
export function toMasks(values: Float32Array, size: number, regions: number): Masks {
  const pixels = size * size;
  const planes = new Float32Array(values.length);
  for (let k = 0; k < regions; k++) {
    for (let p = 0; p < pixels; p++) planes[k * pixels + p] = values[p * regions + k]!;
  }
  return {width: size, height: size, regions, values: planes};
}

/**
 * The inverse of `toMasks`.
 *
 * @throws RangeError if the masks are not of this size and number.
 */
export function fromMasks(masks: Masks, size: number, regions: number): Float32Array {
  const pixels = size * size;
  if (masks.regions !== regions || masks.values.length !== pixels * regions) {
    throw new RangeError(
      `masks must be [regions=${regions}, ${size}, ${size}]; got [${masks.regions}, ${masks.height}, ${masks.width}]`
    );
  }
  const values = new Float32Array(masks.values.length);
  for (let k = 0; k < regions; k++) {
    for (let p = 0; p < pixels; p++) values[p * regions + k] = masks.values[k * pixels + p]!;
  }
  return values;
}
