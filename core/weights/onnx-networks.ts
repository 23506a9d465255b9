/**
 * The networks of ReDO as ONNX models, from the same weights as ours and operation by operation as
 * they are published: what an exporter would write. Images are `[1, channels, height, width]`
 * inside, `[1, height, width, channels]` outside.
 */

import * as tf from '@tensorflow/tfjs-core';

import {depth, type ModelConfig} from '../model/config.js';
import type {Tensors} from '../nn/parameters.js';
import {OnnxGraph} from './onnx-graph.js';

/** A graph under way, with the weights that it is made from. */
class Networks {
  readonly graph = new OnnxGraph();
  private readonly weights: Tensors;

  constructor(weights: Tensors) {
    this.weights = weights;
  }

  /** A weight as PyTorch has it, its axes in another order. */
  weight(name: string, axes: number[], shape?: readonly number[]): string {
    const values = tf.tidy(() => {
      const turned = tf.transpose(this.weights[name]!, axes);
      return {shape: turned.shape, data: turned.dataSync<'float32'>()};
    });
    return this.graph.floats(values.data, shape ?? values.shape);
  }

  /** A weight as one list. */
  list(name: string): string {
    const {size} = this.weights[name]!;
    return this.weight(name, [...this.weights[name]!.shape.keys()], [size]);
  }

  conv(name: string, x: string, {stride = 1, pad}: {stride?: number; pad?: number} = {}): string {
    const kernel = this.weights[`${name}.weight`]!.shape[0];
    const p = pad ?? (kernel - 1) / 2;
    const inputs = [x, this.weight(`${name}.weight`, [3, 2, 0, 1])]; // [out, in, kernel, kernel]
    if (this.weights[`${name}.bias`]) inputs.push(this.list(`${name}.bias`));
    return this.graph.node('Conv', inputs, {pads: [p, p, p, p], strides: [stride, stride]});
  }

  /** A product of the code: `[1, channels]`, from weights `[in, out]` or `[1, 1, in, out]`. */
  dense(name: string, codes: string): string {
    const [from, to] = this.weights[`${name}.weight`]!.shape.slice(-2) as [number, number];
    const axes = [...this.weights[`${name}.weight`]!.shape.keys()];
    const matrix = this.weight(`${name}.weight`, axes, [from, to]);
    return this.graph.node('Gemm', [codes, matrix, this.list(`${name}.bias`)]);
  }

  reshape(x: string, shape: readonly number[]): string {
    return this.graph.node('Reshape', [x, this.graph.integers(shape)]);
  }

  normRelu(x: string, scale: string, shift: string): string {
    const norm = this.graph.node('InstanceNormalization', [x, scale, shift], {
      epsilon: {float: 1e-5},
    });
    return this.graph.node('Relu', [norm]);
  }

  affineNormRelu(name: string, x: string): string {
    return this.normRelu(x, this.list(`${name}.weight`), this.list(`${name}.bias`));
  }

  /** Twice as high and wide, each pixel repeated. */
  upsample(x: string): string {
    const scales = this.graph.floats(Float32Array.of(1, 1, 2, 2), [4]);
    return this.graph.node('Resize', [x, '', scales], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    });
  }

  pool(x: string, window: number): string {
    if (window === 1) return x;
    const both = [window, window];
    return this.graph.node('AveragePool', [x], {kernel_shape: both, strides: both});
  }

  reflectPad(x: string, pad: number): string {
    const pads = this.graph.integers([0, 0, pad, pad, 0, 0, pad, pad]);
    return this.graph.node('Pad', [x, pads], {mode: 'reflect'});
  }

  attention(name: string, x: string, side: number, channels: number): string {
    const {graph} = this;
    const flat = (map: string): string => this.reshape(map, [1, 0, -1]); // [1, channels, pixels]
    const turned = (map: string): string => graph.node('Transpose', [map], {perm: [0, 2, 1]});
    const pooled = (map: string): string =>
      graph.node('MaxPool', [map], {kernel_shape: [2, 2], strides: [2, 2]});
    const queries = turned(flat(this.conv(`${name}.f`, x)));
    const keys = flat(pooled(this.conv(`${name}.g`, x)));
    const values = turned(flat(pooled(this.conv(`${name}.h`, x))));
    const shares = graph.node('Softmax', [graph.node('MatMul', [queries, keys])], {axis: 2});
    const mixed = turned(graph.node('MatMul', [shares, values]));
    const map = this.reshape(mixed, [1, Math.floor(channels / 2), side, side]);
    const gate = graph.node('Mul', [this.conv(`${name}.o`, map), this.list(`${name}.gamma`)]);
    return graph.node('Add', [x, gate]);
  }
}

const INWARDS = {perm: [0, 3, 1, 2]};
const OUTWARDS = {perm: [0, 2, 3, 1]};

