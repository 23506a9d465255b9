import {expect} from '@open-wc/testing';
import * as tf from '@tensorflow/tfjs-core';

import {NETWORKS, networkLayers} from '../../../core/model/redo.js';
import {ModelState} from '../../../core/model/state.js';
import type {Layer} from '../../../core/nn/parameters.js';
import {
  PUBLISHED_NETWORKS,
  readLike,
  readNetwork,
  writeLike,
  writeNetwork,
} from '../../../core/weights/published.js';
import type {NamedArray} from '../../../core/weights/safetensors.js';
import {describeOn} from '../../support/backends.js';
import {expectNothingKept} from '../../support/memory.js';
import {changes, free, numbers, TINY} from '../../support/models.js';

const CONFIG = {
  ...TINY,
  regions: 3,
  attention: {generator: true, discriminator: true},
  normalization: 'batch',
} as const;

const count = (length: number): Float32Array => Float32Array.from({length}, (_, i) => i);

describeOn('cpu', 'writeNetwork(network, layers, state)', () => {
  it('is what readNetwork(arrays, network, layers) reads, bit by bit', async () => {
    await expectNothingKept(async () => {
      const state = ModelState.random(CONFIG, 0.8, 1);
      const arrays = new Map<string, NamedArray>();
      for (const network of NETWORKS) {
        const own = {parameters: state.parameters(network), vectors: state.vectors(network)};
        for (const [name, array] of await writeNetwork(network, state.layers[network], own)) {
          arrays.set(`x/${name}`, array);
        }
      }
      const layers = networkLayers(CONFIG);
      const again = ModelState.of(CONFIG, network =>
        readNetwork(arrays, network, layers[network], 'x/')
      );
      expect(changes(numbers(state), numbers(again))).to.deep.equal([]);
      state.dispose();
      again.dispose();
    });
  });

  it('names and turns the arrays as PyTorch does', async () => {
    const layers: Layer[] = [
      {kind: 'conv', name: 'c', kernel: 2, in: 3, out: 2, bias: true, spectral: true},
      {kind: 'dense', name: 'd', in: 3, out: 2},
      {kind: 'gate', name: 'gamma'},
    ];
    const parameters = {
      'c.weight': tf.tensor(count(24), [2, 2, 3, 2]),
      'c.bias': tf.tensor(count(2)),
      'd.weight': tf.tensor(count(6), [3, 2]),
      'd.bias': tf.tensor(count(2)),
      gamma: tf.tensor([5]),
    };
    const vectors = {'c.u': tf.tensor2d([[8, 9]]), 'c.v': tf.tensor2d(count(12), [1, 12])};
    const written = await writeNetwork('discriminator', layers, {parameters, vectors});
    const found = Object.fromEntries(
      written.map(([name, {shape, values}]) => [name, {shape, values: [...values]}])
    );
    // [row][column][in][out] lies at 12·row + 6·column + 2·in + out.
    const inOrder = [0, 6, 12, 18];
    const filter = (out: number): number[] =>
      [0, 1, 2].flatMap(channel => inOrder.map(place => place + 2 * channel + out));
    expect(found).to.deep.equal({
      'netDX.c.weight_orig': {shape: [2, 3, 2, 2], values: [...filter(0), ...filter(1)]},
      'netDX.c.bias': {shape: [2], values: [0, 1]},
      'netDX.c.weight_u': {shape: [2], values: [8, 9]},
      // v runs over [in, row, column] there, over [row, column, in] here.
      'netDX.c.weight_v': {shape: [12], values: [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]},
      'netDX.d.weight': {shape: [2, 3], values: [0, 2, 4, 1, 3, 5]},
      'netDX.d.bias': {shape: [2], values: [0, 1]},
      'netDX.gamma': {shape: [1], values: [5]},
    });
    free(parameters, vectors);
  });
});

describeOn('cpu', 'readNetwork(arrays, network, layers)', () => {
  const layers: Layer[] = [{kind: 'dense', name: 'd', in: 3, out: 2}];
  const weight = {shape: [2, 3], values: count(6)};

  it('names the array that is missing, and leaves nothing behind', async () => {
    await expectNothingKept(() => {
      const arrays = new Map([['netEncM.d.weight', weight]]);
      expect(() => readNetwork(arrays, 'mask', layers)).to.throw(
        'weights: the checkpoint must hold netEncM.d.bias; it does not fit this configuration'
      );
    });
  });

  it('names the array that has another shape, and leaves nothing behind', async () => {
    await expectNothingKept(() => {
      const bias = {shape: [3], values: count(3)};
      const arrays = new Map([
        ['netEncM.d.weight', weight],
        ['netEncM.d.bias', bias],
      ]);
      expect(() => readNetwork(arrays, 'mask', layers)).to.throw(
        'weights: netEncM.d.bias must be [2] for this configuration; got [3]'
      );
    });
  });
});

describeOn('cpu', 'writeLike(layers, tensors)', () => {
  it('is what readLike(layers, get) reads, what is absent left out', async () => {
    const layers: Layer[] = [
      {kind: 'conv', name: 'c', kernel: 3, in: 2, out: 2, bias: true, spectral: true},
    ];
    const tensors = {'c.weight': tf.tensor(count(36), [3, 3, 2, 2])};
    const written = new Map(await writeLike(layers, tensors));
    expect([...written.keys()]).to.deep.equal(['c.weight_orig']);
    const read = readLike(layers, name => written.get(name));
    expect(Object.keys(read)).to.deep.equal(['c.weight']);
    expect([...(await read['c.weight']!.data())]).to.deep.equal([...count(36)]);
    expect(read['c.weight']!.shape).to.deep.equal([3, 3, 2, 2]);
    free(tensors, read);
  });
});

describe('PUBLISHED_NETWORKS', () => {
  it('has the keys of the published checkpoints', () => {
    expect(PUBLISHED_NETWORKS).to.deep.equal({
      mask: 'netEncM',
      generator: 'netGenX',
      discriminator: 'netDX',
      encoder: 'netRecZ',
    });
  });
});
