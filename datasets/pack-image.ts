/** Brings an image of a plan to its size and into the form of a packed set. Needs Node's Buffer. */

import {encode as encodePng} from 'fast-png';
import jpeg from 'jpeg-js';

import {readImageHeader} from './image-header.js';
import {type ImageItem, type ImagePlan, readSquare} from './image-set.js';
import {greyOf} from './packed.js';

export type PackFormat = 'jpeg' | 'png';

/** With colours at full resolution, which the encoder always keeps. */
const JPEG_QUALITY = 95;

export interface PackedImage {
  image: Uint8Array;
  /** Ending of the image's name. */
  ending: 'jpg' | 'png';
  /** Whether the image's bytes are those of its file, which had the size already. */
  isOriginal: boolean;
  /** PNG of its regions, if it has a mask. */
  mask?: Uint8Array;
}

/**
 * @param plan What the item is of.
 * @param format Of images that have to be encoded.
 * @throws Error that names the file that is damaged.
 */
export async function packImage(
  plan: ImagePlan,
  item: ImageItem,
  size: number,
  format: PackFormat
): Promise<PackedImage> {
  // Also what is copied is decoded, so that no damaged image gets into the set.
  const {colors, labels} = await readSquare(plan, item, size);
  const file = await item.image.read();
  const header = await readImageHeader(file, item.image.path);
  const {width, height, orientation} = header;
  const isKnown = header.format === 'jpeg' || header.format === 'png';
  const isOriginal = isKnown && width === size && height === size && orientation === 1;
  const stored = isOriginal && isKnown ? header.format : format;
  const regions = plan.regionNames.length;
  return {
    image: isOriginal
      ? new Uint8Array(await file.arrayBuffer())
      : format === 'jpeg'
        ? encodeJpeg(colors, size)
        : encodePng({width: size, height: size, channels: 3, data: colors}),
    ending: stored === 'jpeg' ? 'jpg' : 'png',
    isOriginal,
    ...(labels && {
      mask: encodePng({
        width: size,
        height: size,
        channels: 1,
        data: labels.map(region => greyOf(region, regions)),
      }),
    }),
  };
}

function encodeJpeg(colors: Uint8Array, size: number): Uint8Array {
  const data = new Uint8Array(size * size * 4).fill(255);
  for (let i = 0; i < size * size; i++) data.set(colors.subarray(i * 3, i * 3 + 3), i * 4);
  return jpeg.encode({width: size, height: size, data}, JPEG_QUALITY).data;
}
