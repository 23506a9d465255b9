/** Pictures of what a model does to a few fixed images with fixed codes, as a training goes on. */

import {encode} from 'fast-png';

import type {EngineClient, Masks, ModelInfo, Picture} from '../core/engine/protocol.js';
import {Random} from '../datasets/random.js';

/** Images of a picture, at most. */
const IMAGES = 6;

/**
 * A PNG, a row an image: the image, then mask and composition of each region.
 *
 * The images are the first of the validation split, of the training split where that is empty. Codes
 * follow from the seed alone, so that pictures of one run differ by its weights.
 */
export async function drawProbe(
  engine: Pick<EngineClient, 'request'>,
  {model, config, dataset}: ModelInfo,
  seed: number
): Promise<Uint8Array> {
  const {size, regions, codeSize} = config;
  const split = dataset.counts.val > 0 ? 'val' : 'train';
  const count = Math.min(IMAGES, dataset.counts[split]);
  const random = new Random(seed, 'probe');
  const width = (1 + 2 * regions) * size;
  const data = new Uint8Array(count * size * width * 3);
  const put = (row: number, column: number, color: (pixel: number, channel: number) => number) => {
    for (let pixel = 0; pixel < size * size; pixel++) {
      const y = row * size + Math.floor(pixel / size);
      const at = 3 * (y * width + column * size + (pixel % size));
      for (let channel = 0; channel < 3; channel++) data[at + channel] = color(pixel, channel);
    }
  };
  const colorOf = ({pixels}: Picture) => {
    return (pixel: number, channel: number): number => pixels[4 * pixel + channel]!;
  };
  const greyOf = ({values}: Masks, region: number) => {
    return (pixel: number): number => Math.round(255 * values[region * size * size + pixel]!);
  };
  for (let row = 0; row < count; row++) {
    const image = {split, index: row} as const;
    const [sample] = await engine.request('samples', {model, images: [image]});
    put(row, 0, colorOf(sample!.picture));
    const {masks} = await engine.request('segment', {model, image});
    for (let region = 0; region < regions; region++) {
      put(row, 1 + 2 * region, greyOf(masks, region));
      const codes = [random.normals(codeSize)];
      const {pictures} = await engine.request('compositions', {model, image, region, codes});
      put(row, 2 + 2 * region, colorOf(pictures[0]!));
    }
  }
  return encode({width, height: count * size, channels: 3, data});
}