/** `images` `[1, size, size, 3]` to `masks` `[1, size, size, regions]`. */
export function maskModel(weights: Tensors, config: ModelConfig): Uint8Array<ArrayBuffer> {
  const {size, regions, maskResidualBlocks, temperature} = config;
  const quarter = size / 4;
  const net = new Networks(weights);
  const {graph} = net;
  const images = graph.node('Transpose', [graph.input('images', [1, size, size, 3])], INWARDS);
  let x = net.conv('cnn.0.mods.1', net.reflectPad(images, 3), {pad: 0});
  x = net.affineNormRelu('cnn.0.mods.2', x);
  x = net.affineNormRelu('cnn.0.mods.5', net.conv('cnn.0.mods.4', x, {stride: 2}));
  x = net.affineNormRelu('cnn.0.mods.8', net.conv('cnn.0.mods.7', x, {stride: 2}));
  for (let block = 1; block <= maskResidualBlocks; block++) {
    const h = net.affineNormRelu(`cnn.${block}.blocs.1`, net.conv(`cnn.${block}.blocs.0`, x));
    const sum = graph.node('Add', [net.conv(`cnn.${block}.blocs.3`, h), x]);
    x = net.affineNormRelu(`cnn.${block}.activationF.0`, sum);
  }
  const pyramid = [1, 2, 3, 6].map((divisor, branch) => {
    const pooled = net.pool(x, Math.max(1, Math.floor(quarter / divisor)));
    const sizes = graph.integers([1, 1, quarter, quarter]);
    return graph.node('Resize', [net.conv(`psp.${branch}.1`, pooled), '', '', sizes], {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
    });
  });
  x = graph.node('Concat', [x, ...pyramid], {axis: 1});
  x = net.affineNormRelu('out.mods.2', net.conv('out.mods.1', net.upsample(x)));
  x = net.affineNormRelu('out.mods.6', net.conv('out.mods.5', net.upsample(x)));
  x = net.conv('out.mods.9', net.reflectPad(x, 3), {pad: 0});
  const logits = graph.node('Div', [x, graph.floats(Float32Array.of(temperature), [1])]);
  let masks: string;
  if (regions > 2) {
    masks = graph.node('Softmax', [logits], {axis: 1});
  } else {
    const first = graph.node('Sigmoid', [logits]);
    const second = graph.node('Sub', [graph.floats(Float32Array.of(1), [1]), first]);
    masks = graph.node('Concat', [first, second], {axis: 1});
  }
  graph.node('Transpose', [masks], OUTWARDS, 'masks');
  graph.output('masks', [1, size, size, regions]);
  return graph.model();
}

/**
 * `mask` `[1, size, size, 1]` and `codes` `[1, codeSize]` to `painted` `[1, size, size, 3]`, M_k ⊙ V_k.
 *
 * @param prefix Where G_k's weights stand, e.g. `net.0.`.
 */
export function redrawModel(
  weights: Tensors,
  prefix: string,
  config: ModelConfig
): Uint8Array<ArrayBuffer> {
  const {size, codeSize, widths, attention} = config;
  const blocks = depth(size);
  const net = new Networks(weights);
  const {graph} = net;
  const mask = graph.node('Transpose', [graph.input('mask', [1, size, size, 1])], INWARDS);
  const codes = graph.input('codes', [1, codeSize]);
  const byCode = (name: string): string => net.reshape(net.dense(prefix + name, codes), [-1]);
  const normRelu = (place: string, x: string): string =>
    net.normRelu(x, byCode(`gamma${place}`), byCode(`beta${place}`));
  const conv = (name: string, x: string): string => net.conv(prefix + name, x);

  let x = net.reshape(net.dense(`${prefix}dense`, codes), [1, -1, 4, 4]);
  for (let k = 0; k < blocks; k++) {
    const side = 4 * 2 ** k;
    if (k === blocks - 1 && attention.generator) {
      x = net.attention(`${prefix}selfAtt`, x, side, 2 * widths.generator);
    }
    let h = graph.node('Concat', [normRelu(`A.${k}`, x), net.pool(mask, size / side)], {axis: 1});
    h = conv(`convA.${k}.1`, net.upsample(h));
    h = conv(`convB.${k}`, normRelu(`B.${k}`, h));
    x = graph.node('Add', [h, conv(`sc.${k}.1`, net.upsample(x))]);
  }
  const last = graph.node('Concat', [normRelu('Out', x), mask], {axis: 1});
  const painted = graph.node('Mul', [graph.node('Tanh', [conv('convOut', last)]), mask]);
  graph.node('Transpose', [painted], OUTWARDS, 'painted');
  graph.output('painted', [1, size, size, 3]);
  return graph.model();
}
