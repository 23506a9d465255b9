/**
 * The shaders of the convolutions on WebGL: as they are, spread out by a stride of 2, and back to the
 * filter.
 *
 * All go over pairs of channels, and for each over what a block of results needs of the image and of
 * the weights: a fragment reads some twelve texels and makes some two hundred multiply-adds of them.
 */

import type {Shader} from './webgl-shader.js';

/** How many pairs of pixels, by how many pairs of channels, a fragment makes. */
export interface Block {
  pixels: number;
  channels: number;
}

/** Geometry that shaders are compiled for; all else is in uniforms. */
export interface Geometry {
  kernel: number;
  stride: 1 | 2;
  pad: number;
  block: Block;
  /** `[kernel, kernel, from, to]`; with the channels exchanged; or also turned by 180°. */
  filter: 'plain' | 'transposed' | 'turned';
  /** Whether the number of channels that are summed over is odd. */
  oddChannels: boolean;
  /** Whether the images that are read are of odd width. */
  oddWidth: boolean;
  /** Whether a bias a channel is added. */
  biased: boolean;
}

/** Uniforms of `convolution` and `spreadConvolution`, in this order. */
export const CONVOLUTION_UNIFORMS = [
  'height',
  'pixelPairs',
  'channelPairs',
  'outHeight',
  'outBlocks',
  'outPairs',
] as const;

/** A block that suits results of this size. */
export function blockFor(pixelPairs: number, channelPairs: number, most: number): Block {
  const power = (n: number): number => 2 ** Math.ceil(Math.log2(n));
  const wanted = channelPairs === 1 ? most : most / 2;
  const pixels = Math.min(wanted, power(pixelPairs));
  return {pixels, channels: Math.min(most / pixels, power(channelPairs))};
}

/** `y(o) = Σ x(stride·o + k − pad) w(k)` over a block of results. */
export function convolution(geometry: Geometry): Shader {
  const {kernel, stride, pad, block} = geometry;
  const odd = pad % 2;
  const pixels = 2 * block.pixels;
  const texels = ((stride * (pixels - 1) + kernel - 1 + odd) >> 1) + 1;
  const taps = range(kernel).flatMap(tap =>
    range(block.channels).map(q => {
      const products = range(pixels).map(p =>
        product(p, q, block, columnAt(stride * p + tap + odd))
      );
      return `w = ${weight(geometry, 'tap', String(tap), q)};\n${products.join('\n')}`;
    })
  );
  return {
    name: nameOf('convolution', geometry),
    inputs: inputsOf(geometry),
    uniforms: CONVOLUTION_UNIFORMS,
    targets: block.pixels * block.channels,
    functions: reading(geometry),
    main: `
      ${place(block)}
      int first = block * ${stride * block.pixels} - ${(pad + 1) >> 1};
      ${declare(geometry)}
      for (int tap = 0; tap < ${kernel}; tap++) {
        int line = ${stride} * h + tap - ${pad};
        if (line < 0 || line >= height) continue;
        int texels = (image * height + line) * pixelPairs;
        for (int c = 0; c < channelPairs; c++) {
          ${range(texels)
            .map(t => `vec4 x${t} = image_(texels, first + ${t}, c);`)
            .join('\n')}
          vec4 w;
          ${taps.join('\n')}
        }
      }
      ${results(block)}`,
  };
}

/**
 * `y(i) = Σ x(o) w(i − 2·o + pad)`, the adjoint of a stride of 2: of a pixel two by two, of which each
 * meets only the taps that are of its phase.
 */
export function spreadConvolution(geometry: Geometry): Shader {
  const {kernel, pad, block} = geometry;
  /** Taps of a phase, with the pixel that each reads, from the one at hand. */
  const ofPhase = (phase: number): {tap: number; step: number}[] =>
    range(kernel)
      .filter(tap => (phase + pad - tap) % 2 === 0)
      .map(tap => ({tap, step: (phase + pad - tap) / 2}));
  const steps = [0, 1].flatMap(phase => ofPhase(phase).map(({step}) => step));
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  const before = Math.ceil(-least / 2);
  const texels = before + ((block.pixels - 1 + most) >> 1) + 1;
  const columns = [0, 1].flatMap(phase =>
    ofPhase(phase).flatMap(({tap, step}) =>
      range(block.channels).map(q => {
        const products = range(block.pixels).map(p =>
          product(2 * p + phase, q, block, columnAt(2 * before + p + step))
        );
        return `w = ${weight(geometry, 'tap', String(tap), q)};\n${products.join('\n')}`;
      })
    )
  );
  return {
    name: nameOf('spreadConvolution', geometry),
    inputs: inputsOf(geometry),
    uniforms: CONVOLUTION_UNIFORMS,
    targets: block.pixels * block.channels,
    functions: reading(geometry),
    main: `
      ${place(block)}
      int first = block * ${block.pixels} / 2 - ${before};
      ${declare(geometry)}
      for (int tap = (h + ${pad}) % 2; tap < ${kernel}; tap += 2) {
        int line = (h + ${pad} - tap) / 2;
        if (h + ${pad} < tap || line >= height) continue;
        int texels = (image * height + line) * pixelPairs;
        for (int c = 0; c < channelPairs; c++) {
          ${range(texels)
            .map(t => `vec4 x${t} = image_(texels, first + ${t}, c);`)
            .join('\n')}
          vec4 w;
          ${columns.join('\n')}
        }
      }
      ${results(block)}`,
  };
}

