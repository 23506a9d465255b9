/** Signed values as pixels: over a pale picture or any ground, on a diverging scale for any colour vision. */

import type {Picture} from '../core/engine/protocol.js';

/** Purple and orange as in ColorBrewer's PuOr; the purple lighter, to be seen on a dark ground too. */
export const LOWERS = [117, 84, 180] as const;
export const RAISES = [179, 88, 6] as const;

/** Share of the values that the scale reaches; the few beyond are drawn as its end. */
const REACH = 0.99;

/** How far the picture below is washed out, in [0, 1]. */
const WASH = 0.55;

/** Sum over the channels: how the score depends on brightness. @param pixels `[height, width, 3]`. */
export function onBrightness(pixels: Float32Array): Float32Array {
  return Float32Array.from(
    {length: pixels.length / 3},
    (_, i) => pixels[3 * i]! + pixels[3 * i + 1]! + pixels[3 * i + 2]!
  );
}

/** The end of the scale: a value that hardly any is beyond; 0 where all are 0. */
export function saliencyLimit(values: Float32Array): number {
  const sizes = values.map(Math.abs).sort();
  return sizes[Math.min(Math.floor(REACH * sizes.length), sizes.length - 1)] || sizes.at(-1) || 0;
}

/**
 * Values over a picture: orange where they are positive, purple where they are negative, the
 * stronger, the larger. Over none they are as opaque as they are strong, and 0 shows the ground.
 *
 * @param values `[height, width]`.
 * @param limit Where a colour is full.
 * @param picture What the values are about; none, where it is of another size.
 */
export function paintSaliency(
  values: Float32Array,
  width: number,
  limit: number,
  picture?: Picture
): Picture {
  const height = values.length / width;
  const below = picture?.width === width && picture.height === height ? picture : undefined;
  const pixels = new Uint8ClampedArray(4 * values.length).fill(255);
  values.forEach((value, p) => {
    const i = 4 * p;
    const share = limit > 0 ? Math.min(Math.abs(value) / limit, 1) : 0;
    const colour = value > 0 ? RAISES : LOWERS;
    if (!below) {
      pixels.set([...colour, Math.round(255 * share)], i);
      return;
    }
    const grey =
      0.2126 * below.pixels[i]! + 0.7152 * below.pixels[i + 1]! + 0.0722 * below.pixels[i + 2]!;
    const pale = (1 - WASH) * grey + WASH * 255;
    for (let c = 0; c < 3; c++) pixels[i + c] = (1 - share) * pale + share * colour[c]!;
  });
  return {width, height, pixels};
}
