/** The programs of `conv2d` and its gradients on WebGL. */

import type {TensorInfo} from '@tensorflow/tfjs-core';

import type {ConvInputs} from './conv-inputs.js';
import {
  assembly,
  blockFor,
  convolution,
  CONVOLUTION_UNIFORMS,
  type Geometry,
  spreadConvolution,
} from './convolution-shaders.js';
import {channelBlockFor, partialSums, SUM_UNIFORMS, totalSums} from './filter-gradient-shaders.js';
import {withForm} from './kept-forms.js';
import {type WebGLCall, webglProgram} from './webgl.js';
import {MAX_TARGETS, pairs, type Shader} from './webgl-shader.js';

type Shape4D = [number, number, number, number];

interface Attrs {
  stride: 1 | 2;
  pad: number;
}

/** Fragments that keep a GPU busy; sums are split until there are as many. */
const BUSY = 4096;

/** Channels from which on it pays to have the weights lie in the order in which they are read. */
export const EXCHANGED_FROM = 64;

/** A filter with its channels exchanged. */
const EXCHANGE: Shader = {
  name: 'exchange',
  inputs: ['w'],
  uniforms: ['inPairs', 'outPairs'],
  main: `
    int tap = quotient(row, outPairs);
    result0 = w_(tap * inPairs + column, row - tap * outPairs).xzyw;`,
};

export const convolve = webglProgram(({x, w, bias}: ConvInputs, {stride, pad}: Attrs, call) => {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const [kernel, , , outChannels] = w.shape as Shape4D;
  const side = (size: number): number => Math.floor((size + 2 * pad - kernel) / stride) + 1;
  const outShape: Shape4D = [batch, side(height), side(width), outChannels];
  if (channels < EXCHANGED_FROM) {
    return convolveBy(call, convolution, {x, w, bias, outShape}, {stride, pad, filter: 'plain'});
  }
  const exchange = (): TensorInfo =>
    call.run(
      EXCHANGE,
      [kernel, kernel, outChannels, channels],
      [w],
      [pairs(channels), pairs(outChannels)]
    );
  return withForm(call, w, EXCHANGE.name, exchange, exchanged =>
    convolveBy(
      call,
      convolution,
      {x, w: exchanged, bias, outShape},
      {stride, pad, filter: 'transposed'}
    )
  );
});

export const convolveInputGradient = webglProgram(
  (
    {dy, w}: Record<'dy' | 'w', TensorInfo>,
    {stride, pad, xShape}: Attrs & {xShape: Shape4D},
    call
  ) => {
    const images = {x: dy, w, outShape: xShape};
    return stride === 2
      ? convolveBy(call, spreadConvolution, images, {stride, pad, filter: 'transposed'})
      : convolveBy(call, convolution, images, {
          stride,
          pad: w.shape[0]! - 1 - pad,
          filter: 'turned',
        });
  }
);

export const convolveFilterGradient = webglProgram(
  (
    {dy, x}: Record<'dy' | 'x', TensorInfo>,
    {stride, pad, wShape}: Attrs & {wShape: Shape4D},
    call
  ) => filterGradient(call, {dy, x}, {kernel: wShape[0], stride, pad})
);

/** Convolves `x` by one of the shaders, into `outShape`, and adds the bias if there is one. */
export function convolveBy(
  call: WebGLCall,
  shader: (geometry: Geometry) => ReturnType<typeof convolution>,
  {x, w, bias, outShape}: ConvInputs & {outShape: Shape4D},
  {stride, pad, filter}: Pick<Geometry, 'stride' | 'pad' | 'filter'>
): TensorInfo {
  const [, height, width, channels] = x.shape as Shape4D;
  const [batch, outHeight, outWidth, outChannels] = outShape;
  const [outPixels, outPairs] = [pairs(outWidth), pairs(outChannels)];
  const block = blockFor(outPixels, outPairs, MAX_TARGETS);
  const blocks = Math.ceil(outPixels / block.pixels);
  const geometry: Geometry = {
    kernel: w.shape[0]!,
    ...{stride, pad, filter, block},
    oddChannels: channels % 2 === 1,
    oddWidth: width % 2 === 1,
    biased: bias !== undefined,
  };
  const uniforms: Record<(typeof CONVOLUTION_UNIFORMS)[number], number> = {
    height,
    pixelPairs: pairs(width),
    channelPairs: pairs(channels),
    outHeight,
    outBlocks: blocks,
    outPairs,
  };
  const values = CONVOLUTION_UNIFORMS.map(name => uniforms[name]);
  const of = shader(geometry);
  const inputs = bias ? [x, w, bias] : [x, w];
  if (of.targets === 1) return call.run(of, outShape, inputs, values);
  const table = {
    rows: batch * outHeight * blocks,
    columns: Math.ceil(outPairs / block.channels),
  };
  call.runToScratch(of, table, inputs, values);
  return call.run(assembly(block), outShape, [], [outPixels, blocks]);
}

/** `dw(k) = Σ x(stride·o + k − pad) dy(o)`, `[kernel, kernel, channels of x, channels of dy]`. */
export function filterGradient(
  call: WebGLCall,
  {dy, x}: Record<'dy' | 'x', TensorInfo>,
  {kernel, stride, pad}: Attrs & {kernel: number}
): TensorInfo {
  const [batch, height, width, channels] = x.shape as Shape4D;
  const [, outHeight, outWidth, outChannels] = dy.shape as Shape4D;
  const block = channelBlockFor(kernel);
  const fromBlocks = Math.ceil(pairs(channels) / block.from);
  const toBlocks = Math.ceil(pairs(outChannels) / block.to);
  const lines = batch * outHeight;
  const linesPerSplit = Math.ceil(lines / Math.ceil(BUSY / (kernel * fromBlocks * toBlocks)));
  const splits = Math.ceil(lines / linesPerSplit);
  const uniforms: Record<(typeof SUM_UNIFORMS)[number], number> = {
    height,
    pixelPairs: pairs(width),
    outHeight,
    outPixelPairs: pairs(outWidth),
    ...{fromBlocks, splits, lines, linesPerSplit},
  };
  const shader = partialSums({
    ...{kernel, stride, pad},
    oddWidth: width % 2 === 1,
    oddOutWidth: outWidth % 2 === 1,
  });
  const table = {rows: kernel * fromBlocks * splits, columns: toBlocks};
  call.runToScratch(
    shader,
    table,
    [x, dy],
    SUM_UNIFORMS.map(name => uniforms[name])
  );
  const shape = [kernel, kernel, channels, outChannels];
  return call.run(totalSums(kernel), shape, [], [pairs(channels), fromBlocks, splits]);
}
