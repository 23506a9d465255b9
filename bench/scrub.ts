/** What a scrub of the code costs from the masks to what can be seen. */

import * as tf from '@tensorflow/tfjs-core';
import type {Tensor1D, Tensor4D} from '@tensorflow/tfjs-core';

import {closeBitmaps} from '../core/engine/bitmaps.js';
import {readPicture, toDrawable} from '../core/engine/pictures.js';
import type {Drawable} from '../core/engine/protocol.js';

/** What is drawn of a scrub, and what is told where it waits for that. */
export interface Scrubbed {
  painted: Tensor4D;
  mask: Tensor4D;
  composition: Tensor4D;
  score?: Tensor1D;
}

/**
 * Draws V_k and Î_k. @returns Î_k, which the caller owns.
 *
 * @param readsBack Whether pixels are read back to be drawn, also where that can be avoided.
 */
export async function scrub(compute: () => Scrubbed, readsBack: boolean): Promise<Tensor4D> {
  const {painted, mask, composition, score} = tf.tidy(() => ({...compute()}));
  const picture = readsBack ? readPicture : toDrawable;
  const pictures = [picture(painted, mask), picture(composition)];
  await score?.data();
  show(await Promise.all(pictures));
  tf.dispose([painted, mask, ...(score ? [score] : [])]);
  return composition;
}

/** Puts pictures on a canvas, and waits until they are there; Node has none. */
function show(pictures: readonly Drawable[]): void {
  if (typeof OffscreenCanvas === 'undefined') return;
  const {width, height} = pictures[0]!;
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  for (const picture of pictures) {
    if ('pixels' in picture) context.putImageData(new ImageData(picture.pixels, width), 0, 0);
    else context.drawImage(picture, 0, 0);
  }
  context.getImageData(0, 0, 1, 1);
  closeBitmaps(pictures);
}
