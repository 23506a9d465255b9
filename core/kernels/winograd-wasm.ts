/**
 * Convolutions of 3×3 by tiles of 2×2 on wasm (`assembly/winograd.ts`), where they are faster than the direct
 * sums: with enough channels for the transforms of tiles to pay, and enough tiles for those of weights.
 */

import type {Convolution, Padded} from './conv2d-wasm.js';
import {slicesOf} from './slices.js';
import type {WasmCall} from './wasm.js';

/** Tiles that a call transforms at a time. */
const BLOCK = 32;
/** Fewest tiles that repay the transform of the weights. */
const LEAST_TILES = 32;
/** Fewest channels on either side that repay the transforms of tiles. */
const LEAST_CHANNELS = 8;
/** Most pairs of channels whose 16 sums are held at once: 16 MiB. */
const MOST_SUMS = 2 ** 18;

type Shape = Pick<
  Convolution,
  'batch' | 'outHeight' | 'outWidth' | 'channels' | 'outChannels' | 'kernel' | 'stride'
>;

/** Whether a convolution is best done by tiles. */
export function suitsWinograd(shape: Shape): boolean {
  const {outHeight, outWidth, channels, outChannels, kernel, stride} = shape;
  return (
    kernel === 3 &&
    stride === 1 &&
    outHeight % 2 === 0 &&
    outWidth % 2 === 0 &&
    channels % 4 === 0 &&
    Math.min(channels, outChannels) >= LEAST_CHANNELS &&
    tilesOf(shape) >= LEAST_TILES
  );
}

/** Whether the gradient to the filter is. */
export function suitsWinogradGradient(shape: Shape): boolean {
  const {channels, outChannels} = shape;
  return suitsWinograd(shape) && outChannels % 4 === 0 && channels * outChannels <= MOST_SUMS;
}

/** The convolution, on all threads. Its weights are `packWeights`'. */
export function convolveWinograd(call: WasmCall, convolution: Convolution): void {
  const {images, into, outHeight, outWidth, from, to, channels, outChannels} = convolution;
  const weights = call.scratch(16 * channels * Math.ceil(outChannels / 4) * 4);
  call.kernels.transformWeights(convolution.weights, weights, channels, outChannels);
  const tiles = tilesOf(convolution);
  const parts = Math.min(
    call.slices(16 * tiles * channels * outChannels),
    Math.ceil(tiles / BLOCK)
  );
  call.share(
    'convolveWinograd',
    slicesOf(tiles, parts, BLOCK).map(slice => [
      ...[images, weights, into, call.scratch(16 * (BLOCK * (channels + 8) + 32))],
      ...[slice.from, slice.from + slice.count, outHeight, outWidth],
      ...[...from, ...to],
      ...[channels, outChannels, convolution.bias ?? 0],
    ])
  );
}

/** The gradient to the filter, on all threads. @param dy Address of `[batch, outHeight, outWidth, outChannels]`. */
export function filterGradientWinograd(
  call: WasmCall,
  {address, height, width, channels}: Padded,
  {batch, outHeight, outWidth, outChannels}: Shape,
  {dy, into}: {dy: number; into: number}
): void {
  const work = 4 * batch * outHeight * outWidth * channels * outChannels;
  // Each slice transforms all of dy, which costs as much as sums over some channels.
  const parts = Math.min(call.slices(work), Math.ceil(channels / LEAST_CHANNELS));
  call.share(
    'filterGradientWinograd',
    slicesOf(channels, parts, 4).map(({from, count}) => [
      ...[address, dy, into],
      call.scratch(16 * (BLOCK * (count + outChannels) + count * outChannels + 48)),
      ...[batch, outHeight, outWidth, height * width * channels, width * channels],
      ...[channels, outChannels, from, from + count],
    ])
  );
}

function tilesOf({batch, outHeight, outWidth}: Shape): number {
  return (batch * outHeight * outWidth) / 4;
}
