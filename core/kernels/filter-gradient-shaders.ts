/**
 * The shaders of a convolution's gradient to its filter on WebGL.
 *
 * Each value sums over all pixels of the batch: too long for one fragment, so each sums over some
 * lines, for a row of taps and a block of channels at a time, and a second shader adds up the parts.
 */

import {range} from './convolution-shaders.js';
import {MAX_TARGETS, type Shader} from './webgl-shader.js';

/** How many pairs of channels of the image, by how many of the gradient, a fragment sums for. */
export interface ChannelBlock {
  from: number;
  to: number;
}

export interface FilterGeometry {
  kernel: number;
  stride: 1 | 2;
  pad: number;
  /** Whether the images, or the gradients, are of odd width. */
  oddWidth: boolean;
  oddOutWidth: boolean;
}

export const SUM_UNIFORMS = [
  'height',
  'pixelPairs',
  'outHeight',
  'outPixelPairs',
  'fromBlocks',
  'splits',
  'lines',
  'linesPerSplit',
] as const;

/** The block that goes with a row of taps. @throws Error if the kernel has more taps in a row than a fragment has results. */
export function channelBlockFor(kernel: number): ChannelBlock {
  if (kernel > MAX_TARGETS) {
    throw new Error(`conv2d: kernel must be at most ${MAX_TARGETS} on webgl; got ${kernel}`);
  }
  return kernel === 1 ? {from: 2, to: 4} : {from: 1, to: Math.floor(MAX_TARGETS / kernel)};
}

/** Sums `x(stride·o + k − pad) dy(o)` over some lines. */
export function partialSums(geometry: FilterGeometry): Shader {
  const {kernel, stride, pad, oddWidth, oddOutWidth} = geometry;
  const {from, to} = channelBlockFor(kernel);
  const odd = pad % 2;
  const window = ((stride + kernel - 1 + odd) >> 1) + 1;
  const kept = window - stride;
  const each = (line: (a: number) => string): string => range(from).map(line).join('\n');
  const read = (a: number, t: number, texel: string): string =>
    `x${a}_${t} = image_(texels, ${texel}, a0 + ${a});`;
  const sums = range(kernel).flatMap(tap =>
    range(from).flatMap(a =>
      range(to).map(b => {
        const products = [0, 1].map(pixel => {
          const column = stride * pixel + tap + odd;
          const texel = `x${a}_${column >> 1}`;
          const channels = column % 2 ? `${texel}.zzww` : `${texel}.xxyy`;
          return `${channels} * d${b}.${pixel ? 'zwzw' : 'xyxy'}`;
        });
        return `sum${(tap * from + a) * to + b} += ${products.join(' + ')};`;
      })
    )
  );
  const targets = kernel * from * to;
  return {
    name: `partialSums ${kernel} ${stride} ${pad} ${oddWidth} ${oddOutWidth}`,
    inputs: ['x', 'dy'],
    uniforms: SUM_UNIFORMS,
    targets,
    functions: `
      vec4 image_(int texels, int column, int c) {
        bool inside = column >= 0 && column < pixelPairs;
        vec4 x = x_(texels + column, c);
        ${oddWidth ? 'if (column == pixelPairs - 1) x.zw = vec2(0);' : ''}
        // Chosen and not branched to: fragments side by side stay together.
        return inside ? x : vec4(0);
      }
      vec4 gradient_(int texels, int column, int c) {
        vec4 d = dy_(texels + column, c);
        ${oddOutWidth ? 'if (column == outPixelPairs - 1) d.zw = vec2(0);' : ''}
        return d;
      }`,
    main: `
      int place = quotient(row, splits);
      int split = row - place * splits;
      int tap = quotient(place, fromBlocks);
      int a0 = (place - tap * fromBlocks) * ${from};
      int b0 = column * ${to};
      ${range(targets)
        .map(i => `vec4 sum${i} = vec4(0);`)
        .join('\n')}
      int end = min((split + 1) * linesPerSplit, lines);
      for (int outLine = split * linesPerSplit; outLine < end; outLine++) {
        int image = quotient(outLine, outHeight);
        int line = ${stride} * (outLine - image * outHeight) + tap - ${pad};
        if (line < 0 || line >= height) continue;
        int texels = (image * height + line) * pixelPairs;
        int next = ${-((pad + 1) >> 1)};
        ${each(a =>
          window
            ? `vec4 ${range(window)
                .map(t => `x${a}_${t}`)
                .join(', ')};`
            : ''
        )}
        ${each(a =>
          range(kept)
            .map(t => read(a, t, `next + ${t}`))
            .join('\n')
        )}
        next += ${kept};
        for (int pixel = 0; pixel < outPixelPairs; pixel++) {
          ${each(a =>
            range(stride)
              .map(t => read(a, kept + t, `next + ${t}`))
              .join('\n')
          )}
          next += ${stride};
          ${range(to)
            .map(b => `vec4 d${b} = gradient_(outLine * outPixelPairs, pixel, b0 + ${b});`)
            .join('\n')}
          ${sums.join('\n')}
          ${each(a =>
            range(kept)
              .map(t => `x${a}_${t} = x${a}_${t + stride};`)
              .join('\n')
          )}
        }
      }
      ${range(targets)
        .map(i => `result${i} = sum${i};`)
        .join('\n')}`,
  };
}

/** Adds up the parts, in the order of a filter. */
export function totalSums(kernel: number): Shader {
  const {from, to} = channelBlockFor(kernel);
  return {
    name: `totalSums ${kernel}`,
    readsScratch: true,
    uniforms: ['fromPairs', 'fromBlocks', 'splits'],
    main: `
      int tap = quotient(row, fromPairs);
      int a = row - tap * fromPairs;
      int layer = (tap % ${kernel} * ${from} + a % ${from}) * ${to} + column % ${to};
      int first = (tap / ${kernel} * fromBlocks + a / ${from}) * splits;
      vec4 sum = vec4(0);
      for (int split = 0; split < splits; split++) {
        sum += scratch_(first + split, column / ${to}, layer);
      }
      result0 = sum;`,
  };
}