/** Puts the blocks of a convolution in order. */
export function assembly({pixels, channels}: Block): Shader {
  return {
    name: `assembly ${pixels} ${channels}`,
    readsScratch: true,
    uniforms: ['pixelPairs', 'blocks'],
    main: `
      int line = quotient(row, pixelPairs);
      int pixel = row - line * pixelPairs;
      int layer = (pixel % ${pixels}) * ${channels} + column % ${channels};
      result0 = scratch_(line * blocks + pixel / ${pixels}, column / ${channels}, layer);`,
  };
}

export function range(count: number): number[] {
  return Array.from({length: count}, (_, i) => i);
}

function nameOf(name: string, geometry: Geometry): string {
  const {kernel, stride, pad, block, filter, oddChannels, oddWidth, biased} = geometry;
  const {pixels, channels} = block;
  const parts = [
    name,
    kernel,
    stride,
    pad,
    pixels,
    channels,
    filter,
    oddChannels,
    oddWidth,
    biased,
  ];
  return parts.join(' ');
}

function inputsOf({biased}: Geometry): string[] {
  return biased ? ['x', 'w', 'bias'] : ['x', 'w'];
}

/** Where the fragment's block lies. */
function place({channels}: Block): string {
  return `
    int outLine = quotient(row, outBlocks);
    int block = row - outLine * outBlocks;
    int image = quotient(outLine, outHeight);
    int h = outLine - image * outHeight;
    int o = column * ${channels};`;
}

/** The sums, which begin with the bias. */
function declare({block: {pixels, channels}, biased}: Geometry): string {
  const first = (q: number): string => (biased ? `bias_(0, o + ${q}).xyxy` : 'vec4(0)');
  return range(pixels * channels)
    .map(i => `vec4 sum${i} = ${i < channels ? first(i) : `sum${i % channels}`};`)
    .join('\n');
}

function results({pixels, channels}: Block): string {
  return range(pixels * channels)
    .map(i => `result${i} = sum${i};`)
    .join('\n');
}

/** The two channels of the column that lies `i` columns after the first texel's first. */
function columnAt(i: number): [first: string, second: string] {
  const texel = `x${i >> 1}`;
  return i % 2 ? [`${texel}.z`, `${texel}.w`] : [`${texel}.x`, `${texel}.y`];
}

function product(
  pixel: number,
  q: number,
  {channels}: Block,
  [first, second]: [string, string]
): string {
  const half = pixel % 2 ? 'zw' : 'xy';
  return `sum${(pixel >> 1) * channels + q}.${half} += ${first} * w.xy + ${second} * w.zw;`;
}

/** The weights from channels c to channels o + q: `(c, o), (c, o + 1), (c + 1, o), (c + 1, o + 1)`. */
function weight({kernel, filter}: Geometry, row: string, column: string, q: number): string {
  if (filter === 'plain') {
    return `weights_((${row} * ${kernel} + ${column}) * channelPairs + c, o + ${q}, c)`;
  }
  const tap = `${row} * ${kernel} + ${column}`;
  const turned = filter === 'turned' ? `${kernel ** 2 - 1} - (${tap})` : tap;
  return `weights_((${turned}) * outPairs + o + ${q}, c, c).xzyw`;
}

/** Texels of the image and of the weights, with zeros for what lies beyond them. */
function reading({oddChannels, oddWidth, filter}: Geometry): string {
  const last = 'c == channelPairs - 1';
  return `
    vec4 image_(int texels, int column, int c) {
      bool inside = column >= 0 && column < pixelPairs;
      vec4 x = x_(texels + column, c);
      ${oddChannels ? `if (${last}) x.yw = vec2(0);` : ''}
      ${oddWidth ? 'if (column == pixelPairs - 1) x.zw = vec2(0);' : ''}
      // Chosen and not branched to: fragments side by side stay together.
        return inside ? x : vec4(0);
    }
    vec4 weights_(int row, int column, int c) {
      vec4 w = w_(row, column);
      ${oddChannels ? `if (${last}) w.${filter === 'plain' ? 'zw' : 'yw'} = vec2(0);` : ''}
      return w;
    }`;
}
